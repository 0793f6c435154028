// The certificates of an STI-CA and of the STI-PA, as their key ceremonies make them (certificates.md s2,
// acme_pa.md s7). Pure functions: keys, names and dates in, certificates out; where keys live is the caller's
// business.
#ifndef COMMON_PKI_CEREMONY_H_
#define COMMON_PKI_CEREMONY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/pki/distinguished_name.h"

namespace sti::pki {

// US SHAKEN Certificate Policy 1.4.
inline constexpr char kShakenPolicyOid[] = "2.16.840.1.114569.1.1.4";

// Both ends included, whole seconds.
struct Validity {
  absl::Time not_before, not_after;
};

// Who signs: a CA certificate with its key.
struct CaIdentity {
  const Certificate& certificate;
  const crypto::Signer& key;
};

// What certificates say about where the STI-PA's CRL is.
struct CrlPointer {
  std::string url;
  DistinguishedName issuer;  // subject of the CRL signer
};

// Root of an STI-CA. CN must contain "SHAKEN" and "ROOT" in any case (ATIS-1000080 v005).
// All functions here: kInvalidField with the field's name, kKeyMismatch, kInternal.
absl::StatusOr<Certificate> MakeCaRoot(const SubjectFields& name, const Validity& validity,
                                       const crypto::Signer& key, const Random& random);

struct IssuingCaRequest {
  SubjectFields name;  // CN must contain "SHAKEN"
  Validity validity;   // within the root's
  std::string policy_oid = kShakenPolicyOid;
  std::optional<CrlPointer> crl;  // absent: no CRL distribution point
  // CAs below it: 0 when it issues to service providers only, 1 when providers have CAs for their delegates.
  int path_length = 0;
};
absl::StatusOr<Certificate> MakeIssuingCa(const IssuingCaRequest& request, const crypto::VerifyingKey& key,
                                          const CaIdentity& root, const Random& random);

// Root of the STI-PA. It does not follow the SHAKEN CA profile and is never on the trust list.
absl::StatusOr<Certificate> MakePaRoot(const SubjectFields& name, const Validity& validity,
                                       const crypto::Signer& key, const Random& random);
// Signs SPC tokens and the trust list: digitalSignature.
absl::StatusOr<Certificate> MakePaTokenSigner(const SubjectFields& name, const Validity& validity,
                                              const crypto::VerifyingKey& key, const CaIdentity& pa_root,
                                              const Random& random);
// Signs the CRL: cRLSign. Its subject is the cRLIssuer of every certificate.
absl::StatusOr<Certificate> MakePaCrlSigner(const SubjectFields& name, const Validity& validity,
                                            const crypto::VerifyingKey& key, const CaIdentity& pa_root,
                                            const Random& random);

}  // namespace sti::pki

#endif  // COMMON_PKI_CEREMONY_H_

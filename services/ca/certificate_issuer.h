// Issues SHAKEN certificates: a CSR and an SPC token in, a published chain out (RFC 9448 s6 in one step).
#ifndef SERVICES_CA_CERTIFICATE_ISSUER_H_
#define SERVICES_CA_CERTIFICATE_ISSUER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/pki/certificate.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/csr.h"
#include "common/store/database.h"
#include "services/ca/ca_records.h"
#include "services/ca/certificate_profile.h"
#include "services/ca/issuing_authority.h"

namespace sti::ca {

struct IssueRequest {
  std::string csr;  // DER
  std::string spc_token;
  RequestedValidity validity;
  std::string client_identity;  // as the TLS layer proved it
};

// Path of the URL where the certificate with this serial is published.
std::string RepositoryPath(absl::string_view serial);

// Thread-safe.
class CertificateIssuer {
 public:
  // All references must outlive this.
  CertificateIssuer(store::Database& database, const IssuingAuthority& authority, CertificateProfile profile,
                    const Clock& clock, const Random& random);

  // A certificate that is answered is on disk, and so is published. The token is used up in the transaction
  // that reserves the serial: should anything fail after that, nothing has been issued, and the caller needs
  // another token. kMissingField, kTooLarge, kCsrInvalid, kKeyInvalid (also for the CA's own keys, and for a
  // key certified for another SPC), kTnAuthListInvalid, kInvalidField (validity), every kSpcToken*, kNotReady
  // (the CA's own certificate is not valid now), kStorageFailed, kInternal.
  absl::StatusOr<CertificateRecord> Issue(const IssueRequest& request) const;

 private:
  absl::Status CheckToken(const IssueRequest& request, const pki::Csr& csr, absl::Time now, std::string& jti,
                          absl::Time& expires) const;
  absl::Status CheckKeyIsForeign(const pki::Csr& csr) const;
  absl::Status CheckOwnWork(const pki::CertificateChain& chain,
                            const pki::CertificateTemplate& contents) const;

  store::Database& database_;
  const IssuingAuthority& authority_;
  const CertificateProfile profile_;
  const Clock& clock_;
  const Random& random_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_ISSUER_H_

// Issues SHAKEN certificates. Over gRPC that is one step, a CSR and an SPC token in, a published chain out;
// ACME takes the same steps one by one, since its token comes before the CSR.
#ifndef SERVICES_CA_CERTIFICATE_ISSUER_H_
#define SERVICES_CA_CERTIFICATE_ISSUER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/pki/certificate.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/csr.h"
#include "common/store/database.h"
#include "services/ca/ca_records.h"
#include "services/ca/certificate_profile.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/token_verifier.h"

namespace sti::ca {

struct IssueRequest {
  std::string csr;  // DER
  std::string spc_token;
  RequestedValidity validity;
  std::string client_identity;  // as the TLS layer proved it
};

// How many certificates of one SPC may be issued in a day, by whatever way. 0: any number.
struct IssuingLimits {
  int certificates_per_day = 0;
};

// A request that has passed every check but the database's.
struct PreparedCertificate {
  pki::CertificateTemplate contents;  // with a fresh serial
  std::string spc;
};

// Path of the URL where the certificate with this serial is published.
std::string RepositoryPath(absl::string_view serial);

// Thread-safe.
class CertificateIssuer {
 public:
  // All references must outlive this.
  CertificateIssuer(store::Database& database, const IssuingAuthority& authority, const TokenVerifier& tokens,
                    CertificateProfile profile, IssuingLimits limits, const Clock& clock,
                    const Random& random);

  // A certificate that is answered is on disk, and so is published. The token is used up in the transaction
  // that reserves the serial: should anything fail after that, nothing has been issued, and the caller needs
  // another token. kMissingField, kTooLarge, every kSpcToken*, and the errors of the steps below.
  absl::StatusOr<CertificateRecord> Issue(const IssueRequest& request) const;

  // The steps, in order.

  // The CSR is acceptable, `token_is_for_ca` fits it, and the times asked for can be met, as seen from
  // `as_of`: now, or when they were promised. kCsrInvalid, kKeyInvalid (also for the CA's own keys),
  // kTnAuthListInvalid, kSpcTokenCaFlagMismatch, kInvalidField (validity), kNotReady (the CA's own
  // certificate is not valid now), kInternal.
  absl::StatusOr<PreparedCertificate> Prepare(const pki::Csr& csr, bool token_is_for_ca,
                                              const RequestedValidity& validity, absl::Time as_of) const;
  // In a transaction: the serial, and the key for its SPC. kKeyInvalid for a key that is certified for
  // another SPC, reported compromised, or any ACME account's; kOverloaded (RefuseForNow of
  // acme/error.h) beyond the limits; kStorageFailed.
  // A second try at what was accepted before has been counted already and is not refused for a limit.
  enum class Try { kFirst, kAgain };
  absl::Status Reserve(store::Transaction& transaction, const PreparedCertificate& prepared, Try which) const;
  // Signs what has been reserved, once, and looks at its own work. The caller stores the record. kInternal.
  absl::StatusOr<CertificateRecord> Sign(const PreparedCertificate& prepared, absl::string_view requested_by,
                                         absl::string_view token_jti) const;

 private:
  absl::Status CheckKeyIsForeign(const pki::Csr& csr) const;
  absl::Status CheckLimits(store::Transaction& transaction, const std::string& spc) const;
  absl::Status CheckOwnWork(const pki::CertificateChain& chain,
                            const pki::CertificateTemplate& contents) const;

  store::Database& database_;
  const IssuingAuthority& authority_;
  const TokenVerifier& tokens_;
  const CertificateProfile profile_;
  const IssuingLimits limits_;
  const Clock& clock_;
  const Random& random_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_ISSUER_H_

// Issues certificates. Over gRPC that is one step, a CSR and an SPC token in, a published chain out; ACME
// takes the same steps one by one, since its token comes before the CSR; for delegates an operator's word
// stands instead of a token.
#ifndef SERVICES_CA_CERTIFICATE_ISSUER_H_
#define SERVICES_CA_CERTIFICATE_ISSUER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/pki/certificate.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/csr.h"
#include "common/pki/distinguished_name.h"
#include "common/store/database.h"
#include "services/ca/ca_records.h"
#include "services/ca/certificate_profile.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/issuing_observer.h"
#include "services/ca/rehearsal.h"
#include "services/ca/token_verifier.h"

namespace sti::ca {

struct IssueRequest {
  std::string csr;  // DER
  std::string spc_token;
  RequestedValidity validity;
  Actor actor;  // as the TLS layer proved it
};

// For a delegate, by an operator.
struct DelegateRequest {
  std::string csr;           // DER
  std::string organization;  // O of the subject, vetted by the operator
  RequestedValidity validity;
  Actor actor;
};

// How many certificates of one SPC may be issued in a day, by whatever way. 0: any number. Reserved ones
// count until it is clear that they will never be.
struct IssuingLimits {
  int certificates_per_day = 0;
};

// A request that has passed every check but the database's.
struct PreparedCertificate {
  pki::CertificateTemplate contents;  // with a fresh serial
  std::string spc;                    // of a delegate: that of the CA; may be empty then
  ProfileKind kind = ProfileKind::kShaken;
};

// Path of the URL where the certificate with this serial is published.
std::string RepositoryPath(absl::string_view serial);

// Thread-safe.
class CertificateIssuer {
 public:
  // All references must outlive this, and `observer`, which may be null: it is told what comes of Issue and
  // IssueDelegate.
  CertificateIssuer(store::Database& database, const IssuingAuthority& authority, const TokenVerifier& tokens,
                    CertificateProfile profile, IssuingLimits limits, const Clock& clock,
                    const Random& random, IssuingObserver* observer = nullptr);

  // A certificate that is answered is on disk, and so is published. The token is used up in the transaction
  // that reserves the serial: should anything fail after that, nothing has been issued, and the caller needs
  // another token. kMissingField, kTooLarge, every kSpcToken*, and the errors of the steps below.
  absl::StatusOr<CertificateRecord> Issue(const IssueRequest& request) const;

  // A certificate of kind kDelegate, within the TNAuthList of the issuing certificate. Whose the numbers are
  // is what the operator answers for. kMissingField, kTooLarge, kCsrInvalid (also when this CA has no
  // delegates), kKeyInvalid, kTnAuthListInvalid, kDelegateScopeExceeded, kInvalidField, and those of the
  // steps below.
  absl::StatusOr<CertificateRecord> IssueDelegate(const DelegateRequest& request) const;

  // The steps, in order.

  // The CSR is acceptable, `token_is_for_ca` fits it, and the times asked for can be met, as seen from
  // `as_of`: now, or when they were promised. kCsrInvalid, kKeyInvalid (also for the CA's own keys),
  // kTnAuthListInvalid, kSpcTokenCaFlagMismatch, kDelegateScopeExceeded, kPermissionDenied (nobody has vetted
  // who has the SPC, when that is wanted), kInvalidField (validity), kNotReady (the CA's own
  // certificate is not valid now), kInternal (also when the certificate would break its profile).
  // `account`: of ACME, whose external key may say how the provider is called; empty: none.
  absl::StatusOr<PreparedCertificate> Prepare(const pki::Csr& csr, bool token_is_for_ca,
                                              const RequestedValidity& validity, absl::Time as_of,
                                              absl::string_view account) const;
  // In a transaction: the serial, and the key for its SPC. kKeyInvalid for a key that is certified for
  // another SPC, reported compromised, or any ACME account's; kOverloaded (RefuseForNow of
  // acme/error.h) beyond the limits; kStorageFailed.
  // A second try at what was accepted before has been counted already and is not refused for a limit.
  enum class Try { kFirst, kAgain };
  absl::Status Reserve(store::Transaction& transaction, const PreparedCertificate& prepared, Try which) const;
  // Rehearses what has been reserved, signs it once, and looks at its own work: the part that is signed must
  // be, octet for octet, what was rehearsed. The caller stores the record. kInternal, when nothing has been
  // signed by the CA's key if the rehearsal failed; logged with the names of the rules.
  absl::StatusOr<CertificateRecord> Sign(const PreparedCertificate& prepared, absl::string_view requested_by,
                                         absl::string_view token_jti) const;
  // For the audit, when Sign has failed.
  absl::Status NoteFailure(store::Transaction& transaction, const Actor& actor,
                           const PreparedCertificate& prepared, const absl::Status& why) const;

 private:
  absl::StatusOr<CertificateRecord> TryIssue(const IssueRequest& request) const;
  absl::StatusOr<CertificateRecord> TryIssueDelegate(const DelegateRequest& request) const;
  void Tell(const absl::Status& outcome, IssuedVia via) const;
  absl::Status CheckReady(absl::Time now) const;
  absl::Status CheckKeyIsForeign(const pki::Csr& csr) const;
  absl::Status CheckOwnPath(const pki::CertificateChain& chain, const PreparedCertificate& prepared) const;
  // Validity, template, serial, rehearsal.
  absl::Status Fill(const pki::Csr& csr, pki::DistinguishedName subject, const RequestedValidity& validity,
                    absl::Time as_of, PreparedCertificate& prepared) const;
  absl::StatusOr<pki::Certificate> Rehearse(const PreparedCertificate& prepared) const;
  absl::StatusOr<PreparedCertificate> PrepareDelegate(const DelegateRequest& request) const;
  absl::StatusOr<std::string> VettedOrganization(const std::string& spc, absl::string_view account) const;
  // Signs and stores; the audit has the outcome either way.
  absl::StatusOr<CertificateRecord> Finish(const PreparedCertificate& prepared, const Actor& actor,
                                           absl::string_view token_jti) const;
  absl::Status CheckLimits(store::Transaction& transaction, const std::string& spc) const;
  absl::Status CheckOwnWork(const pki::CertificateChain& chain, const PreparedCertificate& prepared) const;

  store::Database& database_;
  const IssuingAuthority& authority_;
  const TokenVerifier& tokens_;
  const CertificateProfile profile_;
  const Rehearsal rehearsal_;
  const IssuingLimits limits_;
  const Clock& clock_;
  const Random& random_;
  IssuingObserver* const observer_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_ISSUER_H_

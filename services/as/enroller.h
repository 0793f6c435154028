// One enrolment: SPC token from the STI-PA, certificate from the STI-CA, both checked, the pair on disk.
#ifndef SERVICES_AS_ENROLLER_H_
#define SERVICES_AS_ENROLLER_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/pki/certificate.h"
#include "common/pki/distinguished_name.h"
#include "services/as/certificate_source.h"
#include "services/as/credential_store.h"
#include "services/as/enrolment_peers.h"
#include "services/as/key_ring.h"
#include "services/as/token_source.h"

namespace sti::as {

// Who enrols.
struct Applicant {
  std::string spc;
  std::string organization;
  std::string country;
};

// The subject asked for: C, O and CN "SHAKEN <SPC>" (certificates.md s2). kInvalidField.
absl::StatusOr<pki::DistinguishedName> SubjectOf(const Applicant& applicant);

// Not thread-safe.
class Enroller {
 public:
  // The references must outlive the enroller.
  Enroller(TokenSource& tokens, CertificateSource& certificates, CredentialStore& store, const Clock& clock,
           Applicant applicant)
      : tokens_(tokens),
        certificates_(certificates),
        store_(store),
        clock_(clock),
        applicant_(std::move(applicant)) {}
  Enroller(EnrolmentPeers& peers, CredentialStore& store, const Clock& clock, Applicant applicant)
      : Enroller(peers, peers, store, clock, std::move(applicant)) {}

  // Where a chain goes that the STI-CA publishes nowhere; gives its URL. Without it such a chain is refused.
  using Publisher = std::function<absl::StatusOr<std::string>(const pki::CertificateChain&)>;
  void PublishWith(Publisher publisher) { publisher_ = std::move(publisher); }

  // The id under which STI-PA and STI-CA are asked from now on.
  void NameRequest(const std::string& request_id) {
    tokens_.NameRequest(request_id);
    certificates_.NameRequest(request_id);
  }

  // A new key and certificate, stored as what comes next. The text of an error begins with who failed
  // (blame.h). A certificate that CheckCredential refuses is not stored.
  absl::StatusOr<SigningCredentialPtr> Enrol();

  // Expiry of the last SPC token that was got, as it says itself.
  std::optional<absl::Time> token_expires() const { return token_expires_; }

 private:
  absl::StatusOr<std::string> UrlOf(const PublishedChain& published,
                                    const pki::CertificateChain& chain) const;
  absl::StatusOr<PublishedChain> Certify(const CertificateRequest& request);

  TokenSource& tokens_;
  CertificateSource& certificates_;
  CredentialStore& store_;
  const Clock& clock_;
  const Applicant applicant_;
  Publisher publisher_;
  std::optional<absl::Time> token_expires_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLLER_H_

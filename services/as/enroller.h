// One enrolment: SPC token from the STI-PA, certificate from the STI-CA, both checked, the pair on disk.
#ifndef SERVICES_AS_ENROLLER_H_
#define SERVICES_AS_ENROLLER_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/pki/distinguished_name.h"
#include "services/as/credential_store.h"
#include "services/as/enrolment_peers.h"
#include "services/as/key_ring.h"

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
  Enroller(EnrolmentPeers& peers, CredentialStore& store, const Clock& clock, Applicant applicant)
      : peers_(peers), store_(store), clock_(clock), applicant_(std::move(applicant)) {}

  // A new key and certificate, stored as the pair in use. The text of an error begins with who failed: "PA ",
  // "CA " or "own state". A certificate that CheckCredential refuses is not stored.
  absl::StatusOr<SigningCredentialPtr> Enrol();

 private:
  EnrolmentPeers& peers_;
  CredentialStore& store_;
  const Clock& clock_;
  const Applicant applicant_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_ENROLLER_H_

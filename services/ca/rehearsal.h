// Looks at a certificate before it is one: built in full, but signed by a key that is nobody's (boulder's
// precertificate lint). A mistake of a profile then costs an error, not a revocation.
#ifndef SERVICES_CA_REHEARSAL_H_
#define SERVICES_CA_REHEARSAL_H_

#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/pki/certificate_builder.h"
#include "services/ca/certificate_profile.h"

namespace sti::ca {

// Immutable, thread-safe.
class Rehearsal {
 public:
  // Makes the key; it lives as long as this, and no certificate of its own exists.
  explicit Rehearsal(CertificateProfile profile);

  // The certificate as `issuing` would sign it, under the throw-away key. Every rule of profile_lint holds
  // that is not waived for the profile, and so does what the profile itself promises: its policy, at most its
  // lifetime within the issuing certificate's, CA or not, the TNAuthList within the issuing certificate's.
  // kInternal with the names of what is broken.
  absl::StatusOr<pki::Certificate> Judge(ProfileKind kind, const pki::CertificateTemplate& contents,
                                         const pki::Certificate& issuing) const;

 private:
  const CertificateProfile profile_;
  const std::set<std::string> waived_;
  const absl::StatusOr<std::shared_ptr<const crypto::SigningKey>> key_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_REHEARSAL_H_

// One provider within sti-as: keys and certificates in a folder of its own, and the enrolment that renews
// them.
#ifndef SERVICES_AS_PROVIDER_DAEMON_H_
#define SERVICES_AS_PROVIDER_DAEMON_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/credential_store.h"
#include "services/as/enroller.h"
#include "services/as/enrolment.h"
#include "services/as/enrolment_config.h"
#include "services/as/enrolment_sources_config.h"
#include "services/as/key_ring.h"

namespace sti::as {

class ProviderDaemon {
 public:
  // `state_dir` exists; the folder of the provider in it is made. `lacking` is told by several threads what
  // keeps this provider from signing. `clock` and `random` must outlive it. kConfigInvalid with the path
  // below the provider as field; errors of EnrolmentSources::Open.
  static absl::StatusOr<std::unique_ptr<ProviderDaemon>> Open(const sti::config::v1::SigningProvider& config,
                                                              const ProviderEnrolment& options,
                                                              const std::string& state_dir,
                                                              const Clock& clock, const Random& random,
                                                              LackingSink lacking);
  ~ProviderDaemon();

  // Serves with what is on disk, then enrols on a thread of its own. Errors of Enrolment::LoadStored.
  absl::Status Start();
  // Idempotent.
  void Stop();

  const KeyRingSnapshot& ring() const { return ring_; }

 private:
  ProviderDaemon(const ProviderEnrolment& options, const std::string& folder,
                 std::unique_ptr<EnrolmentSources> sources, const Clock& clock, const Random& random,
                 LackingSink lacking);

  CredentialStore store_;
  KeyRingSnapshot ring_;
  const std::unique_ptr<EnrolmentSources> sources_;
  Enroller enroller_;
  Enrolment enrolment_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVIDER_DAEMON_H_

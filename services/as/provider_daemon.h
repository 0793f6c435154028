// One provider within sti-as: keys and certificates in a folder of its own, the enrolment that renews them,
// and the repository of its own chains.
#ifndef SERVICES_AS_PROVIDER_DAEMON_H_
#define SERVICES_AS_PROVIDER_DAEMON_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"
#include "common/http/server.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/credential_store.h"
#include "services/as/enroller.h"
#include "services/as/enrolment.h"
#include "services/as/enrolment_config.h"
#include "services/as/enrolment_sources_config.h"
#include "services/as/key_ring.h"
#include "services/as/publication.h"
#include "services/as/self_check.h"

namespace sti::as {

struct ProviderDaemonParts {
  const Clock& clock;
  const Random& random;
  // Told by several threads, one at a time, what keeps the provider from signing, and what somebody should
  // look after. Must be quick and not call back.
  LackingSink lacking;
  const SelfCheck& self_check;
  // Whether a new certificate is looked for at its x5u before it is signed with.
  bool look_before_use = true;
};

class ProviderDaemon {
 public:
  // `state_dir` exists; the folder of the provider in it is made. What the parts refer to must outlive it.
  // kConfigInvalid and kKeyPermissions with the path below the provider as field; errors of
  // EnrolmentSources::Open and http::StartHttpsServer.
  static absl::StatusOr<std::unique_ptr<ProviderDaemon>> Open(const sti::config::v1::SigningProvider& config,
                                                              const ProviderEnrolment& options,
                                                              const std::string& state_dir,
                                                              ProviderDaemonParts parts);
  ~ProviderDaemon();

  // Publishes, serves with what is on disk, then enrols on a thread of its own. Errors of
  // Enrolment::LoadStored.
  absl::Status Start();
  // Idempotent.
  void Stop();

  const KeyRingSnapshot& ring() const { return ring_; }
  Enrolment& enrolment() { return enrolment_; }
  const Enrolment& enrolment() const { return enrolment_; }
  // Of the repository; none without.
  std::optional<int> publication_port() const;

  // The last look from outside; null before the first. Thread-safe.
  std::shared_ptr<const SelfCheckResult> self_check() const { return checked_.Get(); }
  // Notes a look from outside, for health, and logs what has changed. Thread-safe.
  void TakeSelfCheck(SelfCheckResult result);
  // Looks now. kNotReady without a certificate. Thread-safe.
  absl::StatusOr<SelfCheckResult> CheckNow();

 private:
  ProviderDaemon(const sti::config::v1::SigningProvider& config, const ProviderEnrolment& options,
                 const std::string& folder, Secret passphrase, std::unique_ptr<EnrolmentSources> sources,
                 ProviderDaemonParts parts);
  absl::Status OpenPublication(const sti::config::v1::Publication& config, const std::string& folder);
  EnrolmentParts PartsOfEnrolment(const ProviderEnrolment& options);
  void TellLacking(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble);
  void Tell() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  const ProviderDaemonParts parts_;
  CredentialStore store_;
  KeyRingSnapshot ring_;
  std::unique_ptr<Publication> publication_;         // null without
  const std::unique_ptr<EnrolmentSources> sources_;  // null without
  std::optional<Enroller> enroller_;
  Enrolment enrolment_;
  std::unique_ptr<http::HttpServer> publication_server_;  // null without
  SelfCheckSnapshot checked_;
  Mutex mutex_;
  std::vector<std::string> lacking_ ABSL_GUARDED_BY(mutex_), trouble_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> disliked_ ABSL_GUARDED_BY(mutex_);  // errors of the last self-check
  std::string logged_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::as

#endif  // SERVICES_AS_PROVIDER_DAEMON_H_

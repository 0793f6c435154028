// What sti-as knows of itself from outside, wired: fetcher, clock watch, self-check and the thread that uses
// them.
#ifndef SERVICES_AS_SELF_CHECK_DAEMON_H_
#define SERVICES_AS_SELF_CHECK_DAEMON_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/http/fetcher.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/clock_watch.h"
#include "services/as/lookout.h"
#include "services/as/self_check.h"

namespace sti::as {

class SelfCheckDaemon {
 public:
  // `config` has passed the schema; `clock` must outlive it. kConfigInvalid with the path of the key as
  // field.
  static absl::StatusOr<std::unique_ptr<SelfCheckDaemon>> Open(
      const sti::config::v1::AuthenticationServer& config, const Clock& clock);
  ~SelfCheckDaemon() { Stop(); }

  const SelfCheck& self_check() const { return self_check_; }
  ClockWatch& clock_watch() { return watch_; }
  // Whether it looks at all, other than when it is asked to.
  bool looks() const { return interval_ > absl::ZeroDuration(); }

  // Once; what the posts refer to must live until Stop.
  void Start(std::vector<LookoutPost> posts, Lookout::ClockSink clock_sink);
  // Waits for looks under way. Idempotent.
  void Stop();

 private:
  SelfCheckDaemon(const sti::config::v1::AuthenticationServer& config,
                  std::unique_ptr<http::HttpFetcher> fetcher, std::unique_ptr<TrustView> trust,
                  const Clock& clock);

  const absl::Duration interval_;
  ClockWatch watch_;
  const std::unique_ptr<http::HttpFetcher> fetcher_;
  const std::unique_ptr<TrustView> trust_;  // may be null
  const SelfCheck self_check_;
  std::unique_ptr<Lookout> lookout_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_SELF_CHECK_DAEMON_H_

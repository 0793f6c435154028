// Looks after what changes without anybody asking: the clock each second, the own certificates from outside
// on a timer, and at once when the clock needs somebody else's opinion.
#ifndef SERVICES_AS_LOOKOUT_H_
#define SERVICES_AS_LOOKOUT_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/daemon/pause.h"
#include "services/as/clock_watch.h"
#include "services/as/key_ring.h"
#include "services/as/self_check.h"

namespace sti::as {

// An own certificate to look at.
struct LookoutPost {
  const KeyRingSnapshot* ring;
  std::function<void(SelfCheckResult)> take;  // thread-safe
};

// Starts with Start; the thread ends with Stop or the destructor, which wait for looks under way.
class Lookout {
 public:
  // Told at each change: what keeps the daemon from signing, and what somebody should look after.
  using ClockSink =
      std::function<void(const std::vector<std::string>& lacking, const std::vector<std::string>& trouble)>;

  // `interval` between two looks; zero: none. References must outlive this.
  Lookout(const SelfCheck& self_check, const ClockWatch& watch, const Clock& monotonic,
          absl::Duration interval, std::vector<LookoutPost> posts, ClockSink clock_sink);
  ~Lookout() { Stop(); }
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

  void Start();
  void Stop();
  // One pass. Returns how long to wait for the next.
  absl::Duration Step();

 private:
  // A post and what was looked at there last.
  struct Watched {
    LookoutPost post;
    SigningCredentialPtr looked_at;
    absl::Time time;       // monotonic
    absl::Duration pause;  // before the next look that the clock asks for
  };
  void ReportClock();
  bool IsDue(Watched& watched, const SigningCredentialPtr& credential, absl::Time now) const;
  bool LookAround();

  const SelfCheck& self_check_;
  const ClockWatch& watch_;
  const Clock& monotonic_;
  const absl::Duration interval_;
  std::vector<Watched> watched_;
  const ClockSink clock_sink_;
  std::string told_ = "nothing yet";
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_LOOKOUT_H_

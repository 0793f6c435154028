#include "services/as/lookout.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "common/daemon/log.h"

namespace sti::as {
namespace {

constexpr absl::Duration kPass = absl::Seconds(1);
// Between two looks that the clock asks for; doubles.
constexpr absl::Duration kLeastPause = absl::Seconds(5);

}  // namespace

Lookout::Lookout(const SelfCheck& self_check, const ClockWatch& watch, const Clock& monotonic,
                 absl::Duration interval, std::vector<LookoutPost> posts, ClockSink clock_sink)
    : self_check_(self_check),
      watch_(watch),
      monotonic_(monotonic),
      interval_(interval),
      clock_sink_(std::move(clock_sink)) {
  for (LookoutPost& post : posts)
    watched_.push_back({std::move(post), nullptr, absl::InfinitePast(), kLeastPause});
}

void Lookout::ReportClock() {
  const bool refuses = !watch_.Check().ok();
  const std::string trouble = watch_.Trouble();
  // The offset changes all the time; what matters is whether it is one.
  const std::string kind = trouble.substr(0, trouble.find(':'));
  if (kind == told_) return;
  if (trouble.empty()) {
    if (told_ != "nothing yet") {
      daemon::LogInfo("the clock is right again", {});
      // What was found by a wrong clock must not stand until the next look.
      for (Watched& watched : watched_) watched.looked_at = nullptr;
    }
    clock_sink_({}, {});
  } else {
    daemon::LogWarning("the clock is wrong", {{"why", trouble}});
    refuses ? clock_sink_({trouble}, {}) : clock_sink_({}, {trouble});
  }
  told_ = kind;
}

bool Lookout::IsDue(Watched& watched, const SigningCredentialPtr& credential, absl::Time now) const {
  const bool wanted = watch_.WantsAnswer();
  if (!wanted) watched.pause = kLeastPause;
  if (watched.looked_at != credential) return true;
  if (now - watched.time < std::min(wanted ? watched.pause : interval_, interval_)) return false;
  // Whoever hides the time for good is not asked for it for ever.
  if (wanted) watched.pause *= 2;
  return true;
}

// At all that are due at once. True when there was any.
bool Lookout::LookAround() {
  std::vector<std::future<void>> under_way;
  const absl::Time now = monotonic_.TimeNow();
  for (Watched& watched : watched_) {
    const auto ring = watched.post.ring->Get();
    if (ring == nullptr || !IsDue(watched, ring->current, now)) continue;
    watched.looked_at = ring->current;
    watched.time = now;
    auto done = std::make_shared<std::promise<void>>();
    under_way.push_back(done->get_future());
    self_check_.Begin(ring->current, [&take = watched.post.take, done](SelfCheckResult result) {
      take(std::move(result));
      done->set_value();
    });
  }
  for (const std::future<void>& look : under_way) look.wait();
  return !under_way.empty();
}

absl::Duration Lookout::Step() {
  ReportClock();
  if (interval_ > absl::ZeroDuration() && LookAround()) ReportClock();
  return kPass;
}

void Lookout::Start() {
  thread_ = std::thread([this] {
    while (pause_.For(Step())) {
    }
  });
}

void Lookout::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::as

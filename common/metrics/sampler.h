// What only a database knows, for gauges. A thread asks for it, since a scrape must not wait for a database
// that is away: just then the metrics are needed.
#ifndef COMMON_METRICS_SAMPLER_H_
#define COMMON_METRICS_SAMPLER_H_

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/daemon/pause.h"

namespace sti::metrics {

class Sampler {
 public:
  explicit Sampler(absl::Duration interval = absl::Seconds(10)) : interval_(interval) {}
  ~Sampler() { Stop(); }
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // Calls them one after the other at once, and then again an interval after the last has ended. Once.
  void Start(std::vector<std::function<void()>> samples);
  // Waits for the one under way. Idempotent.
  void Stop();

 private:
  const absl::Duration interval_;
  daemon::Pause pause_;
  std::thread thread_;
};

}  // namespace sti::metrics

#endif  // COMMON_METRICS_SAMPLER_H_

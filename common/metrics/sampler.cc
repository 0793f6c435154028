#include "common/metrics/sampler.h"

namespace sti::metrics {

void Sampler::Start(std::vector<std::function<void()>> samples) {
  thread_ = std::thread([this, samples = std::move(samples)] {
    do {
      for (const auto& sample : samples) sample();
    } while (pause_.For(interval_));
  });
}

void Sampler::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::metrics

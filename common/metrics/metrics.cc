#include "common/metrics/metrics.h"

#include <prometheus/check_names.h>
#include <prometheus/client_metric.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <stdexcept>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/base/mutex.h"
#include "common/metrics/sharded_histogram.h"

namespace sti::metrics {
namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double amount) override { counter_.Increment(amount); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double amount) override { gauge_.Increment(amount); }

 private:
  prometheus::Gauge& gauge_;
};

// The library's own takes a lock at each observation.
class OwnHistogram final : public Histogram {
 public:
  explicit OwnHistogram(const std::vector<double>& bounds) : sharded_(bounds) {}
  void Observe(double value) override { sharded_.Observe(value); }

  prometheus::ClientMetric Collect(const Labels& labels) const {
    const ShardedHistogram::Totals totals = sharded_.Sum();
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
    metric.histogram.sample_count = totals.cumulative.back();
    metric.histogram.sample_sum = totals.sum;
    for (size_t i = 0; i < totals.cumulative.size(); ++i) {
      const bool bounded = i < sharded_.bounds().size();
      metric.histogram.bucket.push_back(
          {totals.cumulative[i], bounded ? sharded_.bounds()[i] : std::numeric_limits<double>::infinity()});
    }
    return metric;
  }

 private:
  ShardedHistogram sharded_;
};

// Our objects, by name and labels.
template <typename Interface>
using Made = std::map<std::pair<std::string, Labels>, std::unique_ptr<Interface>>;

}  // namespace

const std::vector<double>& LatencyBuckets() {
  static const auto& buckets = *new std::vector<double>{
      0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
  return buckets;
}

class Metrics::Impl {
 public:
  // `add` makes the library's object; it throws for a name of another kind, and for bad names.
  template <typename Interface, typename Add>
  Interface& Of(Made<Interface>& made, const std::string& name, const Labels& labels, const Add& add) {
    const MutexLock lock(mutex_);
    std::unique_ptr<Interface>& object = made[{name, labels}];
    if (object != nullptr) return *object;
    try {
      object = add();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "metric %s: %s\n", name.c_str(), error.what());
      std::abort();
    }
    return *object;
  }

  // Those of one name stand together.
  void CollectHistograms(std::vector<prometheus::MetricFamily>& families) {
    const MutexLock lock(mutex_);
    std::string last;
    for (const auto& [key, histogram] : histograms_) {
      if (key.first != last) {
        last = key.first;
        families.push_back({last, help_[last], prometheus::MetricType::Histogram, {}});
      }
      families.back().metric.push_back(histogram->Collect(key.second));
    }
  }

  Mutex mutex_;
  prometheus::Registry registry_;
  Made<Counter> counters_;
  Made<Gauge> gauges_;
  Made<OwnHistogram> histograms_;
  std::map<std::string, std::string> help_;  // of histograms
  Mutex scrape_mutex_;
  std::vector<std::function<void()>> updates_ ABSL_GUARDED_BY(scrape_mutex_);
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::CounterOf(const std::string& name, const std::string& help, const Labels& labels) {
  return impl_->Of(impl_->counters_, name, labels, [&] {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry_);
    return std::make_unique<PrometheusCounter>(family.Add(labels));
  });
}

Gauge& Metrics::GaugeOf(const std::string& name, const std::string& help, const Labels& labels) {
  return impl_->Of(impl_->gauges_, name, labels, [&] {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry_);
    return std::make_unique<PrometheusGauge>(family.Add(labels));
  });
}

Histogram& Metrics::HistogramOf(const std::string& name, const std::string& help,
                                const std::vector<double>& buckets, const Labels& labels) {
  return impl_->Of(impl_->histograms_, name, labels, [&] {
    // Without a metric it is never collected: it keeps the name for histograms.
    prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry_);
    for (const auto& [label, value] : labels) {
      if (!prometheus::CheckLabelName(label) || label == "le") throw std::invalid_argument("bad label");
    }
    impl_->help_.emplace(name, help);
    return std::make_unique<OwnHistogram>(buckets);
  });
}

void Metrics::OnScrape(std::function<void()> update) {
  const MutexLock lock(impl_->scrape_mutex_);
  impl_->updates_.push_back(std::move(update));
}

std::string Metrics::Text() {
  const MutexLock lock(impl_->scrape_mutex_);
  for (const auto& update : impl_->updates_) update();
  std::vector<prometheus::MetricFamily> families = impl_->registry_.Collect();
  impl_->CollectHistograms(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace sti::metrics

// What Prometheus scrapes: counters, gauges and histograms with stable names. Only this room knows
// prometheus-cpp.
#ifndef COMMON_METRICS_METRICS_H_
#define COMMON_METRICS_METRICS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sti::metrics {

// Label -> value. Values come from bounded sets (Reasons, providers, stages), never from a call: each
// combination is kept for ever.
using Labels = std::map<std::string, std::string>;

// Only grows. Thread-safe, no lock.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double amount) = 0;  // not negative
  void Increment() { Add(1); }
};

// Goes up and down. Thread-safe, no lock.
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double amount) = 0;
};

// Distribution over buckets. Thread-safe, no lock.
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double value) = 0;
};

// Upper bounds in seconds from 50 microseconds to 10 seconds, for latencies.
const std::vector<double>& LatencyBuckets();

// Thread-safe. Names are Prometheus's: "sti_as_signatures_total", units as suffix. Asking for the same name
// and labels again gives the same object; it lives as long as this. Asking for a name as another kind, or
// with a bad name or label, ends the program: it is a mistake in the code. Histograms have at most
// ShardedHistogram::kMaxBounds buckets.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter& CounterOf(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& GaugeOf(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& HistogramOf(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                         const Labels& labels = {});

  // Called before each scrape, one after the other, to set what is only known then. Must not block for long.
  void OnScrape(std::function<void()> update);

  // Prometheus text exposition format 0.0.4.
  std::string Text();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace sti::metrics

#endif  // COMMON_METRICS_METRICS_H_

#include "services/vs/call_meters.h"

namespace sti::vs {
namespace {

metrics::Histogram& StageOf(metrics::Metrics& metrics, const char* stage) {
  return metrics.HistogramOf("sti_vs_stage_seconds", "Time of the stages of a verification.",
                             metrics::LatencyBuckets(), {{"stage", stage}});
}

metrics::Counter& LookupsOf(metrics::Metrics& metrics, const char* result) {
  return metrics.CounterOf("sti_vs_certificate_lookups_total", "Certificates looked for in the cache.",
                           {{"result", result}});
}

}  // namespace

CallMeters::CallMeters(metrics::Metrics& metrics)
    : parse(StageOf(metrics, "parse")),
      fetch(StageOf(metrics, "fetch")),
      chain(StageOf(metrics, "chain")),
      signature(StageOf(metrics, "signature")),
      total(StageOf(metrics, "total")),
      hits(LookupsOf(metrics, "hit")),
      failures(LookupsOf(metrics, "failure")),
      misses(LookupsOf(metrics, "miss")) {}

}  // namespace sti::vs

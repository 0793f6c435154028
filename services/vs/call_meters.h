// What the way of a call through sti-vs costs, stage by stage (docs/operations.md "Metrics").
#ifndef SERVICES_VS_CALL_METERS_H_
#define SERVICES_VS_CALL_METERS_H_

#include "common/metrics/metrics.h"

namespace sti::vs {

// Thread-safe, no lock. What it refers to belongs to the metrics.
struct CallMeters {
  explicit CallMeters(metrics::Metrics& metrics);

  metrics::Histogram& parse;      // facts, Identity headers and every cheap check
  metrics::Histogram& fetch;      // of a call that had to wait: until its certificates are there
  metrics::Histogram& chain;      // of one header: whether its chain stands; mostly remembered
  metrics::Histogram& signature;  // of one header: claims and signature
  metrics::Histogram& total;      // of a call with a verdict, all of it
  // Certificates looked for in the cache: a chain, a remembered failure, neither.
  metrics::Counter &hits, &failures, &misses;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_CALL_METERS_H_

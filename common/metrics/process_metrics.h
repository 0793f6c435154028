// What every Prometheus client tells about its process, under the usual names.
#ifndef COMMON_METRICS_PROCESS_METRICS_H_
#define COMMON_METRICS_PROCESS_METRICS_H_

#include "common/metrics/metrics.h"

namespace sti::metrics {

// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, process_max_fds and
// process_start_time_seconds, read from /proc at each scrape; what cannot be read keeps its value. Once for
// each `metrics`.
void ExposeProcess(Metrics& metrics);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_PROCESS_METRICS_H_

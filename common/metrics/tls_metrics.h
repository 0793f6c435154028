// The ends of the TLS certificates that a daemon shows, for Prometheus.
#ifndef COMMON_METRICS_TLS_METRICS_H_
#define COMMON_METRICS_TLS_METRICS_H_

#include <string>
#include <utility>
#include <vector>

#include "common/metrics/metrics.h"

namespace sti::metrics {

// What it serves for, "grpc", and the file.
using TlsUses = std::vector<std::pair<std::string, std::string>>;

// sti_tls_certificate_expiry_timestamp_seconds by use, as the files are at each scrape; 0 for one that cannot
// be read. Uses without a file do not count. Once for each `metrics`.
void ExposeTlsFiles(Metrics& metrics, const TlsUses& uses);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_TLS_METRICS_H_

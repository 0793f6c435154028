#include "common/metrics/tls_metrics.h"

#include "absl/time/time.h"
#include "common/files/certificate_end.h"

namespace sti::metrics {

void ExposeTlsFiles(Metrics& metrics, const TlsUses& uses) {
  for (const auto& [use, file] : uses) {
    if (file.empty()) continue;
    Gauge& end = metrics.GaugeOf("sti_tls_certificate_expiry_timestamp_seconds",
                                 "End of a TLS certificate, as its file is now; 0 when it cannot be read.",
                                 {{"use", use}});
    metrics.OnScrape([&end, path = file] {
      const auto read = files::ReadEnd(path);
      end.Set(read.ok() ? static_cast<double>(absl::ToUnixSeconds(*read)) : 0);
    });
  }
}

}  // namespace sti::metrics

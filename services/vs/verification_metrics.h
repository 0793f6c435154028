// The Prometheus names of sti-vs (docs/operations.md "Metrics").
#ifndef SERVICES_VS_VERIFICATION_METRICS_H_
#define SERVICES_VS_VERIFICATION_METRICS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/http/fetcher.h"
#include "common/metrics/metrics.h"
#include "common/pki/certificate.h"
#include "common/stir/verdict.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/host_tally.h"
#include "services/vs/trust_refresher.h"
#include "services/vs/trust_state.h"

namespace sti::vs {

// Thread-safe. A call costs a short lock and two look-ups. Whatever callers send, no label gets more values
// than stated: a stranger can make a certificate for any SPC, so only signers whom a trust domain vouches for
// are named.
class VerificationMetrics {
 public:
  static constexpr size_t kSigners = 500;  // by name; further ones are "other"

  // Both must outlive this.
  VerificationMetrics(metrics::Metrics& metrics, const Clock& clock);

  // What a call got; an error is a call without verdict.
  void Judged(const absl::StatusOr<stir::CallVerdict>& verdict);

  // `fetcher` with its promises, its downloads counted under `purpose`: "call" or "renewal". This must outlive
  // it.
  std::unique_ptr<http::HttpFetcher> Count(const std::string& purpose,
                                           std::unique_ptr<http::HttpFetcher> fetcher);

  // A call passed with a certificate from this host.
  void KnowHost(const std::string& host) { hosts_.Know(host); }

  // At a scrape.
  void ReportTrust(const TrustSet& trust, const std::vector<std::shared_ptr<const DomainHealth>>& health);
  // Once, of each trust domain.
  void ReportRoots(const std::string& domain, const std::vector<pki::Certificate>& roots);
  // Of the chains that calls passed with: the eldest download, and the leaf that ends first.
  void ReportCertificates(const std::vector<CertificateCache::Kept>& proven);
  void Report(const char* name, const char* help, double value) { metrics_.GaugeOf(name, help).Set(value); }

 private:
  std::string SignerOf(const stir::CallVerdict& verdict) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  metrics::Metrics& metrics_;
  const Clock& clock_;
  HostTally hosts_;
  metrics::Counter& replays_;
  std::array<metrics::Counter*, kReasonCount> refusals_;
  Mutex mutex_;
  absl::flat_hash_map<std::string, absl::flat_hash_map<size_t, metrics::Counter*>> calls_
      ABSL_GUARDED_BY(mutex_);  // by signer, then by verdict and Reason
};

}  // namespace sti::vs

#endif  // SERVICES_VS_VERIFICATION_METRICS_H_

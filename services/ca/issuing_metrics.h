// The Prometheus names of what sti-ca issues and refuses (docs/operations.md "Metrics").
#ifndef SERVICES_CA_ISSUING_METRICS_H_
#define SERVICES_CA_ISSUING_METRICS_H_

#include "common/metrics/metrics.h"
#include "common/store/database.h"
#include "services/ca/issuing_observer.h"

namespace sti::ca {

// Thread-safe.
class IssuingMetrics final : public IssuingObserver {
 public:
  // `metrics` must outlive this.
  explicit IssuingMetrics(metrics::Metrics& metrics);

  void Issued(IssuedVia via) override;
  void Refused(const absl::Status& why) override;
  void AcmeProblem(acme::ErrorType type) override;

  // Asks the database how many revocations sti-pa has not confirmed; what cannot be had keeps its value.
  void SampleReports(store::Database& database);

 private:
  metrics::Metrics& metrics_;
  metrics::Gauge& reports_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ISSUING_METRICS_H_

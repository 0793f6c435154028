// What sti-as tells Prometheus. Names and meanings are in docs/operations.md ("Metrics") and do not change.
#ifndef SERVICES_AS_SIGNING_METRICS_H_
#define SERVICES_AS_SIGNING_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/metrics/metrics.h"
#include "common/stir/passport_type.h"
#include "services/as/call_log.h"
#include "services/as/call_record.h"
#include "services/as/provider_table.h"
#include "services/as/self_check.h"
#include "services/as/signer_state.h"

namespace sti::as {

// Counts signatures on their way to the records. Thread-safe; a signature costs a look-up and an atomic
// addition.
class SigningMetrics final : public CallRecorder {
 public:
  // All must outlive this.
  SigningMetrics(metrics::Metrics& metrics, const ProviderTable& providers, CallLog& records);

  absl::Status Reserve(size_t count, bool emergency) override { return records_.Reserve(count, emergency); }
  void GiveBack(size_t count) override { records_.GiveBack(count); }
  void Record(CallRecord record) override;

  void Refused(const absl::Status& why);

  // At a scrape. Both may be null: not known yet.
  void ReportSigner(size_t provider, const SignerState* state, const SelfCheckResult* check);
  void ReportRecords();
  // ClockWatch::Offset, and whether it rests on an answer from elsewhere.
  void ReportClock(absl::Duration offset, bool known);
  // CallLimits::in_flight.
  void ReportInFlight(int64_t passports);

 private:
  // One a PASSporT type and attest, A to C, or none.
  using Signatures = std::array<std::array<metrics::Counter*, 4>, stir::kPassportTypes.size()>;

  metrics::Metrics& metrics_;
  const ProviderTable& providers_;
  CallLog& records_;
  absl::flat_hash_map<std::string, Signatures> signatures_;  // by provider
  std::array<metrics::Counter*, kReasonCount> refusals_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_SIGNING_METRICS_H_

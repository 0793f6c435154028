// Signatures and refusals by the minute, and the last refusals by Reason, for the status page.
#ifndef SERVICES_AS_CALL_TALLY_H_
#define SERVICES_AS_CALL_TALLY_H_

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/reason.h"
#include "common/status/error_log.h"
#include "common/status/rate_window.h"
#include "services/as/call_record.h"

namespace sti::as {

// Counts signatures on their way to the next recorder. Thread-safe.
class CallTally final : public CallRecorder {
 public:
  // Both must outlive this.
  CallTally(CallRecorder& next, const Clock& clock) : next_(next), clock_(clock) {}

  absl::Status Reserve(size_t count, bool emergency) override { return next_.Reserve(count, emergency); }
  void GiveBack(size_t count) override { next_.GiveBack(count); }
  void Record(CallRecord record) override {
    signed_.Add(record.time);
    next_.Record(std::move(record));
  }
  void Refused(const absl::Status& why) {
    const absl::Time now = clock_.TimeNow();
    refused_.Add(now);
    errors_.Record(ReasonOf(why), why.message(), now);
  }

  const status::RateWindow& signatures() const { return signed_; }
  const status::RateWindow& refusals() const { return refused_; }
  const status::ErrorLog& errors() const { return errors_; }

 private:
  CallRecorder& next_;
  const Clock& clock_;
  status::RateWindow signed_, refused_;
  status::ErrorLog errors_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_CALL_TALLY_H_

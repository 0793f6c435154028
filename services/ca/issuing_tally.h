// What sti-ca issues and refuses, by the minute, and the last refusals, for the status page.
#ifndef SERVICES_CA_ISSUING_TALLY_H_
#define SERVICES_CA_ISSUING_TALLY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "common/acme/error.h"
#include "common/base/clock.h"
#include "common/base/reason.h"
#include "common/status/error_log.h"
#include "common/status/page.h"
#include "common/status/rate_window.h"
#include "services/ca/issuing_observer.h"

namespace sti::ca {

// Hands everything on. Thread-safe.
class IssuingTally final : public IssuingObserver {
 public:
  // Both must outlive this.
  IssuingTally(IssuingObserver& next, const Clock& clock) : next_(next), clock_(clock) {}

  void Issued(IssuedVia via) override;
  void Refused(const absl::Status& why) override;
  void AcmeProblem(acme::ErrorType type) override;

  status::Table Rates(absl::Time now) const;
  // ACME problems since the start, by type.
  status::Table AcmeProblems(absl::Time now) const;
  const status::ErrorLog& errors() const { return errors_; }

 private:
  static constexpr size_t kTypes = static_cast<size_t>(acme::ErrorType::kUserActionRequired) + 1;
  struct Problems {
    std::atomic<int64_t> count{0}, last{0};  // seconds since 1970
  };

  IssuingObserver& next_;
  const Clock& clock_;
  status::RateWindow issued_, refused_, problems_;
  status::ErrorLog errors_;
  std::array<Problems, kTypes> by_type_{};
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ISSUING_TALLY_H_

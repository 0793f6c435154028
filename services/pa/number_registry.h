// Which numbers each SPC may use: the contents of the number authority list.
#ifndef SERVICES_PA_NUMBER_REGISTRY_H_
#define SERVICES_PA_NUMBER_REGISTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/pa/number_ledger.h"
#include "services/pa/run_mode.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

// As an admin says it.
struct NumberRequest {
  std::string spc;
  std::string start;
  uint64_t count = 1;
};

struct NumberWithdrawal {
  int64_t sequence = 0;              // of the list that shows the state
  std::vector<std::string> effects;  // in plain words, one each
};

struct NumberPage {
  std::vector<NumberBlock> blocks;
  std::string next_page_token;  // empty on the last page
  int64_t sequence = 0;         // of the list that shows this state; 0 when nothing was ever assigned
};

// Thread-safe. A request is done as a whole or not at all. A change is on disk, together with the new
// sequence and its events in the audit, when its function returns OK; the publisher signs the new list in the
// same call, or, should that fail, as soon as it can.
class NumberRegistry {
 public:
  // All references must outlive this.
  NumberRegistry(store::Database& database, TrustPublisher& publisher, const Clock& clock);

  // The sequence of the list with the change. Fields of errors begin with "numbers[3]". kMissingField,
  // kInvalidField; kNotFound for an SPC that no provider has; kNumbersOverlap naming the number and whose it
  // is; kStateConflict when the list is full; kTooLarge, kStorageFailed.
  absl::StatusOr<int64_t> Assign(const Actor& actor, absl::Span<const NumberRequest> requests) const;
  // kNotFound when one of the numbers is not the SPC's; else as Assign.
  absl::StatusOr<NumberWithdrawal> Withdraw(const Actor& actor, absl::Span<const NumberRequest> requests,
                                            RunMode run = RunMode::kReal) const;
  // Blocks of one SPC, or all when `spc` is empty.
  absl::StatusOr<NumberPage> List(absl::string_view spc, int64_t page_size,
                                  absl::string_view page_token) const;

 private:
  enum class Action { kAssign, kWithdraw };
  absl::StatusOr<int64_t> Change(const Actor& actor, absl::Span<const NumberRequest> requests, Action action,
                                 RunMode run) const;

  store::Database& database_;
  TrustPublisher& publisher_;
  const Clock& clock_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_NUMBER_REGISTRY_H_

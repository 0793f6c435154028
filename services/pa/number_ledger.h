// Which telephone numbers are assigned to which SPC: blocks that never overlap, as pure data.
#ifndef SERVICES_PA_NUMBER_LEDGER_H_
#define SERVICES_PA_NUMBER_LEDGER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::pa {

// Consecutive numbers of the same length: 0123 is not 123.
struct NumberBlock {
  std::string spc;
  int64_t digits = 0;  // 1 to 15
  int64_t first = 0;   // value of the first number
  int64_t last = 0;    // of the last one; both belong to the block

  std::string start() const;  // the first number with its leading zeros
  int64_t count() const { return last - first + 1; }
  bool operator==(const NumberBlock& other) const {
    return spc == other.spc && digits == other.digits && first == other.first && last == other.last;
  }
};

// `start` has 1 to 15 digits; `count` 1 or more, within numbers of that length. kMissingField, kInvalidField
// with the field "spc", "start" or "count".
absl::StatusOr<NumberBlock> MakeBlock(absl::string_view spc, absl::string_view start, uint64_t count);

// Thread-compatible value. Blocks of one SPC that touch are one block.
class NumberLedger {
 public:
  explicit NumberLedger(std::vector<NumberBlock> blocks);

  // Numbers that are the SPC's already stay so. kNumbersOverlap naming a number and whose it is; then nothing
  // has changed.
  absl::Status Assign(NumberBlock block);
  // kNotFound when one of the numbers is not the SPC's; then nothing has changed.
  absl::Status Withdraw(const NumberBlock& block);

  std::vector<NumberBlock> Blocks() const;  // sorted by length and value
  size_t size() const { return blocks_.size(); }

  struct Difference {
    std::vector<NumberBlock> removed, added;
  };
  // From what the constructor got.
  Difference Changes() const;

 private:
  using Key = std::pair<int64_t, int64_t>;  // digits, first
  struct Rest {
    int64_t last;
    std::string spc;
    bool operator==(const Rest& other) const { return last == other.last && spc == other.spc; }
  };
  using Map = std::map<Key, Rest>;

  Map original_, blocks_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_NUMBER_LEDGER_H_

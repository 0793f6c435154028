// Single numbers with their rights, sorted, at 6 octets each: numbers with the same upper bits share them.
#ifndef SERVICES_AS_NUMBER_MAP_SINGLES_H_
#define SERVICES_AS_NUMBER_MAP_SINGLES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/as/number_map_rights.h"
#include "services/as/provisioned.h"

namespace sti::as {

// Thread-safe after Finish. Fewer than 2^32 entries.
class SingleNumbers {
 public:
  void Reserve(size_t entries);
  // Not below the last one.
  void Append(NumberValue number, RightCode right);
  // Before anything is looked up.
  void Finish();

  // Calls visit(RightCode) for each right to the number.
  template <typename F>
  void Visit(NumberValue number, F&& visit) const {
    const uint64_t upper = number >> kLowerBits;
    if (uppers_.empty() || upper < uppers_.front() || upper > uppers_.back()) return;
    const uint32_t* const hint = hints_.data() + ((upper - uppers_.front()) >> hint_shift_);
    const auto candidates_end = uppers_.begin() + hint[1];
    const auto block = std::lower_bound(uppers_.begin() + hint[0], candidates_end, upper);
    if (block == candidates_end || *block != upper) return;
    const auto index = static_cast<size_t>(block - uppers_.begin());
    const auto begin = lowers_.begin() + starts_[index];
    const auto end = lowers_.begin() + static_cast<std::ptrdiff_t>(EndOf(index));
    const auto lower = static_cast<uint16_t>(number);
    for (auto at = std::lower_bound(begin, end, lower); at != end && *at == lower; ++at) {
      visit(rights_[static_cast<size_t>(at - lowers_.begin())]);
    }
  }

  size_t size() const { return lowers_.size(); }
  size_t memory() const;

  // From the first to the last.
  class Cursor {
   public:
    explicit Cursor(const SingleNumbers& numbers) : numbers_(&numbers) {}
    bool done() const { return at_ == numbers_->size(); }
    NumberValue first() const { return numbers_->uppers_[block_] << kLowerBits | numbers_->lowers_[at_]; }
    NumberValue last() const { return first(); }
    RightCode right() const { return numbers_->rights_[at_]; }
    void Next() {
      if (++at_ == numbers_->EndOf(block_)) ++block_;
    }

   private:
    const SingleNumbers* numbers_;
    size_t at_ = 0, block_ = 0;
  };

 private:
  static constexpr int kLowerBits = 16;
  size_t EndOf(size_t block) const {
    return block + 1 < starts_.size() ? starts_[block + 1] : lowers_.size();
  }

  void MakeHints();

  std::vector<uint64_t> uppers_;  // of each block, ascending
  // Where to look for upper bits: those whose distance from the first, shifted, is i lie from hints_[i] to
  // hints_[i + 1]. As many as blocks at most; with numbers that are spread evenly, few lie in each.
  std::vector<uint32_t> hints_;
  int hint_shift_ = 0;
  std::vector<uint32_t> starts_;  // where the block's entries begin
  std::vector<uint16_t> lowers_;  // of each entry, ascending within its block
  std::vector<RightCode> rights_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MAP_SINGLES_H_

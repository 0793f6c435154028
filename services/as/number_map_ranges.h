// Ranges of numbers with their rights, which may overlap: an interval tree without pointers, 21 octets each.
#ifndef SERVICES_AS_NUMBER_MAP_RANGES_H_
#define SERVICES_AS_NUMBER_MAP_RANGES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/as/number_map_rights.h"
#include "services/as/provisioned.h"

namespace sti::as {

// Thread-safe after Finish.
class NumberRanges {
 public:
  void Reserve(size_t entries);
  // In order of first, then last.
  void Append(NumberValue first, NumberValue last, RightCode right);
  // Before anything is looked up.
  void Finish();

  // Calls visit(first, last, RightCode) for each range that holds the number. Logarithmic for each of them.
  template <typename F>
  void Visit(NumberValue number, F&& visit) const {
    const auto begun =
        static_cast<size_t>(std::upper_bound(firsts_.begin(), firsts_.end(), number) - firsts_.begin());
    if (begun != 0) Descend(1, 0, leaves_, begun, number, visit);
  }

  size_t size() const { return firsts_.size(); }
  size_t memory() const;

  // From the first to the last.
  class Cursor {
   public:
    explicit Cursor(const NumberRanges& ranges) : ranges_(&ranges) {}
    bool done() const { return at_ == ranges_->size(); }
    NumberValue first() const { return ranges_->firsts_[at_]; }
    NumberValue last() const { return ranges_->lasts_[at_]; }
    RightCode right() const { return ranges_->rights_[at_]; }
    void Next() { ++at_; }

   private:
    const NumberRanges* ranges_;
    size_t at_ = 0;
  };

 private:
  static constexpr size_t kBlock = 16;

  // Node `node` stands for `blocks` blocks from `block` on; of the entries, the first `begun` count.
  template <typename F>
  void Descend(size_t node, size_t block, size_t blocks, size_t begun, NumberValue number, F& visit) const {
    if (block * kBlock >= begun || reach_[node] < number) return;
    if (blocks == 1) {
      const size_t end = std::min(begun, (block + 1) * kBlock);
      for (size_t i = block * kBlock; i < end; ++i) {
        if (lasts_[i] >= number) visit(firsts_[i], lasts_[i], rights_[i]);
      }
      return;
    }
    Descend(2 * node, block, blocks / 2, begun, number, visit);
    Descend(2 * node + 1, block + blocks / 2, blocks / 2, begun, number, visit);
  }

  std::vector<NumberValue> firsts_, lasts_;
  std::vector<RightCode> rights_;
  // The highest last number below each node of a binary tree over blocks of entries; the root is 1, the
  // children of n are 2n and 2n + 1.
  std::vector<NumberValue> reach_;
  size_t leaves_ = 0;  // a power of 2
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MAP_RANGES_H_

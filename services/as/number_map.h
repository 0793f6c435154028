// Which rights there are to a number: millions of single numbers and ranges in little memory.
#ifndef SERVICES_AS_NUMBER_MAP_H_
#define SERVICES_AS_NUMBER_MAP_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/as/number_map_ranges.h"
#include "services/as/number_map_rights.h"
#include "services/as/number_map_singles.h"
#include "services/as/provisioned.h"

namespace sti::as {

// An entry that holds a number. What sets entries apart is all but `removed`, which one run of changes (see
// NumberRuns) says of an entry in an older one.
struct NumberMatch {
  NumberValue first = 0, last = 0;
  NumberRight right;
  bool removed = false;

  bool SameEntry(const NumberMatch& other) const {
    return first == other.first && last == other.last && right.letter == other.right.letter &&
           right.until == other.right.until && right.customer == other.right.customer;
  }
};

// Immutable, thread-safe. Made by NumberMapBuilder and MergeNumberMaps. Each entry is in it once.
class NumberMap {
 public:
  NumberMap(SingleNumbers singles, NumberRanges ranges, std::shared_ptr<const NumberRights> rights,
            size_t removed)
      : singles_(std::move(singles)),
        ranges_(std::move(ranges)),
        rights_(std::move(rights)),
        removed_(removed) {}

  // Calls visit(const NumberMatch&) for each entry that holds the number; the text in it lives as long as
  // this. Logarithmic in the number of entries, and for each match.
  template <typename F>
  void Visit(NumberValue number, F&& visit) const {
    const auto match = [&](NumberValue first, NumberValue last, RightCode code) {
      visit(NumberMatch{first, last, rights_->Of(code), (code & kRemoved) != 0});
    };
    singles_.Visit(number, [&](RightCode code) { match(number, number, code); });
    ranges_.Visit(number, match);
  }

  size_t size() const { return singles_.size() + ranges_.size(); }
  size_t removed() const { return removed_; }  // entries that take one away
  size_t memory() const;                       // octets, about

  const SingleNumbers& singles() const { return singles_; }
  const NumberRanges& ranges() const { return ranges_; }
  const NumberRights& rights() const { return *rights_; }

 private:
  SingleNumbers singles_;
  NumberRanges ranges_;
  std::shared_ptr<const NumberRights> rights_;
  size_t removed_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_MAP_H_

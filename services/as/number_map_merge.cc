#include "services/as/number_map_merge.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace sti::as {
namespace {

// Codes of the sources' rights to codes of the result's. Only rights that are still in use get one.
class RightTranslation {
 public:
  explicit RightTranslation(const std::vector<NumberSource>& sources) {
    absl::flat_hash_map<const NumberRights*, size_t> known;  // sources may share them
    for (const NumberSource& source : sources) {
      const auto [at, is_new] = known.try_emplace(source.rights, tables_.size());
      if (is_new) tables_.push_back({source.rights, std::vector<RightCode>(source.rights->size(), kUnknown)});
      table_of_.push_back(at->second);
    }
  }

  RightCode operator()(size_t source, RightCode code) {
    Table& table = tables_[table_of_[source]];
    RightCode& translated = table.codes[code & ~kRemoved];
    if (translated == kUnknown) translated = builder_.Intern(table.rights->Of(code));
    return translated | (code & kRemoved);
  }
  std::shared_ptr<const NumberRights> Build() && { return std::move(builder_).Build(); }

 private:
  static constexpr RightCode kUnknown = ~RightCode{0};
  struct Table {
    const NumberRights* rights;
    std::vector<RightCode> codes;
  };
  std::vector<Table> tables_;
  std::vector<size_t> table_of_;
  NumberRightsBuilder builder_;
};

struct Head {
  NumberValue first, last;
  size_t source;
  bool operator>(const Head& other) const {
    return std::tie(first, last, source) > std::tie(other.first, other.last, other.source);
  }
  bool SameNumbers(const Head& other) const { return first == other.first && last == other.last; }
};

// Calls sink(first, last, code) in order. `Numbers` is SingleNumbers or NumberRanges.
template <typename Numbers, typename Sink>
void MergeSorted(const std::vector<const Numbers*>& sources, RightTranslation& translate, Sink sink) {
  std::vector<typename Numbers::Cursor> cursors;
  std::vector<Head> heap;
  for (size_t i = 0; i < sources.size(); ++i) {
    cursors.emplace_back(*sources[i]);
    if (!cursors[i].done()) heap.push_back({cursors[i].first(), cursors[i].last(), i});
  }
  const std::greater<> later;
  std::make_heap(heap.begin(), heap.end(), later);
  NumberGroup group;
  while (!heap.empty()) {
    const Head lowest = heap.front();
    group.clear();
    while (!heap.empty() && heap.front().SameNumbers(lowest)) {
      std::pop_heap(heap.begin(), heap.end(), later);
      auto& cursor = cursors[heap.back().source];
      group.emplace_back(translate(heap.back().source, cursor.right()), heap.back().source);
      cursor.Next();
      if (cursor.done()) {
        heap.pop_back();
      } else {
        heap.back().first = cursor.first();
        heap.back().last = cursor.last();
        std::push_heap(heap.begin(), heap.end(), later);
      }
    }
    KeepNewest(group);
    for (const auto& [code, age] : group) sink(lowest.first, lowest.last, code);
  }
}

}  // namespace

void KeepNewest(NumberGroup& group) {
  if (group.size() < 2) return;
  std::sort(group.begin(), group.end(), [](const auto& a, const auto& b) {
    const RightCode right_a = a.first & ~kRemoved, right_b = b.first & ~kRemoved;
    return right_a != right_b ? right_a < right_b : a.second > b.second;
  });
  const auto same_right = [](const auto& a, const auto& b) {
    return (a.first & ~kRemoved) == (b.first & ~kRemoved);
  };
  group.erase(std::unique(group.begin(), group.end(), same_right), group.end());
}

std::shared_ptr<const NumberMap> MergeNumbers(const std::vector<NumberSource>& oldest_first,
                                              bool drop_removed) {
  std::vector<const SingleNumbers*> single_sources;
  std::vector<const NumberRanges*> range_sources;
  size_t single_count = 0, range_count = 0;
  for (const NumberSource& source : oldest_first) {
    single_sources.push_back(source.singles);
    range_sources.push_back(source.ranges);
    single_count += source.singles->size();
    range_count += source.ranges->size();
  }
  RightTranslation translate(oldest_first);
  SingleNumbers singles;
  NumberRanges ranges;
  singles.Reserve(single_count);
  ranges.Reserve(range_count);
  size_t removed = 0;
  const auto counts = [&](RightCode code) {
    if ((code & kRemoved) == 0) return true;
    removed += drop_removed ? 0 : 1;
    return !drop_removed;
  };
  MergeSorted(single_sources, translate, [&](NumberValue first, NumberValue, RightCode code) {
    if (counts(code)) singles.Append(first, code);
  });
  MergeSorted(range_sources, translate, [&](NumberValue first, NumberValue last, RightCode code) {
    if (counts(code)) ranges.Append(first, last, code);
  });
  singles.Finish();
  ranges.Finish();
  return std::make_shared<NumberMap>(std::move(singles), std::move(ranges), std::move(translate).Build(),
                                     removed);
}

}  // namespace sti::as

#include "services/as/number_map_builder.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "services/as/number_map_merge.h"

namespace sti::as {

void NumberMapBuilder::Put(const CustomerNumbers& numbers, RightCode removed) {
  const RightCode right = rights_.Intern({numbers.customer, numbers.letter, numbers.until});
  pending_.push_back({numbers.first, numbers.last, right | removed, static_cast<uint32_t>(pending_.size())});
  if (pending_.size() == kChunk) Flush();
}

// Sorts what is pending into a chunk.
void NumberMapBuilder::Flush() {
  const auto before = [](const Pending& a, const Pending& b) {
    return std::tie(a.first, a.last, a.order) < std::tie(b.first, b.last, b.order);
  };
  if (!std::is_sorted(pending_.begin(), pending_.end(), before)) {
    std::sort(pending_.begin(), pending_.end(), before);
  }
  Chunk& chunk = chunks_.emplace_back();
  const auto ranges = static_cast<size_t>(std::count_if(
      pending_.begin(), pending_.end(), [](const Pending& entry) { return entry.first != entry.last; }));
  chunk.ranges.Reserve(ranges);
  chunk.singles.Reserve(pending_.size() - ranges);
  NumberGroup group;
  for (auto at = pending_.begin(); at != pending_.end();) {
    const NumberValue first = at->first, last = at->last;
    group.clear();
    for (; at != pending_.end() && at->first == first && at->last == last; ++at) {
      group.emplace_back(at->right, at->order);
    }
    KeepNewest(group);
    for (const auto& [code, order] : group) {
      first == last ? chunk.singles.Append(first, code) : chunk.ranges.Append(first, last, code);
    }
  }
  chunk.singles.Finish();
  chunk.ranges.Finish();
  pending_.clear();
}

std::shared_ptr<const NumberMap> NumberMapBuilder::Build(bool drop_removed) && {
  if (!pending_.empty()) Flush();
  pending_ = {};
  const std::shared_ptr<const NumberRights> rights = std::move(rights_).Build();
  std::vector<NumberSource> sources;
  for (const Chunk& chunk : chunks_) sources.push_back({&chunk.singles, &chunk.ranges, rights.get()});
  return MergeNumbers(sources, drop_removed);
}

std::shared_ptr<const NumberMap> MergeNumberMaps(const std::vector<std::shared_ptr<const NumberMap>>& maps,
                                                 bool drop_removed) {
  std::vector<NumberSource> sources;
  for (const auto& map : maps) sources.push_back({&map->singles(), &map->ranges(), &map->rights()});
  return MergeNumbers(sources, drop_removed);
}

}  // namespace sti::as

#include "services/as/number_map_runs.h"

#include <algorithm>
#include <utility>

#include "services/as/number_map_builder.h"

namespace sti::as {

NumberRuns::NumberRuns(Run oldest) {
  if (oldest->size() != 0) runs_.push_back(std::move(oldest));
}

void NumberRuns::Append(Run run) {
  if (runs_.empty() && run->removed() != 0) run = MergeNumberMaps({run}, true);
  if (run->size() == 0) return;
  runs_.push_back(std::move(run));
  while (runs_.size() > 1) {
    const size_t last = runs_.size() - 1;
    const size_t older = runs_[last - 1]->size(), newer = runs_[last]->size();
    if (older >= kRatio * newer || older + newer > kAtOnce) return;
    const Run merged = MergeNumberMaps({runs_[last - 1], runs_[last]}, last == 1);
    runs_.resize(last - 1);
    if (merged->size() != 0) runs_.push_back(merged);
  }
}

std::optional<NumberRuns::Work> NumberRuns::NextWork() const {
  for (size_t i = runs_.size(); i-- > 1;) {  // the newest first: they are the smallest
    if (runs_[i - 1]->size() < kRatio * runs_[i]->size()) return Work{{runs_[i - 1], runs_[i]}, i == 1};
  }
  return std::nullopt;
}

NumberRuns::Run NumberRuns::Work::Merge() const { return MergeNumberMaps(runs, drop_removed); }

bool NumberRuns::Install(const Work& work, Run merged) {
  const auto at = std::search(runs_.begin(), runs_.end(), work.runs.begin(), work.runs.end());
  if (at == runs_.end()) return false;
  const auto rest = runs_.erase(at, at + static_cast<std::ptrdiff_t>(work.runs.size()));
  if (merged->size() != 0) runs_.insert(rest, std::move(merged));
  return true;
}

size_t NumberRuns::size() const {
  size_t added = 0, removed = 0;
  for (const Run& run : runs_) {
    added += run->size() - run->removed();
    removed += run->removed();
  }
  return added - std::min(added, removed);
}

size_t NumberRuns::memory() const {
  size_t octets = 0;
  for (const Run& run : runs_) octets += run->memory();
  return octets;
}

}  // namespace sti::as

#include "common/status/error_log.h"

#include <algorithm>

namespace sti::status {

void ErrorLog::Record(Reason reason, absl::string_view detail, absl::Time now) {
  const auto place = static_cast<size_t>(reason);
  if (reason == Reason::kNone || place >= entries_.size()) return;
  Entry& entry = entries_[place];
  const MutexLock lock(entry.mutex);
  ++entry.count;
  entry.last = now;
  entry.detail.assign(detail.data(), std::min(detail.size(), kDetail));
}

std::vector<ErrorLog::Row> ErrorLog::Rows() const {
  std::vector<Row> rows;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const MutexLock lock(entry.mutex);
    if (entry.count > 0) rows.push_back({static_cast<Reason>(i), entry.count, entry.last, entry.detail});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.last > b.last; });
  return rows;
}

}  // namespace sti::status

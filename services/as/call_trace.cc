#include "services/as/call_trace.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/admin/audit_line.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/as/call_record_event.h"
#include "services/as/call_segment.h"

namespace sti::as {
namespace {

constexpr uint64_t kReadAtMost = 256 * 1024 * 1024;  // octets of files without index, a page
// How far a clock that was set may have put the times of neighbouring records out of order.
constexpr absl::Duration kSlack = absl::Hours(1);

// One page in the making.
class Search {
 public:
  Search(const CallFilter& filter, int64_t after, size_t limit)
      : filter_(filter), after_(after), limit_(limit) {
    for (const std::string* wanted : {&filter.origid, &filter.div, &filter.orig, &filter.dest}) {
      if (needle_.empty()) needle_ = *wanted;
    }
  }

  bool full() const { return page_.calls.size() >= limit_; }
  uint64_t left() const { return kReadAtMost - std::min(kReadAtMost, read_); }
  const absl::Status& status() const { return status_; }

  // The most selective of the filter's keys; empty without.
  std::string Key() const {
    if (!filter_.origid.empty()) return TraceKey("i", filter_.origid);
    if (!filter_.div.empty()) return TraceKey("v", filter_.div);
    if (!filter_.orig.empty()) return TraceKey("o", filter_.orig);
    if (!filter_.dest.empty()) return TraceKey("d", filter_.dest);
    return "";
  }

  // False when the page is full or something is wrong.
  bool Take(absl::string_view line) {
    read_ += line.size() + 1;
    // Most lines of a file without index are about other calls.
    const bool lost = absl::StrContains(line, kCallsLost);
    if (!lost && !needle_.empty() && !absl::StrContains(line, needle_)) return true;
    const auto event = admin::ParseAuditLine(line);
    if (!event.ok()) return Fail(event.status());
    if (event->seq <= after_ || event->time < filter_.from || event->time >= filter_.to) return true;
    page_.lost += LostOf(*event);
    if (event->event.action != kCallSigned) return true;
    auto call = CallOf(*event);
    if (!call.ok()) return Fail(call.status());
    if (Fits(*call)) page_.calls.push_back({event->seq, *std::move(call)});
    return !full();
  }

  // Everything before `seq` was looked at.
  CallTracePage Page(bool more, int64_t seq) && {
    if (full()) seq = page_.calls.back().seq + 1;
    page_.next = more || full() ? std::max(seq - 1, after_) : 0;
    return std::move(page_);
  }

 private:
  bool Fail(const absl::Status& status) {
    status_ = status;
    return false;
  }

  bool Fits(const CallRecord& call) const {
    const bool dest =
        filter_.dest.empty() || std::count(call.dest.begin(), call.dest.end(), filter_.dest) > 0;
    const bool provider = filter_.all_providers || filter_.providers.count(call.provider) > 0;
    return dest && provider && (filter_.div.empty() || call.div == filter_.div) &&
           (filter_.orig.empty() || call.orig == filter_.orig) &&
           (filter_.origid.empty() || call.origid == filter_.origid);
  }

  const CallFilter& filter_;
  const int64_t after_;
  const size_t limit_;
  absl::string_view needle_;
  uint64_t read_ = 0;
  CallTracePage page_;
  absl::Status status_;
};

// The lines that the index names. False: there is no index, or nothing to ask it.
absl::StatusOr<bool> SearchIndexed(const CallSegment& segment, const CallFilter& filter, Search& search) {
  const std::string key = search.Key();
  const auto answer = AskCallIndex(segment.index(), key);
  if (!answer.has_value()) return false;
  if (answer->latest < filter.from || answer->earliest >= filter.to) return true;
  if (key.empty()) return false;
  std::vector<uint64_t> offsets = answer->offsets;
  if (const auto lost = AskCallIndex(segment.index(), TraceKey("lost", ""))) {
    offsets.insert(offsets.end(), lost->offsets.begin(), lost->offsets.end());
  }
  std::sort(offsets.begin(), offsets.end());
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  for (const uint64_t offset : offsets) {
    bool more = true;
    const auto read = ReadCallLines(segment.log(), offset, 1, [&](absl::string_view line) {
      more = search.Take(line);
      return false;
    });
    // Deleted for its age meanwhile.
    if (ReasonOf(read.status()) == Reason::kNotFound) break;
    STI_RETURN_IF_ERROR(read.status());
    if (!more) break;
  }
  return true;
}

}  // namespace

absl::StatusOr<CallTracePage> TraceCalls(const std::string& folder, const CallFilter& filter, int64_t after,
                                         size_t limit) {
  STI_ASSIGN_OR_RETURN(const std::vector<CallSegment> segments, ListCallSegments(folder));
  Search search(filter, after, limit);
  for (size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (!last && segments[i + 1].first_seq <= after + 1) continue;
    if (search.full()) break;
    if (segments[i].begin >= filter.to + kSlack) continue;
    if (!last && segments[i + 1].begin < filter.from - kSlack) continue;
    if (search.left() == 0) return std::move(search).Page(true, segments[i].first_seq);
    STI_ASSIGN_OR_RETURN(const bool indexed, SearchIndexed(segments[i], filter, search));
    if (!indexed) {
      const auto read = ReadCallLines(segments[i].log(), 0, UINT64_MAX,
                                      [&](absl::string_view line) { return search.Take(line); });
      // Deleted for its age meanwhile.
      if (!read.ok() && ReasonOf(read.status()) != Reason::kNotFound) return read.status();
    }
    STI_RETURN_IF_ERROR(search.status());
  }
  return std::move(search).Page(false, 0);
}

}  // namespace sti::as

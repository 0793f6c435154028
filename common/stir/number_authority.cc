#include "common/stir/number_authority.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::stir {
namespace {

constexpr size_t kDigits = 15;  // of a number (E.164, RFC 8226 s9)

absl::Status Invalid(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kNumberListInvalid, field, what);
}

bool ToValue(absl::string_view digits, uint64_t& value) {
  return digits.size() <= kDigits && digits.find_first_not_of("0123456789") == absl::string_view::npos &&
         absl::SimpleAtoi(digits, &value);
}

bool IsSpc(absl::string_view spc) {
  return !spc.empty() && spc.size() <= limits::kName && std::all_of(spc.begin(), spc.end(), [](char c) {
    return absl::ascii_isupper(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// Numbers from `begin` up to, not including `end`. Those of different lengths are different: 0123 is not 123.
struct Interval {
  size_t digits = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
  size_t spc = 0;  // index
};

bool StandsBefore(const Interval& a, const Interval& b) {
  return std::make_pair(a.digits, a.begin) < std::make_pair(b.digits, b.begin);
}

std::string NumberText(const Interval& interval) {
  const std::string digits = absl::StrCat(interval.begin);
  return std::string(interval.digits - digits.size(), '0') + digits;
}

absl::StatusOr<Interval> ParseRange(const NumberRange& range) {
  if (!IsSpc(range.spc)) return Invalid("spc", "an SPC consists of A-Z and 0-9");
  Interval interval;
  interval.digits = range.start.size();
  if (!ToValue(range.start, interval.begin)) {
    return Invalid("numbers", absl::StrCat("a number of SPC ", range.spc, " has not 1 to 15 digits"));
  }
  uint64_t bound = 1;
  for (size_t i = 0; i < interval.digits; ++i) bound *= 10;
  if (range.count < 1 || range.count > bound - interval.begin) {
    return Invalid("numbers", absl::StrCat("the range of SPC ", range.spc, " from ", range.start,
                                           " has no number or ends beyond numbers of that length"));
  }
  interval.end = interval.begin + range.count;
  return interval;
}

class SortedRanges final : public NumberAuthority {
 public:
  SortedRanges(int64_t sequence, absl::Time expires) : sequence_(sequence), expires_(expires) {}

  absl::Status Fill(const std::vector<NumberRange>& ranges);

  Answer Ask(const TelephoneNumber& number, absl::string_view spc) const override;
  int64_t sequence() const override { return sequence_; }
  absl::Time expires() const override { return expires_; }
  size_t size() const override { return intervals_.size(); }

 private:
  const int64_t sequence_;
  const absl::Time expires_;
  std::vector<std::string> spcs_;
  std::vector<Interval> intervals_;  // sorted, disjoint
};

absl::Status SortedRanges::Fill(const std::vector<NumberRange>& ranges) {
  std::map<std::string, size_t> indices;
  std::vector<Interval> all;
  all.reserve(ranges.size());
  for (const NumberRange& range : ranges) {
    STI_ASSIGN_OR_RETURN(Interval interval, ParseRange(range));
    const auto [known, fresh] = indices.emplace(range.spc, spcs_.size());
    if (fresh) spcs_.push_back(range.spc);
    interval.spc = known->second;
    all.push_back(interval);
  }
  std::sort(all.begin(), all.end(), StandsBefore);
  for (const Interval& next : all) {
    if (intervals_.empty() || intervals_.back().digits != next.digits || intervals_.back().end < next.begin) {
      intervals_.push_back(next);
      continue;
    }
    Interval& last = intervals_.back();
    if (last.spc == next.spc) {
      last.end = std::max(last.end, next.end);
    } else if (last.end == next.begin) {
      intervals_.push_back(next);
    } else {
      return Invalid("numbers", absl::StrCat(NumberText(next), " is assigned to SPCs ", spcs_[last.spc],
                                             " and ", spcs_[next.spc]));
    }
  }
  return absl::OkStatus();
}

NumberAuthority::Answer SortedRanges::Ask(const TelephoneNumber& number, absl::string_view spc) const {
  Interval wanted;
  wanted.digits = number.digits().size();
  if (!ToValue(number.digits(), wanted.begin)) return Answer::kUnknown;
  const auto after = std::upper_bound(intervals_.begin(), intervals_.end(), wanted, StandsBefore);
  if (after == intervals_.begin()) return Answer::kUnknown;
  const Interval& found = *std::prev(after);
  if (found.digits != wanted.digits || wanted.begin >= found.end) return Answer::kUnknown;
  return spcs_[found.spc] == spc ? Answer::kAssigned : Answer::kOtherProvider;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const NumberAuthority>> NumberAuthority::Create(
    NumberAuthorityContents contents) {
  if (contents.ranges.size() > limits::kNumberListRanges)
    return MakeError(Reason::kTooLarge, "numbers",
                     absl::StrCat("more than ", limits::kNumberListRanges, " ranges"));
  auto authority = std::make_shared<SortedRanges>(contents.sequence, contents.expires);
  STI_RETURN_IF_ERROR(authority->Fill(contents.ranges));
  return authority;
}

}  // namespace sti::stir

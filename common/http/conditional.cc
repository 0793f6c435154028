#include "common/http/conditional.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sti::http {
namespace {

constexpr char kDateFormat[] = "%a, %d %b %Y %H:%M:%S GMT";

// RFC 9110 s12.4.2: a weight of 0 means "not acceptable".
bool IsRuledOut(absl::string_view range) {
  for (const absl::string_view parameter : absl::StrSplit(range, ';')) {
    absl::string_view weight = absl::StripAsciiWhitespace(parameter);
    if (!absl::ConsumePrefix(&weight, "q=") && !absl::ConsumePrefix(&weight, "Q=")) continue;
    return weight.find_first_not_of("0.") == absl::string_view::npos;
  }
  return false;
}

}  // namespace

bool MatchesEtag(absl::string_view if_none_match, absl::string_view etag) {
  for (absl::string_view entry : absl::StrSplit(if_none_match, ',')) {
    entry = absl::StripAsciiWhitespace(entry);
    absl::ConsumePrefix(&entry, "W/");
    if (entry == "*" || entry == etag) return true;
  }
  return false;
}

std::string HttpDate(absl::Time time) { return absl::FormatTime(kDateFormat, time, absl::UTCTimeZone()); }

std::optional<absl::Time> ParseHttpDate(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(kDateFormat, text, absl::UTCTimeZone(), &time, &error) || HttpDate(time) != text)
    return std::nullopt;
  return time;
}

bool IsNotModified(const HttpRequest& request, absl::string_view etag, absl::Time modified) {
  const absl::string_view tags = request.Header("if-none-match");
  if (!tags.empty()) return MatchesEtag(tags, etag);
  const std::optional<absl::Time> since = ParseHttpDate(request.Header("if-modified-since"));
  return since && modified != absl::InfinitePast() && modified <= *since;
}

bool AsksFor(const HttpRequest& request, absl::string_view media_type) {
  for (const auto& [name, value] : request.headers) {
    if (name != "accept") continue;
    for (const absl::string_view range : absl::StrSplit(value, ',', absl::SkipWhitespace())) {
      if (absl::EqualsIgnoreCase(MediaTypeOf(range), media_type)) return !IsRuledOut(range);
    }
  }
  return false;
}

}  // namespace sti::http

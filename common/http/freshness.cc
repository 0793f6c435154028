#include "common/http/freshness.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sti::http {
namespace {

// RFC 9111 s1.2.2 suggests it for larger values.
constexpr absl::Duration kLongest = absl::Seconds(std::numeric_limits<int32_t>::max());

// The argument of a directive, without quotes; "" for one without. Null when the field lacks the directive.
std::optional<absl::string_view> Directive(absl::string_view cache_control, absl::string_view name) {
  for (absl::string_view directive : absl::StrSplit(cache_control, ',')) {
    directive = absl::StripAsciiWhitespace(directive);
    const size_t equals = directive.find('=');
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(directive.substr(0, equals)), name)) continue;
    if (equals == absl::string_view::npos) return "";
    absl::string_view argument = absl::StripAsciiWhitespace(directive.substr(equals + 1));
    if (absl::ConsumePrefix(&argument, "\"")) absl::ConsumeSuffix(&argument, "\"");
    return argument;
  }
  return std::nullopt;
}

// delta-seconds (RFC 9111 s1.2.2): digits only; more than counts is the most that does.
std::optional<absl::Duration> DeltaSeconds(absl::string_view text) {
  if (text.empty() ||
      !std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); }))
    return std::nullopt;
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(text, &seconds)) return kLongest;
  return std::min(absl::Seconds(seconds), kLongest);
}

}  // namespace

std::optional<absl::Time> ParseAnyHttpDate(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT",  // IMF-fixdate
                           "%A, %d-%b-%y %H:%M:%S GMT",  // RFC 850
                           "%a %b %e %H:%M:%S %Y"}) {    // asctime
    absl::Time time;
    if (!absl::ParseTime(form, text, absl::UTCTimeZone(), &time, nullptr)) continue;
    // It takes "infinite-future" for a time, too, and years that nobody lives to see.
    if (time <= absl::InfinitePast() || time >= absl::InfiniteFuture()) return std::nullopt;
    return time;
  }
  return std::nullopt;
}

absl::Duration FreshnessOf(const FetchResponse& response, absl::Time now) {
  absl::Duration lifetime = absl::ZeroDuration();
  if (const auto max_age = Directive(response.cache_control, "max-age")) {
    lifetime = DeltaSeconds(*max_age).value_or(absl::ZeroDuration());
  } else if (const auto expires = ParseAnyHttpDate(response.expires)) {
    lifetime = *expires - ParseAnyHttpDate(response.date).value_or(now);
  }
  const absl::Duration age =
      DeltaSeconds(absl::StripAsciiWhitespace(response.age)).value_or(absl::ZeroDuration());
  return std::max(absl::ZeroDuration(), std::min(lifetime, kLongest) - age);
}

bool SaysNoStore(const FetchResponse& response) {
  return Directive(response.cache_control, "no-store").has_value();
}

}  // namespace sti::http

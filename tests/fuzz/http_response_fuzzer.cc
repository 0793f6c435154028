// What a certificate repository sends: how long it may be kept, what type it says it is, and the chain in its
// body. The input is Content-Type, Cache-Control, Expires, Age and Date, a line each, and then the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/http/fetcher.h"
#include "common/http/freshness.h"
#include "common/http/message.h"
#include "common/pki/certificate.h"

namespace {

std::string TakeLine(absl::string_view& rest) {
  const size_t end = std::min(rest.find('\n'), rest.size());
  std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void Check(bool promise) {
  if (!promise) abort();
}

void CheckDate(const std::string& text) {
  const auto time = sti::http::ParseAnyHttpDate(text);
  if (!time.has_value()) return;
  Check(*time > absl::InfinitePast() && *time < absl::InfiniteFuture());
  // What was understood can be said in the preferred form, within the years that it has room for.
  const absl::CivilSecond civil = absl::ToCivilSecond(*time, absl::UTCTimeZone());
  if (civil.year() < 1000 || civil.year() > 9999) return;
  const std::string fixed = absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", *time, absl::UTCTimeZone());
  Check(sti::http::ParseAnyHttpDate(fixed) == time);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view rest(reinterpret_cast<const char*>(data), size);
  sti::http::FetchResponse response;
  response.status = 200;
  response.content_type = TakeLine(rest);
  response.cache_control = TakeLine(rest);
  response.expires = TakeLine(rest);
  response.age = TakeLine(rest);
  response.date = TakeLine(rest);
  response.body = std::string(rest);

  const absl::string_view type = sti::http::MediaTypeOf(response.content_type);
  Check(type == sti::http::MediaTypeOf(type) && type.find(';') == absl::string_view::npos);

  const absl::Time now = absl::FromUnixSeconds(1735689600);
  const absl::Duration fresh = sti::http::FreshnessOf(response, now);
  Check(fresh >= absl::ZeroDuration() && fresh < absl::InfiniteDuration());
  Check(now + fresh < absl::InfiniteFuture());
  CheckDate(response.expires);
  CheckDate(response.date);
  sti::http::FetchResponse older = response;
  older.age = "1";
  const absl::Duration one_second_old = sti::http::FreshnessOf(older, now);
  older.age = "2";
  Check(sti::http::FreshnessOf(older, now) <= one_second_old);
  if (sti::http::SaysNoStore(response)) {
    // Fields stand beside each other, whatever the other one says.
    older.cache_control = absl::StrCat("public, ", response.cache_control);
    Check(sti::http::SaysNoStore(older));
  }

  const auto chain = sti::pki::CertificateChain::Parse(response.body);
  if (chain.ok()) {
    Check(!chain->certificates().empty() && chain->certificates().size() <= sti::limits::kChainCertificates);
  } else {
    const sti::Reason reason = sti::ReasonOf(chain.status());
    Check(sti::RowOf(reason).table_row == 17 || sti::RowOf(reason).table_row == 0);
  }
  return 0;
}

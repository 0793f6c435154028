#include "common/store/page.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"

namespace sti::store {
namespace {

constexpr size_t kMaxToken = 1024;

absl::Status NotOurs() {
  return MakeError(Reason::kInvalidField, "page_token", "not a next_page_token of this listing");
}

}  // namespace

absl::StatusOr<int64_t> CheckPageSize(int64_t requested) {
  if (requested == 0) return kDefaultPageSize;
  if (requested < 0 || requested > kMaxPageSize) {
    return MakeError(Reason::kInvalidField, "page_size",
                     absl::StrCat(requested, " is not 1 to ", kMaxPageSize, ", or 0 for ", kDefaultPageSize));
  }
  return requested;
}

std::string MakePageToken(absl::string_view listing, absl::string_view last_key) {
  return codec::Base64UrlEncode(absl::StrCat(listing, ":", last_key));
}

absl::StatusOr<std::string> ParsePageToken(absl::string_view listing, absl::string_view token) {
  if (token.empty()) return std::string();
  if (token.size() > kMaxToken) return NotOurs();
  const absl::StatusOr<std::string> text = codec::Base64UrlDecode(token);
  if (!text.ok()) return NotOurs();
  absl::string_view key = *text;
  if (!absl::ConsumePrefix(&key, absl::StrCat(listing, ":")) || key.empty()) return NotOurs();
  return std::string(key);
}

absl::StatusOr<int64_t> ParseNumericPageToken(absl::string_view listing, absl::string_view token,
                                              int64_t first) {
  STI_ASSIGN_OR_RETURN(const std::string key, ParsePageToken(listing, token));
  if (key.empty()) return first;
  int64_t number = 0;
  if (!absl::SimpleAtoi(key, &number)) return NotOurs();
  return number;
}

}  // namespace sti::store

// Pages of a listing: bounded sizes, and page tokens that remember the key of the last row shown.
#ifndef COMMON_STORE_PAGE_H_
#define COMMON_STORE_PAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::store {

inline constexpr int64_t kDefaultPageSize = 100;
inline constexpr int64_t kMaxPageSize = 1000;

// 0 means the default. kInvalidField "page_size" when negative or too large.
absl::StatusOr<int64_t> CheckPageSize(int64_t requested);

// An opaque text. `listing` names what is listed, so that a token of one listing is refused by another.
std::string MakePageToken(absl::string_view listing, absl::string_view last_key);
// The key; empty for an empty token, which asks for the first page. kInvalidField "page_token".
absl::StatusOr<std::string> ParsePageToken(absl::string_view listing, absl::string_view token);
// The same for keys that are numbers; `first` for an empty token.
absl::StatusOr<int64_t> ParseNumericPageToken(absl::string_view listing, absl::string_view token,
                                              int64_t first);

}  // namespace sti::store

#endif  // COMMON_STORE_PAGE_H_

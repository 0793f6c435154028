// How long a repository wants its answer to be kept (RFC 9111).
#ifndef COMMON_HTTP_FRESHNESS_H_
#define COMMON_HTTP_FRESHNESS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/fetcher.h"

namespace sti::http {

// An HTTP-date in any of its three forms (RFC 9110 s5.6.7).
std::optional<absl::Time> ParseAnyHttpDate(absl::string_view text);

// For how long from now the answer is fresh: max-age, else Expires less Date (or `now` without one), less its
// Age. Zero when it says nothing, nonsense (RFC 9111 s4.2.1: stale) or less than nothing.
absl::Duration FreshnessOf(const FetchResponse& response, absl::Time now);

// Whether Cache-Control says no-store.
bool SaysNoStore(const FetchResponse& response);

}  // namespace sti::http

#endif  // COMMON_HTTP_FRESHNESS_H_

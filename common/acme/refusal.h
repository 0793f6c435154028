// A server's refusal as a client reports it: the answer's problem document (RFC 7807, RFC 8555 s6.7) as one
// of our failures.
#ifndef COMMON_ACME_REFUSAL_H_
#define COMMON_ACME_REFUSAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/acme/transport.h"

namespace sti::acme {

// Text of a stranger for our log: printable ASCII only, other octets as "?", `max_size` octets at most.
std::string CleanText(absl::string_view text, size_t max_size);

// Of an answer with an HTTP status outside of 200..299. Reason and TypeOf (error.h) by the problem's type;
// kUnavailable for 5xx and serverInternal, kOverloaded for 429 and rateLimited, both with RetryAfterOf where
// the server named a time; by the HTTP status for what is no problem document. The text has the server's
// detail, cleaned.
absl::Status RefusalOf(const TransportAnswer& answer, absl::Time now);

// Of the "error" of an order or challenge; `problem` is JSON, or empty when the server gave none.
// kPermissionDenied where the type says nothing better.
absl::Status FailureOf(absl::string_view what, const std::string& problem);

}  // namespace sti::acme

#endif  // COMMON_ACME_REFUSAL_H_

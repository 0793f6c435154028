// What is wrong with a request before its body is looked at (ATIS-1000082, rest_api.md s1 and s1.3).
#ifndef COMMON_REST_OBJECTION_H_
#define COMMON_REST_OBJECTION_H_

#include <initializer_list>
#include <optional>

#include "absl/strings/string_view.h"
#include "common/http/message.h"
#include "common/stir/atis_error.h"

namespace sti::rest {

// The path, without a query.
absl::string_view ResourceOf(const http::HttpRequest& request);

// The first of: SVC4003 for a path that is none of `resources`, POL4050 for another method than POST, SVC4002
// for an Accept that rules JSON out (RFC 9110 s12.5.1), SVC4007, SVC4000, SVC4004. Pure function.
std::optional<stir::AtisError> Objection(const http::HttpRequest& request,
                                         std::initializer_list<absl::string_view> resources);

}  // namespace sti::rest

#endif  // COMMON_REST_OBJECTION_H_

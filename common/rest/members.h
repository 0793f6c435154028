// Members of a REST request's JSON. Types are strict; errors name the member by its path: kMissingField,
// kInvalidField. Pure functions.
#ifndef COMMON_REST_MEMBERS_H_
#define COMMON_REST_MEMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/rest/reply.h"

namespace sti::rest {

// The object `name` in the body. kMalformedJson, also for JSON that is no object; kTooLarge.
absl::StatusOr<codec::JsonObject> ParseBody(absl::string_view body, absl::string_view name);

absl::Status Missing(absl::string_view path);
absl::Status Invalid(absl::string_view path, absl::string_view what);

// Null when there is none.
const codec::JsonValue* Find(const codec::JsonObject& object, absl::string_view name);
absl::StatusOr<const codec::JsonValue*> Need(const codec::JsonObject& object, absl::string_view name);
absl::StatusOr<const codec::JsonObject*> NeedObject(const codec::JsonObject& object, absl::string_view name);

absl::StatusOr<std::string> StringFrom(const codec::JsonValue& value, absl::string_view path);
absl::StatusOr<std::vector<std::string>> StringsFrom(const codec::JsonValue& value, absl::string_view path,
                                                     size_t most);
// Mandatory: seconds since 1970, an integer.
absl::StatusOr<int64_t> SecondsFrom(const codec::JsonObject& object, absl::string_view name);

// A canonical number, a "+" in front tolerated, as a header value that no numbering plan reads otherwise:
// with
// "+" where it may be a country code and number; service codes, and what "#" and "*" are in, as they are.
// kTelephoneNumberInvalid.
absl::StatusOr<std::string> NumberFrom(const codec::JsonValue& value, absl::string_view path);
// The rest of its syntax is the logic's affair.
absl::StatusOr<std::string> UriFrom(const codec::JsonValue& value, absl::string_view path);

// Who calls, is called, or was.
struct RestParty {
  std::optional<std::string> tn, uri;  // exactly one
  const std::string& text() const { return tn.has_value() ? *tn : *uri; }
};
// {"tn":"12155550121"} or, in the 3GPP form, {"uri":"sip:alice@example.com"}.
absl::StatusOr<RestParty> PartyFrom(const codec::JsonObject& request, absl::string_view name, RestForm form);

}  // namespace sti::rest

#endif  // COMMON_REST_MEMBERS_H_

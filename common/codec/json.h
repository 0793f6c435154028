// JSON from outside and JSON that gets signed. Reading refuses what STIR must not tolerate: duplicate member
// names, invalid UTF-8, depth and size beyond limits.h, trailing text. Writing is the deterministic
// serialization of RFC 8225 s9: members sorted by code point, no white space, "/" not escaped, non-ASCII as
// UTF-8.
#ifndef COMMON_CODEC_JSON_H_
#define COMMON_CODEC_JSON_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::codec {

class JsonValue;
// Members in the order of the text. Names are unique.
using JsonObject = std::vector<std::pair<std::string, JsonValue>>;
using JsonArray = std::vector<JsonValue>;

// A value tree. Regular type; thread-compatible.
class JsonValue {
 public:
  JsonValue() = default;               // null
  JsonValue(bool value);               // NOLINT(google-explicit-constructor): literals read like JSON
  JsonValue(int value);                // NOLINT
  JsonValue(int64_t value);            // NOLINT
  JsonValue(double value);             // NOLINT
  JsonValue(std::string value);        // NOLINT
  JsonValue(const char* value);        // NOLINT
  JsonValue(absl::string_view value);  // NOLINT
  JsonValue(JsonArray value);          // NOLINT
  JsonValue(JsonObject value);         // NOLINT

  bool is_null() const;
  bool is_bool() const;
  bool is_int() const;     // a number without fraction or exponent that fits int64
  bool is_number() const;  // any number
  bool is_string() const;
  bool is_array() const;
  bool is_object() const;

  // Null pointers when the type differs.
  const bool* if_bool() const;
  const int64_t* if_int() const;
  const double* if_double() const;
  const std::string* if_string() const;
  const JsonArray* if_array() const;
  const JsonObject* if_object() const;

  // Member of an object; null when absent or when this is no object.
  const JsonValue* Find(absl::string_view name) const;

  // Numbers compare by value (1 equals 1.0); the order of members does not matter.
  bool operator==(const JsonValue& other) const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, JsonArray, JsonObject> value_;
};

// Integers beyond int64 become doubles. kTooLarge beyond `max_size` (at most limits::kJson unless the caller
// has a larger document type, such as the trust list); kMalformedJson with what is wrong otherwise.
absl::StatusOr<JsonValue> ParseJson(absl::string_view text, size_t max_size);

// RFC 8225 s9. Doubles in the shortest form that reads back as the same double; they must be finite.
std::string CanonicalJson(const JsonValue& value);
void AppendCanonicalJson(const JsonValue& value, std::string& out);
// Appends a quoted and escaped string.
void AppendJsonString(absl::string_view text, std::string& out);

}  // namespace sti::codec

#endif  // COMMON_CODEC_JSON_H_

// ParseJson: simdjson reads, this file adds what STIR asks for on top of RFC 8259.
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"

namespace sti::codec {
namespace {

namespace dom = simdjson::dom;

absl::Status Malformed(absl::string_view what) { return MakeError(Reason::kMalformedJson, what); }

// Names are compared as they read after unescaping: {"a":1,"\u0061":2} has a duplicate.
absl::Status CheckDuplicates(const JsonObject& object) {
  std::vector<absl::string_view> names;
  names.reserve(object.size());
  for (const auto& member : object) names.emplace_back(member.first);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return absl::OkStatus();
  return Malformed(absl::StrCat("duplicate member \"", *twice, "\""));
}

absl::StatusOr<JsonValue> Build(const dom::element& element);

absl::StatusOr<JsonValue> BuildArray(const dom::array& elements) {
  JsonArray array;
  array.reserve(elements.size());
  for (const dom::element element : elements) {
    STI_ASSIGN_OR_RETURN(JsonValue value, Build(element));
    array.push_back(std::move(value));
  }
  return JsonValue(std::move(array));
}

absl::StatusOr<JsonValue> BuildObject(const dom::object& members) {
  const size_t size = members.size();
  if (size > limits::kJsonMembers) {
    return Malformed(absl::StrCat("an object with more than ", limits::kJsonMembers, " members"));
  }
  JsonObject object;
  object.reserve(size);
  for (const dom::key_value_pair member : members) {
    STI_ASSIGN_OR_RETURN(JsonValue value, Build(member.value));
    object.emplace_back(std::string(member.key), std::move(value));
  }
  STI_RETURN_IF_ERROR(CheckDuplicates(object));
  return JsonValue(std::move(object));
}

// The unchecked getters cannot fail here: the type has been asked for.
absl::StatusOr<JsonValue> Build(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::ARRAY:
      return BuildArray(element.get_array().value_unsafe());
    case dom::element_type::OBJECT:
      return BuildObject(element.get_object().value_unsafe());
    case dom::element_type::INT64:
      return JsonValue(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return JsonValue(static_cast<double>(element.get_uint64().value_unsafe()));
    case dom::element_type::DOUBLE:
      return JsonValue(element.get_double().value_unsafe());
    case dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      return JsonValue(std::string(text));
    }
    case dom::element_type::BOOL:
      return JsonValue(element.get_bool().value_unsafe());
    case dom::element_type::NULL_VALUE:
      break;
  }
  return JsonValue();
}

// Ends of the string literal and of the number literal that begin at `at`.
size_t EndOfString(absl::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}
size_t EndOfNumber(absl::string_view text, size_t at) {
  return std::min(text.find_first_not_of("0123456789+-.eE", at), text.size());
}

// simdjson refuses integers beyond uint64, which RFC 8259 allows; with an exponent it reads them as doubles.
std::string BigIntegersAsDoubles(absl::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool number = absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
    const size_t end = c == '"' ? EndOfString(text, at) : number ? EndOfNumber(text, at) : at + 1;
    const absl::string_view token = text.substr(at, end - at);
    absl::StrAppend(&out, token);
    int64_t fits;
    if (number && token.find_first_of(".eE") == absl::string_view::npos && !absl::SimpleAtoi(token, &fits))
      out += "e0";
    at = end;
  }
  return out;
}

absl::StatusOr<JsonValue> ParseWith(dom::parser& parser, absl::string_view text) {
  const size_t depth = limits::kJsonDepth;
  if (parser.max_depth() != depth || parser.capacity() < text.size()) {
    if (parser.allocate(text.size(), depth) != simdjson::SUCCESS) return Malformed("out of memory");
  }
  dom::element root;
  simdjson::error_code error = parser.parse(text.data(), text.size()).get(root);
  if (error == simdjson::NUMBER_ERROR) {
    const std::string rewritten = BigIntegersAsDoubles(text);
    error = parser.parse(rewritten.data(), rewritten.size()).get(root);
  }
  if (error != simdjson::SUCCESS) return Malformed(simdjson::error_message(error));
  return Build(root);
}

}  // namespace

absl::StatusOr<JsonValue> ParseJson(absl::string_view text, size_t max_size) {
  if (text.size() > max_size) {
    return MakeError(Reason::kTooLarge, absl::StrCat("JSON text of more than ", max_size, " octets"));
  }
  // A parser keeps its buffers: worth having for the call path, not for the rare big document.
  if (text.size() > limits::kJson) {
    dom::parser parser;
    return ParseWith(parser, text);
  }
  thread_local dom::parser parser;
  return ParseWith(parser, text);
}

}  // namespace sti::codec

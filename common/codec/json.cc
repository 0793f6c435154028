#include "common/codec/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

namespace sti::codec {
namespace {

bool SameNumber(int64_t integer, double number) {
  // 2^63: the first double that does not fit.
  return number >= -0x1p63 && number < 0x1p63 && std::trunc(number) == number &&
         static_cast<int64_t>(number) == integer;
}

bool SameMembers(const JsonObject& a, const JsonValue& b) {
  return std::all_of(a.begin(), a.end(), [&b](const auto& member) {
    const JsonValue* other = b.Find(member.first);
    return other != nullptr && *other == member.second;
  });
}

template <typename Number>
void AppendNumber(Number number, std::string& out) {
  char text[32];  // the longest double has 24 characters
  const std::to_chars_result end = std::to_chars(text, text + sizeof(text), number);
  out.append(text, end.ptr);
}

void AppendEscaped(unsigned char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

void AppendObject(const JsonObject& object, std::string& out) {
  std::vector<const JsonObject::value_type*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  // std::string compares as unsigned octets, and the octets of UTF-8 sort as the code points do.
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  char separator = '{';
  for (const auto* member : members) {
    out += separator;
    AppendJsonString(member->first, out);
    out += ':';
    AppendCanonicalJson(member->second, out);
    separator = ',';
  }
  if (members.empty()) out += '{';
  out += '}';
}

}  // namespace

JsonValue::JsonValue(bool value) : value_(value) {}
JsonValue::JsonValue(int value) : value_(int64_t{value}) {}
JsonValue::JsonValue(int64_t value) : value_(value) {}
JsonValue::JsonValue(double value) : value_(value) {}
JsonValue::JsonValue(std::string value) : value_(std::move(value)) {}
JsonValue::JsonValue(const char* value) : value_(std::string(value)) {}
JsonValue::JsonValue(absl::string_view value) : value_(std::string(value)) {}
JsonValue::JsonValue(JsonArray value) : value_(std::move(value)) {}
JsonValue::JsonValue(JsonObject value) : value_(std::move(value)) {}

bool JsonValue::is_null() const { return std::holds_alternative<std::monostate>(value_); }
bool JsonValue::is_bool() const { return if_bool() != nullptr; }
bool JsonValue::is_int() const { return if_int() != nullptr; }
bool JsonValue::is_number() const { return is_int() || if_double() != nullptr; }
bool JsonValue::is_string() const { return if_string() != nullptr; }
bool JsonValue::is_array() const { return if_array() != nullptr; }
bool JsonValue::is_object() const { return if_object() != nullptr; }

const bool* JsonValue::if_bool() const { return std::get_if<bool>(&value_); }
const int64_t* JsonValue::if_int() const { return std::get_if<int64_t>(&value_); }
const double* JsonValue::if_double() const { return std::get_if<double>(&value_); }
const std::string* JsonValue::if_string() const { return std::get_if<std::string>(&value_); }
const JsonArray* JsonValue::if_array() const { return std::get_if<JsonArray>(&value_); }
const JsonObject* JsonValue::if_object() const { return std::get_if<JsonObject>(&value_); }

const JsonValue* JsonValue::Find(absl::string_view name) const {
  const JsonObject* object = if_object();
  if (object == nullptr) return nullptr;
  for (const auto& member : *object) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

bool JsonValue::operator==(const JsonValue& other) const {
  if (if_int() != nullptr && other.if_double() != nullptr) return SameNumber(*if_int(), *other.if_double());
  if (if_double() != nullptr && other.if_int() != nullptr) return SameNumber(*other.if_int(), *if_double());
  const JsonObject* object = if_object();
  if (object != nullptr && other.is_object()) {
    return object->size() == other.if_object()->size() && SameMembers(*object, other);
  }
  return value_ == other.value_;
}

void AppendJsonString(absl::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == '"' || octet == '\\') {
      AppendEscaped(octet, out);
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendCanonicalJson(const JsonValue& value, std::string& out) {
  if (const bool* b = value.if_bool()) {
    out += *b ? "true" : "false";
  } else if (const int64_t* i = value.if_int()) {
    AppendNumber(*i, out);
  } else if (const double* d = value.if_double()) {
    AppendNumber(*d == 0 ? 0.0 : *d, out);  // "-0" would read back as the integer 0
  } else if (const std::string* s = value.if_string()) {
    AppendJsonString(*s, out);
  } else if (const JsonArray* array = value.if_array()) {
    out += '[';
    for (size_t at = 0; at < array->size(); ++at) {
      if (at != 0) out += ',';
      AppendCanonicalJson((*array)[at], out);
    }
    out += ']';
  } else if (const JsonObject* object = value.if_object()) {
    AppendObject(*object, out);
  } else {
    out += "null";
  }
}

std::string CanonicalJson(const JsonValue& value) {
  std::string out;
  AppendCanonicalJson(value, out);
  return out;
}

}  // namespace sti::codec

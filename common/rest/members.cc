#include "common/rest/members.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/telephone_number.h"

namespace sti::rest {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;

constexpr size_t kE164Digits = 15;
constexpr int64_t kLastSecond = 253402300799;  // of the year 9999

}  // namespace

absl::StatusOr<JsonObject> ParseBody(absl::string_view body, absl::string_view name) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, codec::ParseJson(body, limits::kJson));
  if (!json.is_object()) return MakeError(Reason::kMalformedJson, "the body is not a JSON object");
  STI_ASSIGN_OR_RETURN(const JsonObject* request, NeedObject(*json.if_object(), name));
  return *request;
}

absl::Status Missing(absl::string_view path) { return MakeError(Reason::kMissingField, path, ""); }

absl::Status Invalid(absl::string_view path, absl::string_view what) {
  return MakeError(Reason::kInvalidField, path, what);
}

const JsonValue* Find(const JsonObject& object, absl::string_view name) {
  for (const auto& [member, value] : object) {
    if (member == name) return &value;
  }
  return nullptr;
}

absl::StatusOr<const JsonValue*> Need(const JsonObject& object, absl::string_view name) {
  const JsonValue* value = Find(object, name);
  if (value == nullptr) return Missing(name);
  return value;
}

absl::StatusOr<const JsonObject*> NeedObject(const JsonObject& object, absl::string_view name) {
  STI_ASSIGN_OR_RETURN(const JsonValue* value, Need(object, name));
  if (!value->is_object()) return Invalid(name, "must be an object");
  return value->if_object();
}

absl::StatusOr<std::string> StringFrom(const JsonValue& value, absl::string_view path) {
  if (!value.is_string()) return Invalid(path, "must be a string");
  return *value.if_string();
}

absl::StatusOr<std::vector<std::string>> StringsFrom(const JsonValue& value, absl::string_view path,
                                                     size_t most) {
  if (!value.is_array()) return Invalid(path, "must be an array of strings");
  const JsonArray& array = *value.if_array();
  if (array.size() > most) return Invalid(path, absl::StrCat("at most ", most, " entries"));
  std::vector<std::string> strings;
  for (size_t i = 0; i < array.size(); ++i) {
    STI_ASSIGN_OR_RETURN(std::string text, StringFrom(array[i], absl::StrCat(path, "[", i, "]")));
    strings.push_back(std::move(text));
  }
  return strings;
}

absl::StatusOr<int64_t> SecondsFrom(const JsonObject& object, absl::string_view name) {
  STI_ASSIGN_OR_RETURN(const JsonValue* value, Need(object, name));
  if (!value->is_int()) return Invalid(name, "must be an integer");
  const int64_t seconds = *value->if_int();
  if (seconds < 0 || seconds > kLastSecond) return Invalid(name, "must be seconds since 1970");
  return seconds;
}

absl::StatusOr<std::string> NumberFrom(const JsonValue& value, absl::string_view path) {
  if (!value.is_string()) return Invalid(path, "must be a string");
  const absl::string_view text = absl::StripPrefix(*value.if_string(), "+");
  const auto number = stir::TelephoneNumber::FromClaim(text);
  if (!number.ok()) return MakeError(ReasonOf(number.status()), path, number.status().message());
  const std::string& digits = number->digits();
  const bool global = digits.size() <= kE164Digits && digits[0] != '0' &&
                      digits.find_first_not_of("0123456789") == std::string::npos;
  return absl::StrCat(global ? "+" : "", digits);
}

absl::StatusOr<std::string> UriFrom(const JsonValue& value, absl::string_view path) {
  STI_ASSIGN_OR_RETURN(std::string text, StringFrom(value, path));
  // A tel URI may hold a local number, which only the numbering plan can judge.
  if (text.find(':') == std::string::npos || text.find('<') != std::string::npos) {
    return Invalid(path, "must be a sip, sips, tel or service URI");
  }
  return text;
}

absl::StatusOr<RestParty> PartyFrom(const JsonObject& request, absl::string_view name, RestForm form) {
  STI_ASSIGN_OR_RETURN(const JsonObject* members, NeedObject(request, name));
  const std::string tn_path = absl::StrCat(name, ".tn"), uri_path = absl::StrCat(name, ".uri");
  const JsonValue* const tn = Find(*members, "tn");
  const JsonValue* const uri = form == RestForm::kGpp ? Find(*members, "uri") : nullptr;
  if (tn != nullptr && uri != nullptr) return Invalid(name, "either tn or uri");
  RestParty party;
  if (tn != nullptr) {
    STI_ASSIGN_OR_RETURN(party.tn, NumberFrom(*tn, tn_path));
    return party;
  }
  if (uri == nullptr) return Missing(tn_path);
  STI_ASSIGN_OR_RETURN(party.uri, UriFrom(*uri, uri_path));
  return party;
}

}  // namespace sti::rest

// The reading half of rest_verification.h.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/telephone_number.h"
#include "services/vs/rest_verification.h"

namespace sti::vs {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;

constexpr size_t kE164Digits = 15;
constexpr int64_t kLastSecond = 253402300799;  // of the year 9999
constexpr size_t kProtectedHeaders = 64;

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

// As a header value that no numbering plan reads otherwise: with "+" where it may be a country code and
// number; service codes, and what "#" and "*" are in, as they are.
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

// {"tn":"12155550121"} or, in the 3GPP form, {"uri":"sip:alice@example.com"}.
absl::StatusOr<std::string> PartyFrom(const JsonObject& request, absl::string_view name, RestForm form) {
  STI_ASSIGN_OR_RETURN(const JsonObject* party, NeedObject(request, name));
  const std::string tn_path = absl::StrCat(name, ".tn"), uri_path = absl::StrCat(name, ".uri");
  const JsonValue* const tn = Find(*party, "tn");
  const JsonValue* const uri = form == RestForm::kGpp ? Find(*party, "uri") : nullptr;
  if (tn != nullptr && uri != nullptr) return Invalid(name, "either tn or uri");
  if (tn != nullptr) return NumberFrom(*tn, tn_path);
  if (uri == nullptr) return Missing(tn_path);
  STI_ASSIGN_OR_RETURN(std::string text, StringFrom(*uri, uri_path));
  // The rest of its syntax is the numbering plan's affair, for a tel URI may hold a local number.
  if (text.find(':') == std::string::npos || text.find('<') != std::string::npos) {
    return Invalid(uri_path, "must be a sip, sips, tel or service URI");
  }
  return text;
}

// ATIS-1000082 has an array for the one number of To.
absl::StatusOr<std::string> OnlyNumberFrom(const JsonObject& request, absl::string_view name) {
  STI_ASSIGN_OR_RETURN(const JsonObject* party, NeedObject(request, name));
  const std::string path = absl::StrCat(name, ".tn");
  const JsonValue* const tn = Find(*party, "tn");
  if (tn == nullptr) return Missing(path);
  if (!tn->is_array()) return Invalid(path, "must be an array of strings");
  const JsonArray& numbers = *tn->if_array();
  if (numbers.size() != 1) return Invalid(path, "must hold one number, that of To");
  return NumberFrom(numbers[0], absl::StrCat(path, "[0]"));
}

absl::StatusOr<absl::Time> TimeFrom(const JsonObject& request) {
  STI_ASSIGN_OR_RETURN(const JsonValue* value, Need(request, "time"));
  if (!value->is_int()) return Invalid("time", "must be an integer");
  const int64_t seconds = *value->if_int();
  if (seconds < 0 || seconds > kLastSecond) return Invalid("time", "must be seconds since 1970");
  return absl::FromUnixSeconds(seconds);
}

// "Resource-Priority: esnet.0" and the like; fields that no check looks at are none of ours.
absl::Status TakeProtectedHeader(absl::string_view field, IncomingCall& call) {
  const size_t colon = field.find(':');
  if (colon == absl::string_view::npos) return Invalid("protectedHeaders", "a field without \":\"");
  const absl::string_view name = absl::StripAsciiWhitespace(field.substr(0, colon));
  const absl::string_view value = absl::StripAsciiWhitespace(field.substr(colon + 1));
  if (absl::EqualsIgnoreCase(name, "Resource-Priority")) call.resource_priority.emplace_back(value);
  if (absl::EqualsIgnoreCase(name, "Priority")) call.priority = std::string(value);
  return absl::OkStatus();
}

// Neither standard has it: tells a replay from a retransmission. "callId" in both forms.
absl::Status TakeCallId(const JsonObject& request, IncomingCall& call) {
  const JsonValue* const id = Find(request, "callId");
  if (id == nullptr) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(call.call_id, StringFrom(*id, "callId"));
  if (call.call_id.size() > kCallId) return Invalid("callId", absl::StrCat("at most ", kCallId, " octets"));
  return absl::OkStatus();
}

absl::Status TakeGppMembers(const JsonObject& request, IncomingCall& call) {
  STI_ASSIGN_OR_RETURN(const JsonValue* shaken, Need(request, "identityHeader"));
  STI_ASSIGN_OR_RETURN(std::string identity, StringFrom(*shaken, "identityHeader"));
  call.identity.push_back(std::move(identity));
  if (const JsonValue* more = Find(request, "identityHeaders")) {
    STI_ASSIGN_OR_RETURN(std::vector<std::string> others,
                         StringsFrom(*more, "identityHeaders", limits::kIdentityHeadersPerCall));
    for (std::string& other : others) call.identity.push_back(std::move(other));
  }
  if (Find(request, "dest") != nullptr) {
    STI_ASSIGN_OR_RETURN(call.request_uri, PartyFrom(request, "dest", RestForm::kGpp));
  }
  if (const JsonValue* fields = Find(request, "protectedHeaders")) {
    STI_ASSIGN_OR_RETURN(const std::vector<std::string> headers,
                         StringsFrom(*fields, "protectedHeaders", kProtectedHeaders));
    for (const std::string& header : headers) STI_RETURN_IF_ERROR(TakeProtectedHeader(header, call));
  }
  if (const JsonValue* name = Find(request, "displayName")) {
    STI_ASSIGN_OR_RETURN(call.display_name, StringFrom(*name, "displayName"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JsonObject> ParseRestBody(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, codec::ParseJson(body, limits::kJson));
  if (!json.is_object()) return MakeError(Reason::kMalformedJson, "the body is not a JSON object");
  STI_ASSIGN_OR_RETURN(const JsonObject* request, NeedObject(*json.if_object(), "verificationRequest"));
  return *request;
}

RestForm FormOf(const JsonObject& request) {
  const bool gpp = Find(request, "identityHeader") != nullptr || Find(request, "identityHeaders") != nullptr;
  return gpp && Find(request, "identity") == nullptr ? RestForm::kGpp : RestForm::kAtis;
}

absl::StatusOr<IncomingCall> CallFrom(const JsonObject& request, RestForm form) {
  IncomingCall call;
  STI_ASSIGN_OR_RETURN(call.from, PartyFrom(request, "from", form));
  if (form == RestForm::kAtis) {
    STI_ASSIGN_OR_RETURN(call.to, OnlyNumberFrom(request, "to"));
  } else {
    STI_ASSIGN_OR_RETURN(call.to, PartyFrom(request, "to", form));
  }
  STI_ASSIGN_OR_RETURN(call.date, TimeFrom(request));
  STI_RETURN_IF_ERROR(TakeCallId(request, call));
  if (form == RestForm::kGpp) {
    STI_RETURN_IF_ERROR(TakeGppMembers(request, call));
    return call;
  }
  STI_ASSIGN_OR_RETURN(const JsonValue* identity, Need(request, "identity"));
  STI_ASSIGN_OR_RETURN(std::string value, StringFrom(*identity, "identity"));
  call.identity.push_back(std::move(value));
  return call;
}

}  // namespace sti::vs

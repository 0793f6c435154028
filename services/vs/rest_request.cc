// The reading half of rest_verification.h.
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/rest/members.h"
#include "services/vs/rest_verification.h"

namespace sti::vs {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;
using rest::Find;
using rest::Invalid;
using rest::Missing;
using rest::Need;
using rest::NeedObject;
using rest::NumberFrom;
using rest::PartyFrom;
using rest::RestForm;
using rest::RestParty;
using rest::StringFrom;
using rest::StringsFrom;

constexpr size_t kProtectedHeaders = 64;

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
    STI_ASSIGN_OR_RETURN(const RestParty target, PartyFrom(request, "dest", RestForm::kGpp));
    call.request_uri = target.text();
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

rest::RestForm FormOf(const JsonObject& request) {
  const bool gpp = Find(request, "identityHeader") != nullptr || Find(request, "identityHeaders") != nullptr;
  return gpp && Find(request, "identity") == nullptr ? RestForm::kGpp : RestForm::kAtis;
}

absl::StatusOr<IncomingCall> CallFrom(const JsonObject& request, rest::RestForm form) {
  IncomingCall call;
  STI_ASSIGN_OR_RETURN(const RestParty from, PartyFrom(request, "from", form));
  call.from = from.text();
  if (form == RestForm::kAtis) {
    STI_ASSIGN_OR_RETURN(call.to, OnlyNumberFrom(request, "to"));
  } else {
    STI_ASSIGN_OR_RETURN(const RestParty to, PartyFrom(request, "to", form));
    call.to = to.text();
  }
  STI_ASSIGN_OR_RETURN(const int64_t seconds, rest::SecondsFrom(request, "time"));
  call.date = absl::FromUnixSeconds(seconds);
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

#include "services/pa/http_bodies.h"

#include <utility>

#include "absl/strings/match.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"

namespace sti::pa {
namespace {

using codec::JsonValue;

absl::StatusOr<JsonValue> ParseObject(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(JsonValue value, codec::ParseJson(body, limits::kJson));
  if (!value.is_object()) return MakeError(Reason::kInvalidField, "the body is no JSON object");
  return value;
}

absl::StatusOr<std::string> Text(const JsonValue& object, absl::string_view name) {
  const JsonValue* value = object.Find(name);
  if (value == nullptr) return MakeError(Reason::kMissingField, name, "is needed");
  if (!value->is_string()) return MakeError(Reason::kInvalidField, name, "must be a string");
  if (value->if_string()->empty()) return MakeError(Reason::kMissingField, name, "must not be empty");
  return *value->if_string();
}

absl::StatusOr<AtcBody> ReadAtc(const JsonValue& atc) {
  STI_ASSIGN_OR_RETURN(const std::string type, Text(atc, "tktype"));
  if (!absl::EqualsIgnoreCase(type, "TNAuthList"))
    return MakeError(Reason::kInvalidField, "tktype", "must be TNAuthList");
  STI_ASSIGN_OR_RETURN(const std::string value, Text(atc, "tkvalue"));
  AtcBody read;
  absl::StatusOr<std::string> octets = codec::Base64DecodeLenient(value);
  if (!octets.ok()) return MakeError(Reason::kInvalidField, "tkvalue", "not base64 of a TNAuthList");
  read.tn_auth_list = *std::move(octets);
  STI_ASSIGN_OR_RETURN(read.fingerprint, Text(atc, "fingerprint"));
  if (const JsonValue* ca = atc.Find("ca"); ca != nullptr) {
    if (!ca->is_bool()) return MakeError(Reason::kInvalidField, "ca", "must be true or false");
    read.ca = *ca->if_bool();
  }
  return read;
}

}  // namespace

absl::StatusOr<LoginBody> ParseLogin(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const JsonValue object, ParseObject(body));
  LoginBody login;
  STI_ASSIGN_OR_RETURN(login.user_id, Text(object, "userId"));
  STI_ASSIGN_OR_RETURN(std::string password, Text(object, "password"));
  login.password = Secret(std::move(password));
  return login;
}

absl::StatusOr<std::string> ParseRefresh(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const JsonValue object, ParseObject(body));
  return Text(object, "refreshToken");
}

absl::StatusOr<AtcBody> ParseAtc(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const JsonValue object, ParseObject(body));
  const JsonValue* wrapped = object.Find("atc");
  if (wrapped == nullptr) return ReadAtc(object);
  if (!wrapped->is_object()) return MakeError(Reason::kInvalidField, "atc", "must be an object");
  absl::StatusOr<AtcBody> atc = ReadAtc(*wrapped);
  if (!atc.ok()) return PrefixField("atc", atc.status());
  return atc;
}

}  // namespace sti::pa

#include "services/as/pa_https_bodies.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/acme/refusal.h"
#include "common/acme/retry_after_header.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"

namespace sti::as {
namespace {

using codec::JsonObject;
using codec::JsonValue;

constexpr absl::Duration kUsualLife = absl::Hours(1);  // of the deployed STI-PA's access tokens
constexpr size_t kMaxSessionToken = 8 * 1024;          // octets
constexpr size_t kMaxMessage = 300;

absl::Status Useless(absl::string_view what) { return MakeError(Reason::kInvalidField, what); }

absl::StatusOr<JsonValue> ParseObject(absl::string_view body) {
  absl::StatusOr<JsonValue> json = codec::ParseJson(body, limits::kJson);
  if (!json.ok() || !json->is_object()) return Useless("the answer is no JSON object");
  return json;
}

// Empty unless it is there as a text without white space and control characters.
std::string Word(const JsonValue& json, absl::string_view name, size_t max_size) {
  const JsonValue* member = json.Find(name);
  if (member == nullptr || !member->is_string() || member->if_string()->size() > max_size) return "";
  const std::string& text = *member->if_string();
  const bool graphic = std::all_of(text.begin(), text.end(),
                                   [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
  return graphic ? text : "";
}

std::string Shown(const JsonValue& json, absl::string_view name) {
  const JsonValue* member = json.Find(name);
  if (member == nullptr) return "";
  if (member->is_int()) return absl::StrCat(*member->if_int());
  return member->is_string() ? acme::CleanText(*member->if_string(), kMaxMessage) : "";
}

Reason ReasonOfStatus(int status) {
  if (status >= 500) return Reason::kUnavailable;
  switch (status) {
    case 401:
      return Reason::kUnauthenticated;
    case 403:
      return Reason::kPermissionDenied;
    case 404:
      return Reason::kNotFound;
    case 429:
      return Reason::kOverloaded;
    default:
      return Reason::kInvalidField;
  }
}

}  // namespace

std::string LoginBody(absl::string_view user, const Secret& password) {
  std::string body = "{\"userId\":";
  codec::AppendJsonString(user, body);
  // Grown at once, so that no copy of the password stays behind.
  body.reserve(body.size() + 6 * password.RevealForUse().size() + 32);
  body += ",\"password\":";
  codec::AppendJsonString(password.RevealForUse(), body);
  body += '}';
  return body;
}

std::string RefreshBody(const Secret& refresh_token) {
  return codec::CanonicalJson(JsonObject{{"refreshToken", refresh_token.RevealForUse()}});
}

std::string TokenBody(absl::string_view tkvalue, absl::string_view fingerprint) {
  return codec::CanonicalJson(JsonObject{
      {"atc",
       JsonObject{
           {"tktype", "TNAuthList"}, {"tkvalue", tkvalue}, {"ca", false}, {"fingerprint", fingerprint}}}});
}

absl::StatusOr<PaSession> ReadSession(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(body));
  PaSession session;
  session.access_token = Secret(Word(json, "accessToken", kMaxSessionToken));
  session.refresh_token = Secret(Word(json, "refreshToken", kMaxSessionToken));
  if (session.access_token.empty()) return Useless("the answer to the login has no accessToken");
  session.life = kUsualLife;
  const JsonValue* life = json.Find("expiresIn");
  if (life != nullptr && life->is_int()) {
    session.life = absl::Seconds(std::clamp<int64_t>(*life->if_int(), 0, 24 * 3600));
  }
  return session;
}

absl::StatusOr<std::string> ReadToken(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const JsonValue json, ParseObject(body));
  for (const char* name : {"token", "spcToken"}) {
    std::string token = Word(json, name, limits::kSpcToken);
    if (std::count(token.begin(), token.end(), '.') == 2) return token;
  }
  return Useless("the answer has no SPC token");
}

absl::Status PaRefusal(const http::ClientAnswer& answer, absl::Time now) {
  const bool success = answer.status >= 200 && answer.status < 300;
  const absl::StatusOr<JsonValue> json = ParseObject(answer.body);
  const bool error = json.ok() && Word(*json, "status", kMaxMessage) == "error";
  if (success && !error) return absl::OkStatus();
  std::string text = absl::StrCat("HTTP status ", answer.status);
  const std::string message = json.ok() ? Shown(*json, "message") : "";
  const std::string code = json.ok() ? Shown(*json, "errorCode") : "";
  if (!message.empty()) absl::StrAppend(&text, ": ", message);
  if (!code.empty()) absl::StrAppend(&text, " (errorCode ", code, ")");
  absl::Status status = MakeError(ReasonOfStatus(answer.status), text);
  const auto wait = acme::ParseRetryAfter(answer.Header("retry-after"), now);
  return wait ? WithRetryAfter(status, *wait) : status;
}

}  // namespace sti::as

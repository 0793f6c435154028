#include "services/stictl/call_options.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "services/stictl/session.h"

namespace sti::stictl {
namespace {

// Enough for every header of a request; longer ones are judged, not cut off.
constexpr size_t kMaxIdentityText = limits::kIdentityHeader * limits::kIdentityHeadersPerCall;

}  // namespace

void DeclareCallOptions(CLI::App& command, CallOptions& options) {
  command
      .add_option(
          "--identity", options.identities,
          "Identity header value, @FILE, or - for standard input; repeatable; none judges an unsigned call")
      ->allow_extra_args(false);
  command.add_option("--pai", options.pai, "P-Asserted-Identity; repeatable")->allow_extra_args(false);
  command.add_option("--request-uri", options.request_uri, "Request-URI: where a diverted call goes now");
  command.add_option("--date", options.date, "SIP Date, RFC 3339");
  command.add_option("--at", options.at, "judge as if it were this time, RFC 3339 (default: now)");
  command
      .add_option("--resource-priority", options.resource_priority,
                  "Resource-Priority, for rph: ets.0,wps.0; repeatable")
      ->allow_extra_args(false);
  command.add_option("--priority", options.priority, "Priority, for sph: psap-callback");
  command.add_option("--display-name", options.display_name, "display name, to compare with rcd");
  command.add_option("--body", options.body, "body of a MESSAGE, for msgi: TEXT or @FILE");
  command
      .add_option("--media-key", options.media_keys, "fingerprint of the SDP, ALG:HEX, for mky; repeatable")
      ->allow_extra_args(false);
}

absl::StatusOr<std::vector<std::string>> ReadIdentities(const CallOptions& options) {
  std::vector<std::string> out;
  for (const std::string& given : options.identities) {
    STI_ASSIGN_OR_RETURN(std::string identity, TextOrFile("--identity", given, kMaxIdentityText));
    if (!identity.empty()) out.push_back(std::move(identity));
  }
  return out;
}

absl::StatusOr<std::optional<absl::Time>> ReadTime(absl::string_view option, const std::string& text) {
  if (text.empty()) return std::optional<absl::Time>();
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return std::optional<absl::Time>(time);
  return MakeError(Reason::kInvalidField, option,
                   absl::StrCat("\"", text, "\" is no RFC 3339 time such as 2025-01-01T00:00:00Z: ", error));
}

std::vector<std::string> ReadResourcePriority(const CallOptions& options) {
  std::vector<std::string> out;
  for (const std::string& given : options.resource_priority) {
    for (const absl::string_view one : absl::StrSplit(given, ',', absl::SkipWhitespace())) {
      out.emplace_back(absl::StripAsciiWhitespace(one));
    }
  }
  return out;
}

absl::StatusOr<std::optional<std::string>> ReadBody(const CallOptions& options) {
  if (!options.body) return std::optional<std::string>();
  if (options.body->empty() || options.body->front() != '@') return options.body;
  STI_ASSIGN_OR_RETURN(std::string body,
                       ReadOptionFile("--body", options.body->substr(1), limits::kMessageBody));
  return std::optional<std::string>(std::move(body));
}

absl::StatusOr<std::vector<stir::MediaKeyFingerprint>> ReadMediaKeys(const CallOptions& options) {
  std::vector<stir::MediaKeyFingerprint> out;
  for (const std::string& given : options.media_keys) {
    const size_t colon = given.find(':');
    stir::MediaKeyFingerprint key;
    key.alg = absl::AsciiStrToLower(given.substr(0, colon));
    if (colon != std::string::npos) {
      key.dig = absl::AsciiStrToUpper(absl::StrReplaceAll(given.substr(colon + 1), {{":", ""}}));
    }
    if (!stir::IsMediaKeyFingerprint(key)) {
      return MakeError(Reason::kInvalidField, "--media-key",
                       absl::StrCat("\"", given, "\" is no fingerprint such as sha-256:4A:AD:B9:..."));
    }
    out.push_back(std::move(key));
  }
  return out;
}

}  // namespace sti::stictl

#include "services/vs/verify_request.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::vs {
namespace {

// google.protobuf.Timestamp: 0001-01-01 to 9999-12-31.
constexpr int64_t kFirstSecond = -62135596800, kLastSecond = 253402300799;

absl::StatusOr<absl::Time> TimeOf(const char* field, const google::protobuf::Timestamp& time) {
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return MakeError(Reason::kInvalidField, field, "not a time between the years 1 and 9999");
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Status CheckSize(absl::string_view field, size_t size, size_t most, const char* unit) {
  if (size <= most) return absl::OkStatus();
  return MakeError(Reason::kTooLarge, field, absl::StrCat(size, " ", unit, "; at most ", most));
}

absl::StatusOr<stir::MediaKeyFingerprint> MediaKeyOf(const sti::v1::MediaKey& key) {
  stir::MediaKeyFingerprint fingerprint;
  STI_RETURN_IF_ERROR(CheckSize("alg", key.alg().size(), limits::kName, "octets"));
  STI_RETURN_IF_ERROR(CheckSize("dig", key.dig().size(), limits::kName, "octets"));
  fingerprint.alg = absl::AsciiStrToLower(key.alg());
  fingerprint.dig = absl::AsciiStrToUpper(absl::StrReplaceAll(key.dig(), {{":", ""}}));
  const bool is_hex = std::all_of(fingerprint.dig.begin(), fingerprint.dig.end(),
                                  [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (fingerprint.alg.empty()) return MakeError(Reason::kInvalidField, "alg", "must not be empty");
  if (fingerprint.dig.empty() || fingerprint.dig.size() % 2 != 0 || !is_hex) {
    return MakeError(Reason::kInvalidField, "dig", "must be octets in hexadecimal");
  }
  return fingerprint;
}

absl::Status AddMedia(const sti::v1::VerifyRequest& request, IncomingCall& call) {
  if (request.has_message_body()) {
    STI_RETURN_IF_ERROR(
        CheckSize("message_body", request.message_body().size(), limits::kMessageBody, "octets"));
    call.message_body = request.message_body();
  }
  const auto keys = static_cast<size_t>(request.media_keys_size());
  STI_RETURN_IF_ERROR(CheckSize("media_keys", keys, limits::kMediaKeys, "keys"));
  for (int i = 0; i < request.media_keys_size(); ++i) {
    auto key = MediaKeyOf(request.media_keys(i));
    if (!key.ok()) return PrefixField(absl::StrCat("media_keys[", i, "]"), key.status());
    call.media_keys.push_back(*std::move(key));
  }
  return absl::OkStatus();
}

absl::Status AddTexts(const sti::v1::VerifyRequest& request, IncomingCall& call) {
  STI_RETURN_IF_ERROR(CheckSize("call_id", request.call_id().size(), kCallId, "octets"));
  call.call_id = request.call_id();
  STI_RETURN_IF_ERROR(CheckSize("priority", request.priority().size(), limits::kName, "octets"));
  call.priority = request.priority();
  if (request.has_display_name()) {
    STI_RETURN_IF_ERROR(
        CheckSize("display_name", request.display_name().size(), limits::kDisplayText, "octets"));
    call.display_name = request.display_name();
  }
  const auto values = static_cast<size_t>(request.resource_priority_size());
  STI_RETURN_IF_ERROR(CheckSize("resource_priority", values, limits::kResourcePriorities, "values"));
  for (int i = 0; i < request.resource_priority_size(); ++i) {
    // One field may hold every value there may be.
    STI_RETURN_IF_ERROR(CheckSize(absl::StrCat("resource_priority[", i, "]"),
                                  request.resource_priority(i).size(),
                                  limits::kName * limits::kResourcePriorities, "octets"));
    call.resource_priority.push_back(request.resource_priority(i));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<IncomingCall> FromProto(const sti::v1::VerifyRequest& request) {
  IncomingCall call;
  call.identity.assign(request.identity().begin(), request.identity().end());
  call.from = request.from();
  call.p_asserted_identity.assign(request.p_asserted_identity().begin(), request.p_asserted_identity().end());
  call.to = request.to();
  call.request_uri = request.request_uri();
  if (request.has_date()) {
    STI_ASSIGN_OR_RETURN(call.date, TimeOf("date", request.date()));
  }
  if (request.has_at()) {
    STI_ASSIGN_OR_RETURN(call.at, TimeOf("at", request.at()));
  }
  call.dry_run = request.dry_run() || request.has_at();
  STI_RETURN_IF_ERROR(AddTexts(request, call));
  STI_RETURN_IF_ERROR(AddMedia(request, call));
  return call;
}

}  // namespace sti::vs

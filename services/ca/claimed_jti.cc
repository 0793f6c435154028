#include "services/ca/claimed_jti.h"

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "common/base/limits.h"
#include "common/codec/json.h"
#include "common/jose/jws.h"

namespace sti::ca {

std::string ClaimedJti(absl::string_view token) {
  const absl::StatusOr<jose::ParsedJws> jws = jose::ParseJws(token, limits::kSpcToken);
  if (!jws.ok()) return "";
  const absl::StatusOr<codec::JsonValue> payload = codec::ParseJson(jws->payload, limits::kSpcToken);
  const codec::JsonValue* const jti = payload.ok() ? payload->Find("jti") : nullptr;
  if (jti == nullptr || jti->if_string() == nullptr) return "";
  return absl::CEscape(*jti->if_string()).substr(0, kMaxClaimedJti);
}

}  // namespace sti::ca

// What clients of the HTTPS interface send, read strictly.
#ifndef SERVICES_PA_HTTP_BODIES_H_
#define SERVICES_PA_HTTP_BODIES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/secret.h"

namespace sti::pa {

// Unknown members are ignored. All: kMalformedJson, kTooLarge, kMissingField, kInvalidField with the member.

struct LoginBody {
  std::string user_id;
  Secret password;
};
// {"userId":..., "password":...}
absl::StatusOr<LoginBody> ParseLogin(absl::string_view body);

// {"refreshToken":...}
absl::StatusOr<std::string> ParseRefresh(absl::string_view body);

struct AtcBody {
  std::string tn_auth_list;  // octets of tkvalue, from any of the four spellings of base64
  std::string fingerprint;   // unchecked
  bool ca = false;
};
// {"atc":{...}} (RFC 9447 s5.1, deployed), or its members alone (RFC 9448 s5.5): tktype "TNAuthList" in any
// case, tkvalue, fingerprint, and ca, which may be left out.
absl::StatusOr<AtcBody> ParseAtc(absl::string_view body);

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_BODIES_H_

// Takes a token or an Identity header apart and says what a person should notice. Judges nothing.
#ifndef SERVICES_STICTL_PASSPORT_INSPECTOR_H_
#define SERVICES_STICTL_PASSPORT_INSPECTOR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/codec/json.h"
#include "common/stir/identity_header.h"

namespace sti::stictl {

struct Inspection {
  std::optional<stir::IdentityHeader> identity;  // when a whole header was given
  codec::JsonValue header, claims;
  std::string signature_hex;
  // One sentence each: what the parts mean, and what a verifier would dislike whatever the call is.
  std::vector<std::string> notes;
};

// kIdentityMalformed, kIdentityCompactForm, kPassportMalformed, kPassportTooLarge.
absl::StatusOr<Inspection> InspectPassport(absl::string_view text, absl::Time now);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_PASSPORT_INSPECTOR_H_

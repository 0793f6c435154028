// The parts of a SIP URI (RFC 3261 s19.1) that an identity is made of.
#ifndef COMMON_STIR_SIP_URI_H_
#define COMMON_STIR_SIP_URI_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/stir/telephone_number.h"

namespace sti::stir {

// Views into the text that was split.
struct SipUri {
  bool secure = false;           // sips
  absl::string_view user;        // with parameters, without password; empty when the URI has none
  absl::string_view host;        // IPv6 literals with brackets
  absl::string_view parameters;  // from the first ";" after the host, without headers; may be empty

  // kInvalidField, also for a second "@", which could name two parties.
  static absl::StatusOr<SipUri> Split(absl::string_view uri);
  // RFC 8224 s8.5. kInvalidField for a broken percent-encoding.
  absl::StatusOr<CanonicalUri> Canonical() const;
};

// "urn:service:sos" in lower case (RFC 5031 s3). kInvalidField.
absl::StatusOr<CanonicalUri> CanonicalServiceUrn(absl::string_view urn);

// Value of `name` in ";a=b;c": empty for a parameter without value, nullopt when absent. Names in any case.
std::optional<absl::string_view> FindParameter(absl::string_view parameters, absl::string_view name);

// Decodes every %XX. kInvalidField.
absl::StatusOr<std::string> PercentDecodeAll(absl::string_view text);

}  // namespace sti::stir

#endif  // COMMON_STIR_SIP_URI_H_

// The SIP Identity header (RFC 8224 s4, erratum 6499), both ways.
#ifndef COMMON_STIR_IDENTITY_HEADER_H_
#define COMMON_STIR_IDENTITY_HEADER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::stir {

// The parts of one header field value. Presence is kept apart from emptiness: E6 and E7 are different rows.
struct IdentityHeader {
  std::string token;                // the signed identity digest
  std::optional<std::string> info;  // without "<" and ">"
  std::optional<std::string> alg;   // a token or the inside of a quoted-string
  std::optional<std::string> ppt;
  std::vector<std::pair<std::string, std::string>> other;  // generic-params

  // Value, or whole field with "Identity:" or "y:". Parameter names in any case and order, optional white
  // space around
  // ";" and "=", folded lines. White space inside the digest, a repeated info / alg / ppt, or an info without
  // "<>" is kIdentityMalformed; kIdentityTooLarge beyond limits.h. A value of several headers joined by ","
  // is refused here; use SplitIdentityValues first.
  static absl::StatusOr<IdentityHeader> Parse(absl::string_view value);
};

// Splits values that a SIP stack joined with ",", outside of "<>" and quotes. Empty pieces are dropped.
std::vector<std::string> SplitIdentityValues(absl::string_view joined);

// token;info=<x5u>;alg=ES256;ppt=shaken. No ppt parameter when `ppt` is empty.
std::string FormatIdentityHeader(absl::string_view token, absl::string_view x5u, absl::string_view ppt);

}  // namespace sti::stir

#endif  // COMMON_STIR_IDENTITY_HEADER_H_

// PASSporT (RFC 8225): the claims of a call, and a received token before anything about it is verified.
#ifndef COMMON_STIR_PASSPORT_H_
#define COMMON_STIR_PASSPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/jose/jws.h"

namespace sti::stir {

inline constexpr char kShakenPpt[] = "shaken";

// RFC 8588 s4.
enum class Attestation { kNone, kA, kB, kC };
absl::string_view AttestationText(Attestation attestation);  // "A"; "" for kNone
// Exactly "A", "B" or "C"; kNone for anything else.
Attestation ParseAttestation(absl::string_view text);

// RFC 8225 s9 serialization. No ppt member when `ppt` is empty.
std::string SerializeHeader(absl::string_view ppt, absl::string_view x5u);

// A PASSporT as received: decoded and bounded, nothing judged. Immutable value.
class SealedPassport {
 public:
  // Full form only. kPassportTooLarge; kPassportMalformed (segments, base64url, JSON, duplicate members,
  // payload or header no object); kIdentityCompactForm for "..signature".
  static absl::StatusOr<SealedPassport> Parse(absl::string_view token);

  const codec::JsonValue& header() const { return jws_.header; }
  const codec::JsonValue& claims() const { return claims_; }
  const std::string& signing_input() const { return jws_.signing_input; }
  const std::string& signature() const { return jws_.signature; }

 private:
  SealedPassport() = default;
  jose::ParsedJws jws_;
  codec::JsonValue claims_;
};

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_H_

// The PASSporT types that are made and verified here (IANA "PASSporT Extensions (ppt)").
#ifndef COMMON_STIR_PASSPORT_TYPE_H_
#define COMMON_STIR_PASSPORT_TYPE_H_

#include <array>
#include <optional>

#include "absl/strings/string_view.h"

namespace sti::stir {

enum class PassportType {
  kBase,    // no ppt (RFC 8225)
  kShaken,  // RFC 8588
  kDiv,     // RFC 8946 s3
  kDivO,    // RFC 8946 s5
  kRph,     // RFC 8443, RFC 9027
  kRcd,     // RFC 9795
  kMsg,     // RFC 9475
};

// In the order of the enumeration.
inline constexpr std::array<PassportType, 7> kPassportTypes = {
    PassportType::kBase, PassportType::kShaken, PassportType::kDiv, PassportType::kDivO,
    PassportType::kRph,  PassportType::kRcd,    PassportType::kMsg};

// The value of ppt; "" for kBase.
absl::string_view PptText(PassportType type);
// Exactly as PptText spells it, "" included; nullopt for any other.
std::optional<PassportType> ParsePpt(absl::string_view ppt);

inline bool IsDiversion(PassportType type) {
  return type == PassportType::kDiv || type == PassportType::kDivO;
}

}  // namespace sti::stir

#endif  // COMMON_STIR_PASSPORT_TYPE_H_

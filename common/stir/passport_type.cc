#include "common/stir/passport_type.h"

namespace sti::stir {

absl::string_view PptText(PassportType type) {
  switch (type) {
    case PassportType::kBase:
      return "";
    case PassportType::kShaken:
      return "shaken";
    case PassportType::kDiv:
      return "div";
    case PassportType::kDivO:
      return "div-o";
    case PassportType::kRph:
      return "rph";
    case PassportType::kRcd:
      return "rcd";
    case PassportType::kMsg:
      return "msg";
  }
  return "";
}

std::optional<PassportType> ParsePpt(absl::string_view ppt) {
  for (const PassportType type : kPassportTypes) {
    if (PptText(type) == ppt) return type;
  }
  return std::nullopt;
}

}  // namespace sti::stir

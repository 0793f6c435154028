#include "common/stir/display_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace sti::stir {

std::optional<std::string> DisplayNameOf(absl::string_view value) {
  value = absl::StripAsciiWhitespace(value);
  if (!absl::StartsWith(value, "\"")) {
    const size_t open = value.find('<');
    if (open == absl::string_view::npos) return std::nullopt;
    const absl::string_view name = absl::StripAsciiWhitespace(value.substr(0, open));
    return name.empty() ? std::nullopt : std::make_optional(std::string(name));
  }
  std::string name;
  for (size_t i = 1; i < value.size(); ++i) {
    if (value[i] == '"') return name.empty() ? std::nullopt : std::make_optional(name);
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    name += value[i];
  }
  return std::nullopt;
}

}  // namespace sti::stir

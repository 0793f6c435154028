#include "common/base/random.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace sti {

absl::StatusOr<std::string> MakeUuid(const Random& random) {
  STI_ASSIGN_OR_RETURN(std::string octets, random.Bytes(16));
  octets[6] = static_cast<char>((octets[6] & 0x0f) | 0x40);
  octets[8] = static_cast<char>((octets[8] & 0x3f) | 0x80);
  const std::string hex = absl::BytesToHexString(octets);
  const absl::string_view h(hex);
  return absl::StrCat(h.substr(0, 8), "-", h.substr(8, 4), "-", h.substr(12, 4), "-", h.substr(16, 4), "-",
                      h.substr(20, 12));
}

}  // namespace sti

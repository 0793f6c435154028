#include "common/admin/request_id.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"

namespace sti::admin {

std::string RequestId(absl::string_view given, const Random& random) {
  constexpr size_t kLongest = 64;
  const bool sane = !given.empty() && given.size() <= kLongest &&
                    std::all_of(given.begin(), given.end(),
                                [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); });
  if (sane) return std::string(given);
  // Without entropy the daemon can do little anyway; the record is worth having.
  return MakeUuid(random).value_or("-");
}

}  // namespace sti::admin

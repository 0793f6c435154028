// What has been used of a limit by the hour.
#ifndef SERVICES_CA_ACME_USAGE_H_
#define SERVICES_CA_ACME_USAGE_H_

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/acme/error.h"

namespace sti::ca {

// How many within the last hour, and the oldest of them.
struct Usage {
  int64_t count = 0;
  absl::Time oldest = absl::UnixEpoch();
};

// kRateLimited, until the oldest is an hour old, when another one would exceed `limit`; 0: any number.
inline absl::Status CheckUsageOf(const Usage& usage, int64_t limit, absl::string_view what, absl::Time now) {
  if (limit == 0 || usage.count < limit) return absl::OkStatus();
  const absl::Duration wait = std::max(usage.oldest + absl::Hours(1) - now, absl::Seconds(1));
  return acme::RefuseForNow(absl::StrCat("more than ", limit, " ", what, " within an hour"), wait);
}

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_USAGE_H_

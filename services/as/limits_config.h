// The "limits" part of the configuration of sti-as.
#ifndef SERVICES_AS_LIMITS_CONFIG_H_
#define SERVICES_AS_LIMITS_CONFIG_H_

#include "absl/status/statusor.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/call_limits.h"

namespace sti::as {

// kConfigInvalid, with the path of the key as field: two entries for everyone else, a client that is named
// twice (the second would never count), an empty name, a burst without calls_per_second.
absl::StatusOr<CallLimitOptions> LimitsFrom(const sti::config::v1::SigningLimits& config);

}  // namespace sti::as

#endif  // SERVICES_AS_LIMITS_CONFIG_H_

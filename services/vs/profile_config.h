// The profiles of the configuration.
#ifndef SERVICES_VS_PROFILE_CONFIG_H_
#define SERVICES_VS_PROFILE_CONFIG_H_

#include <vector>

#include "absl/status/statusor.h"
#include "proto/sti/config/v1/vs.pb.h"
#include "services/vs/client_profile.h"
#include "services/vs/trust_domain.h"

namespace sti::vs {

// `config` has passed the schema; `domains` are its trust domains. kConfigInvalid, with the path of the key
// as field: a bad name or one given twice, an unknown trust domain, a country code that is none.
absl::StatusOr<ProfileTable> ProfilesFrom(const sti::config::v1::VerificationServer& config,
                                          const std::vector<TrustDomainOptions>& domains);

}  // namespace sti::vs

#endif  // SERVICES_VS_PROFILE_CONFIG_H_

// The trust_domains of the configuration.
#ifndef SERVICES_VS_TRUST_DOMAIN_CONFIG_H_
#define SERVICES_VS_TRUST_DOMAIN_CONFIG_H_

#include <vector>

#include "absl/status/statusor.h"
#include "proto/sti/config/v1/vs.pb.h"
#include "services/vs/trust_domain.h"

namespace sti::vs {

// In their order. `config` has passed the schema. Reads the pa_root_files. kConfigInvalid, with the path of
// the key as field: no domain, a bad name or one given twice, a root that is none, a policy that is no OID.
absl::StatusOr<std::vector<TrustDomainOptions>> TrustDomainsFrom(
    const sti::config::v1::VerificationServer& config);

}  // namespace sti::vs

#endif  // SERVICES_VS_TRUST_DOMAIN_CONFIG_H_

// The providers of the configuration as the options of the signing path.
#ifndef SERVICES_AS_PROVIDER_CONFIG_H_
#define SERVICES_AS_PROVIDER_CONFIG_H_

#include "absl/status/statusor.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/provider_table.h"

namespace sti::as {

// `config` has passed the schema. Errors of ProviderTable::Create; kConfigInvalid, with the path of the key
// as field, for a country_code or an SPC that is none.
absl::StatusOr<ProviderTable> ProvidersFrom(const sti::config::v1::AuthenticationServer& config);

}  // namespace sti::as

#endif  // SERVICES_AS_PROVIDER_CONFIG_H_

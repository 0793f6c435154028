// The configuration of sti-as as the options of its parts.
#ifndef SERVICES_AS_AS_CONFIG_H_
#define SERVICES_AS_AS_CONFIG_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rest/rest_config.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/call_limits.h"
#include "services/as/call_signer.h"
#include "services/as/enrolment_config.h"
#include "services/as/provider_table.h"

namespace sti::as {

struct AsOptions {
  ProviderTable providers;
  std::vector<ProviderEnrolment> enrolments;  // one a provider
  CallSignerOptions signer;
  CallLimitOptions limits;
  std::optional<rest::RestOptions> rest;  // none: no REST server
};

// `config` has passed the schema. Reads the files of `rest`. kConfigInvalid, with the path of the key as
// field.
absl::StatusOr<AsOptions> OptionsFrom(const sti::config::v1::AuthenticationServer& config);

}  // namespace sti::as

#endif  // SERVICES_AS_AS_CONFIG_H_

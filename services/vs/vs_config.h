// The configuration of sti-vs as the options of its parts.
#ifndef SERVICES_VS_VS_CONFIG_H_
#define SERVICES_VS_VS_CONFIG_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/http/fetcher.h"
#include "common/rest/rest_config.h"
#include "proto/sti/config/v1/vs.pb.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/client_profile.h"
#include "services/vs/trust_domain.h"

namespace sti::vs {

struct VsOptions {
  std::vector<TrustDomainOptions> trust_domains;  // in the order of the configuration's
  ProfileTable profiles;
  CertificateCacheOptions cache;
  http::FetcherOptions fetcher;
  size_t replay_entries = 1000000;
  std::optional<rest::RestOptions> rest;  // none: no REST server
};

// `config` has passed the schema. Reads the files that it names. kConfigInvalid, with the path of the key as
// field.
absl::StatusOr<VsOptions> OptionsFrom(const sti::config::v1::VerificationServer& config);

}  // namespace sti::vs

#endif  // SERVICES_VS_VS_CONFIG_H_

#include "common/rest/rest_config.h"

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::rest {
absl::StatusOr<RestOptions> RestOptionsFrom(const sti::config::v1::RestServer& config,
                                            files::FileWatch& watch) {
  if (config.client_ca_file().empty() && config.api_keys_file().empty()) {
    return MakeError(Reason::kConfigInvalid, "rest",
                     "client_ca_file or api_keys_file is needed: else no client could say who it is");
  }
  RestOptions options;
  if (!config.api_keys_file().empty()) {
    STI_ASSIGN_OR_RETURN(options.api_keys, ApiKeys::FromFile(config.api_keys_file(), watch));
  }
  options.https.listen = config.listen();
  options.https.certificate_file = config.certificate_file();
  options.https.key_file = config.key_file();
  options.https.client_ca_file = config.client_ca_file();
  options.https.client_certificate_optional = !config.api_keys_file().empty();
  options.https.threads = config.threads();
  options.https.max_connections = static_cast<size_t>(config.max_connections());
  options.https.max_body = limits::kJson;
  return options;
}

}  // namespace sti::rest

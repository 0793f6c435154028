// The configuration of the HTTPS interface as its rooms take it.
#ifndef SERVICES_PA_HTTP_CONFIG_H_
#define SERVICES_PA_HTTP_CONFIG_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/http/server.h"
#include "proto/sti/config/v1/pa.pb.h"
#include "services/pa/api_sessions.h"

namespace sti::pa {

struct HttpSettings {
  http::HttpServerOptions server;
  std::string public_url;  // without "/" at its end; empty: of the listen address
  SessionOptions sessions;
  int places = 1;  // of HttpInterface
  bool token_x5u_only = false;
};

// kConfigInvalid with the configuration key as field.
absl::StatusOr<HttpSettings> LoadHttpSettings(const sti::config::v1::PolicyHttps& config);

// `settings.public_url`, else https:// and the listen address with `port`.
std::string PublicUrl(const HttpSettings& settings, uint16_t port);

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_CONFIG_H_

// The "rest" part of the configuration of sti-vs.
#ifndef SERVICES_VS_REST_CONFIG_H_
#define SERVICES_VS_REST_CONFIG_H_

#include "absl/status/statusor.h"
#include "common/crypto/api_key.h"
#include "common/http/server.h"
#include "proto/sti/config/v1/vs.pb.h"

namespace sti::vs {

struct RestOptions {
  http::HttpServerOptions https;
  crypto::ApiKeyTable api_keys;
};

// Reads api_keys_file. kConfigInvalid without any way for clients to say who they are, and for a bad file;
// kKeyPermissions for one that others may read; the key as field.
absl::StatusOr<RestOptions> RestOptionsFrom(const sti::config::v1::RestServer& config);

}  // namespace sti::vs

#endif  // SERVICES_VS_REST_CONFIG_H_

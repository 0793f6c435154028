// The "rest" part of a daemon's configuration.
#ifndef COMMON_REST_REST_CONFIG_H_
#define COMMON_REST_REST_CONFIG_H_

#include "absl/status/statusor.h"
#include "common/files/file_watch.h"
#include "common/http/server.h"
#include "common/rest/api_keys.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rest {

struct RestOptions {
  http::HttpServerOptions https;
  ApiKeys api_keys;
};

// Reads api_keys_file, and again whenever `watch` finds it changed. kConfigInvalid without any way for clients to say who they are, and for a bad file;
// kKeyPermissions for one that others may read; the key as field.
absl::StatusOr<RestOptions> RestOptionsFrom(const sti::config::v1::RestServer& config,
                                            files::FileWatch& watch = files::FileWatch::OfProcess());

}  // namespace sti::rest

#endif  // COMMON_REST_REST_CONFIG_H_

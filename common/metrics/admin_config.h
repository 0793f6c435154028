// The "admin_port" part of a daemon's configuration.
#ifndef COMMON_METRICS_ADMIN_CONFIG_H_
#define COMMON_METRICS_ADMIN_CONFIG_H_

#include "common/http/server.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::metrics {

// `config` has passed the schema.
http::HttpServerOptions AdminServerOptionsFrom(const sti::config::v1::AdminPort& config);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_ADMIN_CONFIG_H_

// A daemon's admin port, the same for each: metrics, health, and the pages that the daemon adds.
#ifndef COMMON_METRICS_ADMIN_PORT_H_
#define COMMON_METRICS_ADMIN_PORT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/http/server.h"
#include "common/metrics/admin_routes.h"
#include "common/metrics/metrics.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::metrics {

struct AdminPortParts {
  std::string daemon;                                 // "sti-vs"
  Metrics& metrics;                                   // outlives the server
  std::function<std::vector<std::string>()> lacking;  // thread-safe: what keeps the daemon from serving
  std::vector<AdminPage> pages = {};                  // the status page and its forms
  // Thread-safe: what somebody should look after though the daemon serves. May be null.
  std::function<std::vector<std::string>()> trouble = nullptr;
};

// Starts serving AdminRoutes; adds sti_build_info, sti_ready, sti_lacking, sti_trouble and those of
// ExposeProcess. Once for each `metrics`. Errors of http::StartHttpsServer under "admin_port".
absl::StatusOr<std::unique_ptr<http::HttpServer>> StartAdminPort(const sti::config::v1::AdminPort& config,
                                                                 AdminPortParts parts);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_ADMIN_PORT_H_

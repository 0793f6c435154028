#include "common/metrics/admin_port.h"

#include <utility>

#include "common/base/reason.h"
#include "common/daemon/daemon.h"
#include "common/http/message.h"
#include "common/metrics/admin_config.h"
#include "common/metrics/process_metrics.h"

namespace sti::metrics {
namespace {

void ExposeDaemon(const AdminPortParts& parts) {
  Metrics& metrics = parts.metrics;
  metrics
      .GaugeOf("sti_build_info", "What runs here; always 1.",
               {{"daemon", parts.daemon}, {"version", daemon::kVersion}})
      .Set(1);
  Gauge& ready = metrics.GaugeOf("sti_ready", "1 while nothing is lacking, as /readyz says.");
  Gauge& count = metrics.GaugeOf("sti_lacking", "How many things are lacking.");
  Gauge& troubles =
      metrics.GaugeOf("sti_trouble", "How many things are in trouble though the daemon serves.");
  metrics.OnScrape([&ready, &count, &troubles, lacking = parts.lacking, trouble = parts.trouble] {
    const size_t missing = lacking().size();
    ready.Set(missing == 0 ? 1 : 0);
    count.Set(static_cast<double>(missing));
    troubles.Set(trouble == nullptr ? 0 : static_cast<double>(trouble().size()));
  });
  ExposeProcess(metrics);
}

}  // namespace

absl::StatusOr<std::unique_ptr<http::HttpServer>> StartAdminPort(const sti::config::v1::AdminPort& config,
                                                                 AdminPortParts parts) {
  ExposeDaemon(parts);
  const auto routes = std::make_shared<AdminRoutes>(parts.metrics, std::move(parts.lacking),
                                                    std::move(parts.pages), std::move(parts.trouble));
  auto server = http::StartHttpsServer(
      AdminServerOptionsFrom(config),
      http::HttpHandler([routes](const http::HttpRequest& request) { return routes->Handle(request); }));
  if (!server.ok()) return PrefixField("admin_port", server.status());
  return server;
}

}  // namespace sti::metrics

// What a daemon's admin port answers: /metrics for Prometheus, /healthz and /readyz for whoever restarts and
// routes, and the daemon's own pages.
#ifndef COMMON_METRICS_ADMIN_ROUTES_H_
#define COMMON_METRICS_ADMIN_ROUTES_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/http/message.h"
#include "common/http/server.h"
#include "common/metrics/metrics.h"

namespace sti::metrics {

// A page of a daemon's own.
struct AdminPage {
  std::string path;           // "/": everything but the query
  http::HttpHandler handler;  // thread-safe; methods are its affair
};

// Thread-safe. GET and HEAD only, but for the pages.
//   /metrics  200, Prometheus text
//   /healthz  200 "ok": the process answers; restarting it would not help
//   /readyz   200 "ok", or 503 with a line for each thing that is lacking; then a line "trouble: ..." for each
//             thing that somebody should look after though the daemon serves
class AdminRoutes {
 public:
  // `lacking`: what keeps the daemon from serving; `trouble` may be null. `metrics` must outlive this.
  AdminRoutes(Metrics& metrics, std::function<std::vector<std::string>()> lacking,
              std::vector<AdminPage> pages = {}, std::function<std::vector<std::string>()> trouble = nullptr)
      : metrics_(metrics),
        lacking_(std::move(lacking)),
        trouble_(std::move(trouble)),
        pages_(std::move(pages)) {}

  http::HttpResponse Handle(const http::HttpRequest& request) const;

 private:
  http::HttpResponse Readiness() const;

  Metrics& metrics_;
  const std::function<std::vector<std::string>()> lacking_, trouble_;
  const std::vector<AdminPage> pages_;
};

}  // namespace sti::metrics

#endif  // COMMON_METRICS_ADMIN_ROUTES_H_

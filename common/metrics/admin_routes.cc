#include "common/metrics/admin_routes.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace sti::metrics {
namespace {

constexpr char kPlain[] = "text/plain; charset=utf-8";

http::HttpResponse Text(int status, std::string body, const char* type = kPlain) {
  http::HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", type}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

http::HttpResponse AdminRoutes::Handle(const http::HttpRequest& request) const {
  const absl::string_view target = request.target;
  const absl::string_view path = target.substr(0, target.find('?'));
  for (const AdminPage& page : pages_) {
    if (path == page.path) return page.handler(request);
  }
  const bool metrics = path == "/metrics", health = path == "/healthz", ready = path == "/readyz";
  if (!metrics && !health && !ready)
    return Text(404, "not found: there are /metrics, /healthz and /readyz\n");
  if (request.method != "GET") {
    http::HttpResponse response = Text(405, "only GET\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (metrics) return Text(200, metrics_.Text(), "text/plain; version=0.0.4; charset=utf-8");
  if (health) return Text(200, "ok\n");
  return Readiness();
}

http::HttpResponse AdminRoutes::Readiness() const {
  std::vector<std::string> lines = lacking_();
  const bool serves = lines.empty();
  if (serves) lines.emplace_back("ok");
  if (trouble_ != nullptr) {
    for (const std::string& what : trouble_()) lines.push_back(absl::StrCat("trouble: ", what));
  }
  return Text(serves ? 200 : 503, absl::StrCat(absl::StrJoin(lines, "\n"), "\n"));
}

}  // namespace sti::metrics

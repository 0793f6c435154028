// Counts what an HTTPS interface of a daemon answers.
#ifndef COMMON_METRICS_HTTP_METRICS_H_
#define COMMON_METRICS_HTTP_METRICS_H_

#include <string>

#include "common/http/server.h"
#include "common/metrics/metrics.h"

namespace sti::metrics {

// `handler` with all it does, counted in sti_http_requests_total by status code and in
// sti_http_requests_in_flight, under `interface`: one of few names that the daemon gives. `metrics` must outlive the
// handlers and their answers.
http::HttpHandler CountRequests(Metrics& metrics, const std::string& interface, http::HttpHandler handler);
http::AsyncHttpHandler CountRequests(Metrics& metrics, const std::string& interface,
                                     http::AsyncHttpHandler handler);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_HTTP_METRICS_H_

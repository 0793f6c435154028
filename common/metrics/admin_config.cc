#include "common/metrics/admin_config.h"

namespace sti::metrics {

http::HttpServerOptions AdminServerOptionsFrom(const sti::config::v1::AdminPort& config) {
  http::HttpServerOptions options;
  options.listen = config.listen();
  options.certificate_file = config.certificate_file();
  options.key_file = config.key_file();
  options.client_ca_file = config.client_ca_file();
  options.threads = 4;  // two of them may wait for what a page asks
  options.max_connections = 64;
  options.max_body = 128 * 1024;  // a form with Identity headers
  return options;
}

}  // namespace sti::metrics

// The page at "/" of an admin port: an overview that is made anew for each reader.
#ifndef COMMON_STATUS_OVERVIEW_H_
#define COMMON_STATUS_OVERVIEW_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/http/message.h"
#include "common/http/turnstile.h"
#include "common/status/page.h"

namespace sti::status {

// What for, "grpc", and the PEM file; empty: not used.
using TlsUses = std::vector<std::pair<std::string, std::string>>;

// Own TLS certificates, as their files are now.
Section TlsSection(const TlsUses& uses, absl::Time now);

// Thread-safe when `make` is.
class Overview {
 public:
  // `make` may wait, for a database.
  explicit Overview(std::function<Page()> make) : make_(std::move(make)) {}

  // GET only. Two at one time, so that others of the server's threads go on answering; more get 503.
  http::HttpResponse Answer(const http::HttpRequest& request) const;

 private:
  const std::function<Page()> make_;
  mutable http::Turnstile places_{2};
};

}  // namespace sti::status

#endif  // COMMON_STATUS_OVERVIEW_H_

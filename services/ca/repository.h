// The public certificate repository (STI-CR, certificates.md s9): every issued chain at its own URL,
// unchanging.
#ifndef SERVICES_CA_REPOSITORY_H_
#define SERVICES_CA_REPOSITORY_H_

#include <string>

#include "absl/time/time.h"
#include "common/http/message.h"
#include "common/store/database.h"

namespace sti::ca {

// Thread-safe.
class Repository {
 public:
  // `database` must outlive this. `max_age`: how long others may keep a chain.
  Repository(store::Database& database, absl::Duration max_age);

  // GET and HEAD of /certs/<serial>.pem: 200, or 304 when If-None-Match fits. Else 404, 405, or 503 when the
  // database does not answer.
  http::HttpResponse Handle(const http::HttpRequest& request) const;

 private:
  store::Database& database_;
  const std::string cache_control_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_REPOSITORY_H_

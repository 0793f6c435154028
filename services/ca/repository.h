// The public certificate repository (STI-CR, certificates.md s9): every issued chain at its own URL,
// unchanging.
#ifndef SERVICES_CA_REPOSITORY_H_
#define SERVICES_CA_REPOSITORY_H_

#include <string>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/http/message.h"
#include "common/store/database.h"

namespace sti::ca {

// Thread-safe.
class Repository {
 public:
  // References must outlive this. `max_age`: how long others may keep a chain. `keep`: how long it stays
  // published after its certificate has expired.
  Repository(store::Database& database, absl::Duration max_age, absl::Duration keep, const Clock& clock);

  // GET and HEAD of /certs/<serial>.pem: 200, or 304 when If-None-Match fits. Else 404, 410 for one that has
  // been expired for too long, 405, or 503 when the database does not answer.
  http::HttpResponse Handle(const http::HttpRequest& request) const;

 private:
  store::Database& database_;
  const std::string cache_control_;
  const absl::Duration keep_;
  const Clock& clock_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_REPOSITORY_H_

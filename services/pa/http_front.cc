#include "services/pa/http_front.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/pa/http_answers.h"

namespace sti::pa {

absl::StatusOr<std::unique_ptr<HttpFront>> HttpFront::Listen(const http::HttpServerOptions& options) {
  std::unique_ptr<HttpFront> front(new HttpFront());
  STI_ASSIGN_OR_RETURN(
      front->server_, http::StartHttpsServer(options, [self = front.get()](const http::HttpRequest& request) {
        const auto handler = self->handler_.Get();
        return handler ? (*handler)(request) : ErrorAnswer(503, "starting; try again");
      }));
  return front;
}

void HttpFront::Open(Handler handler) { handler_.Set(std::make_shared<const Handler>(std::move(handler))); }

}  // namespace sti::pa

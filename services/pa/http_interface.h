// The HTTPS interface as a whole: which request goes to which room.
#ifndef SERVICES_PA_HTTP_INTERFACE_H_
#define SERVICES_PA_HTTP_INTERFACE_H_

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/http/message.h"
#include "common/http/turnstile.h"
#include "common/store/database.h"
#include "services/pa/api_sessions.h"
#include "services/pa/http_accounts.h"
#include "services/pa/http_documents.h"
#include "services/pa/token_issuer.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

// Thread-safe.
class HttpInterface {
 public:
  // All of it must outlive the interface.
  struct World {
    store::Database& database;
    const TrustPublisher& publisher;
    const TokenIssuer& issuer;
    const Clock& clock;
    const Random& random;
  };
  // `chains` as HttpDocuments takes them; `crl_url` as HttpAccounts; `places`: requests of providers, which
  // wait for the disk or a password, at the same time; more get 503, so that downloads keep their threads.
  HttpInterface(const World& world, const SessionOptions& sessions, const std::vector<SignerChain>& chains,
                const std::string& crl_url, int places);

  // Never fails; every answer carries the request's X-Request-ID, or a new one.
  http::HttpResponse Handle(const http::HttpRequest& request) const;

 private:
  http::HttpResponse Route(const http::HttpRequest& request, const std::string& request_id) const;
  http::HttpResponse Post(absl::string_view path, const http::HttpRequest& request,
                          const std::string& request_id) const;

  const Random& random_;
  const ApiSessions sessions_;
  const HttpAccounts accounts_;
  const HttpDocuments documents_;
  mutable http::Turnstile places_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_INTERFACE_H_

// The HTTPS edge of ACME (RFC 8555 s6): routes, who signed, nonces, problem documents.
#ifndef SERVICES_CA_ACME_SERVER_H_
#define SERVICES_CA_ACME_SERVER_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/random.h"
#include "common/http/message.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/acme_links.h"
#include "services/ca/acme_nonces.h"
#include "services/ca/acme_resources.h"
#include "services/ca/issuing_observer.h"

namespace sti::ca {

// Thread-safe.
class AcmeServer {
 public:
  // All references must outlive this, and `observer`, which may be null: it is told of problem documents.
  AcmeServer(const AcmeResources& resources, const AcmeAccounts& accounts, const AcmeNonces& nonces,
             AcmeLinks links, const Random& random, IssuingObserver* observer = nullptr)
      : resources_(resources),
        accounts_(accounts),
        nonces_(nonces),
        links_(std::move(links)),
        random_(random),
        observer_(observer) {}

  // Whether a request target is ACME's.
  static bool Serves(absl::string_view target);
  http::HttpResponse Handle(const http::HttpRequest& request) const;

 private:
  struct Route;
  struct Target;
  static Target Split(absl::string_view target);
  static const Route* Find(const Target& target);
  // `id`: of the request, for log and audit.
  http::HttpResponse Dispatch(const http::HttpRequest& request, const std::string& id, const Target& target,
                              const Route& route) const;
  http::HttpResponse Unsigned(const http::HttpRequest& request, const std::string& id, const Target& target,
                              const Route& route) const;
  absl::StatusOr<AcmeCall> Authenticate(const http::HttpRequest& request, const std::string& id,
                                        const Target& target, const Route& route) const;
  http::HttpResponse Answer(const std::string& id, AcmeResources::Reply reply) const;
  http::HttpResponse NewNonce(const http::HttpRequest& request) const;
  void AddNonce(http::HttpResponse& response) const;

  const AcmeResources& resources_;
  const AcmeAccounts& accounts_;
  const AcmeNonces& nonces_;
  const AcmeLinks links_;
  const Random& random_;
  IssuingObserver* const observer_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_SERVER_H_

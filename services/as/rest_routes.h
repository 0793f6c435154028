// The REST interface of sti-as: who asks for which signature, in which form, and what that is answered with.
#ifndef SERVICES_AS_REST_ROUTES_H_
#define SERVICES_AS_REST_ROUTES_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/random.h"
#include "common/http/answer.h"
#include "common/http/message.h"
#include "common/rest/api_keys.h"
#include "services/as/outgoing_call.h"

namespace sti::as {

// POST /stir/v1/signing (ATIS-1000082; 3GPP TS 24.229 Annex V) and /3gpp/v1/signing (the latter form only).
// Thread-safe. Errors as stir/atis_error.h; 429 and 503 for limits say when to try again. Every answer
// carries X-RequestID.
class RestRoutes {
 public:
  // The value of the Identity header, or why there is none.
  using Done = std::function<void(absl::StatusOr<std::string>)>;
  struct Client {
    std::string identity;  // certificate or API key name
    std::string request_id;
  };
  // `serves`: kPermissionDenied for clients that belong to no provider. `sign` calls back on any thread, at
  // once or later, exactly once.
  using Serves = std::function<absl::Status(const std::string& identity)>;
  using Sign = std::function<void(const Client&, OutgoingCall, Done)>;
  // Told of a call that cannot be read.
  using Refused = std::function<void(const Client&, const absl::Status& why)>;

  // Clients are known by their certificate or by an API key (`Authorization: Bearer` or `X-Api-Key`); without
  // either they get 401. `random` outlives it. `refused` may be null.
  RestRoutes(Serves serves, Sign sign, rest::ApiKeys api_keys, const Random& random,
             Refused refused = nullptr);

  void Handle(const http::HttpRequest& request, const http::HttpAnswer& answer) const;

 private:
  const Serves serves_;
  const Sign sign_;
  const rest::ApiKeys api_keys_;
  const Random& random_;
  const Refused refused_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_REST_ROUTES_H_

// The REST interface of sti-vs: who asks for what, in which form, and what that is answered with.
#ifndef SERVICES_VS_REST_ROUTES_H_
#define SERVICES_VS_REST_ROUTES_H_

#include <functional>

#include "absl/status/statusor.h"
#include "common/base/random.h"
#include "common/http/answer.h"
#include "common/http/message.h"
#include "common/rest/api_keys.h"
#include "common/stir/verdict.h"
#include "services/vs/call_facts.h"
#include "services/vs/client_profile.h"

namespace sti::vs {

// POST /stir/v1/verification (ATIS-1000082; 3GPP TS 24.229 Annex V). Thread-safe. Answers 200 with a verdict,
// also a negative one; errors as stir/atis_error.h. Every answer carries X-RequestID.
class RestRoutes {
 public:
  // Verifier::Verify.
  using Done = std::function<void(absl::StatusOr<stir::CallVerdict>)>;
  using Verify = std::function<void(const IncomingCall&, const ClientProfile&, Done)>;

  // Clients are known by their certificate or by an API key (`Authorization: Bearer` or `X-Api-Key`); without
  // either they get 401, and 403 when no profile serves them. `random` outlives it.
  RestRoutes(Verify verify, ProfileTable profiles, rest::ApiKeys api_keys, const Random& random);

  void Handle(const http::HttpRequest& request, const http::HttpAnswer& answer) const;

 private:
  const Verify verify_;
  const ProfileTable profiles_;
  const rest::ApiKeys api_keys_;
  const Random& random_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_REST_ROUTES_H_

#include "services/as/rest_routes.h"

#include <utility>

#include "common/rest/caller.h"
#include "common/rest/members.h"
#include "common/rest/objection.h"
#include "common/rest/reply.h"
#include "services/as/rest_signing.h"

namespace sti::as {

RestRoutes::RestRoutes(Serves serves, Sign sign, rest::ApiKeys api_keys, const Random& random,
                       Refused refused)
    : serves_(std::move(serves)),
      sign_(std::move(sign)),
      api_keys_(std::move(api_keys)),
      random_(random),
      refused_(std::move(refused)) {}

void RestRoutes::Handle(const http::HttpRequest& request, const http::HttpAnswer& answer) const {
  rest::Reply reply(request, answer, random_);
  const absl::string_view resource = rest::ResourceOf(request);
  if (resource == kGppSigning) reply.set_form(rest::RestForm::kGpp);

  // Strangers first: they learn nothing about what is here.
  const absl::StatusOr<std::string> identity = rest::CallerOf(request, *api_keys_.Now());
  if (!identity.ok()) return reply.Refuse(identity.status());
  if (const absl::Status served = serves_(*identity); !served.ok()) return reply.Refuse(served);
  if (const auto objection = rest::Objection(request, {kSigning, kGppSigning}))
    return reply.Refuse(*objection);

  const absl::StatusOr<codec::JsonObject> body = rest::ParseBody(request.body, kSigningRequest);
  if (!body.ok()) return reply.Refuse(body.status());
  reply.set_form(FormOf(resource, *body));
  absl::StatusOr<OutgoingCall> call = CallFrom(*body, reply.form());
  if (!call.ok()) {
    if (refused_ != nullptr) refused_({*identity, reply.request_id()}, call.status());
    return reply.Refuse(call.status());
  }
  sign_({*identity, reply.request_id()}, *std::move(call),
        [reply](const absl::StatusOr<std::string>& signed_call) {
          if (signed_call.ok()) return reply.Send(SigningResponse(*signed_call, reply.form()));
          reply.Refuse(InRestTerms(signed_call.status()));
        });
}

}  // namespace sti::as

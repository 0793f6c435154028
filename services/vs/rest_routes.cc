#include "services/vs/rest_routes.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/rest/caller.h"
#include "common/rest/members.h"
#include "common/rest/objection.h"
#include "common/rest/reply.h"
#include "services/vs/refusal_log.h"
#include "services/vs/rest_verification.h"

namespace sti::vs {
namespace {

constexpr absl::string_view kResource = "/stir/v1/verification";

// The 3GPP form names some facts otherwise.
absl::Status InRestTerms(const absl::Status& status) {
  const std::string field = FieldOf(status);
  if (field == "request_uri") return MakeError(ReasonOf(status), "dest", status.message());
  if (absl::StartsWith(field, "resource_priority")) {
    return MakeError(ReasonOf(status), "protectedHeaders", status.message());
  }
  return status;
}

}  // namespace

RestRoutes::RestRoutes(Verify verify, ProfileTable profiles, rest::ApiKeys api_keys, const Random& random)
    : verify_(std::move(verify)),
      profiles_(std::move(profiles)),
      api_keys_(std::move(api_keys)),
      random_(random) {}

void RestRoutes::Handle(const http::HttpRequest& request, const http::HttpAnswer& answer) const {
  rest::Reply reply(request, answer, random_);
  // Strangers first: they learn nothing about what is here.
  const absl::StatusOr<std::string> identity = rest::CallerOf(request, *api_keys_.Now());
  if (!identity.ok()) return reply.Refuse(identity.status());
  const absl::StatusOr<const ClientProfile*> profile = profiles_.For(*identity, "");
  if (!profile.ok()) return reply.Refuse(profile.status());
  if (const auto objection = rest::Objection(request, {kResource})) return reply.Refuse(*objection);

  const absl::StatusOr<codec::JsonObject> body = rest::ParseBody(request.body, kVerificationRequest);
  if (!body.ok()) return reply.Refuse(body.status());
  reply.set_form(FormOf(*body));
  const absl::StatusOr<IncomingCall> call = CallFrom(*body, reply.form());
  if (!call.ok()) {
    LogNotJudged(*identity, reply.request_id(), call.status());
    return reply.Refuse(call.status());
  }
  verify_(*call, **profile, [reply, client = *identity](const absl::StatusOr<stir::CallVerdict>& verdict) {
    if (!verdict.ok()) {
      LogNotJudged(client, reply.request_id(), verdict.status());
      return reply.Refuse(InRestTerms(verdict.status()));
    }
    LogJudged(client, reply.request_id(), verdict->reason);
    reply.Send(RestResponse(*verdict, reply.form()));
  });
}

}  // namespace sti::vs

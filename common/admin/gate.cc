#include "common/admin/gate.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/admin/request_id.h"
#include "common/base/reason.h"
#include "common/daemon/log.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"

namespace sti::admin {

Gate::Gate(RoleTable roles, const Random& random) : roles_(std::move(roles)), random_(random) {}

Actor Gate::CallerOf(const grpc::ServerContextBase& context) const {
  const auto& metadata = context.client_metadata();
  const auto id = metadata.find("x-request-id");
  const absl::string_view given =
      id == metadata.end() ? absl::string_view() : absl::string_view(id->second.data(), id->second.size());
  return {rpc::ClientIdentity(context), RequestId(given, random_)};
}

grpc::Status Gate::RunIf(const grpc::ServerContextBase& context,
                         const std::function<bool(const Actor&)>& allowed, absl::string_view lacks,
                         const std::function<absl::Status(const Actor&)>& work, absl::string_view rpc) const {
  const Actor actor = CallerOf(context);
  if (!allowed(actor)) {
    if (on_refusal_) on_refusal_(actor, rpc);
    daemon::LogWarning(
        "admin request refused",
        {{"client", actor.client}, {"request_id", actor.request_id}, {"rpc", rpc}, {"lacks_role", lacks}});
    return rpc::ToGrpcStatus(MakeError(Reason::kPermissionDenied,
                                       absl::StrCat("the client identity \"", absl::CHexEscape(actor.client),
                                                    "\" may not do this: it lacks the role ", lacks)));
  }
  const absl::Status done = work(actor);
  return done.ok() ? grpc::Status::OK : rpc::ToGrpcStatus(done);
}

grpc::Status Gate::Run(const grpc::ServerContextBase& context, Role role,
                       const std::function<absl::Status(const Actor&)>& work, absl::string_view rpc) const {
  return RunIf(
      context, [&](const Actor& actor) { return roles_.Has(actor.client, role); }, RoleName(role), work, rpc);
}

}  // namespace sti::admin

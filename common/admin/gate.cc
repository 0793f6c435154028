#include "common/admin/gate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/daemon/log.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"

namespace sti::admin {
namespace {

constexpr size_t kMaxRequestId = 64;

bool IsRequestId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxRequestId && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
}

}  // namespace

Gate::Gate(RoleTable roles, const Random& random) : roles_(std::move(roles)), random_(random) {}

Actor Gate::CallerOf(const grpc::ServerContextBase& context) const {
  Actor actor{rpc::ClientIdentity(context), ""};
  const auto& metadata = context.client_metadata();
  if (const auto id = metadata.find("x-request-id"); id != metadata.end()) {
    const std::string given(id->second.data(), id->second.size());
    if (IsRequestId(given)) actor.request_id = given;
  }
  if (actor.request_id.empty()) actor.request_id = MakeUuid(random_).value_or("-");
  return actor;
}

grpc::Status Gate::Run(const grpc::ServerContextBase& context, Role role,
                       const std::function<absl::Status(const Actor&)>& work) const {
  const Actor actor = CallerOf(context);
  if (!roles_.Has(actor.client, role)) {
    daemon::LogWarning(
        "admin request refused",
        {{"client", actor.client}, {"request_id", actor.request_id}, {"lacks_role", RoleName(role)}});
    return rpc::ToGrpcStatus(MakeError(
        Reason::kPermissionDenied, absl::StrCat("the client identity \"", absl::CHexEscape(actor.client),
                                                "\" may not do this: it lacks the role ", RoleName(role))));
  }
  const absl::Status done = work(actor);
  return done.ok() ? grpc::Status::OK : rpc::ToGrpcStatus(done);
}

}  // namespace sti::admin

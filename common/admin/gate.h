// The door of every admin RPC.
#ifndef COMMON_ADMIN_GATE_H_
#define COMMON_ADMIN_GATE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/admin/roles.h"
#include "common/base/actor.h"
#include "common/base/random.h"

namespace sti::admin {

// Thread-safe.
class Gate {
 public:
  // `random` must outlive this.
  Gate(RoleTable roles, const Random& random);

  const RoleTable& roles() const { return roles_; }

  // Called for everybody who is refused, on the thread of the call. To be set before the first call.
  using RefusalHook = std::function<void(const Actor& actor, absl::string_view rpc)>;
  void OnRefusal(RefusalHook hook) { on_refusal_ = std::move(hook); }

  // Runs `work` for a caller that has `role`; refuses everybody else with kPermissionDenied, and logs that.
  // `rpc` is for the records: gRPC does not tell a handler its name, but the handler is called like its RPC.
  grpc::Status Run(const grpc::ServerContextBase& context, Role role,
                   const std::function<absl::Status(const Actor&)>& work,
                   absl::string_view rpc = __builtin_FUNCTION()) const;

  // The same for callers whose right does not come from their roles alone: `allowed` says whether the caller
  // has it, `lacks` what everybody else is told to lack.
  grpc::Status RunIf(const grpc::ServerContextBase& context, const std::function<bool(const Actor&)>& allowed,
                     absl::string_view lacks, const std::function<absl::Status(const Actor&)>& work,
                     absl::string_view rpc = __builtin_FUNCTION()) const;

  // The caller. Its request id is that of the metadata "x-request-id", or a new one.
  Actor CallerOf(const grpc::ServerContextBase& context) const;

 private:
  const RoleTable roles_;
  const Random& random_;
  RefusalHook on_refusal_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_GATE_H_

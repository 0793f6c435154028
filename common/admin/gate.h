// The door of every admin RPC of sti-ca and sti-pa.
#ifndef COMMON_ADMIN_GATE_H_
#define COMMON_ADMIN_GATE_H_

#include <grpcpp/grpcpp.h>

#include <functional>

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

  // Runs `work` for a caller that has `role`; refuses everybody else with kPermissionDenied, and logs that.
  grpc::Status Run(const grpc::ServerContextBase& context, Role role,
                   const std::function<absl::Status(const Actor&)>& work) const;

  // The caller. Its request id is that of the metadata "x-request-id", or a new one.
  Actor CallerOf(const grpc::ServerContextBase& context) const;

 private:
  const RoleTable roles_;
  const Random& random_;
};

}  // namespace sti::admin

#endif  // COMMON_ADMIN_GATE_H_

#include "common/admin/access_log.h"

#include "common/daemon/log.h"

namespace sti::admin {

void LogAccessRefusal(const rpc::AccessRefusal& refusal) {
  daemon::LogWarning(
      "access refused",
      {{"client", refusal.identity}, {"rpc", refusal.rpc}, {"more_since_last", refusal.untold}});
}

}  // namespace sti::admin

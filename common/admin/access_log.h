// Callers whom the configuration keeps from an RPC, in the log.
#ifndef COMMON_ADMIN_ACCESS_LOG_H_
#define COMMON_ADMIN_ACCESS_LOG_H_

#include "common/rpc/server.h"

namespace sti::admin {

// For rpc::Server::Start. Thread-safe. Not in the audit: that is a write to the database, for which the thread
// of the call must not wait here.
void LogAccessRefusal(const rpc::AccessRefusal& refusal);

}  // namespace sti::admin

#endif  // COMMON_ADMIN_ACCESS_LOG_H_

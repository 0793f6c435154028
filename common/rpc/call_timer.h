// Tells a CallHook of every RPC of a server.
#ifndef COMMON_RPC_CALL_TIMER_H_
#define COMMON_RPC_CALL_TIMER_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>

#include "common/rpc/call_hook.h"

namespace sti::rpc {

// For ServerBuilder::experimental().SetInterceptorCreators. RPCs that AccessGate refuses do not get here.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallTimer(CallHook hook);

}  // namespace sti::rpc

#endif  // COMMON_RPC_CALL_TIMER_H_

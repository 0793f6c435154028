// What a daemon's gRPC server answers, for Prometheus.
#ifndef COMMON_METRICS_RPC_METRICS_H_
#define COMMON_METRICS_RPC_METRICS_H_

#include "common/metrics/metrics.h"
#include "common/rpc/call_hook.h"
#include "common/rpc/server.h"

namespace sti::metrics {

// For rpc::Server::Start: sti_grpc_requests_total by rpc and code, and sti_grpc_seconds by rpc for what is no
// stream. `metrics` must outlive the server.
rpc::CallHook CountRpcs(Metrics& metrics);

// `then`, with refusals counted in sti_grpc_access_refusals_total. It is told of one a minute, client and RPC;
// the others follow with the next.
rpc::RefusalHook CountAccessRefusals(Metrics& metrics, rpc::RefusalHook then);

}  // namespace sti::metrics

#endif  // COMMON_METRICS_RPC_METRICS_H_

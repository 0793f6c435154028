// Channels to other daemons.
#ifndef COMMON_RPC_CHANNEL_H_
#define COMMON_RPC_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "common/base/limits.h"
#include "common/rpc/tls_files.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

// A channel to another daemon, TLS with a client certificate unless the configuration says otherwise.
// Connects lazily and, after losses, again and again (a wait of 0.2 s that grows up to 5 s). Thread-safe.
// Answers of more than `max_answer` octets fail. kConfigInvalid, kKeyPermissions, kKeyMismatch. The TLS files
// are read once; what runs for long takes a Peer (peer.h).
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const sti::config::v1::GrpcClient& config,
                                                           size_t max_answer = limits::kGrpcMessage);
// With TLS files that have been read. kConfigInvalid.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const sti::config::v1::GrpcClient& config,
                                                           const TlsPem& pem, size_t max_answer);

}  // namespace sti::rpc

#endif  // COMMON_RPC_CHANNEL_H_

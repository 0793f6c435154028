// The way to another daemon, on which its TLS files may change.
#ifndef COMMON_RPC_PEER_H_
#define COMMON_RPC_PEER_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/limits.h"
#include "common/files/file_watch.h"
#include "proto/sti/config/v1/common.pb.h"

namespace sti::rpc {

// Thread-safe; copies share one channel. Make a stub for each call: when certificate, key or CA change, calls
// from then on take a new channel, and those under way end on the old one.
class Peer {
 public:
  Peer() = default;  // nobody
  // Always the same channel.
  Peer(std::shared_ptr<grpc::Channel> channel);  // NOLINT(google-explicit-constructor): stands for one

  // Errors of OpenChannel. The TLS files are watched while a copy lives.
  static absl::StatusOr<Peer> Open(const sti::config::v1::GrpcClient& config,
                                   size_t max_answer = limits::kGrpcMessage,
                                   files::FileWatch& watch = files::FileWatch::OfProcess());

  bool exists() const { return state_ != nullptr; }
  // Of the files as they are now. The peer must exist.
  std::shared_ptr<grpc::Channel> channel() const;

 private:
  class State;
  std::shared_ptr<State> state_;
  files::Watched watched_;
};

}  // namespace sti::rpc

#endif  // COMMON_RPC_PEER_H_

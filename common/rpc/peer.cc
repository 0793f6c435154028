#include "common/rpc/peer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/tls_files.h"

namespace sti::rpc {

class Peer::State {
 public:
  std::shared_ptr<grpc::Channel> Get() const {
    MutexLock lock(mutex_);
    return channel_;
  }
  void Set(std::shared_ptr<grpc::Channel> channel) {
    MutexLock lock(mutex_);
    channel_.swap(channel);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<grpc::Channel> channel_ ABSL_GUARDED_BY(mutex_);
};

Peer::Peer(std::shared_ptr<grpc::Channel> channel) {
  if (channel == nullptr) return;
  state_ = std::make_shared<State>();
  state_->Set(std::move(channel));
}

absl::StatusOr<Peer> Peer::Open(const sti::config::v1::GrpcClient& config, size_t max_answer,
                                files::FileWatch& watch) {
  Peer peer;
  peer.state_ = std::make_shared<State>();
  if (config.plaintext_without_authentication()) {
    STI_ASSIGN_OR_RETURN(auto channel, OpenChannel(config, max_answer));
    peer.state_->Set(std::move(channel));
    return peer;
  }
  const sti::config::v1::Tls& tls = config.tls();
  STI_ASSIGN_OR_RETURN(
      peer.watched_, watch.Watch(absl::StrCat("gRPC client of ", config.target()),
                                 {tls.certificate_file(), tls.key_file(), tls.ca_file()},
                                 [state = peer.state_, config, max_answer]() -> absl::StatusOr<std::string> {
                                   STI_ASSIGN_OR_RETURN(const TlsPem pem, ReadTlsFiles(config.tls()));
                                   STI_ASSIGN_OR_RETURN(auto channel, OpenChannel(config, pem, max_answer));
                                   state->Set(std::move(channel));
                                   return files::Describe(pem.identity);
                                 }));
  return peer;
}

std::shared_ptr<grpc::Channel> Peer::channel() const { return state_->Get(); }

}  // namespace sti::rpc

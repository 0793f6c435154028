#include "services/pa/trust_watchers.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/rpc/status.h"

namespace sti::pa {
namespace {

using sti::v1::TrustVersion;

class Refusal final : public grpc::ServerWriteReactor<TrustVersion> {
 public:
  explicit Refusal(const absl::Status& status) { Finish(rpc::ToGrpcStatus(status)); }
  void OnDone() override { delete this; }
};

TrustVersion VersionOf(const TrustPublisher& publisher) {
  TrustVersion version;
  if (const auto list = publisher.TrustList()) version.set_trust_list_sequence(list->sequence);
  if (const auto crl = publisher.Crl()) version.set_crl_number(crl->number);
  if (const auto list = publisher.NumberList()) version.set_number_list_sequence(list->sequence);
  return version;
}

bool Same(const TrustVersion& a, const TrustVersion& b) {
  return a.trust_list_sequence() == b.trust_list_sequence() && a.crl_number() == b.crl_number() &&
         a.number_list_sequence() == b.number_list_sequence();
}

}  // namespace

// Streams hold it too: gRPC may end the last of them after the owner is gone.
struct TrustWatchers::State {
  State(const TrustPublisher& the_publisher, size_t max) : publisher(the_publisher), max_watchers(max) {}

  std::vector<std::shared_ptr<Stream>> Streams() {
    MutexLock lock(mutex);
    std::vector<std::shared_ptr<Stream>> all;
    for (const auto& entry : streams) all.push_back(entry.second);
    return all;
  }

  const TrustPublisher& publisher;
  const size_t max_watchers;
  Mutex mutex;
  bool closed ABSL_GUARDED_BY(mutex) = false;
  std::map<Stream*, std::shared_ptr<Stream>> streams ABSL_GUARDED_BY(mutex);
};

// One operation is under way at most; the next is chosen when it is done.
class TrustWatchers::Stream final : public grpc::ServerWriteReactor<TrustVersion> {
 public:
  explicit Stream(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void Step() {
    std::optional<grpc::Status> end;
    {
      MutexLock lock(mutex_);
      if (busy_) return;
      if (end_) {
        end = end_;
      } else {
        TrustVersion version = VersionOf(state_->publisher);
        if (sent_any_ && Same(version, message_)) return;
        message_ = std::move(version);
        sent_any_ = true;
      }
      busy_ = true;
    }
    // Outside of the lock: no other thread acts while busy_ is set, and after Finish it stays so.
    if (end) {
      Finish(*std::move(end));
    } else {
      StartWrite(&message_);
    }
  }

  void End(grpc::Status status) {
    {
      MutexLock lock(mutex_);
      if (!end_) end_ = std::move(status);
    }
    Step();
  }

  void OnWriteDone(bool ok) override {
    {
      MutexLock lock(mutex_);
      busy_ = false;
      if (!ok && !end_) end_ = grpc::Status::CANCELLED;
    }
    Step();
  }

  void OnCancel() override { End(grpc::Status::CANCELLED); }

  void OnDone() override {
    const std::shared_ptr<State> state = state_;
    std::shared_ptr<Stream> self;
    MutexLock lock(state->mutex);
    const auto found = state->streams.find(this);
    if (found == state->streams.end()) return;
    self = std::move(found->second);
    state->streams.erase(found);
  }

 private:
  const std::shared_ptr<State> state_;
  Mutex mutex_;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool sent_any_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  TrustVersion message_;  // gRPC reads it while busy_ is set
};

TrustWatchers::TrustWatchers(const TrustPublisher& publisher, size_t max_watchers)
    : state_(std::make_shared<State>(publisher, max_watchers)) {}

TrustWatchers::~TrustWatchers() { Close(); }

grpc::ServerWriteReactor<TrustVersion>* TrustWatchers::Watch() {
  auto stream = std::make_shared<Stream>(state_);
  absl::Status refused;
  {
    MutexLock lock(state_->mutex);
    if (state_->closed) {
      refused = MakeError(Reason::kUnavailable, "shutting down");
    } else if (state_->streams.size() >= state_->max_watchers) {
      refused = MakeError(Reason::kOverloaded, "too many watchers");
    } else {
      state_->streams.emplace(stream.get(), stream);
    }
  }
  if (!refused.ok()) return new Refusal(refused);
  stream->Step();
  return stream.get();
}

void TrustWatchers::Notify() {
  for (const auto& stream : state_->Streams()) stream->Step();
}

void TrustWatchers::Close() {
  {
    MutexLock lock(state_->mutex);
    state_->closed = true;
  }
  for (const auto& stream : state_->Streams()) {
    stream->End(rpc::ToGrpcStatus(MakeError(Reason::kUnavailable, "shutting down")));
  }
}

}  // namespace sti::pa

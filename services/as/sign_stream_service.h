// One SignStream: requests are read while few enough are under way, answers are written as they are ready.
#ifndef SERVICES_AS_SIGN_STREAM_SERVICE_H_
#define SERVICES_AS_SIGN_STREAM_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "proto/sti/v1/authentication.pb.h"
#include "services/as/signing_desk.h"

namespace sti::as {

// Requests that one stream has under way, unwritten answers included; beyond it the next request is not read.
inline constexpr size_t kStreamInFlight = 256;

// What a stream ends with when the daemon stops.
absl::Status StoppingStatus();

// Thread-safe. gRPC owns it from Start to OnDone; whoever else holds it may call Drain at any time.
class SignStreamReactor final
    : public grpc::ServerBidiReactor<sti::v1::SignStreamRequest, sti::v1::SignStreamResponse>,
      public std::enable_shared_from_this<SignStreamReactor> {
 public:
  using Ended = std::function<void(const std::shared_ptr<SignStreamReactor>&)>;

  SignStreamReactor(const SigningDesk& desk, std::string client, std::string request_id, Ended ended)
      : desk_(desk),
        client_(std::move(client)),
        request_id_(std::move(request_id)),
        ended_(std::move(ended)) {}

  // Once. Not OK: the stream ends with it.
  void Start(const absl::Status& status);
  // Reads no more; ends when what was read is answered.
  void Drain();

 private:
  // What is to be done after the lock is let go: gRPC may call back within.
  struct Steps {
    bool read = false, write = false, finish = false;
  };
  Steps Plan() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run(Steps steps);
  void Answer(sti::v1::SignStreamResponse answer);
  void Refuse(uint64_t id, const absl::Status& why);
  void Serve(const sti::v1::SignStreamRequest& request);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  const SigningDesk& desk_;
  const std::string client_, request_id_;
  const Ended ended_;
  std::shared_ptr<SignStreamReactor> self_;  // until OnDone
  sti::v1::SignStreamRequest request_;       // being read
  sti::v1::SignStreamResponse answer_;       // being written

  Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool no_more_ ABSL_GUARDED_BY(mutex_) = false;      // the client has said all, or the daemon stops
  bool unreachable_ ABSL_GUARDED_BY(mutex_) = false;  // answers do not arrive any more
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  int starting_ ABSL_GUARDED_BY(mutex_) = 0;  // threads between Plan and the end of Run
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<sti::v1::SignStreamResponse> ready_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::as

#endif  // SERVICES_AS_SIGN_STREAM_SERVICE_H_

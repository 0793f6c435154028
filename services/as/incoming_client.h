// Asks sti-vs about the incoming PASSporTs of a diverted call. No thread waits for the answer.
#ifndef SERVICES_AS_INCOMING_CLIENT_H_
#define SERVICES_AS_INCOMING_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/rpc/peer.h"
#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/as/incoming_verifier.h"

namespace sti::as {

// No longer than the daemon waits for calls when it is stopped.
inline constexpr absl::Duration kIncomingDeadline = absl::Seconds(5);

class IncomingClient final : public IncomingVerifier {
 public:
  explicit IncomingClient(rpc::Peer vs, absl::Duration deadline = kIncomingDeadline);
  // Cancels what is under way and waits for its end.
  ~IncomingClient() override;

  void Verify(const IncomingCall& call, Done done) override;
  // What is under way fails, and so does everything from then on.
  void Cancel();

 private:
  struct Question;
  void Forget(Question* question);
  void Report(const grpc::Status& answer);

  const rpc::Peer vs_;
  const absl::Duration deadline_;
  std::atomic<bool> away_{false};  // logged last
  Mutex mutex_;
  std::condition_variable ended_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<Question*> questions_ ABSL_GUARDED_BY(mutex_);
  size_t ending_ ABSL_GUARDED_BY(mutex_) = 0;  // no longer in questions_, not yet deleted
};

// What the verdict says of the diversion. For tests.
absl::Status JudgeIncoming(const IncomingCall& call, const sti::v1::VerifyResponse& verdict);

}  // namespace sti::as

#endif  // SERVICES_AS_INCOMING_CLIENT_H_

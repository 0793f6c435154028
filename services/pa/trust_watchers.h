// The streams of WatchTrust. They belong to the callback API, so that a watcher costs no thread.
#ifndef SERVICES_PA_TRUST_WATCHERS_H_
#define SERVICES_PA_TRUST_WATCHERS_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <memory>

#include "proto/sti/v1/trust.pb.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

// Thread-safe. A slow watcher gets the newest version next, never a queue of old ones.
class TrustWatchers {
 public:
  // `publisher` must outlive the server. At most `max_watchers` streams at once.
  TrustWatchers(const TrustPublisher& publisher, size_t max_watchers);
  ~TrustWatchers();

  // The reactor of a new call, which gRPC keeps until the call ends. Beyond the bound, or after Close, the
  // call ends with kOverloaded or kUnavailable.
  grpc::ServerWriteReactor<sti::v1::TrustVersion>* Watch();

  // Tells all watchers of a version they have not seen.
  void Notify();

  // Ends all streams with kUnavailable; clients come back when the daemon does.
  void Close();

 private:
  class Stream;
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_TRUST_WATCHERS_H_

// Seam: who verifies the incoming PASSporTs of a call that is diverted.
#ifndef SERVICES_AS_INCOMING_VERIFIER_H_
#define SERVICES_AS_INCOMING_VERIFIER_H_

#include <functional>

#include "absl/status/status.h"
#include "services/as/diversion_incoming.h"

namespace sti::as {

// Thread-safe.
class IncomingVerifier {
 public:
  using Done = std::function<void(const absl::Status&)>;
  virtual ~IncomingVerifier() = default;
  // Calls back exactly once, on any thread, at once or when the answer has come. OK when the call passed, and
  // with it one of those PASSporTs that the diversion continues. kIncomingNotVerified when it did not;
  // kUnavailable or kDeadlineExceeded, naming the verifier, when nobody could say.
  virtual void Verify(const IncomingCall& call, Done done) = 0;
};

}  // namespace sti::as

#endif  // SERVICES_AS_INCOMING_VERIFIER_H_

// Notices a PASSporT that is used in two calls within its freshness (RFC 8224 s12.1). A retransmission and
// the branches of a forked call have the same Call-ID and pass.
#ifndef SERVICES_VS_REPLAY_GUARD_H_
#define SERVICES_VS_REPLAY_GUARD_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/stir/passport.h"
#include "common/store/claim_store.h"
#include "services/vs/replay_memory.h"

namespace sti::vs {

// Names a PASSporT: what was signed, and r of its signature. Not s: whoever sees a signature (r, s) can make
// (r, n - s) of it, which is as valid. Not the text alone: one signer may sign two calls alike within one
// second.
ReplayKey ReplayKeyOf(const stir::SealedPassport& passport);

// Thread-safe.
class ReplayGuard {
 public:
  // By place in the keys: whether it was seen in another call.
  using Done = std::function<void(std::vector<bool>)>;

  // `shared` is a table that a fleet shares; null: this daemon is alone. What it says counts beside this
  // daemon's own memory, which alone decides while it is away. The references must outlive the guard, and the
  // guard every Check.
  ReplayGuard(size_t entries, const Clock& clock, store::ClaimStore* shared);

  // Asks about PASSporTs that passed, in the call of this Call-ID, and remembers them for `time`. Calls
  // `done` exactly once: on the caller's thread, or, with a shared table, on that table's.
  void Check(const std::vector<ReplayKey>& keys, absl::string_view call_id, absl::Duration time, Done done);

  // Whether `done` may come on another thread.
  bool asks_others() const { return shared_ != nullptr; }
  size_t remembered() const { return memory_.size(); }
  // "none", "connected" or "away".
  const char* shared_store() const;

 private:
  const Clock& clock_;
  store::ClaimStore* const shared_;
  ReplayMemory memory_;
};

}  // namespace sti::vs

#endif  // SERVICES_VS_REPLAY_GUARD_H_

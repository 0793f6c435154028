// A table that several daemons share, in which who names a key first holds it for a while.
#ifndef COMMON_STORE_CLAIM_STORE_H_
#define COMMON_STORE_CLAIM_STORE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sti::store {

// Seam. Thread-safe.
class ClaimStore {
 public:
  using Done = std::function<void(absl::StatusOr<std::string>)>;
  virtual ~ClaimStore() = default;

  // Makes `holder` the holder of `key` for `ttl` unless it has one, and calls `done` exactly once with the
  // one that it has now, on the caller's thread or another; `done` must not block. kUnavailable, soon, when
  // the store does not answer in time; then the claim may have counted or not.
  virtual void Claim(std::string key, std::string holder, absl::Duration ttl, Done done) = 0;
  // Whether the store answered lately.
  virtual bool connected() const = 0;
};

}  // namespace sti::store

#endif  // COMMON_STORE_CLAIM_STORE_H_

// Claims in Redis (6 or later, or what speaks its protocol), each a SET NX PX.
#ifndef COMMON_STORE_REDIS_CLAIMS_H_
#define COMMON_STORE_REDIS_CLAIMS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/secret.h"
#include "common/store/claim_store.h"

namespace sti::store {

struct RedisOptions {
  std::string address;                                // "host:port", "[v6]:port"
  Secret password;                                    // empty: none
  absl::Duration timeout = absl::Milliseconds(20);    // from Claim to its answer
  absl::Duration connect_timeout = absl::Seconds(1);  // including authentication
  // After a connection was lost or refused; doubles up to the longest.
  absl::Duration first_retry = absl::Milliseconds(100), longest_retry = absl::Seconds(5);
  size_t max_waiting = 10000;  // claims under way; more are refused
  // Redis is asked for a sign of life after this time without a claim, and has connect_timeout to give it.
  absl::Duration heartbeat = absl::Seconds(2);
  // Told on a thread of its own when the connection comes, and why it went. May be null.
  std::function<void(bool connected, absl::string_view why)> on_change;
};

// One connection, kept by one thread; claims are pipelined. Without a connection a claim fails at once. One
// that gets no answer in time, or a sign of life that does not come, ends the connection, so that what follows fails at once, too, until Redis is
// back. The destructor fails what is under way, and may wait for a name look-up. kConfigInvalid for an
// address that is none; no error for a Redis that is away.
absl::StatusOr<std::unique_ptr<ClaimStore>> OpenRedisClaims(RedisOptions options);

}  // namespace sti::store

#endif  // COMMON_STORE_REDIS_CLAIMS_H_

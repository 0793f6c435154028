// One connection to Redis through hiredis, without blocking once it stands. Internal to the room.
#ifndef COMMON_STORE_REDIS_CONNECTION_H_
#define COMMON_STORE_REDIS_CONNECTION_H_

#include <hiredis/hiredis.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/secret.h"

namespace sti::store {

// Used on one thread.
class RedisConnection {
 public:
  // Connects and authenticates; blocks for `timeout` and for the name look-up. kUnavailable; no text holds
  // the password or what the server said.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const std::string& host, int port,
                                                                  const Secret& password,
                                                                  absl::Duration timeout);

  int fd() const { return context_->fd; }
  bool wants_to_write() const { return unwritten_; }

  // Queues the commands of one claim, which will have two replies.
  void QueueClaim(absl::string_view key, absl::string_view holder, absl::Duration ttl);
  // Queues a command that Redis answers whatever it makes of it.
  void QueuePing();
  // Write what is queued and read what is there, as far as goes without waiting. kUnavailable.
  absl::Status Write();
  absl::Status Read();
  // The holder that the next claim's replies name, in the order of the claims: "" when the key has expired by
  // now. Nullopt when they are not complete yet. kUnavailable when Redis refuses or talks nonsense.
  absl::StatusOr<std::optional<std::string>> NextHolder();
  // Whether the answer of the ping has come. kUnavailable.
  absl::StatusOr<bool> NextPong();

 private:
  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  using Reply = std::unique_ptr<redisReply, FreeReply>;

  explicit RedisConnection(redisContext* context) : context_(context) {}
  absl::Status Authenticate(const Secret& password);
  absl::StatusOr<Reply> NextReply();

  std::unique_ptr<redisContext, FreeContext> context_;
  bool unwritten_ = false;
  bool set_answered_ = false;  // of the next claim the first reply has come
};

}  // namespace sti::store

#endif  // COMMON_STORE_REDIS_CONNECTION_H_

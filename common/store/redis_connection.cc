#include "common/store/redis_connection.h"

#include <fcntl.h>
#include <sys/time.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::store {
namespace {

absl::Status Unavailable(absl::string_view what) {
  return MakeError(Reason::kUnavailable, absl::StrCat("Redis: ", what));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Connect(const std::string& host, int port,
                                                                          const Secret& password,
                                                                          absl::Duration timeout) {
  const timeval limit = absl::ToTimeval(timeout);
  std::unique_ptr<RedisConnection> connection(
      new RedisConnection(redisConnectWithTimeout(host.c_str(), port, limit)));
  redisContext* const context = connection->context_.get();
  if (context == nullptr) return Unavailable("no memory");
  if (context->err != 0) return Unavailable(context->errstr);  // the resolver's or the system's text
  if (redisSetTimeout(context, limit) != REDIS_OK) return Unavailable("cannot set a timeout");
  STI_RETURN_IF_ERROR(connection->Authenticate(password));
  const int flags = fcntl(context->fd, F_GETFL);
  if (flags < 0 || fcntl(context->fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
      fcntl(context->fd, F_SETFD, FD_CLOEXEC) < 0) {
    return Unavailable("cannot make the connection non-blocking");
  }
  context->flags &= ~REDIS_BLOCK;  // hiredis then takes EAGAIN for what it is
  return connection;
}

absl::Status RedisConnection::Authenticate(const Secret& password) {
  const absl::string_view clear = password.RevealForUse();
  const auto ask = [this](auto... command) {
    return Reply(static_cast<redisReply*>(redisCommand(context_.get(), command...)));
  };
  const Reply reply = clear.empty() ? ask("PING") : ask("AUTH %b", clear.data(), clear.size());
  if (reply == nullptr) return Unavailable(context_->errstr);
  if (reply->type == REDIS_REPLY_STATUS) return absl::OkStatus();
  return Unavailable(clear.empty() ? "does not serve without a password" : "refuses the password");
}

void RedisConnection::QueueClaim(absl::string_view key, absl::string_view holder, absl::Duration ttl) {
  const std::string milliseconds = absl::StrCat(std::max<int64_t>(1, absl::ToInt64Milliseconds(ttl)));
  redisAppendCommand(context_.get(), "SET %b %b NX PX %s", key.data(), key.size(), holder.data(),
                     holder.size(), milliseconds.c_str());
  // Read in any case: SET does not say who holds the key, before Redis 7 not even with its option GET.
  redisAppendCommand(context_.get(), "GET %b", key.data(), key.size());
  unwritten_ = true;
}

void RedisConnection::QueuePing() {
  redisAppendCommand(context_.get(), "PING");
  unwritten_ = true;
}

absl::Status RedisConnection::Write() {
  int done = 0;
  if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Unavailable(context_->errstr);
  unwritten_ = done == 0;
  return absl::OkStatus();
}

absl::Status RedisConnection::Read() {
  return redisBufferRead(context_.get()) == REDIS_OK ? absl::OkStatus() : Unavailable(context_->errstr);
}

absl::StatusOr<RedisConnection::Reply> RedisConnection::NextReply() {
  void* reply = nullptr;
  if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return Unavailable("talks nonsense");
  return Reply(static_cast<redisReply*>(reply));
}

// An error is an answer, too: a user of Redis may be kept from this command.
absl::StatusOr<bool> RedisConnection::NextPong() {
  STI_ASSIGN_OR_RETURN(const Reply reply, NextReply());
  return reply != nullptr;
}

absl::StatusOr<std::optional<std::string>> RedisConnection::NextHolder() {
  if (!set_answered_) {
    STI_ASSIGN_OR_RETURN(const Reply set, NextReply());
    if (set == nullptr) return std::nullopt;
    if (set->type != REDIS_REPLY_STATUS && set->type != REDIS_REPLY_NIL) return Unavailable("refuses SET");
    set_answered_ = true;
  }
  STI_ASSIGN_OR_RETURN(const Reply get, NextReply());
  if (get == nullptr) return std::nullopt;
  set_answered_ = false;
  if (get->type == REDIS_REPLY_NIL) return "";
  if (get->type != REDIS_REPLY_STRING) return Unavailable("refuses GET");
  return std::string(get->str, static_cast<size_t>(get->len));
}

}  // namespace sti::store

#include "common/store/redis_claims.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/redis_connection.h"

namespace sti::store {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;  // deadlines must not move with the wall clock

struct Request {
  std::string key, holder;
  absl::Duration ttl;
  SteadyTime deadline;
  ClaimStore::Done done;  // null: a ping
};

SteadyTime After(absl::Duration time) {
  return std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(time);
}

absl::Status Away(absl::string_view why) { return MakeError(Reason::kUnavailable, why); }

void FailAll(std::deque<Request>& requests, const absl::Status& why) {
  std::deque<Request> failed;
  failed.swap(requests);
  for (Request& request : failed) {
    if (request.done != nullptr) request.done(why);
  }
}

int MillisecondsUntil(SteadyTime deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
}

class RedisClaims final : public ClaimStore {
 public:
  RedisClaims(RedisOptions options, std::string host, int port, int wake_fd)
      : options_(std::move(options)), host_(std::move(host)), port_(port), wake_fd_(wake_fd), thread_([this] {
          Run();
        }) {}
  ~RedisClaims() override;

  void Claim(std::string key, std::string holder, absl::Duration ttl, Done done) override;
  bool connected() const override {
    MutexLock lock(mutex_);
    return connected_;
  }

 private:
  void Run();
  bool PauseFor(absl::Duration time) ABSL_NO_THREAD_SAFETY_ANALYSIS;
  void SetConnected(bool connected, absl::string_view why);
  absl::Status Serve(RedisConnection& redis);
  bool TakeNew(RedisConnection& redis);
  void PingIfIdle(RedisConnection& redis);
  SteadyTime NextDeadline() const;
  absl::Status AwaitEvent(const RedisConnection& redis) const;
  absl::Status AnswerReady(RedisConnection& redis);
  // Takes `request` over, or says why not.
  absl::string_view Enqueue(Request& request);
  void Wake() const;

  const RedisOptions options_;
  const std::string host_;
  const int port_;
  const int wake_fd_;

  mutable Mutex mutex_;
  std::condition_variable stop_requested_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool connected_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Request> new_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;  // new ones and those asked already

  // Of the thread.
  std::deque<Request> asked_;  // in the order of their replies
  SteadyTime next_ping_;
  std::thread thread_;  // last: sees everything else made
};

RedisClaims::~RedisClaims() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_requested_.notify_all();
  Wake();
  thread_.join();
  close(wake_fd_);
}

void RedisClaims::Wake() const {
  const uint64_t one = 1;
  // A full counter wakes as well.
  if (write(wake_fd_, &one, sizeof one) != sizeof one) return;
}

void RedisClaims::Claim(std::string key, std::string holder, absl::Duration ttl, Done done) {
  Request request{std::move(key), std::move(holder), ttl, After(options_.timeout), std::move(done)};
  if (const absl::string_view refused = Enqueue(request); !refused.empty()) {
    return request.done(Away(refused));
  }
  Wake();
}

absl::string_view RedisClaims::Enqueue(Request& request) {
  MutexLock lock(mutex_);
  if (!connected_ || stopping_) return "Redis is away";
  if (waiting_ >= options_.max_waiting) return "too many claims wait for Redis";
  new_.push_back(std::move(request));
  ++waiting_;
  return "";
}

void RedisClaims::SetConnected(bool connected, absl::string_view why) {
  std::deque<Request> stranded;
  bool changed = false;
  {
    MutexLock lock(mutex_);
    changed = connected_ != connected;
    connected_ = connected;
    if (!connected) {
      stranded.swap(new_);
      waiting_ = 0;
    }
  }
  FailAll(stranded, Away("Redis is away"));
  if (changed && options_.on_change) options_.on_change(connected, why);
}

// False when the store stops.
bool RedisClaims::PauseFor(absl::Duration time) {
  std::unique_lock<std::mutex> lock(mutex_.native());
  stop_requested_.wait_for(lock, absl::ToChronoMilliseconds(time),
                           [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stopping_; });
  return !stopping_;
}

void RedisClaims::Run() {
  // A connection that Redis closed must not end the process; hiredis writes without MSG_NOSIGNAL. What ends
  // the daemon is for its main thread.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  absl::Duration retry = options_.first_retry;
  do {
    auto redis = RedisConnection::Connect(host_, port_, options_.password, options_.connect_timeout);
    absl::Status end = redis.status();
    if (redis.ok()) {
      retry = options_.first_retry;
      SetConnected(true, "");
      end = Serve(**redis);
      FailAll(asked_, end);
    } else if (options_.on_change && retry == options_.first_retry) {
      options_.on_change(false, end.message());  // tells why it does not come, once
    }
    SetConnected(false, end.message());
    if (!PauseFor(retry)) break;
    retry = std::min(retry * 2, options_.longest_retry);
  } while (true);
}

// Until the connection is of no use any more, or the store stops.
absl::Status RedisClaims::Serve(RedisConnection& redis) {
  next_ping_ = After(options_.heartbeat);
  while (TakeNew(redis)) {
    PingIfIdle(redis);
    if (redis.wants_to_write()) STI_RETURN_IF_ERROR(redis.Write());
    STI_RETURN_IF_ERROR(AwaitEvent(redis));
    STI_RETURN_IF_ERROR(redis.Read());
    STI_RETURN_IF_ERROR(AnswerReady(redis));
    if (!asked_.empty() && std::chrono::steady_clock::now() >= NextDeadline()) {
      return Away("Redis did not answer in time");
    }
  }
  return Away("shutting down");
}

bool RedisClaims::TakeNew(RedisConnection& redis) {
  std::deque<Request> taken;
  {
    MutexLock lock(mutex_);
    if (stopping_) return false;
    taken.swap(new_);
  }
  for (Request& request : taken) {
    redis.QueueClaim(request.key, request.holder, request.ttl);
    asked_.push_back(std::move(request));
  }
  return true;
}

// A Redis that hangs must be noticed before the next call waits for it.
void RedisClaims::PingIfIdle(RedisConnection& redis) {
  if (!asked_.empty()) {
    next_ping_ = After(options_.heartbeat);
  } else if (std::chrono::steady_clock::now() >= next_ping_) {
    redis.QueuePing();
    asked_.push_back({"", "", absl::ZeroDuration(), After(options_.connect_timeout), nullptr});
  }
}

// One request is asked at least. A ping may wait longer than the claim behind it.
SteadyTime RedisClaims::NextDeadline() const {
  const SteadyTime first = asked_.front().deadline;
  if (asked_.front().done != nullptr || asked_.size() == 1) return first;
  return std::min(first, asked_[1].deadline);
}

// Waits for Redis, a new claim, a deadline or the end.
absl::Status RedisClaims::AwaitEvent(const RedisConnection& redis) const {
  pollfd events[2] = {{redis.fd(), POLLIN, 0}, {wake_fd_, POLLIN, 0}};
  if (redis.wants_to_write()) events[0].events |= POLLOUT;
  const int limit = MillisecondsUntil(asked_.empty() ? next_ping_ : NextDeadline());
  if (poll(events, 2, limit) < 0 && errno != EINTR) return Away("poll failed");
  uint64_t wakes = 0;
  if ((events[1].revents & POLLIN) != 0 && read(wake_fd_, &wakes, sizeof wakes) < 0 && errno != EAGAIN) {
    return Away("the wake-up failed");
  }
  return absl::OkStatus();
}

absl::Status RedisClaims::AnswerReady(RedisConnection& redis) {
  while (!asked_.empty()) {
    if (asked_.front().done == nullptr) {
      STI_ASSIGN_OR_RETURN(const bool alive, redis.NextPong());
      if (!alive) return absl::OkStatus();
      asked_.pop_front();
      continue;
    }
    STI_ASSIGN_OR_RETURN(std::optional<std::string> holder, redis.NextHolder());
    if (!holder.has_value()) return absl::OkStatus();
    Request answered = std::move(asked_.front());
    asked_.pop_front();
    {
      MutexLock lock(mutex_);
      --waiting_;
    }
    // Expired between SET and GET: then nobody else held it when this claim came.
    if (holder->empty()) *holder = answered.holder;
    answered.done(*std::move(holder));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClaimStore>> OpenRedisClaims(RedisOptions options) {
  const size_t colon = options.address.rfind(':');
  int port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(options.address.substr(colon + 1), &port) || port < 1 || port > 65535) {
    return MakeError(Reason::kConfigInvalid, "redis", "must be host:port");
  }
  std::string host = options.address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd < 0) return MakeError(Reason::kInternal, "no file descriptor for Redis");
  return std::make_unique<RedisClaims>(std::move(options), std::move(host), port, wake_fd);
}

}  // namespace sti::store

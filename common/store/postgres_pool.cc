#include "common/store/postgres_pool.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::store {

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresPool::Take() {
  STI_RETURN_IF_ERROR(WaitForFree());
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<PostgresConnection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  absl::StatusOr<std::unique_ptr<PostgresConnection>> fresh = PostgresConnection::Open(options_);
  if (!fresh.ok()) GiveBack(nullptr);
  return fresh;
}

void PostgresPool::GiveBack(std::unique_ptr<PostgresConnection> connection) {
  std::vector<std::unique_ptr<PostgresConnection>> dropped;  // closed without the lock
  {
    MutexLock lock(mutex_);
    ++free_;
    if (connection && !connection->broken()) {
      idle_.push_back(std::move(connection));
    } else if (connection) {
      dropped.swap(idle_);
    }
  }
  returned_.notify_one();
}

absl::Status PostgresPool::WaitForFree() ABSL_NO_THREAD_SAFETY_ANALYSIS {  // std::unique_lock
  std::unique_lock<std::mutex> lock(mutex_.native());
  const auto patience = absl::ToChronoMilliseconds(options_.lock_timeout);
  if (!returned_.wait_for(lock, patience, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return free_ > 0; })) {
    return MakeError(Reason::kStorageFailed,
                     absl::StrCat("postgres ", options_.host, ":", options_.port, "/", options_.database,
                                  ": all connections for readers are in use; see \"connections\""));
  }
  --free_;
  return absl::OkStatus();
}

}  // namespace sti::store

// The connections of one PostgreSQL database that readers share.
#ifndef COMMON_STORE_POSTGRES_POOL_H_
#define COMMON_STORE_POSTGRES_POOL_H_

#include <condition_variable>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/base/mutex.h"
#include "common/store/postgres_connection.h"

namespace sti::store {

// Thread-safe. Bounded: beyond `size` connections a reader waits for one to come back.
class PostgresPool {
 public:
  PostgresPool(PostgresOptions options, size_t size) : options_(std::move(options)), free_(size) {}

  // An idle connection, else a new one. kStorageFailed when none comes free within the lock timeout, or when
  // the server cannot be reached.
  absl::StatusOr<std::unique_ptr<PostgresConnection>> Take();
  // Every connection taken comes back, or nullptr in its place. A broken one is dropped, and the idle ones,
  // which went with the same server, too.
  void GiveBack(std::unique_ptr<PostgresConnection> connection);

 private:
  absl::Status WaitForFree();

  const PostgresOptions options_;
  Mutex mutex_;
  std::condition_variable returned_;
  size_t free_ ABSL_GUARDED_BY(mutex_);  // how many may be taken
  std::vector<std::unique_ptr<PostgresConnection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sti::store

#endif  // COMMON_STORE_POSTGRES_POOL_H_

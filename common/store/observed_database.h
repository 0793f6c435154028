// A database that tells how long each use of it took.
#ifndef COMMON_STORE_OBSERVED_DATABASE_H_
#define COMMON_STORE_OBSERVED_DATABASE_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::store {

enum class DatabaseUse { kRead, kWrite };

// `took` is the whole call: waiting for other writers, all runs of the body, the commit. `status` is what the
// caller gets, which may be the body's own error: ReasonOf(status) is kStorageFailed when the database failed.
// Called on the caller's thread after the transaction has ended, so by many threads at once; must not block.
using DatabaseObserver =
    std::function<void(DatabaseUse use, absl::Duration took, const absl::Status& status)>;

// `database` with all its promises.
std::unique_ptr<Database> ObserveDatabase(std::unique_ptr<Database> database, DatabaseObserver observer);

}  // namespace sti::store

#endif  // COMMON_STORE_OBSERVED_DATABASE_H_

// A database whose disk gives out when a test says so.
#ifndef COMMON_TESTING_FAILING_DATABASE_H_
#define COMMON_TESTING_FAILING_DATABASE_H_

#include <atomic>
#include <functional>

#include "absl/status/status.h"
#include "common/base/reason.h"
#include "common/store/database.h"

namespace sti::testing {

// Thread-safe. Passes everything on to a real database; a failing write runs to its end and is then rolled
// back, as when the commit cannot be synced.
class FailingDatabase final : public store::Database {
 public:
  // `real` must outlive this.
  explicit FailingDatabase(store::Database& real) : real_(real) {}

  // The next write is number 1. 0: none fails.
  void FailWrite(int number) { countdown_ = number; }
  void FailReads(bool fail) { fail_reads_ = fail; }

  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& body) override {
    if (countdown_ == 0 || --countdown_ > 0) return real_.Write(body);
    return real_.Write([&](store::Transaction& transaction) {
      const absl::Status done = body(transaction);
      return done.ok() ? MakeError(Reason::kStorageFailed, "the disk is full") : done;
    });
  }
  absl::Status Read(const std::function<absl::Status(store::Transaction&)>& body) override {
    if (fail_reads_) return MakeError(Reason::kStorageFailed, "the disk does not answer");
    return real_.Read(body);
  }

 private:
  store::Database& real_;
  std::atomic<int> countdown_{0};
  std::atomic<bool> fail_reads_{false};
};

}  // namespace sti::testing

#endif  // COMMON_TESTING_FAILING_DATABASE_H_

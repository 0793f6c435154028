#include "common/admin/database_watch.h"

#include <utility>

#include "common/base/reason.h"
#include "common/daemon/log.h"

namespace sti::admin {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(10);
constexpr absl::Duration kIntervalInTrouble = absl::Seconds(1);
constexpr absl::Duration kQuiet = absl::Seconds(10);  // without a failure, before it may be over

// Goes through lock, journal and sync as any other write.
absl::Status WriteNothingNew(store::Transaction& transaction) {
  return transaction.Execute("UPDATE schema_migrations SET version = version WHERE version = 1", {});
}

}  // namespace

DatabaseWatch::DatabaseWatch(std::unique_ptr<store::Database> database, const Clock& clock)
    : database_(std::move(database)), clock_(clock) {}

absl::Status DatabaseWatch::Noted(absl::Status status) {
  if (ReasonOf(status) != Reason::kStorageFailed) return status;
  bool first = false;
  {
    MutexLock lock(mutex_);
    first = !failing_;
    failing_ = true;
    last_failure_ = clock_.TimeNow();
    ++failures_;
  }
  if (first) pause_.Wake();
  return status;
}

absl::Status DatabaseWatch::Write(const std::function<absl::Status(store::Transaction&)>& body) {
  return Noted(database_->Write(body));
}

absl::Status DatabaseWatch::Read(const std::function<absl::Status(store::Transaction&)>& body) {
  return Noted(database_->Read(body));
}

std::vector<std::string> DatabaseWatch::Lacking() const {
  MutexLock lock(mutex_);
  if (!failing_) return {};
  return {"a database that can be written to"};
}

void DatabaseWatch::Look() {
  int64_t failures = 0;
  {
    const absl::Time now = clock_.TimeNow();
    MutexLock lock(mutex_);
    // A clock that was set back tells nothing about how long it has been quiet.
    if (failing_ && now >= last_failure_ && now - last_failure_ < kQuiet) return;
    failures = failures_;
  }
  const absl::Status written = Noted(database_->Write(WriteNothingNew));
  if (!written.ok()) {
    daemon::LogError("the database cannot be written to", {{"detail", written.message()}});
    return;
  }
  MutexLock lock(mutex_);
  if (failures_ == failures) failing_ = false;  // nobody has failed meanwhile either
}

void DatabaseWatch::Run() {
  bool lacking = false;
  do {
    Look();
    const bool now = !Lacking().empty();
    if (now != lacking) {
      lacking = now;
      if (!lacking) daemon::LogInfo("the database can be written to again");
      if (on_change_) on_change_();
    }
  } while (pause_.For(lacking ? kIntervalInTrouble : kInterval));
}

void DatabaseWatch::Start(std::function<void()> on_change) {
  on_change_ = std::move(on_change);
  thread_ = std::thread([this] { Run(); });
}

void DatabaseWatch::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::admin

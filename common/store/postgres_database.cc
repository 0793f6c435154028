#include "common/store/postgres_database.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/commit_mark.h"
#include "common/store/postgres_connection.h"
#include "common/store/postgres_pool.h"
#include "common/store/postgres_schema.h"

namespace sti::store {
namespace {

using Body = std::function<absl::Status(Transaction&)>;

// Enough for a server that restarts and for a collision with somebody at a psql prompt.
constexpr int kAttempts = 4;
constexpr absl::Duration kPause = absl::Milliseconds(20);
// How long to look for the outcome of a commit whose connection broke.
constexpr absl::Duration kOutcomePatience = absl::Seconds(10);
constexpr absl::Duration kOutcomePause = absl::Milliseconds(100);

class PostgresTransaction final : public Transaction {
 public:
  explicit PostgresTransaction(PostgresConnection& connection) : connection_(connection) {}

  absl::Status Execute(absl::string_view sql, const std::vector<SqlValue>& parameters) override {
    const absl::Status status = Query(sql, parameters).status();
    rows_changed_ = status.ok() ? connection_.RowsChanged() : 0;
    return status;
  }

  absl::StatusOr<std::vector<SqlRow>> Query(absl::string_view sql,
                                            const std::vector<SqlValue>& parameters) override {
    STI_RETURN_IF_ERROR(first_error_);
    absl::StatusOr<std::vector<SqlRow>> rows = connection_.Run(sql, parameters);
    if (!rows.ok()) {
      first_error_ = rows.status();
      collided_ = connection_.collided();
    }
    return rows;
  }

  int64_t RowsChanged() const override { return rows_changed_; }
  const absl::Status& first_error() const { return first_error_; }
  bool collided() const { return collided_; }

 private:
  PostgresConnection& connection_;
  int64_t rows_changed_ = 0;
  absl::Status first_error_;
  bool collided_ = false;
};

// How one attempt ended.
struct Attempt {
  absl::Status status;
  bool again = false;      // nothing of it happened, and the next attempt may fare better
  bool undecided = false;  // the connection broke in the commit
};

// Nobody answered for long: the caller should hear of it rather than wait as long again.
bool WorthAnother(const PostgresConnection& connection) {
  return connection.collided() || (connection.broken() && !connection.gave_up());
}

Attempt RunBody(PostgresConnection& connection, const std::vector<const char*>& begin, const Body& body) {
  for (const char* statement : begin) {
    const absl::Status begun = connection.Run(statement, {}).status();
    if (begun.ok()) continue;
    const bool again = WorthAnother(connection);
    connection.Run("ROLLBACK", {}).IgnoreError();
    return {begun, again};
  }
  PostgresTransaction transaction(connection);
  absl::Status status = body(transaction);
  if (status.ok()) status = transaction.first_error();
  if (status.ok()) return {status};
  const bool again = transaction.collided() || (connection.broken() && !connection.gave_up());
  // A rollback that does not get through leaves nothing behind either.
  connection.Run("ROLLBACK", {}).IgnoreError();
  return {status, again};
}

Attempt TryToWrite(PostgresConnection& connection, CommitMark& mark, const Body& body) {
  Attempt attempt = RunBody(connection, {"BEGIN ISOLATION LEVEL REPEATABLE READ", kLockWriters}, body);
  if (!attempt.status.ok()) return attempt;
  const absl::StatusOr<bool> marked = mark.Set(connection);
  if (!marked.ok()) {
    const bool again = WorthAnother(connection);
    // The connection serves the next write, which must not begin inside of this one.
    connection.Run("ROLLBACK", {}).IgnoreError();
    return {marked.status(), again};
  }
  const absl::Status committed = connection.Run("COMMIT", {}).status();
  if (committed.ok()) return {committed};
  if (!connection.broken()) return {committed, connection.collided()};
  // What has written nothing has no outcome to ask for, and does no harm in another try.
  if (!*marked) return {committed, WorthAnother(connection)};
  return {committed, /*again=*/false, /*undecided=*/true};
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const PostgresOptions& options, std::unique_ptr<PostgresConnection> writer,
                   CommitMark mark)
      : options_(options),
        writer_(std::move(writer)),
        mark_(std::move(mark)),
        readers_(options, options.connections - 1) {}

  absl::Status Write(const Body& body) override {
    if (writing_thread_ == std::this_thread::get_id()) {
      return MakeError(Reason::kInternal, "a write inside of a write");
    }
    MutexLock lock(write_mutex_);
    writing_thread_ = std::this_thread::get_id();
    const auto done = absl::MakeCleanup([this] { writing_thread_ = std::thread::id(); });
    for (int left = kAttempts;; --left) {
      STI_RETURN_IF_ERROR(ConnectWriter());
      Attempt attempt = TryToWrite(*writer_, mark_, body);
      if (attempt.undecided) attempt = LookUp(attempt);
      if (!attempt.again || left == 1) return attempt.status;
      absl::SleepFor(kPause);  // lint-ok: lets the other side finish
    }
  }

  absl::Status Read(const Body& body) override {
    for (int left = kAttempts;; --left) {
      STI_ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> reader, readers_.Take());
      Attempt attempt = RunBody(*reader, {"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}, body);
      if (attempt.status.ok()) {
        // What was read is good, whatever becomes of the end of the transaction.
        reader->Run("COMMIT", {}).IgnoreError();
      }
      readers_.GiveBack(std::move(reader));
      if (!attempt.again || left == 1) return attempt.status;
    }
  }

 private:
  absl::Status ConnectWriter() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_) {
    if (writer_ && !writer_->broken()) return absl::OkStatus();
    writer_.reset();
    STI_ASSIGN_OR_RETURN(writer_, PostgresConnection::Open(options_));
    return absl::OkStatus();
  }

  // Finds out what became of a commit. A transaction that was undone may be tried again.
  Attempt LookUp(const Attempt& attempt) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_) {
    const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(kOutcomePatience);
    do {
      if (ConnectWriter().ok()) {
        const absl::StatusOr<bool> committed = mark_.IsCommitted(*writer_);
        if (committed.ok() && *committed) return {absl::OkStatus()};
        if (committed.ok()) return {attempt.status, true};
      }
      absl::SleepFor(kOutcomePause);  // lint-ok: a server that starts tells nobody
    } while (std::chrono::steady_clock::now() < deadline);
    return {MakeError(Reason::kStorageFailed, absl::StrCat(attempt.status.message(),
                                                           "; lost at the commit, which may or may not have "
                                                           "happened"))};
  }

  const PostgresOptions options_;
  std::atomic<std::thread::id> writing_thread_{};
  Mutex write_mutex_;  // held while a transaction is written: the table lock lets in one anyway
  std::unique_ptr<PostgresConnection> writer_ ABSL_GUARDED_BY(write_mutex_);
  CommitMark mark_ ABSL_GUARDED_BY(write_mutex_);
  PostgresPool readers_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options,
                                                       const std::vector<Migration>& migrations) {
  if (options.connections < 2) {
    return MakeError(Reason::kInternal, "a PostgreSQL database needs two connections at least");
  }
  STI_ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> writer, PostgresConnection::Open(options));
  STI_RETURN_IF_ERROR(BringUpToDate(*writer, options, migrations));
  STI_ASSIGN_OR_RETURN(CommitMark mark, CommitMark::Make(*writer));
  return std::make_unique<PostgresDatabase>(options, std::move(writer), std::move(mark));
}

}  // namespace sti::store

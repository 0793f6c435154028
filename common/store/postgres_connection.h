// One connection to a PostgreSQL server.
#ifndef COMMON_STORE_POSTGRES_CONNECTION_H_
#define COMMON_STORE_POSTGRES_CONNECTION_H_

#include <postgresql/libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"
#include "common/store/postgres_database.h"

namespace sti::store {

// Not thread-safe.
class PostgresConnection {
 public:
  // Connects and sets the session up: UTF-8, timeouts, synchronous commit. Refuses a server whose fsync is
  // off, since OK could not mean durable there. kStorageFailed; kKeyPermissions for the password file.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const PostgresOptions& options);

  // One statement, as Transaction says. The server ends it after the statement timeout; should the server
  // itself stand still, this side gives up some seconds later and the connection is broken().
  // kInvalidField for a value that the server cannot take, such as text that is not UTF-8.
  absl::StatusOr<std::vector<SqlRow>> Run(absl::string_view sql, const std::vector<SqlValue>& parameters);
  int64_t RowsChanged() const { return rows_changed_; }
  // Of statements to come.
  absl::Status SetTimeouts(absl::Duration statement, absl::Duration lock);

  // Nothing can be sent any more.
  bool broken() const { return broken_; }
  // Broken because nobody answered; trying again would wait as long again.
  bool gave_up() const { return gave_up_; }
  // The last failure was a collision with another transaction: the same transaction may succeed when run
  // again.
  bool collided() const { return collided_; }

 private:
  struct Free {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Result = std::unique_ptr<PGresult, Free>;
  using Deadline = std::chrono::steady_clock::time_point;

  PostgresConnection(std::string name, PGconn* connection)
      : name_(std::move(name)), connection_(connection) {}
  absl::Status SetUp(const PostgresOptions& options);
  absl::Status Send(const std::string& sql, const std::vector<SqlValue>& parameters);
  absl::Status WaitForSocket(Deadline deadline, bool to_write);
  absl::StatusOr<Result> Receive(Deadline deadline);
  absl::Status Fail(absl::string_view why) const;
  absl::Status Break(absl::string_view why);
  absl::Status FromResult(const PGresult* result);

  const std::string name_;  // for texts
  const std::unique_ptr<PGconn, Free> connection_;
  absl::Duration patience_ = absl::Seconds(15);
  int64_t rows_changed_ = 0;
  bool broken_ = false;
  bool gave_up_ = false;
  bool collided_ = false;
};

}  // namespace sti::store

#endif  // COMMON_STORE_POSTGRES_CONNECTION_H_

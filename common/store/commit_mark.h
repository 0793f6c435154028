// What tells, after a connection broke in the middle of a COMMIT, whether that commit happened.
#ifndef COMMON_STORE_COMMIT_MARK_H_
#define COMMON_STORE_COMMIT_MARK_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/postgres_connection.h"

namespace sti::store {

// A writer has one row of its own and sets a new number in it as the last step of each transaction. The row
// shares the fate of the transaction, whatever becomes of the server. A transaction id would not do: a server
// that crashes forgets the ids of what was not yet in its log, and gives them to others.
//
// Costs a row that is changed in place, in the round trip that asked for the transaction id before. One writer
// at a time; the caller serializes.
class CommitMark {
 public:
  // Makes the table if it is missing, and drops the rows of writers that wrote nothing for a month.
  // kStorageFailed.
  static absl::Status MakeTable(PostgresConnection& connection);
  // A writer that nobody else is.
  static absl::StatusOr<CommitMark> Make(PostgresConnection& connection);

  // Inside of a transaction, before its COMMIT. False when the transaction has written nothing: then nothing
  // is marked, and there is no outcome to ask for.
  absl::StatusOr<bool> Set(PostgresConnection& connection);
  // On another connection: whether the transaction that was marked last is committed. Takes the writers' lock,
  // so that a server that is still at work on that transaction has finished with it. kStorageFailed when it
  // cannot be known now.
  absl::StatusOr<bool> IsCommitted(PostgresConnection& connection) const;

 private:
  explicit CommitMark(std::string writer) : writer_(std::move(writer)) {}

  std::string writer_;
  int64_t number_ = 0;
};

}  // namespace sti::store

#endif  // COMMON_STORE_COMMIT_MARK_H_

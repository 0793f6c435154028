#include "services/pa/pending_change_records.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

using store::AsBlob;
using store::AsInt;
using store::AsText;
using store::Blob;
using store::SqlRow;
using store::SqlValue;
using store::Transaction;

constexpr char kSelect[] =
    "SELECT seq, id, action, object, spcs, summary, request, requested_by, requested, expires, state,"
    " decided_by, decided, note FROM pending_changes WHERE ";
constexpr auto kPending = static_cast<int64_t>(PendingChange::State::kPending);

PendingChange FromRow(const SqlRow& row) {
  PendingChange change;
  change.seq = AsInt(row[0]);
  change.id = AsText(row[1]);
  change.action = AsText(row[2]);
  change.object = AsText(row[3]);
  change.spcs = absl::StrSplit(AsText(row[4]), ',', absl::SkipEmpty());
  change.summary = AsText(row[5]);
  change.request = AsBlob(row[6]);
  change.requested_by = AsText(row[7]);
  change.requested = absl::FromUnixSeconds(AsInt(row[8]));
  change.expires = absl::FromUnixSeconds(AsInt(row[9]));
  change.state = static_cast<PendingChange::State>(AsInt(row[10]));
  change.decided_by = AsText(row[11]);
  change.decided = absl::FromUnixSeconds(AsInt(row[12]));
  change.note = AsText(row[13]);
  return change;
}

absl::StatusOr<std::vector<PendingChange>> Select(Transaction& transaction, absl::string_view rest,
                                                  const std::vector<SqlValue>& parameters) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat(kSelect, rest), parameters));
  std::vector<PendingChange> changes;
  changes.reserve(rows.size());
  for (const SqlRow& row : rows) changes.push_back(FromRow(row));
  return changes;
}

std::optional<PendingChange> FirstOf(const std::vector<PendingChange>& changes) {
  return changes.empty() ? std::optional<PendingChange>() : changes.front();
}

}  // namespace

absl::Status InsertPendingChange(Transaction& transaction, PendingChange& change) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT COALESCE(MAX(seq), 0) + 1 FROM pending_changes", {}));
  change.seq = AsInt(rows.at(0).at(0));
  return transaction.Execute(
      "INSERT INTO pending_changes (seq, id, action, object, spcs, summary, request, requested_by, requested,"
      " expires, state, decided_by, decided, note)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '', 0, '')",
      {change.seq, change.id, change.action, change.object, absl::StrJoin(change.spcs, ","), change.summary,
       Blob{change.request}, change.requested_by, absl::ToUnixSeconds(change.requested),
       absl::ToUnixSeconds(change.expires), static_cast<int64_t>(change.state)});
}

absl::Status DecidePendingChange(Transaction& transaction, const PendingChange& change) {
  return transaction.Execute(
      "UPDATE pending_changes SET state = ?2, decided_by = ?3, decided = ?4, note = ?5 WHERE id = ?1",
      {change.id, static_cast<int64_t>(change.state), change.decided_by, absl::ToUnixSeconds(change.decided),
       change.note});
}

absl::StatusOr<std::optional<PendingChange>> FindPendingChange(Transaction& transaction,
                                                               absl::string_view id) {
  STI_ASSIGN_OR_RETURN(const std::vector<PendingChange> found,
                       Select(transaction, "id = ?1", {std::string(id)}));
  return FirstOf(found);
}

absl::StatusOr<std::vector<PendingChange>> ListPendingChanges(Transaction& transaction, int64_t before,
                                                              int64_t limit, bool include_decided,
                                                              absl::Time now) {
  if (include_decided) return Select(transaction, "seq < ?1 ORDER BY seq DESC LIMIT ?2", {before, limit});
  return Select(transaction, "seq < ?1 AND state = ?3 AND expires > ?4 ORDER BY seq DESC LIMIT ?2",
                {before, limit, kPending, absl::ToUnixSeconds(now)});
}

absl::StatusOr<std::optional<PendingChange>> FindSameChange(Transaction& transaction,
                                                            absl::string_view action,
                                                            absl::string_view object, absl::Time now) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<PendingChange> found,
      Select(transaction, "state = ?1 AND action = ?2 AND object = ?3 AND expires > ?4",
             {kPending, std::string(action), std::string(object), absl::ToUnixSeconds(now)}));
  return FirstOf(found);
}

absl::StatusOr<std::vector<PendingChange>> ListOverdueChanges(Transaction& transaction, absl::Time now) {
  return Select(transaction, "state = ?1 AND expires <= ?2 ORDER BY seq",
                {kPending, absl::ToUnixSeconds(now)});
}

absl::StatusOr<int64_t> CountPendingChanges(Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT COUNT(*) FROM pending_changes WHERE state = ?1", {kPending}));
  return AsInt(rows.at(0).at(0));
}

}  // namespace sti::pa

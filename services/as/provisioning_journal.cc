#include "services/as/provisioning_journal.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/as/provisioning_bulk.h"

namespace sti::as {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;

constexpr char kLetter[] = "letter";

JournalEntry FromRow(const SqlRow& row) {
  JournalEntry entry{
      AsText(row[1]), static_cast<JournalKind>(AsInt(row[2])), AsText(row[3]), AsText(row[4]), {}};
  entry.numbers = {entry.subject, static_cast<NumberValue>(AsInt(row[5])),
                   static_cast<NumberValue>(AsInt(row[6])), entry.detail == kLetter,
                   EndOfSeconds(AsInt(row[7]))};
  return entry;
}

// Entries are dropped from the beginning only: times are those of several replicas' clocks, and a hole would
// hide a change.
absl::StatusOr<int64_t> FirstKept(store::Transaction& transaction, int64_t limit) {
  STI_ASSIGN_OR_RETURN(const int64_t end, JournalEnd(transaction));
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT seq FROM provisioning_journal WHERE at >= ?1 ORDER BY seq LIMIT 1", {limit}));
  return rows.empty() ? end + 1 : AsInt(rows[0][0]);
}

}  // namespace

int64_t SecondsOfEnd(absl::Time until) {
  return until == absl::InfiniteFuture() ? 0 : absl::ToUnixSeconds(until);
}

absl::Time EndOfSeconds(int64_t seconds) {
  return seconds == 0 ? absl::InfiniteFuture() : absl::FromUnixSeconds(seconds);
}

absl::Status AppendJournal(store::Transaction& transaction, const std::vector<JournalEntry>& entries,
                           absl::Time now) {
  STI_ASSIGN_OR_RETURN(int64_t seq, JournalEnd(transaction));
  BulkInsert rows(
      transaction,
      "provisioning_journal (seq, at, provider, kind, subject, detail, first_number, last_number, ends)", 9);
  for (const JournalEntry& entry : entries) {
    const bool numbers =
        entry.kind == JournalKind::kNumbersAdded || entry.kind == JournalKind::kNumbersRemoved;
    STI_RETURN_IF_ERROR(
        rows.Add({++seq, absl::ToUnixSeconds(now), entry.provider, static_cast<int64_t>(entry.kind),
                  numbers ? entry.numbers.customer : entry.subject,
                  numbers ? std::string(entry.numbers.letter ? kLetter : "") : entry.detail,
                  static_cast<int64_t>(entry.numbers.first), static_cast<int64_t>(entry.numbers.last),
                  SecondsOfEnd(entry.numbers.until)}));
  }
  STI_RETURN_IF_ERROR(rows.Flush());
  return transaction.Execute("UPDATE counters SET value = ?1 WHERE name = 'provisioning_journal'", {seq});
}

absl::StatusOr<int64_t> JournalEnd(store::Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT value FROM counters WHERE name = 'provisioning_journal'", {}));
  return rows.empty() ? 0 : AsInt(rows[0][0]);
}

absl::StatusOr<JournalPart> ReadJournal(store::Transaction& transaction, int64_t after, int64_t limit) {
  JournalPart part;
  part.end = after;
  STI_ASSIGN_OR_RETURN(const int64_t end, JournalEnd(transaction));
  if (end == after) return part;
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT seq, provider, kind, subject, detail, first_number, last_number, ends"
                        " FROM provisioning_journal WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                        {after, limit}));
  // Less than before: somebody has put back a backup. Numbers are unique and in order, so that the last one
  // tells whether one lacks in between; without a full page it must be the end.
  const auto count = static_cast<int64_t>(rows.size());
  part.gap = end < after || rows.empty() || AsInt(rows.back()[0]) != after + count ||
             (count < limit && after + count < end);
  if (part.gap) return part;
  part.entries.reserve(rows.size());
  for (const SqlRow& row : rows) part.entries.push_back(FromRow(row));
  part.end = after + count;
  return part;
}

absl::Status CompactJournal(store::Database& database, absl::Time before) {
  const int64_t limit = absl::ToUnixSeconds(before);
  bool any = false;
  const absl::Status done = database.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const int64_t kept, FirstKept(transaction, limit));
    STI_ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        transaction.Query("SELECT 1 FROM provisioning_journal WHERE seq < ?1 LIMIT 1", {kept}));
    any = !rows.empty();
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(done);
  if (!any) return absl::OkStatus();
  return database.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const int64_t kept, FirstKept(transaction, limit));
    return transaction.Execute("DELETE FROM provisioning_journal WHERE seq < ?1", {kept});
  });
}

}  // namespace sti::as

#include "common/store/audit_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/crypto/digest.h"

namespace sti::store {
namespace {

constexpr char kColumns[] =
    "seq, time_ms, client, request_id, action, object, spcs, before_state, after_state, outcome, hash";

AuditRecord FromRow(const SqlRow& row) {
  AuditRecord record;
  record.seq = AsInt(row[0]);
  record.time = absl::FromUnixMillis(AsInt(row[1]));
  record.actor = {AsText(row[2]), AsText(row[3])};
  record.event.action = AsText(row[4]);
  record.event.object = AsText(row[5]);
  // Nothing is skipped: a comma too many must show in the hash.
  if (const std::string spcs = AsText(row[6]); !spcs.empty()) {
    record.event.spcs = absl::StrSplit(spcs, ',');
  }
  record.event.before = AsText(row[7]);
  record.event.after = AsText(row[8]);
  record.event.outcome = AsText(row[9]);
  record.hash = AsText(row[10]);
  return record;
}

// Each part with its length, so that no two records read the same.
void AddPart(std::string& text, absl::string_view part) {
  absl::StrAppend(&text, part.size(), ":", part, ";");
}

size_t SizeOf(const AuditEvent& event) {
  size_t size = event.action.size() + event.object.size() + event.before.size() + event.after.size();
  for (const std::string& spc : event.spcs) size += spc.size();
  return size;
}

// Events have whole milliseconds: those at or after `time` are those at or after the next one. The ends of
// time become those of BIGINT.
int64_t MillisecondsUp(absl::Time time) {
  return absl::ToInt64Milliseconds(absl::Ceil(time - absl::UnixEpoch(), absl::Milliseconds(1)));
}

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c != '\0' && absl::ascii_isascii(static_cast<unsigned char>(c)); });
}

bool IsUtf8(absl::string_view text) {
  std::string quoted;
  codec::AppendJsonString(text, quoted);
  return codec::ParseJson(quoted, quoted.size()).ok();
}

// What a database takes as text and JSON as a string. A name in a client's certificate may be any octets, and
// must not keep what its owner did out of the audit.
std::string Clean(const std::string& text) {
  if (IsPlain(text) || (text.find('\0') == std::string::npos && IsUtf8(text))) return text;
  return absl::CHexEscape(text);
}

AuditEvent Clean(const AuditEvent& event) {
  AuditEvent clean{Clean(event.action), Clean(event.object), event.spcs,
                   Clean(event.before), Clean(event.after),  Clean(event.outcome)};
  for (std::string& spc : clean.spcs) spc = Clean(spc);
  std::sort(clean.spcs.begin(), clean.spcs.end());
  clean.spcs.erase(std::unique(clean.spcs.begin(), clean.spcs.end()), clean.spcs.end());
  return clean;
}

}  // namespace

std::string AuditHash(absl::string_view previous, const AuditRecord& record) {
  std::string text;
  AddPart(text, previous);
  AddPart(text, absl::StrCat(record.seq));
  AddPart(text, absl::StrCat(absl::ToUnixMillis(record.time)));
  AddPart(text, record.actor.client);
  AddPart(text, record.actor.request_id);
  AddPart(text, record.event.action);
  AddPart(text, record.event.object);
  AddPart(text, absl::StrJoin(record.event.spcs, ","));
  AddPart(text, record.event.before);
  AddPart(text, record.event.after);
  AddPart(text, record.event.outcome);
  return absl::BytesToHexString(crypto::Sha256(text));
}

std::vector<std::string> AuditTables() {
  return {
      "CREATE TABLE audit (seq BIGINT PRIMARY KEY, time_ms BIGINT NOT NULL, client TEXT NOT NULL,"
      " request_id TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, spcs TEXT NOT NULL,"
      " before_state TEXT NOT NULL, after_state TEXT NOT NULL, outcome TEXT NOT NULL, hash TEXT NOT NULL)",
      "CREATE INDEX audit_by_object ON audit (object, seq)",
      "CREATE INDEX audit_by_time ON audit (time_ms, seq)",
      // For queries only: what an event is about stands in its row.
      "CREATE TABLE audit_spcs (spc TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (spc, seq))",
  };
}

Migration AuditGuards(int version) {
  Migration guards{version, {}};
  guards.postgres_statements.emplace_back(
      "CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$");
  for (const char* table : {"audit", "audit_spcs"}) {
    for (const char* change : {"UPDATE", "DELETE"}) {
      guards.sqlite_statements.push_back(
          absl::StrCat("CREATE TRIGGER ", table, "_refuses_", change, " BEFORE ", change, " ON ", table,
                       " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"));
    }
    guards.postgres_statements.push_back(
        absl::StrCat("CREATE TRIGGER ", table, "_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ",
                     table, " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"));
  }
  return guards;
}

absl::Status AppendAudit(Transaction& transaction, const Actor& who, const AuditEvent& what, absl::Time now) {
  if (SizeOf(what) > limits::kAuditEvent) {
    return MakeError(Reason::kTooLarge, "audit",
                     absl::StrCat("an event of more than ", limits::kAuditEvent, " octets"));
  }
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> last,
                       transaction.Query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", {}));
  AuditRecord record{last.empty() ? 1 : AsInt(last[0][0]) + 1,
                     absl::FromUnixMillis(absl::ToUnixMillis(now)),
                     {Clean(who.client), Clean(who.request_id)},
                     Clean(what),
                     ""};
  const Actor& actor = record.actor;
  const AuditEvent& event = record.event;
  record.hash = AuditHash(last.empty() ? kAuditSeed : AsText(last[0][1]), record);
  STI_RETURN_IF_ERROR(transaction.Execute(
      absl::StrCat("INSERT INTO audit (", kColumns,
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
      {record.seq, absl::ToUnixMillis(record.time), actor.client, actor.request_id, event.action,
       event.object, absl::StrJoin(event.spcs, ","), event.before, event.after, event.outcome, record.hash}));
  for (const std::string& spc : event.spcs) {
    STI_RETURN_IF_ERROR(
        transaction.Execute("INSERT INTO audit_spcs (spc, seq) VALUES (?1, ?2)", {spc, record.seq}));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> LastAuditEvent(Transaction& transaction) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT COALESCE(MAX(seq), 0) FROM audit", {}));
  return AsInt(rows.at(0).at(0));
}

absl::StatusOr<std::vector<AuditRecord>> ListAudit(Transaction& transaction, const AuditFilter& filter,
                                                   int64_t after, int64_t limit) {
  std::string where = "seq > ?1 AND time_ms >= ?2 AND time_ms < ?3";
  std::vector<SqlValue> parameters = {after, MillisecondsUp(filter.from), MillisecondsUp(filter.to)};
  const auto add = [&](absl::string_view before, const std::string& value, absl::string_view behind) {
    if (value.empty()) return;
    parameters.emplace_back(value);
    absl::StrAppend(&where, before, "?", parameters.size(), behind);
  };
  add(" AND object = ", filter.object, "");
  add(" AND seq IN (SELECT seq FROM audit_spcs WHERE spc = ", filter.spc, ")");
  parameters.emplace_back(limit);
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT ", kColumns, " FROM audit WHERE ", where,
                                                      " ORDER BY seq LIMIT ?", parameters.size()),
                                         parameters));
  std::vector<AuditRecord> records;
  records.reserve(rows.size());
  for (const SqlRow& row : rows) records.push_back(FromRow(row));
  return records;
}

}  // namespace sti::store

#include "tests/fault/ledger.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace sti::fault {
namespace {

using store::AsInt;
using store::AsText;
using store::Transaction;

absl::StatusOr<int64_t> Number(Transaction& transaction, const char* sql) {
  STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query(sql, {}));
  return AsInt(rows.at(0).at(0));
}

}  // namespace

store::DatabaseOptions OptionsFromArguments(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "sqlite") return store::SqliteOptions{arguments[1]};
  if (arguments.size() != 3 || arguments[0] != "postgres") {
    std::fputs("sqlite FILE | postgres HOST DATABASE\n", stderr);
    std::exit(2);
  }
  store::PostgresOptions options;
  options.host = arguments[1];
  options.database = arguments[2];
  options.user = "app";
  options.application = "crash suite";
  options.connections = 2;
  return options;
}

// `entry` has no key on purpose: a row that came twice must be able to show.
const std::vector<store::Migration>& Schema() {
  static const auto* const migrations = new std::vector<store::Migration>{
      {1,
       {"CREATE TABLE used (id TEXT PRIMARY KEY)",
        "CREATE TABLE entry (seq BIGINT NOT NULL, writer TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT "
        "NULL)",
        "CREATE INDEX entry_by_seq ON entry (seq)", "CREATE INDEX entry_by_writer ON entry (writer)",
        "CREATE TABLE counter (entries BIGINT NOT NULL)", "INSERT INTO counter (entries) VALUES (0)"}}};
  return *migrations;
}

absl::StatusOr<int64_t> Use(store::Database& database, const std::string& writer, const std::string& id) {
  // More than a page of either engine.
  static const std::string text(9000, 'x');
  int64_t seq = 0;
  const absl::Status written = database.Write([&](Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute("INSERT INTO used (id) VALUES (?1)", {id}));
    STI_ASSIGN_OR_RETURN(seq, Number(transaction, "SELECT COALESCE(MAX(seq), 0) + 1 FROM entry"));
    STI_RETURN_IF_ERROR(transaction.Execute(
        "INSERT INTO entry (seq, writer, id, text) VALUES (?1, ?2, ?3, ?4)", {seq, writer, id, text}));
    return transaction.Execute("UPDATE counter SET entries = entries + 1", {});
  });
  STI_RETURN_IF_ERROR(written);
  return seq;
}

absl::StatusOr<std::map<std::string, int64_t>> EntriesOf(store::Database& database,
                                                         const std::string& writer) {
  std::map<std::string, int64_t> entries;
  STI_RETURN_IF_ERROR(database.Read([&](Transaction& transaction) -> absl::Status {
    entries.clear();
    STI_ASSIGN_OR_RETURN(const auto rows,
                         transaction.Query("SELECT id, seq FROM entry WHERE writer = ?1", {writer}));
    for (const store::SqlRow& row : rows) {
      if (!entries.emplace(AsText(row.at(0)), AsInt(row.at(1))).second) {
        return absl::DataLossError(absl::StrCat(AsText(row.at(0)), " was written twice"));
      }
    }
    return absl::OkStatus();
  }));
  return entries;
}

absl::Status CheckSound(store::Database& database, bool sqlite) {
  return database.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const int64_t entries, Number(transaction, "SELECT COUNT(*) FROM entry"));
    for (const char* sql : {"SELECT COALESCE(MAX(seq), 0) FROM entry",
                            "SELECT COUNT(DISTINCT seq) FROM entry", "SELECT COUNT(DISTINCT id) FROM entry",
                            "SELECT COUNT(*) FROM used", "SELECT entries FROM counter"}) {
      STI_ASSIGN_OR_RETURN(const int64_t number, Number(transaction, sql));
      if (number != entries) return absl::DataLossError(absl::StrCat(sql, ": ", number, ", not ", entries));
    }
    if (!sqlite) return absl::OkStatus();
    STI_ASSIGN_OR_RETURN(const auto rows, transaction.Query("PRAGMA integrity_check", {}));
    if (AsText(rows.at(0).at(0)) == "ok") return absl::OkStatus();
    return absl::DataLossError(AsText(rows.at(0).at(0)));
  });
}

}  // namespace sti::fault

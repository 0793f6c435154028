#include "common/store/testing/old_database.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"

namespace sti::testing {

absl::StatusOr<std::unique_ptr<store::Database>> OpenAsOf(const std::string& path,
                                                          const std::vector<store::Migration>& migrations,
                                                          size_t version) {
  std::vector<store::Migration> first = migrations;
  first.resize(version);
  return store::OpenSqlite(path, first);
}

absl::Status RunAll(store::Database& database, const std::vector<std::string>& statements) {
  return database.Write([&](store::Transaction& transaction) -> absl::Status {
    for (const std::string& statement : statements) {
      STI_RETURN_IF_ERROR(transaction.Execute(statement, {}));
    }
    return absl::OkStatus();
  });
}

std::string FirstRow(store::Database& database, const std::string& sql) {
  std::vector<std::string> columns;
  const absl::Status read = database.Read([&](store::Transaction& transaction) -> absl::Status {
    columns.clear();
    STI_ASSIGN_OR_RETURN(const std::vector<store::SqlRow> rows, transaction.Query(sql, {}));
    if (rows.empty()) return absl::NotFoundError("no row");
    for (const store::SqlValue& value : rows[0]) {
      columns.push_back(std::holds_alternative<int64_t>(value) ? absl::StrCat(store::AsInt(value))
                                                               : store::AsText(value));
    }
    return absl::OkStatus();
  });
  return read.ok() ? absl::StrJoin(columns, " ") : read.ToString();
}

}  // namespace sti::testing

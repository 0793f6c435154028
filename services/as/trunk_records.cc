#include "services/as/trunk_records.h"

#include <string>

#include "common/base/status_macros.h"

namespace sti::as {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;

constexpr char kSelect[] = "SELECT id, customer, gateway, emergency, changed FROM trunks WHERE provider = ?1";

Trunk FromRow(const SqlRow& row) {
  return {AsText(row[0]), AsText(row[1]), AsInt(row[2]) != 0, AsInt(row[3]) != 0,
          absl::FromUnixSeconds(AsInt(row[4]))};
}

}  // namespace

absl::StatusOr<std::optional<Trunk>> FindTrunk(store::Transaction& transaction, absl::string_view provider,
                                               absl::string_view id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(std::string(kSelect) + " AND id = ?2", {std::string(provider), std::string(id)}));
  if (rows.empty()) return std::optional<Trunk>();
  return std::optional<Trunk>(FromRow(rows[0]));
}

absl::StatusOr<std::vector<Trunk>> ListTrunks(store::Transaction& transaction, absl::string_view provider,
                                              absl::string_view customer, absl::string_view after,
                                              int64_t limit) {
  std::vector<store::SqlValue> parameters = {std::string(provider), std::string(after), limit};
  std::string where;
  if (!customer.empty()) {
    where = " AND customer = ?4";
    parameters.emplace_back(std::string(customer));
  }
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(std::string(kSelect) + " AND id > ?2" + where + " ORDER BY id LIMIT ?3", parameters));
  std::vector<Trunk> trunks;
  trunks.reserve(rows.size());
  for (const SqlRow& row : rows) trunks.push_back(FromRow(row));
  return trunks;
}

absl::Status WriteTrunk(store::Transaction& transaction, absl::string_view provider, const Trunk& trunk) {
  STI_RETURN_IF_ERROR(DeleteTrunk(transaction, provider, trunk.id));
  return transaction.Execute(
      "INSERT INTO trunks (provider, id, customer, gateway, emergency, changed)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      {std::string(provider), trunk.id, trunk.customer, static_cast<int64_t>(trunk.gateway),
       static_cast<int64_t>(trunk.emergency), absl::ToUnixSeconds(trunk.changed)});
}

absl::Status DeleteTrunk(store::Transaction& transaction, absl::string_view provider, absl::string_view id) {
  return transaction.Execute("DELETE FROM trunks WHERE provider = ?1 AND id = ?2",
                             {std::string(provider), std::string(id)});
}

}  // namespace sti::as

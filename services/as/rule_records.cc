#include "services/as/rule_records.h"

#include "common/base/status_macros.h"

namespace sti::as {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;

constexpr char kSelect[] =
    "SELECT kind, first_number, last_number, highest_attest, note FROM number_rules WHERE provider = ?1";

NumberRule FromRow(const SqlRow& row) {
  NumberRule rule{static_cast<NumberRule::Kind>(AsInt(row[0])), AsText(row[1]), AsText(row[2]), std::nullopt,
                  AsText(row[4])};
  const auto highest = static_cast<stir::Attestation>(AsInt(row[3]));
  if (highest != stir::Attestation::kNone) rule.highest_attest = highest;
  return rule;
}

}  // namespace

absl::StatusOr<std::optional<NumberRule>> FindRule(store::Transaction& transaction,
                                                   absl::string_view provider, const RuleKey& key) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(std::string(kSelect) + " AND kind = ?2 AND first_number = ?3 AND last_number = ?4",
                        {std::string(provider), key.kind, key.first, key.last}));
  if (rows.empty()) return std::optional<NumberRule>();
  return std::optional<NumberRule>(FromRow(rows[0]));
}

absl::StatusOr<std::vector<NumberRule>> ListRules(store::Transaction& transaction, absl::string_view provider,
                                                  const RuleKey& after, int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(std::string(kSelect) + " AND (kind, first_number, last_number) > (?2, ?3, ?4)"
                                               " ORDER BY kind, first_number, last_number LIMIT ?5",
                        {std::string(provider), after.kind, after.first, after.last, limit}));
  std::vector<NumberRule> rules;
  rules.reserve(rows.size());
  for (const SqlRow& row : rows) rules.push_back(FromRow(row));
  return rules;
}

absl::StatusOr<int64_t> CountRules(store::Transaction& transaction, absl::string_view provider) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT COUNT(*) FROM number_rules WHERE provider = ?1", {std::string(provider)}));
  return AsInt(rows[0][0]);
}

absl::Status WriteRule(store::Transaction& transaction, absl::string_view provider, const NumberRule& rule) {
  STI_RETURN_IF_ERROR(DeleteRule(transaction, provider, KeyOf(rule)));
  return transaction.Execute(
      "INSERT INTO number_rules (provider, kind, first_number, last_number, highest_attest, note)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      {std::string(provider), static_cast<int64_t>(rule.kind), rule.first, rule.last,
       static_cast<int64_t>(rule.highest_attest.value_or(stir::Attestation::kNone)), rule.note});
}

absl::Status DeleteRule(store::Transaction& transaction, absl::string_view provider, const RuleKey& key) {
  return transaction.Execute(
      "DELETE FROM number_rules WHERE provider = ?1 AND kind = ?2 AND first_number = ?3 AND last_number = ?4",
      {std::string(provider), key.kind, key.first, key.last});
}

}  // namespace sti::as

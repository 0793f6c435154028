#include "services/ca/acme_order_records.h"

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::ca {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::SqlValue;
using store::Transaction;

constexpr std::array<absl::string_view, 5> kOrderStates = {"pending", "ready", "processing", "valid",
                                                           "invalid"};
constexpr std::array<absl::string_view, 6> kAuthorizationStates = {"pending",     "valid",   "invalid",
                                                                   "deactivated", "expired", "revoked"};

constexpr char kOrderColumns[] =
    "id, account, state, identifier, tn_auth_list, spc, not_before, not_after, created, expires, csr,"
    " claimed, serial, error, replaces";
constexpr char kAuthorizationColumns[] =
    "id, order_id, account, state, identifier, tn_auth_list, expires, challenge_token, challenge_state,"
    " validated, error, token_jti, token_ca";

// Orders expire without anybody writing it down. Goes on with the parameter for the time, and ")".
constexpr char kAlive[] = "state <> 'invalid' AND NOT (state IN ('pending', 'ready') AND expires <=";

template <typename State, size_t kCount>
State StateFrom(const std::array<absl::string_view, kCount>& names, absl::string_view text, State otherwise) {
  for (size_t i = 0; i < kCount; ++i) {
    if (names[i] == text) return static_cast<State>(i);
  }
  return otherwise;
}

SqlValue Optional(const std::optional<absl::Time>& time) {
  return time ? SqlValue(absl::ToUnixSeconds(*time)) : SqlValue(std::monostate());
}
std::optional<absl::Time> OptionalTime(const SqlValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  return absl::FromUnixSeconds(AsInt(value));
}
std::string Hex(absl::string_view octets) { return absl::BytesToHexString(octets); }
std::string Octets(const SqlValue& value) { return absl::HexStringToBytes(AsText(value)); }

AcmeOrder OrderFromRow(const SqlRow& row) {
  AcmeOrder order;
  order.id = AsText(row[0]);
  order.account = AsText(row[1]);
  order.state = StateFrom(kOrderStates, AsText(row[2]), OrderState::kInvalid);
  order.identifier = AsText(row[3]);
  order.tn_auth_list = Octets(row[4]);
  order.spc = AsText(row[5]);
  order.not_before = OptionalTime(row[6]);
  order.not_after = OptionalTime(row[7]);
  order.created = absl::FromUnixSeconds(AsInt(row[8]));
  order.expires = absl::FromUnixSeconds(AsInt(row[9]));
  order.csr = Octets(row[10]);
  order.claimed = absl::FromUnixSeconds(AsInt(row[11]));
  order.serial = AsText(row[12]);
  order.error = AsText(row[13]);
  order.replaces = AsText(row[14]);
  return order;
}

AcmeAuthorization AuthorizationFromRow(const SqlRow& row) {
  AcmeAuthorization authorization;
  authorization.id = AsText(row[0]);
  authorization.order = AsText(row[1]);
  authorization.account = AsText(row[2]);
  authorization.state = StateFrom(kAuthorizationStates, AsText(row[3]), AuthorizationState::kInvalid);
  authorization.identifier = AsText(row[4]);
  authorization.tn_auth_list = Octets(row[5]);
  authorization.expires = absl::FromUnixSeconds(AsInt(row[6]));
  authorization.challenge_token = AsText(row[7]);
  authorization.challenge_state = AsText(row[8]);
  authorization.validated = absl::FromUnixSeconds(AsInt(row[9]));
  authorization.error = AsText(row[10]);
  authorization.token_jti = AsText(row[11]);
  authorization.token_ca = AsInt(row[12]) != 0;
  return authorization;
}

absl::StatusOr<std::optional<AcmeOrder>> FindOrderWhere(Transaction& transaction, absl::string_view condition,
                                                        absl::string_view value) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT ", kOrderColumns, " FROM acme_orders WHERE ", condition),
                        {std::string(value)}));
  if (rows.empty()) return std::optional<AcmeOrder>();
  return std::optional<AcmeOrder>(OrderFromRow(rows[0]));
}

absl::StatusOr<std::optional<AcmeAuthorization>> FindAuthorizationWhere(Transaction& transaction,
                                                                        absl::string_view condition,
                                                                        absl::string_view value) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT ", kAuthorizationColumns,
                                                      " FROM acme_authorizations WHERE ", condition),
                                         {std::string(value)}));
  if (rows.empty()) return std::optional<AcmeAuthorization>();
  return std::optional<AcmeAuthorization>(AuthorizationFromRow(rows[0]));
}

absl::Status OnlyOne(const Transaction& transaction, absl::string_view what) {
  if (transaction.RowsChanged() == 1) return absl::OkStatus();
  return MakeError(Reason::kStateConflict, absl::StrCat("the ", what, " has changed meanwhile"));
}

std::vector<std::string> FirstColumn(const std::vector<SqlRow>& rows) {
  std::vector<std::string> texts;
  for (const SqlRow& row : rows) texts.push_back(AsText(row[0]));
  return texts;
}

Usage UsageOf(const std::vector<SqlRow>& rows) {
  return {AsInt(rows[0][0]), absl::FromUnixSeconds(AsInt(rows[0][1]))};
}

}  // namespace

absl::string_view StateText(OrderState state) { return kOrderStates[static_cast<size_t>(state)]; }
absl::string_view StateText(AuthorizationState state) {
  return kAuthorizationStates[static_cast<size_t>(state)];
}

absl::Status InsertOrder(Transaction& transaction, const AcmeOrder& order,
                         const AcmeAuthorization& authorization) {
  STI_RETURN_IF_ERROR(transaction.Execute(
      absl::StrCat("INSERT INTO acme_orders (", kOrderColumns,
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"),
      {order.id, order.account, std::string(StateText(order.state)), order.identifier,
       Hex(order.tn_auth_list), order.spc, Optional(order.not_before), Optional(order.not_after),
       absl::ToUnixSeconds(order.created), absl::ToUnixSeconds(order.expires), Hex(order.csr),
       absl::ToUnixSeconds(order.claimed), order.serial, order.error, order.replaces}));
  return transaction.Execute(
      absl::StrCat("INSERT INTO acme_authorizations (", kAuthorizationColumns,
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"),
      {authorization.id, authorization.order, authorization.account,
       std::string(StateText(authorization.state)), authorization.identifier, Hex(authorization.tn_auth_list),
       absl::ToUnixSeconds(authorization.expires), authorization.challenge_token,
       authorization.challenge_state, absl::ToUnixSeconds(authorization.validated), authorization.error,
       authorization.token_jti, int64_t{authorization.token_ca ? 1 : 0}});
}

absl::StatusOr<std::optional<AcmeOrder>> FindOrder(Transaction& transaction, absl::string_view id) {
  return FindOrderWhere(transaction, "id = ?1", id);
}

absl::StatusOr<std::optional<AcmeOrder>> FindOrderOfSerial(Transaction& transaction,
                                                           absl::string_view serial) {
  return FindOrderWhere(transaction, "serial = ?1", serial);
}

absl::Status UpdateOrder(Transaction& transaction, const AcmeOrder& order, OrderState from) {
  STI_RETURN_IF_ERROR(transaction.Execute(
      "UPDATE acme_orders SET state = ?2, csr = ?3, claimed = ?4, serial = ?5, error = ?6"
      " WHERE id = ?1 AND state = ?7",
      {order.id, std::string(StateText(order.state)), Hex(order.csr), absl::ToUnixSeconds(order.claimed),
       order.serial, order.error, std::string(StateText(from))}));
  return OnlyOne(transaction, "order");
}

absl::StatusOr<std::vector<std::string>> ListOrderIds(Transaction& transaction, absl::string_view account,
                                                      absl::string_view after, absl::Time now,
                                                      int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(absl::StrCat("SELECT id FROM acme_orders WHERE account = ?1 AND id > ?2 AND ", kAlive,
                                     " ?3) ORDER BY id LIMIT ?4"),
                        {std::string(account), std::string(after), absl::ToUnixSeconds(now), limit}));
  return FirstColumn(rows);
}

absl::StatusOr<std::vector<std::string>> ListStuckOrders(Transaction& transaction, absl::Time before,
                                                         int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT id FROM acme_orders WHERE state = 'processing' AND claimed < ?1"
                        " ORDER BY claimed LIMIT ?2",
                        {absl::ToUnixSeconds(before), limit}));
  return FirstColumn(rows);
}

absl::Status CancelOrders(Transaction& transaction, absl::string_view account, const std::string& error) {
  return transaction.Execute(
      "UPDATE acme_orders SET state = 'invalid', error = ?2"
      " WHERE account = ?1 AND state IN ('pending', 'ready')",
      {std::string(account), error});
}

absl::Status RevokeRights(Transaction& transaction, absl::string_view spc, const std::string& error) {
  STI_RETURN_IF_ERROR(transaction.Execute(
      "UPDATE acme_authorizations SET state = 'revoked', error = ?2 WHERE state IN ('pending', 'valid')"
      " AND order_id IN (SELECT id FROM acme_orders WHERE spc = ?1)",
      {std::string(spc), error}));
  return transaction.Execute(
      "UPDATE acme_orders SET state = 'invalid', error = ?2"
      " WHERE spc = ?1 AND state IN ('pending', 'ready', 'processing')",
      {std::string(spc), error});
}

absl::StatusOr<bool> IsReplaced(Transaction& transaction, absl::string_view certificate_id, absl::Time now) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(absl::StrCat("SELECT id FROM acme_orders WHERE replaces = ?1 AND ",
                                                      kAlive, " ?2) LIMIT 1"),
                                         {std::string(certificate_id), absl::ToUnixSeconds(now)}));
  return !rows.empty();
}

absl::StatusOr<std::optional<AcmeAuthorization>> FindAuthorization(Transaction& transaction,
                                                                   absl::string_view id) {
  return FindAuthorizationWhere(transaction, "id = ?1", id);
}

absl::StatusOr<std::optional<AcmeAuthorization>> FindAuthorizationOfOrder(Transaction& transaction,
                                                                          absl::string_view order) {
  return FindAuthorizationWhere(transaction, "order_id = ?1", order);
}

absl::Status UpdateAuthorization(Transaction& transaction, const AcmeAuthorization& authorization,
                                 AuthorizationState from) {
  STI_RETURN_IF_ERROR(transaction.Execute(
      "UPDATE acme_authorizations SET state = ?2, challenge_state = ?3, validated = ?4, error = ?5,"
      " token_jti = ?6, token_ca = ?7 WHERE id = ?1 AND state = ?8",
      {authorization.id, std::string(StateText(authorization.state)), authorization.challenge_state,
       absl::ToUnixSeconds(authorization.validated), authorization.error, authorization.token_jti,
       int64_t{authorization.token_ca ? 1 : 0}, std::string(StateText(from))}));
  return OnlyOne(transaction, "authorization");
}

absl::StatusOr<bool> IsAuthorized(Transaction& transaction, absl::string_view account,
                                  absl::string_view tn_auth_list, absl::Time now) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT id FROM acme_authorizations WHERE account = ?1 AND tn_auth_list = ?2"
                        " AND state = 'valid' AND expires > ?3 LIMIT 1",
                        {std::string(account), Hex(tn_auth_list), absl::ToUnixSeconds(now)}));
  return !rows.empty();
}

absl::StatusOr<int64_t> DeleteStaleOrders(Transaction& transaction, absl::Time before, int64_t limit) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT id FROM acme_orders WHERE state IN ('pending', 'ready', 'invalid')"
                        " AND expires < ?1 LIMIT ?2",
                        {absl::ToUnixSeconds(before), limit}));
  for (const std::string& id : FirstColumn(rows)) {
    STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM acme_authorizations WHERE order_id = ?1", {id}));
    STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM acme_orders WHERE id = ?1", {id}));
  }
  return static_cast<int64_t>(rows.size());
}

absl::StatusOr<Usage> OrdersSince(Transaction& transaction, absl::string_view account, absl::Time since) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          "SELECT COUNT(*), COALESCE(MIN(created), 0) FROM acme_orders WHERE account = ?1 AND created > ?2",
          {std::string(account), absl::ToUnixSeconds(since)}));
  return UsageOf(rows);
}

absl::StatusOr<Usage> FailuresSince(Transaction& transaction, absl::string_view account, absl::Time since) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT COUNT(*), COALESCE(MIN(validated), 0) FROM acme_authorizations"
                        " WHERE account = ?1 AND challenge_state = 'invalid' AND validated > ?2",
                        {std::string(account), absl::ToUnixSeconds(since)}));
  return UsageOf(rows);
}

}  // namespace sti::ca

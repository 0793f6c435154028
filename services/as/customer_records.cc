#include "services/as/customer_records.h"

#include <map>
#include <utility>

#include "common/base/status_macros.h"

namespace sti::as {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;

constexpr char kSelect[] =
    "SELECT id, name, suspended, highest_attest, unknown_number, changed FROM customers WHERE provider = ?1";

Customer FromRow(const SqlRow& row) {
  Customer customer;
  customer.id = AsText(row[0]);
  customer.name = AsText(row[1]);
  customer.suspended = AsInt(row[2]) != 0;
  customer.highest_attest = static_cast<stir::Attestation>(AsInt(row[3]));
  customer.unknown_number = static_cast<Fallback>(AsInt(row[4]));
  customer.changed = absl::FromUnixSeconds(AsInt(row[5]));
  return customer;
}

// With the clients of customers from `first` to `last`.
absl::Status AddClients(store::Transaction& transaction, absl::string_view provider,
                        std::vector<Customer>& customers) {
  if (customers.empty()) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(
          "SELECT customer, identity FROM customer_clients WHERE provider = ?1 AND customer >= ?2"
          " AND customer <= ?3 ORDER BY customer, position",
          {std::string(provider), customers.front().id, customers.back().id}));
  std::map<std::string, std::vector<std::string>> clients;
  for (const SqlRow& row : rows) clients[AsText(row[0])].push_back(AsText(row[1]));
  for (Customer& customer : customers) {
    const auto found = clients.find(customer.id);
    if (found != clients.end()) customer.clients = std::move(found->second);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Customer>> FindCustomer(store::Transaction& transaction,
                                                     absl::string_view provider, absl::string_view id) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query(std::string(kSelect) + " AND id = ?2", {std::string(provider), std::string(id)}));
  if (rows.empty()) return std::optional<Customer>();
  std::vector<Customer> customers = {FromRow(rows[0])};
  STI_RETURN_IF_ERROR(AddClients(transaction, provider, customers));
  return std::optional<Customer>(std::move(customers[0]));
}

absl::StatusOr<bool> HasCustomer(store::Transaction& transaction, absl::string_view provider,
                                 absl::string_view id) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query("SELECT 1 FROM customers WHERE provider = ?1 AND id = ?2",
                                         {std::string(provider), std::string(id)}));
  return !rows.empty();
}

absl::StatusOr<std::vector<Customer>> ListCustomers(store::Transaction& transaction,
                                                    absl::string_view provider, absl::string_view after,
                                                    int64_t limit) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       transaction.Query(std::string(kSelect) + " AND id > ?2 ORDER BY id LIMIT ?3",
                                         {std::string(provider), std::string(after), limit}));
  std::vector<Customer> customers;
  customers.reserve(rows.size());
  for (const SqlRow& row : rows) customers.push_back(FromRow(row));
  STI_RETURN_IF_ERROR(AddClients(transaction, provider, customers));
  return customers;
}

absl::Status WriteCustomer(store::Transaction& transaction, absl::string_view provider,
                           const Customer& customer) {
  STI_RETURN_IF_ERROR(DeleteCustomer(transaction, provider, customer.id));
  STI_RETURN_IF_ERROR(transaction.Execute(
      "INSERT INTO customers (provider, id, name, suspended, highest_attest, unknown_number, changed)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      {std::string(provider), customer.id, customer.name, static_cast<int64_t>(customer.suspended),
       static_cast<int64_t>(customer.highest_attest), static_cast<int64_t>(customer.unknown_number),
       absl::ToUnixSeconds(customer.changed)}));
  int64_t position = 0;
  for (const std::string& identity : customer.clients) {
    STI_RETURN_IF_ERROR(transaction.Execute(
        "INSERT INTO customer_clients (identity, provider, customer, position) VALUES (?1, ?2, ?3, ?4)",
        {identity, std::string(provider), customer.id, position++}));
  }
  return absl::OkStatus();
}

absl::Status DeleteCustomer(store::Transaction& transaction, absl::string_view provider,
                            absl::string_view id) {
  const std::vector<store::SqlValue> key = {std::string(provider), std::string(id)};
  STI_RETURN_IF_ERROR(
      transaction.Execute("DELETE FROM customer_clients WHERE provider = ?1 AND customer = ?2", key));
  return transaction.Execute("DELETE FROM customers WHERE provider = ?1 AND id = ?2", key);
}

absl::StatusOr<std::optional<ClientOwner>> OwnerOfClient(store::Transaction& transaction,
                                                         absl::string_view identity) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT provider, customer FROM customer_clients WHERE identity = ?1",
                        {std::string(identity)}));
  if (rows.empty()) return std::optional<ClientOwner>();
  return std::optional<ClientOwner>(ClientOwner{AsText(rows[0][0]), AsText(rows[0][1])});
}

}  // namespace sti::as

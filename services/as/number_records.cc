#include "services/as/number_records.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/as/provisioning_journal.h"

namespace sti::as {
namespace {

using store::AsInt;
using store::AsText;
using store::SqlRow;
using store::SqlValue;

constexpr char kSelect[] =
    "SELECT customer, first_number, last_number, letter, ends FROM customer_numbers"
    " WHERE provider = ?1 AND letter = ?2";
constexpr size_t kDeletes = 200;  // of one statement

int64_t Int(NumberValue number) { return static_cast<int64_t>(number); }

absl::StatusOr<std::vector<CustomerNumbers>> Select(store::Transaction& transaction, const std::string& sql,
                                                    const std::vector<SqlValue>& parameters) {
  STI_ASSIGN_OR_RETURN(const std::vector<SqlRow> rows, transaction.Query(sql, parameters));
  std::vector<CustomerNumbers> entries;
  entries.reserve(rows.size());
  for (const SqlRow& row : rows) {
    entries.push_back({AsText(row[0]), static_cast<NumberValue>(AsInt(row[1])),
                       static_cast<NumberValue>(AsInt(row[2])), AsInt(row[3]) != 0,
                       EndOfSeconds(AsInt(row[4]))});
  }
  return entries;
}

// One half of a listing: own numbers or letters.
absl::StatusOr<std::vector<CustomerNumbers>> ListHalf(store::Transaction& transaction,
                                                      absl::string_view provider, absl::string_view customer,
                                                      bool letter, NumberValue number,
                                                      const NumberPosition& after, int64_t limit) {
  // Where this half goes on: own numbers stand before letters that begin with the same number.
  NumberValue first = after.first;
  std::string name = after.letter == letter ? after.customer : "";
  if (after.letter && !letter) ++first;
  std::vector<SqlValue> parameters = {std::string(provider), static_cast<int64_t>(letter), Int(first), limit};
  std::string sql = kSelect;
  const auto add = [&](absl::string_view text, SqlValue value) {
    parameters.push_back(std::move(value));
    absl::StrAppend(&sql, text, "?", parameters.size());
  };
  if (customer.empty()) {
    add(" AND (first_number, customer) > (?3, ", name);
    sql += ")";
  } else {
    // One entry of a customer begins with a number.
    parameters[2] = Int(name.empty() ? first : first + 1);
    add(" AND first_number >= ?3 AND customer = ", std::string(customer));
  }
  if (number != 0) {
    add(" AND last_number >= ", Int(number));
    if (letter) {
      add(" AND first_number <= ", Int(number));
    } else {
      add(" AND first_number = (SELECT MAX(first_number) FROM customer_numbers WHERE provider = ?1"
          " AND letter = ?2 AND first_number <= ",
          Int(number));
      sql += ")";
    }
  }
  return Select(transaction, sql + " ORDER BY first_number, customer LIMIT ?4", parameters);
}

auto Rank(const CustomerNumbers& entry) { return std::tie(entry.first, entry.letter, entry.customer); }

}  // namespace

absl::StatusOr<std::vector<CustomerNumbers>> NumbersFrom(store::Transaction& transaction,
                                                         const NumberGroup& group, NumberValue number,
                                                         NumberValue at_least, int64_t limit) {
  std::string which;
  std::vector<SqlValue> parameters = {group.provider, static_cast<int64_t>(group.letter), Int(number)};
  if (group.letter) {
    which = " AND customer = ?4";
    parameters.emplace_back(group.customer);
  }
  // Of those that begin before the number, only the last one may hold it.
  NumberValue from = number;
  if (at_least <= number) {
    STI_ASSIGN_OR_RETURN(
        const std::vector<SqlRow> before,
        transaction.Query("SELECT MAX(first_number) FROM customer_numbers WHERE provider = ?1"
                          " AND letter = ?2 AND first_number <= ?3" +
                              which,
                          parameters));
    if (std::holds_alternative<int64_t>(before[0][0])) from = static_cast<NumberValue>(AsInt(before[0][0]));
  }
  parameters[2] = Int(std::max(from, at_least));
  parameters.emplace_back(Int(number));
  parameters.emplace_back(limit);
  return Select(transaction,
                absl::StrCat(kSelect, which, " AND first_number >= ?3 AND last_number >= ?",
                             parameters.size() - 1, " ORDER BY first_number LIMIT ?", parameters.size()),
                parameters);
}

absl::StatusOr<std::vector<CustomerNumbers>> ListNumbers(store::Transaction& transaction,
                                                         absl::string_view provider,
                                                         absl::string_view customer, NumberValue number,
                                                         const NumberPosition& after, int64_t limit) {
  STI_ASSIGN_OR_RETURN(std::vector<CustomerNumbers> own,
                       ListHalf(transaction, provider, customer, false, number, after, limit));
  STI_ASSIGN_OR_RETURN(std::vector<CustomerNumbers> letters,
                       ListHalf(transaction, provider, customer, true, number, after, limit));
  std::vector<CustomerNumbers> all;
  all.reserve(own.size() + letters.size());
  std::merge(std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()),
             std::make_move_iterator(letters.begin()), std::make_move_iterator(letters.end()),
             std::back_inserter(all),
             [](const CustomerNumbers& a, const CustomerNumbers& b) { return Rank(a) < Rank(b); });
  if (all.size() > static_cast<size_t>(limit)) all.resize(static_cast<size_t>(limit));
  return all;
}

absl::StatusOr<std::vector<std::string>> CustomersWithLetters(store::Transaction& transaction,
                                                              absl::string_view provider) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT DISTINCT customer FROM customer_numbers WHERE provider = ?1 AND letter = 1",
                        {std::string(provider)}));
  std::vector<std::string> customers;
  customers.reserve(rows.size());
  for (const SqlRow& row : rows) customers.push_back(AsText(row[0]));
  return customers;
}

absl::StatusOr<NumberCount> CountNumbers(store::Transaction& transaction, absl::string_view provider,
                                         absl::string_view customer) {
  STI_ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      transaction.Query("SELECT COUNT(*), CAST(COALESCE(SUM(last_number - first_number + 1), 0) AS BIGINT)"
                        " FROM customer_numbers WHERE provider = ?1 AND customer = ?2",
                        {std::string(provider), std::string(customer)}));
  return NumberCount{AsInt(rows[0][0]), AsInt(rows[0][1])};
}

absl::Status DeleteNumbersOf(store::Transaction& transaction, absl::string_view provider,
                             absl::string_view customer) {
  return transaction.Execute("DELETE FROM customer_numbers WHERE provider = ?1 AND customer = ?2",
                             {std::string(provider), std::string(customer)});
}

NumberWriter::NumberWriter(store::Transaction& transaction, absl::string_view provider)
    : transaction_(transaction),
      provider_(provider),
      inserts_(transaction, "customer_numbers (provider, letter, first_number, last_number, customer, ends)",
               6) {}

absl::Status NumberWriter::Insert(const CustomerNumbers& numbers) {
  STI_RETURN_IF_ERROR(FlushDeletes());
  return inserts_.Add({provider_, static_cast<int64_t>(numbers.letter), Int(numbers.first), Int(numbers.last),
                       numbers.customer, SecondsOfEnd(numbers.until)});
}

absl::Status NumberWriter::Delete(const CustomerNumbers& numbers) {
  // One statement takes entries of one kind and customer.
  const bool same =
      deletes_.empty() || (deletes_[0].letter == numbers.letter && deletes_[0].customer == numbers.customer);
  if (!same || deletes_.size() == kDeletes) STI_RETURN_IF_ERROR(FlushDeletes());
  deletes_.push_back(numbers);
  return absl::OkStatus();
}

absl::Status NumberWriter::FlushDeletes() {
  if (deletes_.empty()) return absl::OkStatus();
  // Two texts only, one for a single entry: the last one stands for the places that are left over.
  const size_t places = deletes_.size() == 1 ? 1 : kDeletes;
  std::vector<SqlValue> parameters = {provider_, static_cast<int64_t>(deletes_[0].letter),
                                      deletes_[0].customer};
  for (size_t i = 0; i < places; ++i) {
    parameters.emplace_back(Int(deletes_[std::min(i, deletes_.size() - 1)].first));
  }
  deletes_.clear();
  return transaction_.Execute(
      absl::StrCat("DELETE FROM customer_numbers WHERE provider = ?1 AND letter = ?2 AND customer = ?3"
                   " AND first_number IN (",
                   SqlParameters(4, places), ")"),
      parameters);
}

absl::Status NumberWriter::Flush() {
  STI_RETURN_IF_ERROR(FlushDeletes());
  return inserts_.Flush();
}

}  // namespace sti::as

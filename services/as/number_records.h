// Numbers of customers in the database. `provider` is its name. All errors: kStorageFailed.
#ifndef SERVICES_AS_NUMBER_RECORDS_H_
#define SERVICES_AS_NUMBER_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"
#include "services/as/provisioned.h"
#include "services/as/provisioning_bulk.h"

namespace sti::as {

// Entries that never overlap: all own numbers of a provider, or the letters of one customer.
struct NumberGroup {
  std::string provider;
  bool letter = false;
  std::string customer;  // of letters
};

// At most `limit` entries in order, beginning with the one that holds `number`, or the next one; none that
// begins before `at_least`.
absl::StatusOr<std::vector<CustomerNumbers>> NumbersFrom(store::Transaction& transaction,
                                                         const NumberGroup& group, NumberValue number,
                                                         NumberValue at_least, int64_t limit);

// Where a listing by first number goes on: after this entry. The default is before all.
struct NumberPosition {
  NumberValue first = 0;
  bool letter = false;
  std::string customer;
};
// Entries by first number, own ones before letters, then by customer; at most `limit` after `after`.
// `customer` may be empty. `number`: only those that hold it; 0: all.
absl::StatusOr<std::vector<CustomerNumbers>> ListNumbers(store::Transaction& transaction,
                                                         absl::string_view provider,
                                                         absl::string_view customer, NumberValue number,
                                                         const NumberPosition& after, int64_t limit);

// Customers that have letters, by id.
absl::StatusOr<std::vector<std::string>> CustomersWithLetters(store::Transaction& transaction,
                                                              absl::string_view provider);

struct NumberCount {
  int64_t entries = 0, numbers = 0;
};
absl::StatusOr<NumberCount> CountNumbers(store::Transaction& transaction, absl::string_view provider,
                                         absl::string_view customer);
absl::Status DeleteNumbersOf(store::Transaction& transaction, absl::string_view provider,
                             absl::string_view customer);

// Writes and deletes entries of one provider, many at once. Not thread-safe; lives within one transaction.
class NumberWriter {
 public:
  NumberWriter(store::Transaction& transaction, absl::string_view provider);

  absl::Status Insert(const CustomerNumbers& numbers);
  // Of an entry that is there. Takes effect before any Insert that follows.
  absl::Status Delete(const CustomerNumbers& numbers);
  // After the last one.
  absl::Status Flush();

 private:
  absl::Status FlushDeletes();

  store::Transaction& transaction_;
  const std::string provider_;
  BulkInsert inserts_;
  std::vector<CustomerNumbers> deletes_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_RECORDS_H_

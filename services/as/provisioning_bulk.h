// Many rows into one table, in statements of many rows.
#ifndef SERVICES_AS_PROVISIONING_BULK_H_
#define SERVICES_AS_PROVISIONING_BULK_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"

namespace sti::as {

// Not thread-safe; lives within one transaction.
class BulkInsert {
 public:
  // `into`: "table (column, column)", with `columns` of them.
  BulkInsert(store::Transaction& transaction, absl::string_view into, size_t columns);

  // kStorageFailed; kAlreadyExists.
  absl::Status Add(std::vector<store::SqlValue> row);
  // After the last row.
  absl::Status Flush();

 private:
  store::Transaction& transaction_;
  const size_t columns_;
  const std::string one_row_, many_rows_;
  std::vector<store::SqlValue> values_;
};

// "?FROM, ?FROM+1, ..." of `count` parameters.
std::string SqlParameters(size_t from, size_t count);

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_BULK_H_

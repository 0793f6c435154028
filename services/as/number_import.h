// An import of customers' numbers: a CSV file that comes in pieces, taken as a whole or not at all.
#ifndef SERVICES_AS_NUMBER_IMPORT_H_
#define SERVICES_AS_NUMBER_IMPORT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "common/codec/csv_lines.h"
#include "services/as/number_row.h"
#include "services/as/number_spool.h"
#include "services/as/provisioning_room.h"

namespace sti::as {

struct NumberImportOptions {
  size_t provider = 0;   // its index
  bool replace = false;  // what the file does not have goes
  RunMode run = RunMode::kReal;
};

struct NumberImportResult {
  int64_t rows = 0, numbers = 0, removed = 0;
  NumberProblems problems;  // nothing was changed when there is one; place: the line
};

// Used by one thread at a time. What is begun and not committed has changed nothing.
class NumberImport {
 public:
  // `folder`: for the rows until they are all there. kStorageFailed.
  static absl::StatusOr<std::unique_ptr<NumberImport>> Begin(ProvisioningRoom room, const std::string& folder,
                                                             const NumberImportOptions& options);

  // The next octets of the file. kStorageFailed; kTooLarge for more lines than fit into 32 bits.
  absl::Status Feed(absl::string_view piece);
  // After the last piece: all in one transaction, durable when it returns. Problems of the file are in the
  // result. kMissingField (csv) for a file without rows, unless it is to replace what is there;
  // kStorageFailed.
  absl::StatusOr<NumberImportResult> Commit(const Actor& actor);

 private:
  NumberImport(ProvisioningRoom room, NumberSpool spool, const NumberImportOptions& options);
  absl::Status ReadCustomers();
  void TakeLine(const codec::CsvLine& line);
  absl::Status TakeRow(const codec::CsvLine& line);

  const ProvisioningRoom room_;
  const NumberImportOptions options_;
  const SigningProviderOptions& owner_;
  NumberSpool spool_;
  codec::CsvLines lines_;
  std::vector<std::string> names_;  // of customers
  absl::flat_hash_map<std::string, uint32_t> indices_;
  NumberImportResult result_;
  absl::Status broken_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_IMPORT_H_

// Rows of an import on their way from the network to the database: in a file without a name, so that memory
// is bounded and a crash leaves nothing.
#ifndef SERVICES_AS_NUMBER_SPOOL_H_
#define SERVICES_AS_NUMBER_SPOOL_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/as/number_row.h"

namespace sti::as {

// Not thread-safe.
class NumberSpool {
 public:
  // In the folder of the daemon's state. kStorageFailed.
  static absl::StatusOr<NumberSpool> Create(const std::string& folder);
  NumberSpool(NumberSpool&& other) noexcept;
  NumberSpool& operator=(NumberSpool&&) = delete;
  ~NumberSpool();

  // kStorageFailed (disk full).
  absl::Status Add(const NumberRow& row);
  size_t size() const { return size_; }
  // All of them, to be sorted in place. Once, after the last Add; valid as long as this is. kStorageFailed.
  absl::StatusOr<absl::Span<NumberRow>> Map();

 private:
  explicit NumberSpool(int file) : file_(file) {}
  absl::Status Flush();

  int file_;
  size_t size_ = 0;
  void* mapped_ = nullptr;
  std::vector<NumberRow> buffer_;
};

}  // namespace sti::as

#endif  // SERVICES_AS_NUMBER_SPOOL_H_

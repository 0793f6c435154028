#include "services/as/number_spool.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::as {
namespace {

static_assert(std::is_trivially_copyable<NumberRow>::value, "rows go through a file");
constexpr size_t kBuffer = 4096;  // rows

absl::Status Fail(absl::string_view doing, int error) {
  return MakeError(Reason::kStorageFailed,
                   absl::StrCat("rows of an import: ", doing, ": ", std::strerror(error)));
}

}  // namespace

absl::StatusOr<NumberSpool> NumberSpool::Create(const std::string& folder) {
  std::string path = absl::StrCat(folder, "/import.XXXXXX");
  const int file = mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return Fail(absl::StrCat("cannot make a file in ", folder), errno);
  unlink(path.c_str());
  return NumberSpool(file);
}

NumberSpool::NumberSpool(NumberSpool&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      size_(other.size_),
      mapped_(std::exchange(other.mapped_, nullptr)),
      buffer_(std::move(other.buffer_)) {}

NumberSpool::~NumberSpool() {
  if (mapped_ != nullptr) munmap(mapped_, size_ * sizeof(NumberRow));
  if (file_ >= 0) close(file_);
}

absl::Status NumberSpool::Add(const NumberRow& row) {
  buffer_.push_back(row);
  ++size_;
  return buffer_.size() < kBuffer ? absl::OkStatus() : Flush();
}

absl::Status NumberSpool::Flush() {
  const char* data =
      reinterpret_cast<const char*>(buffer_.data());  // NOLINT(*-reinterpret-cast): octets of a file
  for (size_t left = buffer_.size() * sizeof(NumberRow); left > 0;) {
    const ssize_t written = write(file_, data, left);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Fail("cannot write", errno);
    data += written;
    left -= static_cast<size_t>(written);
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::StatusOr<absl::Span<NumberRow>> NumberSpool::Map() {
  STI_RETURN_IF_ERROR(Flush());
  if (size_ == 0) return absl::Span<NumberRow>();
  void* const mapped = mmap(nullptr, size_ * sizeof(NumberRow), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (mapped == MAP_FAILED) return Fail("cannot map", errno);
  mapped_ = mapped;
  return absl::MakeSpan(static_cast<NumberRow*>(mapped_), size_);
}

}  // namespace sti::as

#include "common/rpc/lacking.h"

#include "absl/strings/str_join.h"

namespace sti::rpc {
namespace {

// HTTP/2 trailers are small: 8 KiB for all of them together.
constexpr size_t kMaxTrailer = 1024;

std::string Printable(std::string text) {
  if (text.size() > kMaxTrailer) text.resize(kMaxTrailer);
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

}  // namespace

bool Lacking::Set(const std::vector<std::string>& names) {
  std::string text = Printable(absl::StrJoin(names, "; "));
  MutexLock lock(mutex_);
  const bool changed = !known_ || text != text_;
  known_ = true;
  text_.swap(text);
  return changed;
}

std::string Lacking::AsTrailer() const {
  MutexLock lock(mutex_);
  return text_;
}

}  // namespace sti::rpc

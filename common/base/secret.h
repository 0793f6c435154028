// Octets that must not be seen: wiped when they go, compared in constant time, not printable.
#ifndef COMMON_BASE_SECRET_H_
#define COMMON_BASE_SECRET_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace sti {

// Equal contents? The time depends on the lengths only.
bool ConstantTimeEquals(absl::string_view a, absl::string_view b);

// Overwrites the contents so that the compiler may not leave it out, then empties the string.
void Wipe(std::string& text);

// Move-only. Thread-compatible.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { Wipe(other.value_); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(value_); }

  bool empty() const { return value_.empty(); }
  // The contents in clear. Grep for this name to review every use.
  absl::string_view RevealForUse() const { return value_; }
  bool operator==(const Secret& other) const { return ConstantTimeEquals(value_, other.value_); }

 private:
  std::string value_;
};

}  // namespace sti

#endif  // COMMON_BASE_SECRET_H_

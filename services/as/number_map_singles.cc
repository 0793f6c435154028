#include "services/as/number_map_singles.h"

namespace sti::as {

void SingleNumbers::Reserve(size_t entries) {
  lowers_.reserve(entries);
  rights_.reserve(entries);
}

void SingleNumbers::Append(NumberValue number, RightCode right) {
  const uint64_t upper = number >> kLowerBits;
  if (uppers_.empty() || uppers_.back() != upper) {
    uppers_.push_back(upper);
    starts_.push_back(static_cast<uint32_t>(lowers_.size()));
  }
  lowers_.push_back(static_cast<uint16_t>(number));
  rights_.push_back(right);
}

void SingleNumbers::Finish() {
  uppers_.shrink_to_fit();
  starts_.shrink_to_fit();
  // What was reserved is seldom much too large, and to shrink it takes twice the memory for a while.
  if (lowers_.capacity() > lowers_.size() + lowers_.size() / 16) {
    lowers_.shrink_to_fit();
    rights_.shrink_to_fit();
  }
  if (!uppers_.empty()) MakeHints();
}

void SingleNumbers::MakeHints() {
  const uint64_t span = uppers_.back() - uppers_.front();
  hint_shift_ = 0;
  while (span >> hint_shift_ >= uppers_.size()) ++hint_shift_;
  const auto end = static_cast<uint32_t>(uppers_.size());
  hints_.assign((span >> hint_shift_) + 2, end);
  for (uint32_t i = end; i-- > 0;) hints_[(uppers_[i] - uppers_.front()) >> hint_shift_] = i;
  for (size_t i = hints_.size() - 1; i-- > 0;) hints_[i] = std::min(hints_[i], hints_[i + 1]);
}

size_t SingleNumbers::memory() const {
  return uppers_.capacity() * sizeof(uint64_t) + (starts_.capacity() + hints_.capacity()) * sizeof(uint32_t) +
         lowers_.capacity() * sizeof(uint16_t) + rights_.capacity() * sizeof(RightCode);
}

}  // namespace sti::as

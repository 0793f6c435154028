#include "services/as/number_map_ranges.h"

namespace sti::as {

void NumberRanges::Reserve(size_t entries) {
  firsts_.reserve(entries);
  lasts_.reserve(entries);
  rights_.reserve(entries);
}

void NumberRanges::Append(NumberValue first, NumberValue last, RightCode right) {
  firsts_.push_back(first);
  lasts_.push_back(last);
  rights_.push_back(right);
}

void NumberRanges::Finish() {
  if (firsts_.capacity() > firsts_.size() + firsts_.size() / 16) {
    firsts_.shrink_to_fit();
    lasts_.shrink_to_fit();
    rights_.shrink_to_fit();
  }
  leaves_ = 1;
  while (leaves_ * kBlock < size()) leaves_ *= 2;
  reach_.assign(2 * leaves_, 0);
  for (size_t i = 0; i < size(); ++i) {
    NumberValue& block = reach_[leaves_ + i / kBlock];
    block = std::max(block, lasts_[i]);
  }
  for (size_t node = leaves_ - 1; node > 0; --node) {
    reach_[node] = std::max(reach_[2 * node], reach_[2 * node + 1]);
  }
}

size_t NumberRanges::memory() const {
  return (firsts_.capacity() + lasts_.capacity() + reach_.capacity()) * sizeof(NumberValue) +
         rights_.capacity() * sizeof(RightCode);
}

}  // namespace sti::as

#include "common/testing/sequence_random.h"

#include "common/base/reason.h"

namespace sti::testing {

// SplitMix64 (Steele, Lea, Flood 2014).
absl::StatusOr<std::string> SequenceRandom::Bytes(size_t size) const {
  std::string octets;
  octets.reserve(size + 8);
  while (octets.size() < size) {
    uint64_t z = state_.fetch_add(0x9e3779b97f4a7c15U) + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    for (int i = 0; i < 8; ++i) octets.push_back(static_cast<char>((z >> (8 * i)) & 0xff));
  }
  octets.resize(size);
  return octets;
}

absl::StatusOr<std::string> FailingRandom::Bytes(size_t) const {
  return MakeError(Reason::kInternal, "the source of randomness failed");
}

}  // namespace sti::testing

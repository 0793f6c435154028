// Octets that look random and are the same in every run.
#ifndef COMMON_TESTING_SEQUENCE_RANDOM_H_
#define COMMON_TESTING_SEQUENCE_RANDOM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/random.h"

namespace sti::testing {

// Thread-safe. Two objects with the same seed give the same sequence; no two calls on one object give the
// same octets.
class SequenceRandom final : public Random {
 public:
  explicit SequenceRandom(uint64_t seed = 1) : state_(seed) {}
  absl::StatusOr<std::string> Bytes(size_t size) const override;

 private:
  mutable std::atomic<uint64_t> state_;
};

// A source that is broken.
class FailingRandom final : public Random {
 public:
  absl::StatusOr<std::string> Bytes(size_t size) const override;
};

}  // namespace sti::testing

#endif  // COMMON_TESTING_SEQUENCE_RANDOM_H_

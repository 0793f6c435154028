// The provisioning of sti-as in memory, and the attestation policy over it.
#ifndef TESTS_BENCH_PROVISIONING_CASES_H_
#define TESTS_BENCH_PROVISIONING_CASES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "services/as/attestation_policy.h"
#include "services/as/provider_table.h"
#include "services/as/provisioned_state.h"
#include "services/as/provisioned_view.h"
#include "tests/bench/harness.h"

namespace sti::bench {

// The i-th of `count` single numbers: ascending, strewn over the North American plan. And whose it is, of
// 10,000 customers.
as::NumberValue NumberAt(uint64_t i, size_t count);
std::string OwnerOf(as::NumberValue number);
// All of them, in order or out of it.
as::ProvisionedLoad LoadNumbers(size_t count, bool sorted);
// Indexes that look random; the same sequence in every run.
class IndexSequence {
 public:
  explicit IndexSequence(size_t count) : count_(count) {}
  uint64_t Next();

 private:
  const size_t count_;
  uint64_t state_ = 1;
};

class ProvisioningBench {
 public:
  // A provider with so many numbers.
  explicit ProvisioningBench(size_t count);

  as::ProvisionedState& state() { return *state_; }
  const as::ProvisionedSnapshot& snapshot() const { return snapshot_; }
  // A decision, against the case `signature`.
  std::vector<Case> PolicyCases(const std::string& signature) const;

 private:
  as::ProvisionedSnapshot snapshot_;
  std::unique_ptr<as::ProvisionedState> state_;
  std::unique_ptr<as::ProviderTable> providers_;
  std::unique_ptr<as::AttestationPolicy> policy_;
  std::vector<as::CallToAttest> calls_;
};

}  // namespace sti::bench

#endif  // TESTS_BENCH_PROVISIONING_CASES_H_

#include "tests/bench/provisioning_cases.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "common/base/clock.h"
#include "common/crypto/system_random.h"
#include "tests/bench/fixture.h"

namespace sti::bench {
namespace {

constexpr size_t kCustomers = 10'000;
constexpr uint64_t kPrime = 1'000'003;  // for an order that is none; divides no usual count

uint64_t Mix(uint64_t value) {  // SplitMix64
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

as::NumberValue NumberAt(uint64_t i, size_t count) {
  const uint64_t stride = 7'999'999'999 / count;
  return 12'000'000'000 + i * stride + Mix(i) % stride;
}

std::string OwnerOf(as::NumberValue number) {
  return absl::StrFormat("customer-%04d", Mix(number) % kCustomers);
}

as::ProvisionedLoad LoadNumbers(size_t count, bool sorted) {
  as::ProvisionedLoad load(1);
  for (size_t i = 0; i < kCustomers; ++i) {
    as::Customer customer;
    customer.id = absl::StrFormat("customer-%04d", i);
    as::Trunk trunk;
    trunk.id = "trunk-of-" + customer.id;
    trunk.customer = customer.id;
    load.Add(0, std::move(customer));
    load.Add(0, std::move(trunk));
  }
  as::CustomerNumbers entry;
  for (uint64_t i = 0; i < count; ++i) {
    entry.first = entry.last = NumberAt(sorted ? i : i * kPrime % count, count);
    entry.customer = OwnerOf(entry.first);
    load.Add(0, entry);
  }
  return load;
}

uint64_t IndexSequence::Next() {
  state_ = state_ * 6364136223846793005 + 1442695040888963407;
  return (state_ >> 24) % count_;
}

ProvisioningBench::ProvisioningBench(size_t count)
    : state_(std::make_unique<as::ProvisionedState>(snapshot_, 1)) {
  state_->Replace(LoadNumbers(count, true));
  as::SigningProviderOptions provider;
  provider.name = "bench";
  provider.spc = "1234";
  provider.attestation.origid = as::AttestationDefaults::Origid::kTrunk;
  auto table = as::ProviderTable::Create({provider});
  Require(table.status(), "provider");
  providers_ = std::make_unique<as::ProviderTable>(*std::move(table));
  std::vector<Secret> keys;
  keys.emplace_back(std::string(32, 'k'));
  policy_ = std::make_unique<as::AttestationPolicy>(*providers_, snapshot_, std::move(keys),
                                                    crypto::SystemRandom::Instance());
  IndexSequence indexes(count);
  for (int i = 0; i < 4096; ++i) {
    as::CallToAttest& call = calls_.emplace_back();
    call.orig = NumberAt(indexes.Next(), count);
    call.trunk = "trunk-of-" + OwnerOf(*call.orig);
    call.dest = {14085550100};
    call.time = SystemClock::Instance().TimeNow();
  }
}

std::vector<Case> ProvisioningBench::PolicyCases(const std::string& signature) const {
  return {
      {"Policy: attest of a call", signature,
       [this](absl::Duration duration) {
         size_t next = 0;
         return Repeat(duration, [&] {
           const auto decision = policy_->Decide(calls_[next++ % calls_.size()]);
           Require(decision.status(), "Decide");
           if (decision->rule != "own_number") Require(absl::InternalError("not their own"), "Decide");
         });
       }},
  };
}

}  // namespace sti::bench

// tools/bench: Sign, Verify and keys in tokens against their baselines.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/bench/audit_cases.h"
#include "tests/bench/call_cases.h"
#include "tests/bench/fixture.h"
#include "tests/bench/harness.h"
#include "tests/bench/key_cases.h"
#include "tests/bench/provisioning_cases.h"
#include "tests/bench/rpc_cases.h"

namespace {

int Usage() {
  std::cerr << "usage: bench ROUNDS MILLISECONDS [JSON_FILE]\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) return Usage();
  const int rounds = std::atoi(argv[1]);
  const int milliseconds = std::atoi(argv[2]);
  if (rounds < 1 || rounds > 1000 || milliseconds < 1 || milliseconds > 60000) return Usage();

  sti::bench::Fixture fixture;
  sti::bench::RpcBench rpc(fixture);
  sti::bench::AuditBench audit;
  const sti::bench::ProvisioningBench provisioning(100'000);
  std::vector<sti::bench::Case> cases = sti::bench::CallCases(fixture);
  for (sti::bench::Case& measured : provisioning.PolicyCases(cases.front().name)) {
    cases.push_back(std::move(measured));
  }
  for (sti::bench::Case& measured : rpc.Cases()) cases.push_back(std::move(measured));
  for (sti::bench::Case& measured : audit.Cases()) cases.push_back(std::move(measured));
  const sti::bench::KeyBench keys;
  for (sti::bench::Case& measured : keys.Cases()) cases.push_back(std::move(measured));
  const absl::Duration duration = absl::Milliseconds(milliseconds);
  const auto results = sti::bench::Measure(cases, rounds, duration);
  std::cout << sti::bench::Table(results);
  if (argc == 4) {
    std::ofstream file(argv[3]);
    file << sti::bench::Json(results, rounds, duration) << "\n";
    if (!file.flush()) {
      std::cerr << "bench: cannot write " << argv[3] << "\n";
      return 1;
    }
  }
  return 0;
}

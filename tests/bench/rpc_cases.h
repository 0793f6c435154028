// Unary Sign and Verify over gRPC on loopback, against an empty echo on the same kind of server. Client and
// server share the machine.
#ifndef TESTS_BENCH_RPC_CASES_H_
#define TESTS_BENCH_RPC_CASES_H_

#include <memory>
#include <vector>

#include "tests/bench/fixture.h"
#include "tests/bench/harness.h"

namespace sti::bench {

class RpcBench {
 public:
  // Starts a server. `fixture` must outlive this.
  explicit RpcBench(Fixture& fixture);
  ~RpcBench();
  // 1 and 64 outstanding calls of each kind.
  std::vector<Case> Cases();

 private:
  struct Parts;
  Fixture& fixture_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sti::bench

#endif  // TESTS_BENCH_RPC_CASES_H_

// One key, signing from a file and from a SoftHSM token, on 1, 2 and 4 threads.
#ifndef TESTS_BENCH_KEY_CASES_H_
#define TESTS_BENCH_KEY_CASES_H_

#include <memory>
#include <vector>

#include "common/crypto/es256.h"
#include "common/testing/temp_dir.h"
#include "tests/bench/harness.h"

namespace sti::bench {

class KeyBench {
 public:
  // Makes the token. Without SoftHSM it says so on stderr, and there are no cases. Ends the process when
  // SoftHSM is there but fails.
  KeyBench();

  std::vector<Case> Cases() const;

 private:
  const sti::testing::TempDir folder_;
  std::shared_ptr<const crypto::Signer> file_, token_;
};

}  // namespace sti::bench

#endif  // TESTS_BENCH_KEY_CASES_H_

// Sign and Verify without a network, against OpenSSL's bare signature operations on keys parsed once.
#ifndef TESTS_BENCH_CALL_CASES_H_
#define TESTS_BENCH_CALL_CASES_H_

#include <vector>

#include "tests/bench/fixture.h"
#include "tests/bench/harness.h"

namespace sti::bench {

// `fixture` must outlive the cases.
std::vector<Case> CallCases(Fixture& fixture);

}  // namespace sti::bench

#endif  // TESTS_BENCH_CALL_CASES_H_

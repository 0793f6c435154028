// Runs cases in turn, round after round, so that a change of the machine's mood meets all of them; reports
// medians and the ratio to a baseline that was measured in the same rounds.
#ifndef TESTS_BENCH_HARNESS_H_
#define TESTS_BENCH_HARNESS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace sti::bench {

struct Case {
  std::string name;
  std::string baseline;  // name of the case it is compared with; empty for a baseline itself
  // Works for about `duration` and gives the number of operations done.
  std::function<int64_t(absl::Duration duration)> run;
};

struct Result {
  std::string name, baseline;
  double per_second = 0;  // median over the rounds
  double ratio = 0;       // median of the per-round ratios to the baseline; 0 without one
};

// Calls `operation` over and over on this thread; for Case::run.
int64_t Repeat(absl::Duration duration, const std::function<void()>& operation);

std::vector<Result> Measure(const std::vector<Case>& cases, int rounds, absl::Duration duration);

// A table for people, or one JSON object.
std::string Table(const std::vector<Result>& results);
std::string Json(const std::vector<Result>& results, int rounds, absl::Duration duration);

}  // namespace sti::bench

#endif  // TESTS_BENCH_HARNESS_H_

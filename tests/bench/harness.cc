#include "tests/bench/harness.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/codec/json.h"

namespace sti::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Rate(const Case& measured, absl::Duration duration) {
  const auto start = SteadyClock::now();
  const int64_t operations = measured.run(duration);
  const std::chrono::duration<double> seconds = SteadyClock::now() - start;
  return static_cast<double>(operations) / seconds.count();
}

}  // namespace

int64_t Repeat(absl::Duration duration, const std::function<void()>& operation) {
  constexpr int kBetweenLooks = 32;
  const auto end = SteadyClock::now() + absl::ToChronoNanoseconds(duration);
  int64_t operations = 0;
  do {
    for (int i = 0; i < kBetweenLooks; ++i) operation();
    operations += kBetweenLooks;
  } while (SteadyClock::now() < end);
  return operations;
}

std::vector<Result> Measure(const std::vector<Case>& cases, int rounds, absl::Duration duration) {
  std::map<std::string, std::vector<double>> rates;
  for (const Case& measured : cases) Rate(measured, duration / 4);  // warm up
  for (int round = 0; round < rounds; ++round) {
    for (const Case& measured : cases) rates[measured.name].push_back(Rate(measured, duration));
  }
  std::vector<Result> results;
  for (const Case& measured : cases) {
    Result result{measured.name, measured.baseline, Median(rates[measured.name]), 0};
    if (!measured.baseline.empty()) {
      std::vector<double> ratios;
      for (int round = 0; round < rounds; ++round) {
        const auto at = static_cast<size_t>(round);
        ratios.push_back(rates[measured.name][at] / rates[measured.baseline][at]);
      }
      result.ratio = Median(ratios);
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::string Table(const std::vector<Result>& results) {
  std::string out = absl::StrFormat("%-34s %14s  %8s  %s\n", "case", "per second", "ratio", "compared with");
  for (const Result& result : results) {
    const std::string ratio = result.baseline.empty() ? "" : absl::StrFormat("%.2f", result.ratio);
    absl::StrAppend(&out, absl::StrFormat("%-34s %14.0f  %8s  %s\n", result.name, result.per_second, ratio,
                                          result.baseline));
  }
  return out;
}

std::string Json(const std::vector<Result>& results, int rounds, absl::Duration duration) {
  codec::JsonArray rows;
  for (const Result& result : results) {
    codec::JsonObject row{{"name", result.name}, {"per_second", result.per_second}};
    if (!result.baseline.empty()) {
      row.emplace_back("baseline", result.baseline);
      row.emplace_back("ratio", result.ratio);
    }
    rows.emplace_back(row);
  }
  return codec::CanonicalJson(codec::JsonObject{{"milliseconds_a_round", absl::ToInt64Milliseconds(duration)},
                                                {"results", rows},
                                                {"rounds", int64_t{rounds}}});
}

}  // namespace sti::bench

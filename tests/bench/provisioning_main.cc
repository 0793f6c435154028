// tools/bench numbers: what millions of numbers take in memory, and how fast they load and are looked up,
// against plain maps.
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/bench/call_cases.h"
#include "tests/bench/fixture.h"
#include "tests/bench/harness.h"
#include "tests/bench/provisioning_cases.h"

namespace sti::bench {
namespace {

using HashMap = absl::flat_hash_map<as::NumberValue, uint32_t>;
using TreeMap = std::map<as::NumberValue, uint32_t>;

double HeapMiB() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
}

// The most that was resident since the last ForgetPeak, MiB.
double PeakMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}
void ForgetPeak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

// Seconds that this process has computed: what a busy machine measures as well.
double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void Report(const std::string& what, size_t count, const std::function<void()>& load) {
  ForgetPeak();
  const double heap = HeapMiB(), resident = PeakMiB();
  const double cpu = CpuSeconds();
  load();
  const double seconds = CpuSeconds() - cpu;
  const double kept = HeapMiB() - heap;
  std::cout << absl::StreamFormat("%-34s %6.2f s CPU  %8.1f MiB  %6.2f octets each  %8.1f MiB at most\n",
                                  what, seconds, kept, kept * (1 << 20) / static_cast<double>(count),
                                  PeakMiB() - resident);
}

uint32_t OwnerIndex(const std::string& owner) {
  return static_cast<uint32_t>(std::atoi(owner.c_str() + owner.find('-') + 1));
}

// What a single number would take in a map without ranges, letters, ends and copies that readers may keep.
template <typename Map>
std::unique_ptr<Map> LoadMap(size_t count, bool sorted) {
  auto map = std::make_unique<Map>();
  for (uint64_t i = 0; i < count; ++i) {
    const as::NumberValue number = NumberAt(sorted ? i : i * 1'000'003 % count, count);
    map->emplace(number, OwnerIndex(OwnerOf(number)));
  }
  return map;
}

template <typename Map>
Case LookUp(std::string name, std::string baseline, size_t count, const Map& map) {
  return {std::move(name), std::move(baseline), [count, &map](absl::Duration duration) {
            IndexSequence indexes(count);
            return Repeat(duration, [&] {
              if (map.find(NumberAt(indexes.Next(), count)) == map.end()) std::abort();
            });
          }};
}

Case AskNumber(std::string name, std::string baseline, size_t count, const ProvisioningBench& bench) {
  return {std::move(name), std::move(baseline), [count, &bench](absl::Duration duration) {
            const auto view = bench.snapshot().Get();
            IndexSequence indexes(count);
            return Repeat(duration, [&] {
              // Nobody's name, so that no name is made of the number; it is somebody else's.
              if (!view->AskNumber(0, "-", NumberAt(indexes.Next(), count), absl::UnixEpoch()).others)
                std::abort();
            });
          }};
}

// Single changes over the loaded numbers: until each is seen, and until all are merged.
void ReportChanges(ProvisioningBench& bench, size_t count) {
  constexpr int kChanges = 20'000;
  absl::Duration longest;
  const absl::Time start = absl::Now();
  for (int i = 0; i < kChanges; ++i) {
    const absl::Time before = absl::Now();
    const as::NumberValue number = NumberAt(static_cast<uint64_t>(i), count) + 10'000'000'000;
    bench.state().Apply(
        {{0, as::CustomerNumbers{"customer-0001", number, number, false, absl::InfiniteFuture()}}});
    longest = std::max(longest, absl::Now() - before);
  }
  const absl::Time changed = absl::Now();
  bench.state().WaitUntilMerged();
  std::cout << absl::StreamFormat(
      "a change is seen after %.0f us on average, %.1f ms at most; %d of them were merged %.2f s later\n",
      absl::ToDoubleMicroseconds(changed - start) / kChanges, absl::ToDoubleMilliseconds(longest), kChanges,
      absl::ToDoubleSeconds(absl::Now() - changed));
}

void ReportLookUps(const std::vector<Case>& cases) {
  for (const Case& measured : cases) {
    const double cpu = CpuSeconds();
    const int64_t operations = measured.run(absl::Seconds(1));
    std::cout << absl::StreamFormat("%-34s %8.0f ns CPU each\n", measured.name,
                                    1e9 * (CpuSeconds() - cpu) / static_cast<double>(operations));
  }
}

int Run(size_t count, int rounds, absl::Duration duration) {
  std::unique_ptr<HashMap> hash;
  std::unique_ptr<TreeMap> tree;
  std::unique_ptr<ProvisioningBench> bench;
  std::cout << count << " numbers of 10,000 customers\n";
  Report("the rows alone", count, [&] {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; ++i) sum += OwnerIndex(OwnerOf(NumberAt(i, count)));
    if (sum == 0) std::abort();  // so that the loop stays
  });
  Report("flat_hash_map, in order", count, [&] { hash = LoadMap<HashMap>(count, true); });
  hash = nullptr;
  Report("flat_hash_map, in no order", count, [&] { hash = LoadMap<HashMap>(count, false); });
  Report("std::map, in order", count, [&] { tree = LoadMap<TreeMap>(count, true); });
  tree = nullptr;
  Report("std::map, in no order", count, [&] { tree = LoadMap<TreeMap>(count, false); });
  {
    as::ProvisionedSnapshot snapshot;
    as::ProvisionedState state(snapshot, 1);
    Report("sti-as, in no order", count, [&] { state.Replace(LoadNumbers(count, false)); });
  }
  Report("sti-as, in order", count, [&] { bench = std::make_unique<ProvisioningBench>(count); });

  Fixture fixture;
  std::vector<Case> cases = {CallCases(fixture).front()};
  for (Case& measured : bench->PolicyCases(cases.front().name)) cases.push_back(std::move(measured));
  cases.push_back(LookUp("flat_hash_map: a number", "", count, *hash));
  cases.push_back(LookUp("std::map: a number", "flat_hash_map: a number", count, *tree));
  cases.push_back(AskNumber("sti-as: a number", "flat_hash_map: a number", count, *bench));
  std::cout << Table(Measure(cases, rounds, duration));
  ReportLookUps(cases);

  ReportChanges(*bench, count);
  std::cout << Table(
      Measure({cases[2], AskNumber("sti-as: a number, after changes", cases[2].name, count, *bench)}, rounds,
              duration));
  return 0;
}

}  // namespace
}  // namespace sti::bench

int main(int argc, char** argv) {
  const long long count = argc == 4 ? std::atoll(argv[1]) : 0;
  const int rounds = argc == 4 ? std::atoi(argv[2]) : 0;
  const int milliseconds = argc == 4 ? std::atoi(argv[3]) : 0;
  if (count < 1000 || count > 1'000'000'000 || rounds < 1 || rounds > 1000 || milliseconds < 1 ||
      milliseconds > 60000) {
    std::cerr << "usage: provisioning NUMBERS ROUNDS MILLISECONDS\n";
    return 2;
  }
  return sti::bench::Run(static_cast<size_t>(count), rounds, absl::Milliseconds(milliseconds));
}

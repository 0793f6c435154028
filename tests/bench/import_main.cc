// tools/bench import: how long a file of millions of numbers takes from its first octet until it is committed
// to SQLite, and from there into the memory of a daemon that starts.
#include <time.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/as/as_schema.h"
#include "services/as/customer_registry.h"
#include "services/as/number_import.h"
#include "services/as/provisioned_state.h"
#include "services/as/provisioning_load.h"

namespace sti::bench {
namespace {

constexpr int64_t kCustomers = 1000;
constexpr int64_t kLineAtOnce = 10'000;

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// The most that was resident since the last ForgetPeak, MiB.
double PeakMiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

template <typename T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::exit(1);
}

void Report(const std::string& what, const std::function<void()>& work) {
  std::ofstream("/proc/self/clear_refs") << "5";
  const absl::Time begin = absl::Now();
  const double cpu = CpuSeconds();
  work();
  std::cout << absl::StrFormat("%-40s %8.1f s, %8.1f s of CPU, %8.0f MiB at most\n", what,
                               absl::ToDoubleSeconds(absl::Now() - begin), CpuSeconds() - cpu, PeakMiB());
}

as::ProviderTable OneProvider() {
  std::vector<as::SigningProviderOptions> providers(1);
  providers[0].name = "bench";
  providers[0].spc = "1234";
  return OrExit(as::ProviderTable::Create(std::move(providers)));
}

// Single numbers in no order; customers own blocks of them, as customers do.
std::string Line(int64_t row, int64_t rows) {
  const int64_t number = row * 7'919 % rows;  // 7919 is prime
  return absl::StrCat("customer", number * kCustomers / rows, ",+1", 2'000'000'000 + 3 * number, ",,own,\n");
}

int Main(int argc, char** argv) {
  int64_t rows = 10'000'000;
  if (argc != 3 || !absl::SimpleAtoi(argv[1], &rows) || rows < kCustomers || rows % 7'919 == 0) {
    std::cerr << "usage: import ROWS FOLDER, with at least " << kCustomers << " rows\n";
    return 2;
  }
  const std::string folder = argv[2];
  const auto database = OrExit(store::OpenSqlite(folder + "/as.sqlite", as::Migrations()));
  const as::ProviderTable providers = OneProvider();
  const as::ProvisioningRoom room{*database, providers, SystemClock::Instance(), nullptr};
  const as::CustomerRegistry customers(room);
  for (int64_t i = 0; i < kCustomers; ++i) {
    as::Customer customer;
    customer.id = absl::StrCat("customer", i);
    OrExit(customers.Put({"bench", "1"}, 0, customer));
  }
  const auto import = [&](bool replace) {
    const auto begun = OrExit(as::NumberImport::Begin(room, folder, {0, replace, as::RunMode::kReal}));
    Report("read and checked", [&] {
      for (int64_t row = 0; row < rows;) {
        std::string piece;
        for (int64_t i = 0; i < kLineAtOnce && row < rows; ++i) piece += Line(row++, rows);
        if (!begun->Feed(piece).ok()) std::exit(1);
      }
    });
    Report("sorted, written, committed", [&] {
      const auto result = OrExit(begun->Commit({"bench", "2"}));
      if (result.rows != rows || !result.problems.none() || result.removed != 0) std::exit(1);
    });
  };
  std::cout << rows << " numbers of " << kCustomers << " customers, into nothing\n";
  import(false);
  std::cout << "the same file once more, in place of what is there\n";
  import(true);
  as::ProvisionedSnapshot snapshot;
  as::ProvisionedState state(snapshot, 1);
  Report("loaded into memory", [&] {
    auto loaded = OrExit(as::LoadProvisioning(*database, providers));
    state.Replace(std::move(loaded.everything));
  });
  if (snapshot.Get()->numbers() == 0) return 1;
  std::cout << absl::StrFormat(
      "%-40s %8.0f MiB\n", "database",
      static_cast<double>(std::filesystem::file_size(folder + "/as.sqlite")) / (1 << 20));
  return 0;
}

}  // namespace
}  // namespace sti::bench

int main(int argc, char** argv) { return sti::bench::Main(argc, argv); }

#include "common/metrics/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace sti::metrics {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double CpuSeconds() {
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

// Counts its own descriptor, too, like other clients of Prometheus do.
double OpenDescriptors() {
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = 0;
  while (const dirent* entry = readdir(folder)) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(folder);
  return count;
}

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  if (!(statm >> size >> resident)) return 0;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double MaxDescriptors() {
  rlimit limit = {};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

// Boot time plus field 22 of proc(5) stat, in clock ticks; 0 when either is missing.
double StartTime() {
  std::ifstream stat("/proc/self/stat");
  std::string line;
  std::getline(stat, line);
  const size_t name_end = line.rfind(')');  // the name may hold blanks
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string> fields = absl::StrSplit(line.substr(name_end + 1), ' ', absl::SkipEmpty());
  double ticks = 0;
  if (fields.size() < 20 || !absl::SimpleAtod(fields[19], &ticks)) return 0;
  std::ifstream system("/proc/stat");
  std::string key;
  double boot = 0;
  while (system >> key) {
    if (key == "btime") {
      system >> boot;
      break;
    }
  }
  return boot == 0 ? 0 : boot + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

void ExposeProcess(Metrics& metrics) {
  metrics.GaugeOf("process_start_time_seconds", "Start of the process, seconds since 1970.").Set(StartTime());
  Counter& cpu = metrics.CounterOf("process_cpu_seconds_total", "User and system time.");
  Gauge& resident = metrics.GaugeOf("process_resident_memory_bytes", "Resident memory.");
  Gauge& open = metrics.GaugeOf("process_open_fds", "Open file descriptors.");
  Gauge& most = metrics.GaugeOf("process_max_fds", "How many file descriptors there may be.");
  metrics.OnScrape([&cpu, &resident, &open, &most, told = 0.0]() mutable {
    const double now = CpuSeconds();
    if (now > told) cpu.Add(now - told);
    told = now > told ? now : told;
    resident.Set(ResidentBytes());
    open.Set(OpenDescriptors());
    most.Set(MaxDescriptors());
  });
}

}  // namespace sti::metrics

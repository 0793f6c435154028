// Sections that every daemon's page has.
#ifndef COMMON_STATUS_DAEMON_SECTIONS_H_
#define COMMON_STATUS_DAEMON_SECTIONS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/status/error_log.h"
#include "common/status/page.h"

namespace sti::status {

// Who a daemon is. Regular value.
struct DaemonFacts {
  std::string program;      // "sti-vs"
  std::string version;      // "0.1.0"
  std::string node;         // name of the machine or container
  std::string config_file;  // empty: not known
  absl::Time started;
  bool mask_numbers = false;  // log.mask_numbers
};
// With the name of this machine and the time of now.
DaemonFacts FactsOfThisDaemon(std::string program, std::string version, std::string config_file,
                              absl::Time now, bool mask_numbers);

// What keeps it from serving, and what somebody should look after.
struct Health {
  std::vector<std::string> lacking, trouble;
};

// A page with title, verdict and the first two sections.
Page BeginPage(const DaemonFacts& facts, const Health& health, absl::Time now);
// Last errors by Reason.
Section ErrorSection(const ErrorLog& errors, const DaemonFacts& facts, absl::Time now);

}  // namespace sti::status

#endif  // COMMON_STATUS_DAEMON_SECTIONS_H_

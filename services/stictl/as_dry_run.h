// A file of calls, and how they would be attested: how often which way.
#ifndef SERVICES_STICTL_AS_DRY_RUN_H_
#define SERVICES_STICTL_AS_DRY_RUN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/codec/csv_lines.h"
#include "proto/sti/v1/provisioning.pb.h"

namespace sti::stictl {

struct DryRunResult {
  int64_t calls = 0, bad = 0;
  std::map<std::string, int64_t> attests;  // "A", "B", "C", or "refused CUSTOMER_UNKNOWN"
  std::map<std::string, int64_t> rules;
  std::vector<std::string> bad_lines;  // the first 100: "line 7: ..."
};

// Lines "orig,dest,trunk,customer,attest,client", of which the last ones may be left out; passed over as
// codec::CsvLines says. Not thread-safe.
class DryRun {
 public:
  using Ask =
      std::function<absl::StatusOr<sti::v1::ExplainCallsResponse>(sti::v1::ExplainCallsRequest request)>;
  // Asks about as many calls at once as may be.
  DryRun(std::string provider, Ask ask);

  // Errors of `ask`; then nothing more is asked.
  absl::Status Feed(absl::string_view piece);
  absl::StatusOr<DryRunResult> Finish();

 private:
  void TakeLine(const codec::CsvLine& line);
  void Bad(int64_t line, absl::string_view why);
  void AskNow();

  const std::string provider_;
  const Ask ask_;
  codec::CsvLines lines_;
  sti::v1::ExplainCallsRequest request_;
  std::vector<int64_t> numbers_;  // of the lines in request_
  DryRunResult result_;
  absl::Status failed_;
};

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_DRY_RUN_H_

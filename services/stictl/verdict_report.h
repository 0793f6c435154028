// Prints verdicts: of the offline verifier and of sti-vs, in the same form.
#ifndef SERVICES_STICTL_VERDICT_REPORT_H_
#define SERVICES_STICTL_VERDICT_REPORT_H_

#include "proto/sti/v1/verification.pb.h"
#include "services/stictl/output.h"

namespace sti::stictl {

// Prints the verdict in the chosen format (verdict_json.h has the JSON); gives kExitOk when it is
// TN-Validation-Passed, else kExitNegative.
int ReportVerdict(const Output& output, const sti::v1::VerifyResponse& response);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_VERDICT_REPORT_H_

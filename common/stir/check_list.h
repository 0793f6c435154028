// The checks of one Identity header in the order of the ATIS-1000082 table (sip_identity.md s3), as rows of a
// HeaderVerdict. Rows without a number of their own in the table stand where a reader of the table would do
// them.
#ifndef COMMON_STIR_CHECK_LIST_H_
#define COMMON_STIR_CHECK_LIST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/stir/verdict.h"

namespace sti::stir {

enum class CheckRow : size_t {
  kDateFresh,            // E3
  kIdentitySyntax,       // not in the table
  kFullForm,             // E4
  kHeaderPpt,            // E5
  kInfoPresent,          // E6
  kInfoUrl,              // E7
  kCertificateDownload,  // E8
  kPassportSyntax,       // not in the table
  kHeaderComplete,       // E9
  kX5uEqualsInfo,        // E10
  kTyp,                  // E11
  kAlg,                  // E12
  kPpt,                  // E13
  kCrit,                 // not in the table: RFC 7515 s4.1.11
  kClaimsComplete,       // E14
  kIatFresh,             // E15
  kOrig,                 // E16
  kDest,                 // E16
  kCertificateChain,     // E17
  kClaimConstraints,     // E17
  kSignature,            // E18
  kAttest,               // E19
  kCount,
};

// Every row, skipped.
std::vector<Check> MakeCheckList();

void Pass(std::vector<Check>& checks, CheckRow row);
// `detail` may quote the caller's text: what is not printable ASCII is replaced and the rest cut off.
void Fail(std::vector<Check>& checks, CheckRow row, Reason reason, absl::string_view detail);

// Records what `ok` says about a row. The detail is made only for a failure: most calls are honest.
template <typename MakeDetail>
void Judge(std::vector<Check>& checks, CheckRow row, bool ok, Reason reason, MakeDetail make_detail) {
  if (ok) {
    Pass(checks, row);
  } else {
    Fail(checks, row, reason, make_detail());
  }
}

// Reason of the first failed row; kNone when none failed.
Reason FirstFailure(const std::vector<Check>& checks);
// A failure that makes fetching a certificate pointless: any but that of the last row (attest), which E17 and
// E18 precede in the table.
bool FailedBeforeAttest(const std::vector<Check>& checks);
// Whether every check was made and passed; only a call without Date may leave date_fresh out.
bool AllPassed(const std::vector<Check>& checks);

// `text` with everything but printable ASCII replaced, at most 120 characters.
std::string Printable(absl::string_view text);

}  // namespace sti::stir

#endif  // COMMON_STIR_CHECK_LIST_H_

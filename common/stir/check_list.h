// The checks of one PASSporT as rows of a HeaderVerdict, in the order of an error table (sip_identity.md s3).
// Rows without a number of their own in ATIS-1000082 stand where a reader of the table would do them.
#ifndef COMMON_STIR_CHECK_LIST_H_
#define COMMON_STIR_CHECK_LIST_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/stir/error_table.h"
#include "common/stir/verdict.h"

namespace sti::stir {

// In the order of ATIS-1000082.
enum class CheckRow : size_t {
  kDateFresh,            // E3
  kIdentitySyntax,       // not in the table
  kFullForm,             // E4
  kHeaderPpt,            // E5
  kHeaderParameters,     // only the MAN's: nothing beside info, alg and ppt
  kHeaderAlg,            // only the MAN's: alg is there
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
  kReplay,               // not in the table: RFC 8224 s12.1
  kOrig,                 // E16
  kDest,                 // E16
  kDivChain,             // not in the table: RFC 8946 s4.2
  kMediaKeys,            // not in the table: RFC 8225 s5.2.2
  kResourcePriority,     // not in the table: RFC 8443 s4.2
  kPriority,             // not in the table: RFC 9027 s4
  kMessageBody,          // not in the table: RFC 9475 s4
  kCertificateChain,     // E17
  kTnScope,              // E17: an SPC for shaken, the number for a delegate certificate
  kRphSigner,            // not in the table: RFC 8443 s3
  kClaimConstraints,     // E17
  kSignature,            // E18
  kNumberAuthority,      // not in the table
  kAttest,               // E19
  kCount,
};

// A set of rows.
using RowSet = uint64_t;
constexpr RowSet Rows(std::initializer_list<CheckRow> rows) {
  RowSet set = 0;
  for (const CheckRow row : rows) set |= RowSet{1} << static_cast<size_t>(row);
  return set;
}

// Every row, skipped, in the order of `table`.
std::vector<Check> MakeCheckList(ErrorTable table = ErrorTable::kAtis);

// The row of a list that MakeCheckList made, whatever its order.
Check& At(std::vector<Check>& checks, CheckRow row);
const Check& At(const std::vector<Check>& checks, CheckRow row);

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
// Index of the first failed row, or their number.
size_t Progress(const std::vector<Check>& checks);
// How far it got in the order in which PASSporTs are examined, which is that of ATIS-1000082 whatever table
// the list is for: two headers compare by it. The first CheckRow that failed, or kCount.
CheckRow FirstFailedStage(const std::vector<Check>& checks);
// A failure that makes fetching a certificate pointless: any but a bad attest, which E17 and E18 precede in
// the table.
bool FailedBeforeAttest(const std::vector<Check>& checks);
// Nothing passes by omission: no row failed, and each one of `required` was judged.
bool AllPassed(const std::vector<Check>& checks, RowSet required);

// `text` with everything but printable ASCII replaced, at most 120 characters.
std::string Printable(absl::string_view text);

}  // namespace sti::stir

#endif  // COMMON_STIR_CHECK_LIST_H_

#include "common/stir/check_list.h"

#include <algorithm>
#include <array>

namespace sti::stir {
namespace {

using R = CheckRow;

constexpr size_t kRows = static_cast<size_t>(CheckRow::kCount);
constexpr size_t kDetailSize = 120;
static_assert(kRows <= 64, "a RowSet has 64 bits");

// Stable: users of the API match on them.
constexpr std::array<const char*, kRows> kNames = {
    "date_fresh",
    "identity_syntax",
    "full_form",
    "header_ppt",
    "header_parameters",
    "header_alg",
    "info_present",
    "info_url",
    "certificate_download",
    "passport_syntax",
    "header_complete",
    "x5u_equals_info",
    "typ",
    "alg",
    "ppt",
    "crit",
    "claims_complete",
    "iat_fresh",
    "replay",
    "orig",
    "dest",
    "div_chain",
    "media_keys",
    "resource_priority",
    "priority",
    "message_body",
    "certificate_chain",
    "tn_scope",
    "rph_signer",
    "claim_constraints",
    "signature",
    "number_authority",
    "attest",
};

// The French MAN's order: by SIP code (sip_identity.md s3).
constexpr std::array<CheckRow, kRows> kManOrder = {
    // 403
    R::kDateFresh, R::kIatFresh, R::kReplay,
    // 436
    R::kInfoPresent, R::kInfoUrl, R::kCertificateDownload, R::kHeaderComplete, R::kX5uEqualsInfo,
    // 437
    R::kHeaderAlg, R::kAlg, R::kTyp, R::kCertificateChain, R::kTnScope, R::kRphSigner, R::kClaimConstraints,
    // 438
    R::kIdentitySyntax, R::kFullForm, R::kPassportSyntax, R::kHeaderParameters, R::kHeaderPpt, R::kPpt,
    R::kCrit, R::kClaimsComplete, R::kAttest, R::kOrig, R::kDest, R::kDivChain, R::kMediaKeys,
    R::kResourcePriority, R::kPriority, R::kMessageBody, R::kSignature, R::kNumberAuthority};

const char* NameOf(CheckRow row) { return kNames[static_cast<size_t>(row)]; }

// Names are compared as pointers: every list has them from the table above.
size_t IndexOf(const std::vector<Check>& checks, CheckRow row) {
  const char* name = NameOf(row);
  size_t i = static_cast<size_t>(row);
  if (checks[i].name == name) return i;
  for (i = 0; checks[i].name != name; ++i) {
  }
  return i;
}

bool Failed(const Check& check) { return check.outcome == CheckOutcome::kFailed; }

}  // namespace

std::vector<Check> MakeCheckList(ErrorTable table) {
  std::vector<Check> checks;
  checks.reserve(kRows);
  for (size_t i = 0; i < kRows; ++i) {
    const char* name = table == ErrorTable::kMan ? NameOf(kManOrder[i]) : kNames[i];
    checks.push_back(Check{name, CheckOutcome::kSkipped, Reason::kNone, {}});
  }
  return checks;
}

Check& At(std::vector<Check>& checks, CheckRow row) { return checks[IndexOf(checks, row)]; }
const Check& At(const std::vector<Check>& checks, CheckRow row) { return checks[IndexOf(checks, row)]; }

void Pass(std::vector<Check>& checks, CheckRow row) { At(checks, row).outcome = CheckOutcome::kPassed; }

void Fail(std::vector<Check>& checks, CheckRow row, Reason reason, absl::string_view detail) {
  Check& check = At(checks, row);
  check.outcome = CheckOutcome::kFailed;
  check.reason = reason;
  check.detail = Printable(detail);
}

Reason FirstFailure(const std::vector<Check>& checks) {
  const size_t i = Progress(checks);
  return i == checks.size() ? Reason::kNone : checks[i].reason;
}

size_t Progress(const std::vector<Check>& checks) {
  return static_cast<size_t>(std::find_if(checks.begin(), checks.end(), Failed) - checks.begin());
}

CheckRow FirstFailedStage(const std::vector<Check>& checks) {
  size_t row = 0;
  while (row < checks.size() && !Failed(At(checks, static_cast<CheckRow>(row)))) ++row;
  return row < checks.size() ? static_cast<CheckRow>(row) : CheckRow::kCount;
}

bool FailedBeforeAttest(const std::vector<Check>& checks) {
  const char* attest = NameOf(CheckRow::kAttest);
  return std::any_of(checks.begin(), checks.end(),
                     [&](const Check& check) { return Failed(check) && check.name != attest; });
}

bool AllPassed(const std::vector<Check>& checks, RowSet required) {
  if (checks.size() != kRows || std::any_of(checks.begin(), checks.end(), Failed)) return false;
  for (size_t row = 0; row < kRows; ++row) {
    const bool demanded = (required >> row & 1) != 0;
    if (demanded && At(checks, static_cast<CheckRow>(row)).outcome != CheckOutcome::kPassed) return false;
  }
  return true;
}

std::string Printable(absl::string_view text) {
  std::string out(text.substr(0, kDetailSize));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return out;
}

}  // namespace sti::stir

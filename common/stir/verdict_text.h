// A verdict in the words of SIP: verstat, Reason header fields, and whether to reject.
#ifndef COMMON_STIR_VERDICT_TEXT_H_
#define COMMON_STIR_VERDICT_TEXT_H_

#include <string>
#include <vector>

#include "common/stir/verdict.h"

namespace sti::stir {

// Spellings of verstat that are in use (sip_identity.md s4). They differ for passed calls only.
enum class VerstatForm {
  kPlain,        // TN-Validation-Passed (3GPP TS 24.229)
  kLevel,        // TN-Validation-Passed for A, TN-Validation-Passed-B and -C for less
  kLevelAlways,  // TN-Validation-Passed-A, -B, -C
  kParameters,   // TN-Validation-Passed;attest=A;origid=123e4567-...
};

enum class ReasonForm {
  kStir,  // RFC 9410: one a failed Identity header
  kSip,   // before RFC 9410: Reason: SIP;cause=..., one for a failed call
  kNone,
};

struct ReplyForm {
  VerstatForm verstat = VerstatForm::kPlain;
  ReasonForm reason = ReasonForm::kStir;
  bool reject_unsigned = false;  // calls without a PASSporT that speaks for the caller (428)
  bool reject_failed = false;    // calls whose PASSporTs did not pass
};

// What goes into the tel or SIP URI. An origid that would not fit into a URI parameter is left out.
std::string VerstatParameter(const CallVerdict& verdict, VerstatForm form);

// 3GPP TS 24.229 verstatPriority: "RPH-Validation-Passed"; "RPH-Validation-Failed" for a forged PASSporT, and
// for one that says something else than the call; "No-RPH-Validation" where it could not be judged.
absl::string_view VerstatPriority(const RphOutcome& rph);

// Values for Reason header fields. In kStir form with ppi (the compact form of the PASSporT) where the
// request has several Identity headers, so that the signer can tell which one is meant. Nothing for a call
// without Identity headers: there is nobody to tell.
std::vector<std::string> ReasonHeaders(const CallVerdict& verdict, ReasonForm form);

// Whether the call is to be answered with AnswerOf(verdict.reason, verdict.table). Never for an error of our
// own.
bool ShouldReject(const CallVerdict& verdict, const ReplyForm& form);

}  // namespace sti::stir

#endif  // COMMON_STIR_VERDICT_TEXT_H_

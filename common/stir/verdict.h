// What a verification found. A verdict is data (DESIGN idea 1).
#ifndef COMMON_STIR_VERDICT_H_
#define COMMON_STIR_VERDICT_H_

#include <string>
#include <vector>

#include "common/base/reason.h"
#include "common/stir/passport.h"

namespace sti::stir {

enum class CheckOutcome { kPassed, kFailed, kSkipped };

struct Check {
  const char* name;  // stable, lower snake case: "iat_fresh"
  CheckOutcome outcome = CheckOutcome::kSkipped;
  Reason reason = Reason::kNone;  // when failed
  std::string detail;             // what was compared, for a person
};

// Who signed: from the leaf certificate.
struct SignerInfo {
  std::string spc, organization, issuer, serial, x5u;
};

// Judgement of one Identity header.
struct HeaderVerdict {
  std::string ppt;
  Reason reason = Reason::kInternal;             // kNone = passed
  std::vector<Check> checks;                     // in the order of the ATIS-1000082 table
  Attestation attestation = Attestation::kNone;  // set only when passed
  std::string origid;                            // set only when passed
  SignerInfo signer;                             // set once the chain was seen
  bool certificate_cached = false;

  bool passed() const { return reason == Reason::kNone; }
};

// Judgement of a call.
struct CallVerdict {
  Verstat verstat = Verstat::kNoTnValidation;
  Reason reason = Reason::kIdentityMissing;
  Attestation attestation = Attestation::kNone;
  std::string origid;
  SignerInfo signer;
  std::vector<HeaderVerdict> headers;  // in the order of the request
};

// One verdict from the rows: passed when one header passed (RFC 8224 s6.2.1), with the highest attestation if
// several did; else the header that got furthest, that is, whose failure stands last in the table (the first
// of equals); no header at all is kIdentityMissing.
CallVerdict CombineVerdicts(std::vector<HeaderVerdict> headers);

}  // namespace sti::stir

#endif  // COMMON_STIR_VERDICT_H_

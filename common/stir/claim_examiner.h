// What the claims of a PASSporT say, against the call: E3, E15, E16 and what each type adds. A step of
// passport_verifier.h, not for use elsewhere.
#ifndef COMMON_STIR_CLAIM_EXAMINER_H_
#define COMMON_STIR_CLAIM_EXAMINER_H_

#include <vector>

#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/stir/call_facts.h"
#include "common/stir/check_list.h"
#include "common/stir/examined_passport.h"

namespace sti::stir {

// Where a PASSporT stands among the diversions of its call (div_chain.h).
struct DivPlace {
  Reason reason = Reason::kNone;  // of a diversion
  bool last = false;              // a diversion that no other follows
  bool leads_to_target = false;   // for any other: hops lead from it to the target
};

struct ExamineContext {
  const CallFacts& facts;
  const VerifyPolicy& policy;
  absl::Time now;
};

// E3. A call without Date leaves the row out.
void CheckDate(const CallFacts& facts, const VerifyPolicy& policy, absl::Time now,
               std::vector<Check>& checks);

// `one` must have claims.
void ExamineClaims(const ExamineContext& context, const DivPlace& place, ExaminedPassport& one);

// What has to be judged before `one` may pass: by its type, its claims and what is known of the call. Kept
// apart from the code that judges, so that what one of them forgets the other notices.
RowSet RequiredRows(const ExaminedPassport& one, const CallFacts& facts, const VerifyPolicy& policy);

}  // namespace sti::stir

#endif  // COMMON_STIR_CLAIM_EXAMINER_H_

// How calls are judged, from the configuration's words. Shared by sti-vs and by stictl, which judges offline.
#ifndef COMMON_EDGE_JUDGING_RULES_H_
#define COMMON_EDGE_JUDGING_RULES_H_

#include "absl/status/statusor.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/telephone_number.h"
#include "common/stir/verdict_text.h"
#include "proto/sti/config/v1/vs.pb.h"

namespace sti::edge {

struct JudgingRules {
  stir::VerifyPolicy policy;
  stir::NumberingPlan plan;
  stir::ReplyForm reply;
};

// `profile` has the spellings and defaults of the schema. kConfigInvalid for a country code that is none.
absl::StatusOr<JudgingRules> JudgingRulesFrom(const sti::config::v1::Profile& profile);

}  // namespace sti::edge

#endif  // COMMON_EDGE_JUDGING_RULES_H_

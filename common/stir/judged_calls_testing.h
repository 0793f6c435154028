// The calls of tests/vectors/judged_calls.json, for tests that judge them.
#ifndef COMMON_STIR_JUDGED_CALLS_TESTING_H_
#define COMMON_STIR_JUDGED_CALLS_TESTING_H_

#include <string>
#include <vector>

#include "common/codec/json.h"
#include "common/stir/passport_verifier.h"

namespace sti::stir {

struct JudgedCall {
  std::string name;
  std::vector<std::string> identities;
  CallFacts facts;
  VerifyPolicy policy;
  std::vector<std::string> rph_signers;
  absl::Time at;
  codec::JsonValue expected;  // the whole row
};

std::vector<JudgedCall> JudgedCalls();
// With certificates of the demo PKI by URL, trusting its root.
CallVerdict Judge(const JudgedCall& call);
// Of one PASSporT of it only.
HeaderVerdict JudgeOne(const JudgedCall& call, size_t i);

}  // namespace sti::stir

#endif  // COMMON_STIR_JUDGED_CALLS_TESTING_H_

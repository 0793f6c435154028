#include "services/vs/replay_verdict.h"

#include "common/stir/passport_type.h"
#include "common/stir/passport_verifier.h"
#include "services/vs/replay_guard.h"

namespace sti::vs {

ReplayQuestion ReplayQuestionOf(const std::vector<stir::HeaderVerdict>& verdicts) {
  ReplayQuestion question;
  for (size_t i = 0; i < verdicts.size(); ++i) {
    const stir::HeaderVerdict& verdict = verdicts[i];
    if (!verdict.passed() || verdict.nested_in.has_value() || verdict.passport == nullptr) continue;
    question.keys.push_back(ReplayKeyOf(*verdict.passport));
    question.places.push_back(i);
  }
  return question;
}

void ApplyReplay(const std::vector<size_t>& places, const std::vector<bool>& seen, ReplayPolicy policy,
                 std::vector<stir::HeaderVerdict>& verdicts) {
  for (size_t i = 0; i < places.size(); ++i) {
    const auto& type = verdicts[places[i]].type;
    if (!seen[i] && type.has_value() && stir::IsDiversion(*type)) return;
  }
  for (size_t i = 0; i < places.size(); ++i) {
    if (!seen[i]) continue;
    stir::HeaderVerdict& verdict = verdicts[places[i]];
    verdict.replay_suspected = true;
    if (policy == ReplayPolicy::kReject) stir::FailAsReplay(verdict);
  }
}

}  // namespace sti::vs

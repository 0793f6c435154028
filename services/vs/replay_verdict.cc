#include "services/vs/replay_verdict.h"

#include "common/stir/passport_verifier.h"
#include "services/vs/replay_guard.h"

namespace sti::vs {
namespace {

using stir::PassportSet;

// `i` is less than kPassportsPerCall: what is beyond never passes.
constexpr PassportSet Bit(size_t i) { return PassportSet{1} << i; }

// Those of `seen` that no diversion of `fresh` accounts for. One that is dropped may have led another one on.
PassportSet Replayed(PassportSet seen, PassportSet fresh, const stir::DivChain* diversions) {
  if (diversions == nullptr) return seen;
  PassportSet replayed = 0, before = 0;
  do {
    before = replayed;
    for (size_t i = 0; i < stir::kPassportsPerCall; ++i) {
      if (!stir::Contains(seen & ~replayed, i)) continue;
      if (!diversions->LeadsToTargetOver(i, (seen | fresh) & ~replayed, fresh)) replayed |= Bit(i);
    }
  } while (replayed != before);
  return replayed;
}

}  // namespace

ReplayQuestion ReplayQuestionOf(const std::vector<stir::HeaderVerdict>& verdicts) {
  ReplayQuestion question;
  for (size_t i = 0; i < verdicts.size() && i < stir::kPassportsPerCall; ++i) {
    const stir::HeaderVerdict& verdict = verdicts[i];
    if (!verdict.passed() || verdict.passport == nullptr) continue;
    question.keys.push_back(ReplayKeyOf(*verdict.passport));
    question.places.push_back(i);
  }
  return question;
}

void ApplyReplay(const std::vector<size_t>& places, const std::vector<bool>& seen, ReplayPolicy policy,
                 const stir::DivChain* diversions, std::vector<stir::HeaderVerdict>& verdicts) {
  PassportSet known = 0, fresh = 0;
  for (size_t i = 0; i < places.size(); ++i) (seen[i] ? known : fresh) |= Bit(places[i]);
  const PassportSet replayed = Replayed(known, fresh, diversions);
  for (const size_t place : places) {
    if (!stir::Contains(replayed, place)) continue;
    verdicts[place].replay_suspected = true;
    if (policy == ReplayPolicy::kReject) stir::FailAsReplay(verdicts[place]);
  }
}

}  // namespace sti::vs

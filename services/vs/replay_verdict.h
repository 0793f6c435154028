// Which PASSporTs of a call are asked about, and what the answer makes of their verdicts. Pure functions.
#ifndef SERVICES_VS_REPLAY_VERDICT_H_
#define SERVICES_VS_REPLAY_VERDICT_H_

#include <cstddef>
#include <vector>

#include "common/stir/div_chain.h"
#include "common/stir/verdict.h"
#include "services/vs/client_profile.h"
#include "services/vs/replay_memory.h"

namespace sti::vs {

struct ReplayQuestion {
  std::vector<ReplayKey> keys;
  std::vector<size_t> places;  // in the verdicts, for each key
};

// Those that passed, since others prove nothing: nested ones as well, for anybody can put a PASSporT that was
// captured into the opt of another. None of compact form, which have no text of their own.
ReplayQuestion ReplayQuestionOf(const std::vector<stir::HeaderVerdict>& verdicts);

// `seen` by key: in another call. A diverted call comes by again with the PASSporTs that it had and one div
// more, and a B2BUA may have given it another Call-ID: so a PASSporT may be known from which a new div leads
// on to the target. Only over PASSporTs that passed and are themselves no replay. `diversions` are the links
// of the call; null without any.
void ApplyReplay(const std::vector<size_t>& places, const std::vector<bool>& seen, ReplayPolicy policy,
                 const stir::DivChain* diversions, std::vector<stir::HeaderVerdict>& verdicts);

}  // namespace sti::vs

#endif  // SERVICES_VS_REPLAY_VERDICT_H_

// Which PASSporTs of a call are asked about, and what the answer makes of their verdicts. Pure functions.
#ifndef SERVICES_VS_REPLAY_VERDICT_H_
#define SERVICES_VS_REPLAY_VERDICT_H_

#include <cstddef>
#include <vector>

#include "common/stir/verdict.h"
#include "services/vs/client_profile.h"
#include "services/vs/replay_memory.h"

namespace sti::vs {

struct ReplayQuestion {
  std::vector<ReplayKey> keys;
  std::vector<size_t> places;  // in the verdicts, for each key
};

// Those that passed, since others prove nothing; but no nested ones, for which the div-o around them speaks,
// and none of compact form, which have no text of their own.
ReplayQuestion ReplayQuestionOf(const std::vector<stir::HeaderVerdict>& verdicts);

// `seen` by key: in another call. A diverted call comes by again with the PASSporTs that it had and one div
// more, and a B2BUA may have given it another Call-ID: so where a div is new, the others may be known.
void ApplyReplay(const std::vector<size_t>& places, const std::vector<bool>& seen, ReplayPolicy policy,
                 std::vector<stir::HeaderVerdict>& verdicts);

}  // namespace sti::vs

#endif  // SERVICES_VS_REPLAY_VERDICT_H_

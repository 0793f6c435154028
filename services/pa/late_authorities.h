// STI-CAs that were not in the configuration yet when certificates of a code had to go: they are asked, too.
#ifndef SERVICES_PA_LATE_AUTHORITIES_H_
#define SERVICES_PA_LATE_AUTHORITIES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

// At start, before the workers: asks each of `authorities` for every code whose certificates others were
// asked to revoke, or whose provider is revoked, if it was never asked itself; each is "spc.ask" in the
// audit. Left alone are codes that somebody may use now: of another provider, or of one that is no longer
// suspended. A second replica finds nothing left to do. kStorageFailed.
absl::Status AskLateAuthorities(store::Database& database, const std::vector<std::string>& authorities,
                                absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_LATE_AUTHORITIES_H_

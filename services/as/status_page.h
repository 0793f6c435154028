// What the status page of sti-as shows.
#ifndef SERVICES_AS_STATUS_PAGE_H_
#define SERVICES_AS_STATUS_PAGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/status/daemon_sections.h"
#include "common/status/overview.h"
#include "common/status/page.h"
#include "services/as/call_tally.h"
#include "services/as/self_check.h"
#include "services/as/signer_state.h"

namespace sti::as {

// Whom calls are signed for.
struct ProviderView {
  std::string name, spc;
  std::shared_ptr<const SignerState> state;      // null: not known yet
  std::shared_ptr<const SelfCheckResult> check;  // null: none yet
};

// Everything as of `now`.
struct StatusView {
  absl::Time now;
  status::Health health;
  std::vector<ProviderView> providers;
  int64_t in_flight = 0;  // PASSporTs under way
  absl::Duration clock_offset;
  bool clock_known = false;  // by an answer from elsewhere
};

// Pure, but for the TLS files that it reads.
status::Page StatusPageOf(const status::DaemonFacts& facts, const StatusView& view, const CallTally& tally,
                          const status::TlsUses& tls);

}  // namespace sti::as

#endif  // SERVICES_AS_STATUS_PAGE_H_

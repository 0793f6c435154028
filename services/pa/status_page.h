// What the status page of sti-pa shows.
#ifndef SERVICES_PA_STATUS_PAGE_H_
#define SERVICES_PA_STATUS_PAGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pki/certificate.h"
#include "common/status/daemon_sections.h"
#include "common/status/overview.h"
#include "common/status/page.h"
#include "services/pa/register_metrics.h"
#include "services/pa/token_tally.h"
#include "services/pa/trust_publisher.h"

namespace sti::pa {

// Everything as of `now`. Documents are null until they are published.
struct StatusView {
  absl::Time now;
  status::Health health;
  std::shared_ptr<const SignedTrustList> list;
  std::shared_ptr<const SignedCrl> crl;
  std::shared_ptr<const SignedNumberList> numbers;
  absl::StatusOr<Waiting> waiting = Waiting{};
  // What they sign, and the certificate.
  std::vector<std::pair<std::string, pki::Certificate>> signers;
};

// Pure, but for the TLS files that it reads.
status::Page StatusPageOf(const status::DaemonFacts& facts, const StatusView& view, const TokenTally& tally,
                          const status::TlsUses& tls);

}  // namespace sti::pa

#endif  // SERVICES_PA_STATUS_PAGE_H_

// What the status page of sti-ca shows.
#ifndef SERVICES_CA_STATUS_PAGE_H_
#define SERVICES_CA_STATUS_PAGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/status/daemon_sections.h"
#include "common/status/overview.h"
#include "common/status/page.h"
#include "services/ca/issuing_authority.h"
#include "services/ca/issuing_tally.h"

namespace sti::ca {

// Everything as of `now`.
struct StatusView {
  absl::Time now;
  status::Health health;
  std::string public_url;
  bool acme = false;
  std::string crl_url;  // in certificates
  // Revocations that the STI-PA has not confirmed; none without an STI-PA to tell.
  std::optional<absl::StatusOr<int64_t>> untold = {};
};

// Pure, but for the TLS files that it reads.
status::Page StatusPageOf(const status::DaemonFacts& facts, const StatusView& view,
                          const IssuingAuthority& authority, const IssuingTally& tally,
                          const status::TlsUses& tls);

}  // namespace sti::ca

#endif  // SERVICES_CA_STATUS_PAGE_H_

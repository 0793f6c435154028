// What becomes of an approved STI-CA with time.
#ifndef SERVICES_PA_AUTHORITY_STATE_H_
#define SERVICES_PA_AUTHORITY_STATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/store/database.h"
#include "services/pa/trust_records.h"

namespace sti::pa {

// As people shall see it at `now`: expired as soon as its time is over; pending when it is not on the trust
// list and a change waits for an approver.
Authority Shown(Authority authority, absl::Time now);

// For the audit: what matters, as compact JSON.
std::string AuthorityForAudit(const Authority& authority);

// Marks those whose time is over at `now`, and gives the trust list its next sequence if there is one. The
// event "authority.expire" of each is by the client "sti-pa". Replicas do it once. kStorageFailed.
absl::Status ExpireAuthorities(store::Database& database, absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_AUTHORITY_STATE_H_

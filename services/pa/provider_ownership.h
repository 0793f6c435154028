// Whether codes and identities can become a provider's.
#ifndef SERVICES_PA_PROVIDER_OWNERSHIP_H_
#define SERVICES_PA_PROVIDER_OWNERSHIP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/store/database.h"
#include "services/pa/provider_records.h"

namespace sti::pa {

// No other provider has a code or identity of `provider`, and none of `authorities` has still to revoke what
// another one did with a code: it revokes by code, so that certificates of the new owner would go as well.
// kAlreadyExists naming field and owner, kStateConflict naming field and CA.
absl::Status CheckFree(store::Transaction& transaction, const Provider& provider,
                       const std::vector<std::string>& authorities);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_OWNERSHIP_H_

// An account at the HTTPS interface goes, whoever wants it to: with its sessions, and in the audit.
#ifndef SERVICES_PA_API_USER_REMOVAL_H_
#define SERVICES_PA_API_USER_REMOVAL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/store/database.h"
#include "services/pa/api_user_records.h"

namespace sti::pa {

// As the audit shows it.
std::string ApiUserForAudit(const ApiUser& user);

// As last step of a write transaction, or of each of its users. `spcs`: of its provider. kStorageFailed.
absl::Status RemoveApiUser(store::Transaction& transaction, const Actor& actor, const ApiUser& user,
                           const std::vector<std::string>& spcs, absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_API_USER_REMOVAL_H_

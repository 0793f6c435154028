// A provider as the audit shows it.
#ifndef SERVICES_PA_PROVIDER_AUDIT_H_
#define SERVICES_PA_PROVIDER_AUDIT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/store/database.h"
#include "services/pa/provider_records.h"

namespace sti::pa {

// As last step of a write transaction. `action` is "provider.suspend" and so on; no `before`: it did not
// exist; no `after`: it no longer exists. Lists too long for an event stand there as their number and digest.
// kStorageFailed.
absl::Status AuditProvider(store::Transaction& transaction, const Actor& actor, absl::string_view action,
                           const std::optional<Provider>& before, const std::optional<Provider>& after,
                           absl::Time now);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_AUDIT_H_

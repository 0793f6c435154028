// What the registries of the provisioning work with.
#ifndef SERVICES_AS_PROVISIONING_ROOM_H_
#define SERVICES_AS_PROVISIONING_ROOM_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/as/provider_table.h"

namespace sti::as {

// A dry run changes nothing and says what would; its errors are those of the change itself.
enum class RunMode { kReal, kDry };
inline RunMode HowToRun(bool dry_run) { return dry_run ? RunMode::kDry : RunMode::kReal; }

// All references outlive the registries.
struct ProvisioningRoom {
  store::Database& database;
  const ProviderTable& providers;
  const Clock& clock;
  // Called after each change, without a lock or a transaction: brings it into use in this daemon.
  std::function<void()> changed;

  const SigningProviderOptions& provider(size_t index) const { return providers.all()[index]; }

  // `body` in a write transaction, or for a dry run in one that only reads; then `changed`. Errors of both.
  absl::Status Run(RunMode run,
                   const std::function<absl::Status(store::Transaction&, absl::Time now)>& body) const;
};

// One event of the audit, as the last step of a change. `object`: "customer", then what follows the provider
// in "customer/PROVIDER/ID". Errors of store::AppendAudit.
absl::Status AuditChange(store::Transaction& transaction, const Actor& actor,
                         const SigningProviderOptions& provider, absl::string_view action,
                         absl::string_view object, absl::string_view name, std::string before,
                         std::string after, absl::Time now);

// 1 to 64 characters of A-Z, a-z, 0-9, ".", "_", "-". kMissingField, kInvalidField.
absl::Status CheckProvisionedName(absl::string_view field, absl::string_view name);
// Text for people or a client identity: no control characters, at most `max` octets. kTooLarge,
// kInvalidField.
absl::Status CheckProvisionedText(absl::string_view field, absl::string_view text, size_t max);

// As the database keeps it.
inline absl::Time WholeSeconds(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

}  // namespace sti::as

#endif  // SERVICES_AS_PROVISIONING_ROOM_H_

// Rows of registered providers. All functions run inside of a transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_PROVIDER_RECORDS_H_
#define SERVICES_PA_PROVIDER_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::pa {

// The numbers of sti.v1.Provider.State.
enum class ProviderState {
  kPending = 1,    // waits for an approver; no tokens
  kApproved = 2,   // the only one that gets tokens
  kSuspended = 3,  // until it is reinstated
  kRevoked = 4,    // for good; codes and identities are free for others
};
// "pending" and so on.
absl::string_view StateName(ProviderState state);

struct Contact {
  std::string role;  // "admin", "abuse"...
  std::string name, email, phone;
  bool operator==(const Contact& other) const {
    return role == other.role && name == other.name && email == other.email && phone == other.phone;
  }
};

struct Provider {
  std::string id;    // short name chosen by the admin
  std::string name;  // legal name
  // Of a revoked provider: what it had, which may be another's by now.
  std::vector<std::string> spcs;
  std::vector<std::string> client_identities;  // none: it uses only the HTTPS interface
  absl::Time created;
  std::vector<Contact> contacts = {};
  ProviderState state = ProviderState::kApproved;
  std::string state_note = {};      // why it is in this state
  absl::Time state_since = {};      // never before `created`
  std::string pending_change = {};  // while pending: id of the change that an approver must approve
};

// kAlreadyExists when the id, a code or an identity is taken.
absl::Status InsertProvider(store::Transaction& transaction, const Provider& provider);
// Writes everything but id and created, for a provider that is there and not revoked. Becoming revoked gives
// its codes and identities free. kAlreadyExists when a code or an identity is taken.
absl::Status ReplaceProvider(store::Transaction& transaction, const Provider& provider);
// As if it had never been registered. It has no accounts at the HTTPS interface any more.
absl::Status DeleteProvider(store::Transaction& transaction, absl::string_view id);

absl::StatusOr<std::optional<Provider>> FindProvider(store::Transaction& transaction, absl::string_view id);
// At most `limit` providers whose id comes after `after`, sorted by id.
absl::StatusOr<std::vector<Provider>> ListProviders(store::Transaction& transaction, absl::string_view after,
                                                    int64_t limit);

// Id of the provider that has the code or the identity; empty when nobody has.
absl::StatusOr<std::string> OwnerOfSpc(store::Transaction& transaction, absl::string_view spc);
absl::StatusOr<std::string> OwnerOfIdentity(store::Transaction& transaction, absl::string_view identity);
// Id of a revoked provider that had the identity; empty when there is none.
absl::StatusOr<std::string> FormerOwnerOfIdentity(store::Transaction& transaction,
                                                  absl::string_view identity);

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_RECORDS_H_

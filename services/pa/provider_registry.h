// Who may have SPC tokens: service providers, their codes, the clients that act for them, and whether they
// may have any now. provider_records.h tells of the states; each change is in the audit.
#ifndef SERVICES_PA_PROVIDER_REGISTRY_H_
#define SERVICES_PA_PROVIDER_REGISTRY_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/pa/provider_check.h"
#include "services/pa/provider_records.h"
#include "services/pa/run_mode.h"

namespace sti::pa {

struct ProviderPage {
  std::vector<Provider> providers;
  std::string next_page_token;  // empty on the last page
};

// What a change does.
struct ProviderChange {
  Provider provider;                 // as it is now; of a dry run: as it would be
  std::vector<std::string> effects;  // in plain words, one each
  bool asks_authorities = false;     // there is something new for the STI-CAs
  bool withdraws_numbers = false;    // the number list is another
  bool widens_rights = false;        // an update adds a code or a client identity
};

// What the registry sets going outside of the database.
struct ProviderWorld {
  std::vector<std::string> authorities = {};      // STI-CAs to ask for revocations, by target
  std::function<void()> wake = [] {};             // there is something new for them
  std::function<void()> publish_numbers = [] {};  // the number list has changed
};

// Thread-safe. Transitions: pending to approved; approved to suspended and back; both of these to revoked.
// Others are kStateConflict with the state in their text. Common to all changes: kNotFound, kStorageFailed;
// kMissingField and kInvalidField "note" where there is one.
class ProviderRegistry {
 public:
  // Database and clock must outlive this.
  ProviderRegistry(store::Database& database, const Clock& clock, ProviderWorld world = {});

  // `provider.state` is kApproved, or kPending with pending_change set; created, state_note and state_since
  // are set here. kMissingField, kInvalidField, kTooLarge; kAlreadyExists naming the field and the owner of
  // the id, code or identity; kStateConflict for a code whose former provider's certificates an STI-CA has
  // not revoked yet.
  absl::StatusOr<Provider> Register(const Actor& actor, const Provider& provider) const;
  // Replaces name, codes, identities and contacts; `provider.id` says of which. Errors as of Register;
  // kStateConflict for a pending or revoked one (an approver must get what was shown), and for a code that
  // is taken away while it has numbers.
  absl::StatusOr<ProviderChange> Update(const Actor& actor, const Provider& provider, RunMode run) const;
  // `revoke_certificates`: the STI-CAs are asked to revoke all of its certificates.
  absl::StatusOr<ProviderChange> Suspend(const Actor& actor, absl::string_view id, absl::string_view note,
                                         bool revoke_certificates, RunMode run) const;
  // Calls off what STI-CAs have not confirmed: it would hit certificates that come after.
  absl::StatusOr<ProviderChange> Reinstate(const Actor& actor, absl::string_view id, absl::string_view note,
                                           RunMode run) const;
  // For good: the STI-CAs are asked to revoke all of its certificates, its numbers are withdrawn, its codes
  // and identities free.
  absl::StatusOr<ProviderChange> Revoke(const Actor& actor, absl::string_view id, absl::string_view note,
                                        RunMode run) const;

  // The same as steps of a bigger write transaction. Once that is committed, Committed must be called with
  // the outcome.
  absl::StatusOr<ProviderChange> Register(store::Transaction& transaction, const Actor& actor,
                                          const Provider& provider) const;
  absl::StatusOr<ProviderChange> Approve(store::Transaction& transaction, const Actor& actor,
                                         absl::string_view id, absl::string_view note) const;
  // Of a pending one whose registration was rejected or expired: as if it had never been, with all that it
  // has.
  absl::StatusOr<ProviderChange> Discard(store::Transaction& transaction, const Actor& actor,
                                         absl::string_view id) const;
  absl::StatusOr<ProviderChange> Revoke(store::Transaction& transaction, const Actor& actor,
                                        absl::string_view id, absl::string_view note) const;
  absl::StatusOr<ProviderChange> Update(store::Transaction& transaction, const Actor& actor,
                                        const Provider& provider) const;
  void Committed(const ProviderChange& change) const;

  // kNotFound.
  absl::StatusOr<Provider> Get(absl::string_view id) const;
  absl::StatusOr<ProviderPage> List(int64_t page_size, absl::string_view page_token) const;

 private:
  using Step = std::function<absl::StatusOr<ProviderChange>(store::Transaction&, RunMode)>;
  absl::StatusOr<ProviderChange> Perform(RunMode run, const Step& step) const;
  absl::StatusOr<ProviderChange> UpdateStep(store::Transaction& transaction, const Actor& actor,
                                            const Provider& provider, RunMode run) const;
  absl::StatusOr<ProviderChange> RevokeStep(store::Transaction& transaction, const Actor& actor,
                                            absl::string_view id, absl::string_view note, RunMode run) const;

  store::Database& database_;
  const Clock& clock_;
  const ProviderWorld world_;
};

}  // namespace sti::pa

#endif  // SERVICES_PA_PROVIDER_REGISTRY_H_

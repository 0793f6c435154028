// ACME accounts (RFC 8555 s7.3): made by clients, bound to external accounts, paused by admins.
#ifndef SERVICES_CA_ACME_ACCOUNTS_H_
#define SERVICES_CA_ACME_ACCOUNTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/acme/nested_jws.h"
#include "common/acme/payload.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/crypto/es256.h"
#include "common/store/database.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/acme_policy.h"

namespace sti::ca {

// Identifiers of ACME objects: hexadecimal, in the order of creation, not to be guessed. kInternal.
absl::StatusOr<std::string> MakeAcmeId(const Random& random, absl::Time now);

// Client of an Actor for this account.
std::string AcmeClient(absl::string_view account);

struct AccountPage {
  std::vector<AcmeAccount> accounts;  // in the order of creation
  std::string next_page_token;        // empty on the last page
};

// Thread-safe. Errors are those of acme/error.h where nothing else is said, and kStorageFailed, kInternal.
class AcmeAccounts {
 public:
  // All references must outlive this.
  AcmeAccounts(store::Database& database, const AcmePolicy& policy, const Clock& clock, const Random& random)
      : database_(database), policy_(policy), clock_(clock), random_(random) {}

  struct Registered {
    AcmeAccount account;
    bool created = false;
  };
  // The account of `key`, or a new one. `url` is that of newAccount. kAccountDoesNotExist,
  // kUserActionRequired (terms not agreed to), kExternalAccountRequired, kRateLimited, kUnauthorized
  // (external account unknown, used, or a wrong MAC; the account of this key has been deactivated),
  // kBadPublicKey for a key that has been certified, is an account's former one, or was reported compromised.
  // The audit has a new one as its own actor, since it has no name before.
  absl::StatusOr<Registered> Register(const Actor& actor, const acme::NewAccount& request,
                                      const crypto::VerifyingKey& key, absl::string_view url) const;
  // kAccountDoesNotExist.
  absl::StatusOr<AcmeAccount> Find(absl::string_view id) const;
  // Deactivation cancels what the account has under way.
  absl::StatusOr<AcmeAccount> Update(const Actor& actor, const AcmeAccount& account,
                                     const acme::AccountUpdate& update) const;
  // Steps 7 to 9 of RFC 8555 s7.3.5. The id of the account that has the new key already, which leaves all as
  // it was; nothing when the key was changed. kMalformed, kBadPublicKey as for Register.
  absl::StatusOr<std::optional<std::string>> ChangeKey(const Actor& actor, const AcmeAccount& account,
                                                       const std::string& account_url,
                                                       const acme::KeyChange& change) const;

  // For admins. kInvalidField, kNotFound. Pausing what is paused changes nothing, and is no event.
  absl::StatusOr<AccountPage> List(int64_t page_size, absl::string_view page_token) const;
  absl::StatusOr<AcmeAccount> SetPaused(const Actor& actor, absl::string_view id, bool paused) const;
  // A fresh key for the external account binding of one account. kInvalidField, kMissingField.
  absl::StatusOr<ExternalKey> MakeExternalKey(const Actor& actor, absl::string_view provider) const;

 private:
  absl::Status Bind(store::Transaction& transaction, const acme::ExternalAccountBinding& binding,
                    const crypto::VerifyingKey& key, AcmeAccount& account) const;
  absl::StatusOr<AcmeAccount> NewAccountFor(const acme::NewAccount& request,
                                            const crypto::VerifyingKey& key) const;

  store::Database& database_;
  const AcmePolicy& policy_;
  const Clock& clock_;
  const Random& random_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_ACCOUNTS_H_

// Rows of ACME accounts and their keys. All functions run inside of a transaction; kStorageFailed is common
// to all.
#ifndef SERVICES_CA_ACME_ACCOUNT_RECORDS_H_
#define SERVICES_CA_ACME_ACCOUNT_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/es256.h"
#include "common/store/database.h"
#include "services/ca/acme_usage.h"

namespace sti::ca {

struct AcmeAccount {
  std::string id;
  std::string jwk;  // canonical
  bool valid = true;
  bool paused = false;  // by an admin
  std::vector<std::string> contacts;
  std::string terms;             // URL that was agreed to
  std::string external_key;      // id of the external account's key
  std::string external_binding;  // JSON as received
  absl::Time created;
};

// Of the SubjectPublicKeyInfo, hexadecimal.
std::string KeyHash(const crypto::VerifyingKey& key);

// The account, and its key as the one in use. kKeyInvalid when the key belongs or belonged to an account.
absl::Status InsertAccount(store::Transaction& transaction, const AcmeAccount& account,
                           const crypto::VerifyingKey& key);
absl::StatusOr<std::optional<AcmeAccount>> FindAccount(store::Transaction& transaction, absl::string_view id);
// Whose key it is; `in_use` false for one that the account gave up.
struct KeyOwner {
  std::string account;
  bool in_use = false;
};
absl::StatusOr<std::optional<KeyOwner>> FindKeyOwner(store::Transaction& transaction,
                                                     absl::string_view key_hash);
// Everything but id, key and time of creation.
absl::Status UpdateAccount(store::Transaction& transaction, const AcmeAccount& account);
absl::Status ReplaceAccountKey(store::Transaction& transaction, const AcmeAccount& account,
                               const crypto::VerifyingKey& new_key);
// Without external account, created since `since`.
absl::StatusOr<Usage> AccountsSince(store::Transaction& transaction, absl::Time since);
// In the order of ids, those after `after`.
absl::StatusOr<std::vector<AcmeAccount>> ListAccounts(store::Transaction& transaction,
                                                      absl::string_view after, int64_t limit);

struct ExternalKey {
  std::string id, provider;
  std::string mac_key;  // base64url
  absl::Time created;
  std::string account;  // that it was used for; empty: still to be used
};
absl::Status InsertExternalKey(store::Transaction& transaction, const ExternalKey& key);
absl::StatusOr<std::optional<ExternalKey>> FindExternalKey(store::Transaction& transaction,
                                                           absl::string_view id);
absl::Status UseExternalKey(store::Transaction& transaction, absl::string_view id, absl::string_view account);

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_ACCOUNT_RECORDS_H_

// Rows of revoked certificates, which are also the list of what is still to be told to the STI-PA, and of
// keys that must not be certified again. All functions run inside of a transaction; kStorageFailed is common
// to all.
#ifndef SERVICES_CA_REVOCATION_RECORDS_H_
#define SERVICES_CA_REVOCATION_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/store/database.h"

namespace sti::ca {

struct RevocationRecord {
  std::string serial;  // as Certificate::serial
  int reason = 0;      // CRLReason (RFC 5280 s5.3.1)
  absl::Time revoked;
  std::string requested_by;
  std::optional<absl::Time> told;  // when the STI-PA confirmed
  int64_t tries = 0;               // to tell it
  std::string trouble;             // of the last try
};

// kAlreadyExists when the certificate is revoked already.
absl::Status InsertRevocation(store::Transaction& transaction, const RevocationRecord& record);
absl::StatusOr<std::optional<RevocationRecord>> FindRevocation(store::Transaction& transaction,
                                                               absl::string_view serial);
// Those that the STI-PA has not confirmed: least tries first, so that one that it refuses does not hold up
// the others.
absl::StatusOr<std::vector<RevocationRecord>> ListUntold(store::Transaction& transaction, int64_t limit);
absl::StatusOr<int64_t> CountUntold(store::Transaction& transaction);
absl::Status MarkTold(store::Transaction& transaction, absl::string_view serial, absl::Time now);
absl::Status NoteTrouble(store::Transaction& transaction, absl::string_view serial,
                         absl::string_view trouble);

// Hashes are those of KeyHash (acme_account_records.h). Recording one again changes nothing.
absl::Status InsertCompromisedKey(store::Transaction& transaction, absl::string_view key_hash);
absl::StatusOr<bool> IsCompromised(store::Transaction& transaction, absl::string_view key_hash);

}  // namespace sti::ca

#endif  // SERVICES_CA_REVOCATION_RECORDS_H_

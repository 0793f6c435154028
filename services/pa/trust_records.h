// Rows behind the trust list and the CRL: approved roots, revocations, and the numbers that only grow. All
// functions run inside of a transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_TRUST_RECORDS_H_
#define SERVICES_PA_TRUST_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/pki/certificate.h"
#include "common/pki/distinguished_name.h"
#include "common/store/database.h"

namespace sti::pa {

struct Authority {
  // As the database keeps them; the values are those of sti.v1.Authority.State.
  enum class State { kApproved = 1, kWithdrawn = 2, kPending = 3, kExpired = 4 };

  std::string id;    // SHA-256 of the root, lower-case hexadecimal
  std::string name;  // chosen by the admin
  pki::Certificate root;
  // In the database, kPending is one that was never approved.
  State state = State::kPending;
  std::optional<absl::Time> approved_until = {};  // at most the root's notAfter; none: that
  absl::Time approved_since = {};                 // 0: never, or before this was kept
  std::string pending_change = {};                // the change that waits for an approver, if there is one

  // The last second in which it is trusted.
  absl::Time End() const { return approved_until.value_or(root.not_after()); }
  bool IsTrustedAt(absl::Time now) const { return state == State::kApproved && now <= End(); }
};

// Inserts, or replaces everything but the root in the row with this id.
absl::Status PutAuthority(store::Transaction& transaction, const Authority& authority);
absl::Status DeleteAuthority(store::Transaction& transaction, absl::string_view id);
absl::StatusOr<std::optional<Authority>> FindAuthority(store::Transaction& transaction, absl::string_view id);
// All, sorted by id, so that the same state always gives the same list.
absl::StatusOr<std::vector<Authority>> ListAuthorities(store::Transaction& transaction);

struct Revocation {
  pki::DistinguishedName issuer;
  std::string serial;  // upper-case hexadecimal, no leading zeros
  int reason_code = 0;
  absl::Time revoked;
};
struct NumberedRevocation {
  int64_t seq = 0;  // order of recording
  Revocation revocation;
};

absl::StatusOr<std::optional<Revocation>> FindRevocation(store::Transaction& transaction,
                                                         const pki::DistinguishedName& issuer,
                                                         absl::string_view serial);
absl::Status InsertRevocation(store::Transaction& transaction, const Revocation& revocation);
// In the order of recording, those after `after`; no limit when `limit` is 0.
absl::StatusOr<std::vector<NumberedRevocation>> ListRevocations(store::Transaction& transaction,
                                                                int64_t after, int64_t limit);

// The sequence that goes with the state of the authorities.
absl::StatusOr<int64_t> TrustListSequence(store::Transaction& transaction);
absl::StatusOr<int64_t> NextTrustListSequence(store::Transaction& transaction);
// A number that no CRL had before (RFC 5280 s5.2.3).
absl::StatusOr<int64_t> NextCrlNumber(store::Transaction& transaction);
// The largest seq of a revocation; 0 when there is none.
absl::StatusOr<int64_t> LastRevocation(store::Transaction& transaction);

}  // namespace sti::pa

#endif  // SERVICES_PA_TRUST_RECORDS_H_

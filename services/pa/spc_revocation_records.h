// Rows of what STI-CAs are to be asked for: the revocation of every certificate of a code. All functions run
// inside of a transaction; kStorageFailed is common to all.
#ifndef SERVICES_PA_SPC_REVOCATION_RECORDS_H_
#define SERVICES_PA_SPC_REVOCATION_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/actor.h"
#include "common/store/database.h"

namespace sti::pa {

// One question to one CA.
struct SpcRevocation {
  int64_t seq = 0;          // order of insertion; never used again
  std::string provider_id;  // that had the code
  std::string spc;
  std::string authority;  // target of the CA, as configured
  int reason_code = 0;    // RFC 5280 s5.3.1
  absl::Time due;         // not to be asked before
  absl::Time requested;
  Actor requested_by;
  std::string trouble = {};  // why the CA has not confirmed yet, in its words
};

// `seq` and `trouble` are set here.
absl::Status InsertSpcRevocation(store::Transaction& transaction, const SpcRevocation& revocation);

// The first open one of this CA with a seq past `after` that is due.
absl::StatusOr<std::optional<SpcRevocation>> NextSpcRevocation(store::Transaction& transaction,
                                                               absl::string_view authority, absl::Time now,
                                                               int64_t after);
// When the next open one of this CA falls due; InfiniteFuture when there is none.
absl::StatusOr<absl::Time> NextDue(store::Transaction& transaction, absl::string_view authority);
// Those of this code that no CA has confirmed, at any CA.
absl::StatusOr<std::vector<SpcRevocation>> OpenSpcRevocations(store::Transaction& transaction,
                                                              absl::string_view spc);

// A code whose certificates were to be revoked.
struct RevokedSpc {
  std::string provider_id;  // that had it
  std::string spc;
  absl::Time requested;  // last
};
// Of every CA that was asked and not called off, and of revoked providers, those that this CA was not asked
// for.
absl::StatusOr<std::vector<RevokedSpc>> RevokedWithout(store::Transaction& transaction,
                                                       absl::string_view authority);

// What became of a question by now.
enum class SpcRevocationState { kOpen, kCalledOff, kConfirmed };
absl::StatusOr<SpcRevocationState> StateOfSpcRevocation(store::Transaction& transaction, int64_t seq);

// Changes nothing about one that is confirmed.
absl::Status MarkSpcRevoked(store::Transaction& transaction, int64_t seq, absl::Time now);
// Changes nothing about one that is no longer open.
absl::Status NoteSpcTrouble(store::Transaction& transaction, int64_t seq, absl::string_view trouble);

// How many are open and due, at all CAs.
absl::StatusOr<int64_t> CountDueSpcRevocations(store::Transaction& transaction, absl::Time now);
// How many of a provider's are open; and to give those up.
absl::StatusOr<int64_t> CountOpenOfProvider(store::Transaction& transaction, absl::string_view provider_id);
absl::Status CallOffSpcRevocations(store::Transaction& transaction, absl::string_view provider_id);

}  // namespace sti::pa

#endif  // SERVICES_PA_SPC_REVOCATION_RECORDS_H_

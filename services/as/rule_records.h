// Rules on numbers in the database. `provider` is its name. All errors: kStorageFailed.
#ifndef SERVICES_AS_RULE_RECORDS_H_
#define SERVICES_AS_RULE_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"
#include "services/as/provisioned.h"

namespace sti::as {

// What tells rules apart, in the order of a listing.
struct RuleKey {
  int64_t kind = -1;  // -1: before all
  std::string first, last;
};
inline RuleKey KeyOf(const NumberRule& rule) {
  return {static_cast<int64_t>(rule.kind), rule.first, rule.last};
}

absl::StatusOr<std::optional<NumberRule>> FindRule(store::Transaction& transaction,
                                                   absl::string_view provider, const RuleKey& key);
// At most `limit` after `after`.
absl::StatusOr<std::vector<NumberRule>> ListRules(store::Transaction& transaction, absl::string_view provider,
                                                  const RuleKey& after, int64_t limit);
absl::StatusOr<int64_t> CountRules(store::Transaction& transaction, absl::string_view provider);
// Instead of what was there.
absl::Status WriteRule(store::Transaction& transaction, absl::string_view provider, const NumberRule& rule);
absl::Status DeleteRule(store::Transaction& transaction, absl::string_view provider, const RuleKey& key);

}  // namespace sti::as

#endif  // SERVICES_AS_RULE_RECORDS_H_

// Rows that operators set while sti-ca runs: limits that differ from the configuration, and vetted names of
// providers. All functions run inside of a transaction; kStorageFailed is common to all.
#ifndef SERVICES_CA_LIMIT_RECORDS_H_
#define SERVICES_CA_LIMIT_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"

namespace sti::ca {

// Names of limits, as in the configuration.
inline constexpr char kCertificatesPerDay[] = "certificates_per_day";
inline constexpr char kOrdersPerHour[] = "orders_per_hour";
inline constexpr char kFailedChallengesPerHour[] = "failed_challenges_per_hour";

struct LimitRecord {
  std::string subject;  // "spc/1234", "account/ID"
  std::string name;
  int64_t value = 0;  // 0: any number
};

absl::StatusOr<std::optional<LimitRecord>> FindLimit(store::Transaction& transaction,
                                                     absl::string_view subject, absl::string_view name);
// The one that is set for `subject`, else `configured`.
absl::StatusOr<int64_t> LimitFor(store::Transaction& transaction, absl::string_view subject,
                                 absl::string_view name, int64_t configured);
absl::Status SetLimit(store::Transaction& transaction, const LimitRecord& record);
absl::Status RemoveLimit(store::Transaction& transaction, absl::string_view subject, absl::string_view name);
// By subject and name, those after this one.
absl::StatusOr<std::vector<LimitRecord>> ListLimits(store::Transaction& transaction,
                                                    absl::string_view after_subject,
                                                    absl::string_view after_name, int64_t limit);

// The vetted legal name of who has an SPC; empty: none.
absl::StatusOr<std::string> FindOrganization(store::Transaction& transaction, absl::string_view spc);
struct OrganizationRecord {
  std::string spc;
  std::string name;
};
// An empty name removes it.
absl::Status SetOrganization(store::Transaction& transaction, const OrganizationRecord& record);
// By SPC, those after this one.
absl::StatusOr<std::vector<OrganizationRecord>> ListOrganizations(store::Transaction& transaction,
                                                                  absl::string_view after, int64_t limit);
// Whom the external account key of an ACME account was made for; empty: it has none.
absl::StatusOr<std::string> FindProviderOfAccount(store::Transaction& transaction, absl::string_view account);

}  // namespace sti::ca

#endif  // SERVICES_CA_LIMIT_RECORDS_H_

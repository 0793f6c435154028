// What operators set while sti-ca runs: limits of one SPC or account that differ from the configuration, and
// vetted names of providers.
#ifndef SERVICES_CA_OPERATOR_SETTINGS_H_
#define SERVICES_CA_OPERATOR_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/actor.h"
#include "common/base/clock.h"
#include "common/store/database.h"
#include "services/ca/limit_records.h"

namespace sti::ca {

struct LimitPage {
  std::vector<LimitRecord> limits;  // by subject and name
  std::string next_page_token;      // empty on the last page
};
struct OrganizationPage {
  std::vector<OrganizationRecord> organizations;  // by SPC
  std::string next_page_token;
};

// Thread-safe. What is set holds from then on, on all replicas. Each change has its audit. kStorageFailed is
// common to all.
class OperatorSettings {
 public:
  // References must outlive this.
  OperatorSettings(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // "spc/CODE" has certificates_per_day; "account/ID" orders_per_hour and failed_challenges_per_hour. Setting
  // what is set already changes nothing and is no event. kMissingField, kInvalidField, kNotFound (no such
  // account).
  absl::Status SetLimit(const Actor& actor, const LimitRecord& record) const;
  // Back to the configuration. kNotFound when none was set.
  absl::Status RemoveLimit(const Actor& actor, const LimitRecord& record) const;
  absl::StatusOr<LimitPage> ListLimits(int64_t page_size, absl::string_view page_token) const;

  // An empty name: none is known any more. kMissingField, kInvalidField.
  absl::Status SetOrganization(const Actor& actor, const OrganizationRecord& record) const;
  absl::StatusOr<OrganizationPage> ListOrganizations(int64_t page_size, absl::string_view page_token) const;

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_OPERATOR_SETTINGS_H_

// For the tests of the provisioning: two providers and a database of their own, on either engine.
#ifndef SERVICES_AS_TESTING_PROVISIONING_TESTING_H_
#define SERVICES_AS_TESTING_PROVISIONING_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "common/base/actor.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/as/customer_registry.h"
#include "services/as/number_registry.h"
#include "services/as/profile_registry.h"
#include "services/as/provisioning_room.h"
#include "services/as/rule_registry.h"
#include "services/as/trunk_registry.h"

namespace sti::as {

// Providers 0, "acme" with the SPC 1234, client "acme-sbc" and operator "acme-admin", and 1, "other" with
// 5678, "other-sbc" and "other-admin"; both number by +1. Aborts the test program when it cannot be made.
ProviderTable TwoProviders();
std::unique_ptr<store::Database> OpenProvisioningDatabase(const testing::TempDir& dir);

struct ProvisioningFixture {
  testing::TempDir dir;
  std::unique_ptr<store::Database> real = OpenProvisioningDatabase(dir);
  testing::FailingDatabase database{*real};
  testing::FakeClock clock{absl::FromUnixSeconds(1750000000) + absl::Milliseconds(300)};
  const ProviderTable providers = TwoProviders();
  int changes = 0;  // how often the room has told of one
  const ProvisioningRoom room{database, providers, clock, [this] { ++changes; }};
  const CustomerRegistry customers{room};
  const TrunkRegistry trunks{room};
  const NumberRegistry numbers{room};
  const RuleRegistry rules{room};
  const ProfileRegistry profiles{room};
  const Actor admin{"admin.example", "request-1"};

  // Customers without anything else. Fails the test otherwise.
  void AddCustomers(size_t provider, const std::vector<std::string>& ids);
  // The audit from its beginning.
  std::vector<store::AuditRecord> Audit();
};

// "NUMBERS_OVERLAP numbers[1].first"; "OK" for none.
std::string RefusalText(const absl::Status& status);

}  // namespace sti::as

#endif  // SERVICES_AS_TESTING_PROVISIONING_TESTING_H_

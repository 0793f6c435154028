#include "services/as/testing/provisioning_testing.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/testing/scratch_database.h"
#include "gtest/gtest.h"
#include "services/as/as_schema.h"

namespace sti::as {

ProviderTable TwoProviders() {
  std::vector<SigningProviderOptions> providers(2);
  providers[0].name = "acme";
  providers[0].spc = "1234";
  providers[0].clients = {"acme-sbc"};
  providers[0].operators = {"acme-admin"};
  providers[1].name = "other";
  providers[1].spc = "5678";
  providers[1].clients = {"other-sbc"};
  providers[1].operators = {"other-admin"};
  auto table = ProviderTable::Create(std::move(providers));
  if (table.ok()) return *std::move(table);
  std::cerr << table.status() << "\n";
  std::abort();
}

std::unique_ptr<store::Database> OpenProvisioningDatabase(const testing::TempDir& dir) {
  return testing::OpenScratchDatabase(dir, Migrations());
}

void ProvisioningFixture::AddCustomers(size_t provider, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    Customer customer;
    customer.id = id;
    const absl::Status put = customers.Put(admin, provider, customer).status();
    EXPECT_TRUE(put.ok()) << put;
  }
}

std::vector<store::AuditRecord> ProvisioningFixture::Audit() {
  std::vector<store::AuditRecord> records;
  const absl::Status read = database.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, {}, 0, 1000));
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  return records;
}

std::string RefusalText(const absl::Status& status) {
  if (status.ok()) return "OK";
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}

}  // namespace sti::as

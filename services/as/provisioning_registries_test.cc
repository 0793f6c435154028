// Customers, trunks, rules and profiles: what is refused, what is kept, what the audit says.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/testing/provisioning_testing.h"

namespace sti::as {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ProvisioningRegistriesTest : public ::testing::Test, protected ProvisioningFixture {
 protected:
  static Customer Named(const std::string& id, std::vector<std::string> clients = {}) {
    Customer customer;
    customer.id = id;
    customer.clients = std::move(clients);
    return customer;
  }
  std::string Put(const Customer& customer, size_t provider = 0) {
    return RefusalText(customers.Put(admin, provider, customer).status());
  }
  std::string Put(const Trunk& trunk) { return RefusalText(trunks.Put(admin, 0, trunk).status()); }
  std::string Put(const NumberRule& rule) { return RefusalText(rules.Put(admin, 0, rule).status()); }
  std::string Put(const RcdProfile& profile) { return RefusalText(profiles.Put(admin, 0, profile).status()); }
  std::string Actions() {
    std::string text;
    for (const auto& record : Audit())
      absl::StrAppend(&text, record.event.action, " ", record.event.object, "; ");
    return text;
  }
};

TEST_F(ProvisioningRegistriesTest, CustomerIsFoundAsItWasPut) {
  Customer customer = Named("a", {"pbx-1", "pbx-2"});
  customer.name = "Acme \xC3\xBC";
  customer.suspended = true;
  customer.highest_attest = stir::Attestation::kB;
  customer.unknown_number = Fallback::kRefuse;
  ASSERT_EQ(Put(customer), "OK");
  const auto found = customers.Get(0, "a");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(CustomerText(*found), CustomerText(customer));
  EXPECT_THAT(found->clients, ElementsAre("pbx-1", "pbx-2"));
  EXPECT_EQ(found->changed, absl::FromUnixSeconds(1750000000));
  EXPECT_EQ(RefusalText(customers.Get(1, "a").status()), "NOT_FOUND id");
}

TEST_F(ProvisioningRegistriesTest, BadCustomersNameTheField) {
  EXPECT_EQ(Put(Named("")), "MISSING_FIELD customer.id");
  EXPECT_EQ(Put(Named("a/b")), "INVALID_FIELD customer.id");
  EXPECT_EQ(Put(Named(std::string(limits::kProvisionedName + 1, 'a'))), "INVALID_FIELD customer.id");
  EXPECT_EQ(Put(Named(std::string(limits::kProvisionedName, 'a'))), "OK");
  EXPECT_EQ(Put(Named("a", {"x", ""})), "MISSING_FIELD customer.clients[1]");
  EXPECT_EQ(Put(Named("a", {"x", "x"})), "INVALID_FIELD customer.clients[1]");
  EXPECT_EQ(Put(Named("a", {"x\ny"})), "INVALID_FIELD customer.clients[0]");
  EXPECT_EQ(Put(Named("a", std::vector<std::string>(65, "x"))), "TOO_LARGE customer.clients");
  Customer customer = Named("a");
  customer.name = "line\nbreak";
  EXPECT_EQ(Put(customer), "INVALID_FIELD customer.name");
  customer.name = std::string(limits::kName + 1, 'x');
  EXPECT_EQ(Put(customer), "TOO_LARGE customer.name");
}

TEST_F(ProvisioningRegistriesTest, ClientHasOneOwnerAmongAllProviders) {
  ASSERT_EQ(Put(Named("a", {"pbx"})), "OK");
  EXPECT_EQ(Put(Named("b", {"new", "pbx"})), "ALREADY_EXISTS customer.clients[1]");
  EXPECT_EQ(Put(Named("a", {"pbx"}), 1), "ALREADY_EXISTS customer.clients[0]");
  // Nothing of another provider is told.
  EXPECT_THAT(std::string(customers.Put(admin, 1, Named("z", {"pbx"})).status().message()),
              Not(HasSubstr("customer a")));
  EXPECT_EQ(Put(Named("b", {"acme-sbc"})), "ALREADY_EXISTS customer.clients[0]");   // of the configuration
  EXPECT_EQ(Put(Named("b", {"other-sbc"})), "ALREADY_EXISTS customer.clients[0]");  // another provider's, too
  ASSERT_EQ(Put(Named("a", {})), "OK");
  EXPECT_EQ(Put(Named("b", {"pbx"}), 1), "OK");
}

TEST_F(ProvisioningRegistriesTest, CustomersAreListedByPages) {
  AddCustomers(0, {"c", "a", "b"});
  AddCustomers(1, {"z"});
  const auto first = customers.List(0, 2, "");
  ASSERT_EQ(first->customers.size(), 2u);
  EXPECT_EQ(first->customers[1].id, "b");
  const auto second = customers.List(0, 2, first->next_page_token);
  ASSERT_EQ(second->customers.size(), 1u);
  EXPECT_EQ(second->customers[0].id, "c");
  EXPECT_EQ(second->next_page_token, "");
}

TEST_F(ProvisioningRegistriesTest, CustomerGoesWithItsBelongingsOrNotAtAll) {
  AddCustomers(0, {"a", "b"});
  ASSERT_EQ(Put(Trunk{"t", "a", false, false, {}}), "OK");
  ASSERT_EQ(Put(RcdProfile{"a", "p", {"Acme", "", "", "", "", "", "", {}}, {}}), "OK");
  ASSERT_TRUE(numbers.Add(admin, 0, {{{"a", "12155550100", "12155550199"}, {"b", "12155550200", ""}}}).ok());
  EXPECT_EQ(RefusalText(customers.Delete(admin, 0, "a", false, RunMode::kReal).status()),
            "STATE_CONFLICT with_belongings");
  for (const RunMode run : {RunMode::kDry, RunMode::kReal}) {
    const auto gone = customers.Delete(admin, 0, "a", true, run);
    ASSERT_TRUE(gone.ok()) << gone.status();
    EXPECT_EQ(gone->numbers, 100);
    EXPECT_EQ(gone->trunks, 1);
    EXPECT_EQ(gone->profiles, 1);
    EXPECT_EQ(customers.Get(0, "a").ok(), run == RunMode::kDry);
  }
  EXPECT_TRUE(trunks.List(0, "", 0, "")->trunks.empty());
  EXPECT_TRUE(profiles.List(0, "", 0, "")->profiles.empty());
  EXPECT_EQ(numbers.List(0, "", "", 0, "")->numbers.size(), 1u);
  EXPECT_EQ(RefusalText(customers.Delete(admin, 0, "a", true, RunMode::kReal).status()), "NOT_FOUND id");
  EXPECT_TRUE(customers.Delete(admin, 0, "b", true, RunMode::kReal).ok());
}

TEST_F(ProvisioningRegistriesTest, TrunkIsACustomersOrAGateway) {
  AddCustomers(0, {"a"});
  AddCustomers(1, {"z"});
  EXPECT_EQ(Put(Trunk{"t", "", false, false, {}}), "MISSING_FIELD trunk.customer");
  EXPECT_EQ(Put(Trunk{"t", "a", true, false, {}}), "INVALID_FIELD trunk.customer");
  EXPECT_EQ(Put(Trunk{"t", "z", false, false, {}}), "NOT_FOUND trunk.customer");
  EXPECT_EQ(Put(Trunk{"t t", "a", false, false, {}}), "INVALID_FIELD trunk.id");
  EXPECT_EQ(Put(Trunk{"t", "a", false, true, {}}), "OK");
  EXPECT_EQ(Put(Trunk{"g", "", true, false, {}}), "OK");
  EXPECT_EQ(trunks.List(0, "", 0, "")->trunks.size(), 2u);
  EXPECT_EQ(trunks.List(0, "a", 0, "")->trunks.size(), 1u);
  EXPECT_TRUE(trunks.List(0, "a", 0, "")->trunks[0].emergency);
  EXPECT_EQ(RefusalText(trunks.Delete(admin, 1, "g")), "NOT_FOUND id");
  EXPECT_EQ(RefusalText(trunks.Delete(admin, 0, "g")), "OK");
}

TEST_F(ProvisioningRegistriesTest, RulesAreDigitsOfOneLength) {
  using Kind = NumberRule::Kind;
  EXPECT_EQ(Put(NumberRule{Kind::kDoNotOriginate, "", "", {}, ""}), "MISSING_FIELD rule.first");
  EXPECT_EQ(Put(NumberRule{Kind::kDoNotOriginate, "+12155550100", "", {}, ""}), "INVALID_FIELD rule.first");
  EXPECT_EQ(Put(NumberRule{Kind::kDoNotOriginate, std::string(16, '1'), "", {}, ""}),
            "INVALID_FIELD rule.first");
  EXPECT_EQ(Put(NumberRule{Kind::kDoNotOriginate, "12155550100", "12155550099", {}, ""}),
            "INVALID_FIELD rule.last");
  EXPECT_EQ(Put(NumberRule{Kind::kDoNotOriginate, "911", "9111", {}, ""}), "INVALID_FIELD rule.last");
  EXPECT_EQ(Put(NumberRule{Kind::kEmergency, "911", "", stir::Attestation::kB, ""}),
            "INVALID_FIELD rule.highest_attest");
  EXPECT_EQ(Put(NumberRule{Kind::kCallingPrefix, "44", "45", {}, ""}), "INVALID_FIELD rule.last");
  EXPECT_EQ(Put(NumberRule{Kind::kEmergency, "911", "", {}, std::string(2000, 'x')}), "TOO_LARGE rule.note");
  EXPECT_EQ(Put(NumberRule{Kind::kCallingPrefix, "44", "", stir::Attestation::kB, "UK"}), "OK");
  EXPECT_EQ(Put(NumberRule{Kind::kEmergency, "000", "", {}, ""}), "OK");
  EXPECT_EQ(Put(NumberRule{Kind::kDoNotOriginate, "12155550100", "12155550199", {}, ""}), "OK");
  const auto first = rules.List(0, 2, "");
  ASSERT_EQ(first->rules.size(), 2u);
  EXPECT_EQ(first->rules[1].first, "000");
  const auto second = rules.List(0, 2, first->next_page_token);
  ASSERT_EQ(second->rules.size(), 1u);
  EXPECT_EQ(second->rules[0].highest_attest, stir::Attestation::kB);
  EXPECT_EQ(RefusalText(rules.Delete(admin, 0, {Kind::kEmergency, "911", "", {}, ""})), "NOT_FOUND rule");
  EXPECT_EQ(RefusalText(rules.Delete(admin, 0, {Kind::kCallingPrefix, "44", "", {}, ""})), "OK");
  EXPECT_EQ(rules.List(0, 0, "")->rules.size(), 2u);
}

TEST_F(ProvisioningRegistriesTest, ProfileIsWhatAPassportCouldHave) {
  AddCustomers(0, {"a"});
  EXPECT_EQ(Put(RcdProfile{"a", "p", {}, {}}), "MISSING_FIELD profile.rcd");
  EXPECT_EQ(Put(RcdProfile{"b", "p", {"Acme", "", "", "", "", "", "", {}}, {}}),
            "NOT_FOUND profile.customer");
  EXPECT_EQ(Put(RcdProfile{"a", "p p", {"Acme", "", "", "", "", "", "", {}}, {}}),
            "INVALID_FIELD profile.name");
  EXPECT_THAT(Put(RcdProfile{"a", "p", {"Acme", "", "http://x/logo.png", "", "", "", "", {}}, {}}),
              HasSubstr("profile.rcd.icn"));
  RcdProfile profile{
      "a", "p", {"Acme", "", "https://acme.example/logo.png", "", "", "Your order", "", {}}, {}};
  EXPECT_THAT(Put(profile), HasSubstr("profile.rcd"));  // a logo needs its digest
  profile.rcd.rcdi = {{"/icn", "sha256-ViIcQ5Q3XCG0nGsDJQJP1rZzgNpTDo/dZkLCiSKD1gI="}};
  ASSERT_EQ(Put(profile), "OK");
  const auto listed = profiles.List(0, "a", 0, "");
  ASSERT_EQ(listed->profiles.size(), 1u);
  EXPECT_EQ(listed->profiles[0].rcd.crn, "Your order");
  EXPECT_EQ(listed->profiles[0].rcd.rcdi, profile.rcd.rcdi);
  EXPECT_EQ(RefusalText(profiles.Delete(admin, 0, "a", "q")), "NOT_FOUND name");
  EXPECT_EQ(RefusalText(profiles.Delete(admin, 0, "a", "p")), "OK");
}

TEST_F(ProvisioningRegistriesTest, ChangesAreInTheAuditAndWhatChangesNothingIsNot) {
  AddCustomers(0, {"a", "a"});
  ASSERT_EQ(Put(Trunk{"t", "a", false, false, {}}), "OK");
  ASSERT_EQ(Put(Trunk{"t", "a", false, false, {}}), "OK");
  ASSERT_EQ(Put(NumberRule{NumberRule::Kind::kDoNotOriginate, "12155550100", "12155550199", {}, ""}), "OK");
  ASSERT_EQ(Put(RcdProfile{"a", "p", {"Acme", "", "", "", "", "", "", {}}, {}}), "OK");
  ASSERT_TRUE(customers.Delete(admin, 0, "a", true, RunMode::kReal).ok());
  EXPECT_EQ(Actions(),
            "customer.put customer/acme/a; trunk.put trunk/acme/t; "
            "rule.put rule/acme/do-not-originate/12155550100-12155550199; profile.put profile/acme/a/p; "
            "customer.delete customer/acme/a; ");
  EXPECT_EQ(Audit()[1].event.after, R"({"customer":"a","emergency":false,"gateway":false})");
  EXPECT_THAT(Audit()[4].event.spcs, ElementsAre("1234"));
}

TEST_F(ProvisioningRegistriesTest, FailedWritesLeaveNothingBehind) {
  database.FailWrite(1);
  EXPECT_EQ(Put(Named("a", {"pbx"})), "STORAGE_FAILED ");
  EXPECT_EQ(RefusalText(customers.Get(0, "a").status()), "NOT_FOUND id");
  EXPECT_TRUE(Audit().empty());
  EXPECT_EQ(Put(Named("b", {"pbx"})), "OK");
}

}  // namespace
}  // namespace sti::as

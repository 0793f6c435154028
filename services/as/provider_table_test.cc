#include "services/as/provider_table.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::as {
namespace {

SigningProviderOptions Provider(const std::string& name, const std::string& spc,
                                std::vector<std::string> clients) {
  SigningProviderOptions provider;
  provider.name = name;
  provider.spc = spc;
  provider.clients = std::move(clients);
  return provider;
}

std::vector<SigningProviderOptions> Two() {
  return {Provider("acme", "1234", {"sbc1.acme", "sbc2.acme"}), Provider("beta", "5678", {"sbc.beta"})};
}

// The field of the refusal, or "" when there is none.
std::string Refused(std::vector<SigningProviderOptions> providers) {
  const absl::Status status = ProviderTable::Create(std::move(providers)).status();
  if (status.ok()) return "";
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << status;
  return FieldOf(status);
}

TEST(ProviderTableTest, AClientBelongsToOneProvider) {
  auto providers = Two();
  providers[0].attesting_clients = {"sbc2.acme"};
  providers[1].diverting_clients = {"sbc.beta"};
  const auto table = ProviderTable::Create(providers);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->ClientOf("sbc1.acme")->provider, 0u);
  EXPECT_FALSE(table->ClientOf("sbc1.acme")->attests);
  EXPECT_TRUE(table->ClientOf("sbc2.acme")->attests);
  EXPECT_FALSE(table->ClientOf("sbc2.acme")->diverts);
  EXPECT_EQ(table->ClientOf("sbc.beta")->provider, 1u);
  EXPECT_TRUE(table->ClientOf("sbc.beta")->diverts);
  for (const char* stranger : {"", "sbc", "sbc.Beta", "sbc.beta ", "acme"}) {
    EXPECT_FALSE(table->ClientOf(stranger).has_value()) << stranger;
    EXPECT_EQ(table->Listed(stranger), nullptr) << stranger;
  }
}

TEST(ProviderTableTest, OnlyASingleProviderIsFoundWithoutAName) {
  const auto two = ProviderTable::Create(Two());
  EXPECT_EQ(two->Find("beta"), 1u);
  EXPECT_EQ(two->Find(""), std::nullopt);
  EXPECT_EQ(two->Find("Acme"), std::nullopt);
  const auto one = ProviderTable::Create({Provider("acme", "1234", {"a"})});
  EXPECT_EQ(one->Find(""), 0u);
  EXPECT_EQ(one->Find("beta"), std::nullopt);
}

TEST(ProviderTableTest, ASingleProviderWithoutClientsHasEverybody) {
  SigningProviderOptions open = Provider("acme", "1234", {});
  open.attesting_clients = {"sbc"};
  const auto table = ProviderTable::Create({open});
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_TRUE(table->ClientOf("sbc")->attests);
  ASSERT_TRUE(table->ClientOf("anybody").has_value());
  EXPECT_FALSE(table->ClientOf("anybody")->attests);
  EXPECT_EQ(table->Listed("anybody"), nullptr);
  EXPECT_FALSE(ProviderTable::Create({Provider("acme", "1234", {"sbc"})})->ClientOf("anybody").has_value());
}

TEST(ProviderTableTest, WhatLetsOneSignAsAnotherIsRefused) {
  EXPECT_EQ(Refused(Two()), "");
  auto providers = Two();
  providers[1].clients.push_back("sbc1.acme");
  EXPECT_EQ(Refused(providers), "providers[1].clients[1]");
  providers = Two();
  providers[1].clients.clear();
  EXPECT_EQ(Refused(providers), "providers[1].clients");
  providers = Two();
  providers[0].clients.push_back("");
  EXPECT_EQ(Refused(providers), "providers[0].clients[2]");
  providers = Two();
  providers[1].attesting_clients = {"sbc1.acme"};
  EXPECT_EQ(Refused(providers), "providers[1].attesting_clients[0]");
  providers = Two();
  providers[0].diverting_clients = {"sbc1.acme", "stranger"};
  EXPECT_EQ(Refused(providers), "providers[0].diverting_clients[1]");
}

TEST(ProviderTableTest, NamesAndCodesAreUnique) {
  auto providers = Two();
  providers[1].name = "acme";
  EXPECT_EQ(Refused(providers), "providers[1].name");
  providers = Two();
  providers[1].spc = "1234";
  EXPECT_EQ(Refused(providers), "providers[1].spc");
  for (const char* bad : {"", "Acme", "a_b", "a/b", "..", "a b", "123456789012345678901234567890123"}) {
    providers = Two();
    providers[0].name = bad;
    EXPECT_EQ(Refused(providers), "providers[0].name") << bad;
  }
  providers = Two();
  providers[0].name = "12345678901234567890123456789-ab";
  EXPECT_EQ(Refused(providers), "");
}

TEST(ProviderTableTest, TheNumberOfProvidersIsBounded) {
  EXPECT_EQ(Refused({}), "providers");
  std::vector<SigningProviderOptions> providers;
  for (size_t i = 0; i < limits::kSigningProviders; ++i) {
    providers.push_back(Provider(absl::StrCat("p", i), absl::StrCat("S", i), {absl::StrCat("c", i)}));
  }
  EXPECT_EQ(Refused(providers), "");
  providers.push_back(Provider("more", "MORE", {"more"}));
  EXPECT_EQ(Refused(providers), "providers");
}

}  // namespace
}  // namespace sti::as

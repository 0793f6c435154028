#include "services/vs/client_profile.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::vs {
namespace {

ClientProfile Profile(const std::string& name, std::vector<std::string> clients) {
  ClientProfile profile;
  profile.name = name;
  profile.clients = std::move(clients);
  return profile;
}

// Name of the profile, or "REASON field".
std::string Chosen(const ProfileTable& table, const std::string& identity,
                   const std::string& requested = "") {
  const auto profile = table.For(identity, requested);
  if (profile.ok()) return (*profile)->name;
  return absl::StrCat(ReasonName(ReasonOf(profile.status())), " ", FieldOf(profile.status()));
}

TEST(ProfileTableTest, WithoutProfilesEveryoneGetsTheDefault) {
  EXPECT_EQ(Chosen(ProfileTable(), "sbc1"), "default");
  EXPECT_EQ(Chosen(ProfileTable::Create({}).value(), ""), "default");
}

TEST(ProfileTableTest, TheFirstThatNamesTheClientCounts) {
  const auto table = ProfileTable::Create({Profile("open", {}), Profile("strict", {"sbc1", "sbc2"}),
                                           Profile("late", {"sbc1", "sbc3"})})
                         .value();
  EXPECT_EQ(Chosen(table, "sbc1"), "strict");
  EXPECT_EQ(Chosen(table, "sbc2"), "strict");
  EXPECT_EQ(Chosen(table, "sbc3"), "late");
  EXPECT_EQ(Chosen(table, "sbc4"), "open");
}

TEST(ProfileTableTest, AClientWithoutProfileMayNotAsk) {
  const auto table = ProfileTable::Create({Profile("strict", {"sbc1"})}).value();
  EXPECT_EQ(Chosen(table, "sbc1"), "strict");
  EXPECT_EQ(Chosen(table, "sbc2"), "PERMISSION_DENIED ");
  EXPECT_EQ(Chosen(table, ""), "PERMISSION_DENIED ");
}

TEST(ProfileTableTest, ANameEmptyInTheListNamesNobody) {
  const auto table = ProfileTable::Create({Profile("strict", {""})}).value();
  EXPECT_EQ(Chosen(table, ""), "PERMISSION_DENIED ");
}

TEST(ProfileTableTest, AClientMayRequestWhatNamesItOrIsForEveryone) {
  const auto table = ProfileTable::Create(
                         {Profile("strict", {"sbc1"}), Profile("lab", {"sbc1", "sbc2"}), Profile("open", {})})
                         .value();
  EXPECT_EQ(Chosen(table, "sbc1", "lab"), "lab");
  EXPECT_EQ(Chosen(table, "sbc1", "open"), "open");
  EXPECT_EQ(Chosen(table, "sbc2", "strict"), "PERMISSION_DENIED profile");
  EXPECT_EQ(Chosen(table, "sbc1", "none"), "PERMISSION_DENIED profile");
}

TEST(ProfileTableTest, NamesArePlainAndDifferent) {
  for (const char* name : {"", "Strict", "a b", "a/b", "../a", "a_b", "abcdefghijklmnopqrstuvwxyz0123456"}) {
    const auto table = ProfileTable::Create({Profile("good", {}), Profile(name, {})});
    EXPECT_EQ(ReasonOf(table.status()), Reason::kConfigInvalid) << name;
    EXPECT_EQ(FieldOf(table.status()), "profiles[1].name") << name;
  }
  EXPECT_TRUE(ProfileTable::Create({Profile("abcdefghijklmnopqrstuvwxyz012345", {})}).ok());
  const auto twice = ProfileTable::Create({Profile("a", {}), Profile("b", {}), Profile("a", {"x"})});
  EXPECT_EQ(FieldOf(twice.status()), "profiles[2].name");
}

}  // namespace
}  // namespace sti::vs

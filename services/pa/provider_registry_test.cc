#include "services/pa/provider_registry.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"

namespace sti::pa {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};

Provider Acme() { return {"acme", "Acme Telephone, Inc.", {"1234", "5678"}, {"sti-as.acme.example"}, {}}; }

class ProviderRegistryTest : public ::testing::Test {
 protected:
  // The field of the refusal, with its Reason.
  std::string Refusal(const Provider& provider) const {
    const absl::Status status = registry_.Register(kAdmin, provider).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow + absl::Milliseconds(300)};
  const ProviderRegistry registry_{database_, clock_};
};

TEST_F(ProviderRegistryTest, RegisteredProviderIsFoundAsItWasGiven) {
  ASSERT_TRUE(registry_.Register(kAdmin, Acme()).ok());
  const absl::StatusOr<Provider> found = registry_.Get("acme");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->name, "Acme Telephone, Inc.");
  EXPECT_THAT(found->spcs, ElementsAre("1234", "5678"));
  EXPECT_THAT(found->client_identities, ElementsAre("sti-as.acme.example"));
  EXPECT_EQ(found->created, kNow);
  EXPECT_EQ(ReasonOf(registry_.Get("nobody").status()), Reason::kNotFound);
}

TEST_F(ProviderRegistryTest, IdIsOneTo64CharactersOfItsAlphabet) {
  Provider provider = Acme();
  provider.id = "";
  EXPECT_EQ(Refusal(provider), "MISSING_FIELD provider.id");
  for (const std::string& id :
       {std::string("Acme"), std::string("a b"), std::string("a_b"), std::string(65, 'a')}) {
    provider.id = id;
    EXPECT_EQ(Refusal(provider), "INVALID_FIELD provider.id") << id;
  }
  provider.id = std::string(64, 'a');
  EXPECT_EQ(Refusal(provider), "NONE ");
}

TEST_F(ProviderRegistryTest, SpcIsOneTo10CapitalsAndDigits) {
  Provider provider = Acme();
  for (const char* spc : {"", "12 4", "123a", "12345678901", "Ä234"}) {
    provider.spcs = {"1234", spc};
    EXPECT_EQ(Refusal(provider), "INVALID_FIELD provider.spcs[1]") << spc;
  }
  provider.spcs = {"1234567890", "A"};
  EXPECT_EQ(Refusal(provider), "NONE ");
}

TEST_F(ProviderRegistryTest, EmptyListsRepetitionsAndBadNamesAreRefused) {
  Provider provider = Acme();
  provider.spcs.clear();
  EXPECT_EQ(Refusal(provider), "MISSING_FIELD provider.spcs");
  provider = Acme();
  provider.id = "by-https";
  provider.spcs = {"9999"};
  provider.client_identities.clear();
  EXPECT_EQ(Refusal(provider), "NONE ");  // it may use the HTTPS interface alone
  provider = Acme();
  provider.spcs = {"1234", "1234"};
  EXPECT_EQ(Refusal(provider), "INVALID_FIELD provider.spcs[1]");
  provider = Acme();
  provider.name = "";
  EXPECT_EQ(Refusal(provider), "MISSING_FIELD provider.name");
  provider.name = "line\nbreak";
  EXPECT_EQ(Refusal(provider), "INVALID_FIELD provider.name");
  provider.name = std::string(limits::kName + 1, 'x');
  EXPECT_EQ(Refusal(provider), "INVALID_FIELD provider.name");
  provider = Acme();
  provider.spcs.clear();
  for (size_t i = 0; i <= limits::kProviderList; ++i) provider.spcs.push_back(absl::StrCat("X", i));
  EXPECT_EQ(Refusal(provider), "TOO_LARGE provider.spcs");
}

TEST_F(ProviderRegistryTest, WhatIsTakenIsRefusedWithTheNameOfItsOwner) {
  ASSERT_TRUE(registry_.Register(kAdmin, Acme()).ok());
  Provider other{"other", "Other", {"9999", "5678"}, {"sti-as.other.example"}, {}};
  EXPECT_EQ(Refusal(other), "ALREADY_EXISTS provider.spcs[1]");
  EXPECT_THAT(std::string(registry_.Register(kAdmin, other).status().message()), HasSubstr("\"acme\""));
  other.spcs = {"9999"};
  other.client_identities = {"sti-as.acme.example"};
  EXPECT_EQ(Refusal(other), "ALREADY_EXISTS provider.client_identities[0]");
  other = Acme();
  EXPECT_EQ(Refusal(other), "ALREADY_EXISTS provider.id");
  EXPECT_EQ(ReasonOf(registry_.Get("other").status()), Reason::kNotFound);
}

TEST_F(ProviderRegistryTest, FailedWriteLeavesNothingBehind) {
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(registry_.Register(kAdmin, Acme()).status()), Reason::kStorageFailed);
  EXPECT_EQ(ReasonOf(registry_.Get("acme").status()), Reason::kNotFound);
  EXPECT_TRUE(registry_.Register(kAdmin, Acme()).ok());
}

TEST_F(ProviderRegistryTest, PagesAreSortedByIdAndMeetWithoutGapOrOverlap) {
  for (const char* id : {"c", "a", "b", "e", "d"}) {
    ASSERT_TRUE(
        registry_.Register(kAdmin, {id, id, {absl::StrCat("S", absl::AsciiStrToUpper(id))}, {id}, {}}).ok());
  }
  std::string seen, token;
  do {
    const absl::StatusOr<ProviderPage> page = registry_.List(2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const Provider& provider : page->providers) seen += provider.id;
    seen += "|";
    token = page->next_page_token;
  } while (!token.empty());
  EXPECT_EQ(seen, "ab|cd|e|");
  EXPECT_EQ(FieldOf(registry_.List(1001, "").status()), "page_size");
  EXPECT_EQ(FieldOf(registry_.List(0, "nonsense").status()), "page_token");
}

}  // namespace
}  // namespace sti::pa

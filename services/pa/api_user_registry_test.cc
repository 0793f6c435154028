#include "services/pa/api_user_registry.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/pa/api_session_records.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_registry.h"

namespace sti::pa {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};

class ApiUserRegistryTest : public ::testing::Test {
 protected:
  ApiUserRegistryTest() {
    const ProviderRegistry providers(*real_, clock_);
    EXPECT_TRUE(providers.Register(kAdmin, {"acme", "Acme", {"1234"}, {"acme-as"}, {}}).ok());
    EXPECT_TRUE(providers.Register(kAdmin, {"other", "Other", {"587L"}, {"other-as"}, {}}).ok());
  }

  std::string Refusal(const std::string& user, const std::string& provider) const {
    const absl::Status status = users_.Create(kAdmin, user, provider).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }
  std::string PasswordHash(const std::string& user) const {
    std::string hash;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) {
                      hash = *PasswordHashOf(transaction, user);
                      return absl::OkStatus();
                    })
                    .ok());
    return hash;
  }
  std::vector<store::AuditRecord> AuditOf(const std::string& object) const {
    std::vector<store::AuditRecord> events;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) {
                      store::AuditFilter filter;
                      filter.object = object;
                      events = *store::ListAudit(transaction, filter, 0, 100);
                      return absl::OkStatus();
                    })
                    .ok());
    return events;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  mutable testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const testing::SequenceRandom random_;
  const ApiUserRegistry users_{database_, clock_, random_, crypto::ScryptCost{4, 1, 1}};
};

TEST_F(ApiUserRegistryTest, PasswordIsRandomAndOnlyItsHashIsKept) {
  const absl::StatusOr<NewApiUser> made = users_.Create(kAdmin, "kms@acme.example", "acme");
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string password(made->password.RevealForUse());
  EXPECT_EQ(password.size(), 32u) << "24 octets in base64url";
  EXPECT_NE(users_.Create(kAdmin, "second", "acme")->password.RevealForUse(), password);
  const std::string hash = PasswordHash("kms@acme.example");
  EXPECT_EQ(hash.find(password), std::string::npos);
  EXPECT_TRUE(*crypto::IsPassword(made->password, hash));
  EXPECT_EQ(made->user.created, kNow);
}

TEST_F(ApiUserRegistryTest, NameAndProviderAreChecked) {
  EXPECT_EQ(Refusal("", "acme"), "MISSING_FIELD user_id");
  for (const char* name : {"Upper", "with space", "new\nline", "umlaut\xc3\xa4", "a/b"})
    EXPECT_EQ(Refusal(name, "acme"), "INVALID_FIELD user_id") << name;
  EXPECT_EQ(Refusal(std::string(limits::kUserName, 'a'), "acme"), "NONE ");
  EXPECT_EQ(Refusal(std::string(limits::kUserName + 1, 'a'), "acme"), "INVALID_FIELD user_id");
  EXPECT_EQ(Refusal("kms", ""), "MISSING_FIELD provider_id");
  EXPECT_EQ(Refusal("kms", "nobody"), "NOT_FOUND provider_id");
  EXPECT_EQ(Refusal("kms", "acme"), "NONE ");
  EXPECT_EQ(Refusal("kms", "other"), "ALREADY_EXISTS user_id") << "one name, one provider";
}

TEST_F(ApiUserRegistryTest, ListIsPagedAndMayBeOfOneProvider) {
  for (const char* name : {"c", "a", "b"}) EXPECT_TRUE(users_.Create(kAdmin, name, "acme").ok());
  EXPECT_TRUE(users_.Create(kAdmin, "d", "other").ok());
  const auto names = [](const ApiUserPage& page) {
    std::string text;
    for (const ApiUser& user : page.users) text += user.user_id;
    return text;
  };
  const ApiUserPage first = *users_.List("", 3, "");
  EXPECT_EQ(names(first), "abc");
  EXPECT_EQ(names(*users_.List("", 3, first.next_page_token)), "d");
  EXPECT_EQ(names(*users_.List("other", 0, "")), "d");
  EXPECT_EQ(users_.List("acme", 3, "")->next_page_token, "") << "exactly a page";
  EXPECT_EQ(ReasonOf(users_.List("", 3, "nonsense").status()), Reason::kInvalidField);
}

TEST_F(ApiUserRegistryTest, DeletedUserIsGoneAndMayComeAgain) {
  EXPECT_EQ(ReasonOf(users_.Delete(kAdmin, "kms").status()), Reason::kNotFound);
  ASSERT_TRUE(users_.Create(kAdmin, "kms", "acme").ok());
  EXPECT_EQ(users_.Delete(kAdmin, "kms")->user.provider_id, "acme");
  EXPECT_TRUE(users_.List("", 0, "")->users.empty());
  EXPECT_EQ(ReasonOf(users_.Delete(kAdmin, "kms").status()), Reason::kNotFound);
  EXPECT_TRUE(users_.Create(kAdmin, "kms", "other").ok());
}

TEST_F(ApiUserRegistryTest, ProviderMustBeApprovedAndNotRevoked) {
  const ProviderRegistry providers(*real_, clock_);
  Provider pending{"new", "New", {"777A"}, {"new-as"}, {}};
  pending.state = ProviderState::kPending;
  pending.pending_change = "change-1";
  ASSERT_TRUE(providers.Register(kAdmin, pending).ok());
  EXPECT_EQ(Refusal("kms", "new"), "STATE_CONFLICT provider_id");
  ASSERT_TRUE(providers.Suspend(kAdmin, "acme", "fraud", false, RunMode::kReal).ok());
  EXPECT_EQ(Refusal("kms", "acme"), "NONE ") << "what it may have again needs no new user";
  ASSERT_TRUE(providers.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  EXPECT_EQ(Refusal("second", "acme"), "STATE_CONFLICT provider_id");
}

TEST_F(ApiUserRegistryTest, DryRunOfARemovalCountsTheSessionsAndEndsNone) {
  EXPECT_EQ(ReasonOf(users_.Delete(kAdmin, "kms", RunMode::kDry).status()), Reason::kNotFound);
  ASSERT_TRUE(users_.Create(kAdmin, "kms", "acme").ok());
  const auto log_in = [this](const std::string& id, absl::Duration life) {
    return real_->Write([&](store::Transaction& transaction) {
      return InsertSession(transaction, {id, "kms", id, kNow + life, id, kNow + life, kNow}, 100, kNow);
    });
  };
  ASSERT_TRUE(log_in("one", absl::Seconds(2)).ok());
  ASSERT_TRUE(log_in("two", absl::Seconds(3)).ok());
  clock_.Set(kNow + absl::Seconds(1));
  const auto would = users_.Delete(kAdmin, "kms", RunMode::kDry);
  ASSERT_TRUE(would.ok()) << would.status();
  EXPECT_EQ(would->effects.at(1), "2 of its sessions end at once");
  EXPECT_EQ(users_.List("", 0, "")->users.size(), 1u);
  EXPECT_EQ(AuditOf("user/kms").size(), 1u);
  clock_.Set(kNow + absl::Seconds(2));  // the first one is over
  EXPECT_EQ(users_.Delete(kAdmin, "kms")->effects.at(1), "1 of its sessions end at once");
  EXPECT_TRUE(users_.List("", 0, "")->users.empty());
}

TEST_F(ApiUserRegistryTest, ChangesAreInTheAuditAndRefusalsAreNot) {
  ASSERT_TRUE(users_.Create(kAdmin, "kms", "acme").ok());
  EXPECT_FALSE(users_.Create(kAdmin, "kms", "acme").ok());
  ASSERT_TRUE(users_.Delete(kAdmin, "kms").ok());
  const std::vector<store::AuditRecord> events = AuditOf("user/kms");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].event.action, "user.create");
  EXPECT_EQ(events[0].event.before, "");
  EXPECT_EQ(events[0].event.after, R"({"provider":"acme"})");
  EXPECT_EQ(events[0].event.spcs, std::vector<std::string>{"1234"});
  EXPECT_EQ(events[0].actor.client, "admin.example");
  EXPECT_EQ(events[0].actor.request_id, "request-1");
  EXPECT_EQ(events[1].event.action, "user.delete");
  EXPECT_EQ(events[1].event.before, R"({"provider":"acme"})");
  EXPECT_EQ(events[1].event.after, "");
}

TEST_F(ApiUserRegistryTest, DeadDatabaseAndDeadRandomGiveNoUser) {
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(users_.Create(kAdmin, "kms", "acme").status()), Reason::kStorageFailed);
  const testing::FailingRandom dead;
  const ApiUserRegistry users(database_, clock_, dead, crypto::ScryptCost{4, 1, 1});
  EXPECT_EQ(ReasonOf(users.Create(kAdmin, "kms", "acme").status()), Reason::kInternal);
  EXPECT_TRUE(users_.List("", 0, "")->users.empty());
}

TEST_F(ApiUserRegistryTest, UserStaysWhenItsRemovalCannotBeStored) {
  ASSERT_TRUE(users_.Create(kAdmin, "kms", "acme").ok());
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(users_.Delete(kAdmin, "kms").status()), Reason::kStorageFailed);
  EXPECT_EQ(users_.List("", 0, "")->users.size(), 1u);
}

}  // namespace
}  // namespace sti::pa

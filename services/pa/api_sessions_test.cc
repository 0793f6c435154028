#include "services/pa/api_sessions.h"

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
#include "services/pa/api_login_failures.h"
#include "services/pa/api_user_registry.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_registry.h"

namespace sti::pa {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};
constexpr crypto::ScryptCost kCheap{4, 1, 1};
constexpr int kMostFailures = 3;

SessionOptions Options(int failed_logins = kMostFailures, int hashes_at_once = 2) {
  return {absl::Hours(1), absl::Hours(24), failed_logins, hashes_at_once, kCheap};
}

class ApiSessionsTest : public ::testing::Test {
 protected:
  ApiSessionsTest() {
    const ProviderRegistry providers(*real_, clock_);
    EXPECT_TRUE(providers.Register(kAdmin, {"acme", "Acme", {"1234"}, {"acme-as"}, {}}).ok());
    absl::StatusOr<NewApiUser> made = users_.Create(kAdmin, "kms", "acme");
    EXPECT_TRUE(made.ok()) << made.status();
    password_ = std::string(made->password.RevealForUse());
  }

  absl::StatusOr<SessionTokens> Login(const std::string& user, const std::string& password) const {
    return sessions_.Login(user, Secret(password), "request-9");
  }
  SessionTokens Good() const {
    absl::StatusOr<SessionTokens> tokens = Login("kms", password_);
    EXPECT_TRUE(tokens.ok()) << tokens.status();
    return tokens.value_or(SessionTokens());
  }
  Reason LoginReason(const std::string& user, const std::string& password) const {
    return ReasonOf(Login(user, password).status());
  }
  Reason UseReason(const std::string& token) const { return ReasonOf(sessions_.UserOf(token).status()); }
  Reason RefreshReason(const std::string& token) const { return ReasonOf(sessions_.Refresh(token).status()); }
  int64_t Rows(const std::string& table) const {
    int64_t rows = 0;
    EXPECT_TRUE(real_
                    ->Read([&](store::Transaction& transaction) {
                      const auto count = transaction.Query(absl::StrCat("SELECT COUNT(*) FROM ", table), {});
                      rows = store::AsInt(count->at(0)[0]);
                      return absl::OkStatus();
                    })
                    .ok());
    return rows;
  }
  std::vector<store::AuditRecord> Locks() const {
    std::vector<store::AuditRecord> found;
    EXPECT_TRUE(real_
                    ->Read([&](store::Transaction& transaction) {
                      const auto events = store::ListAudit(transaction, {}, 0, 1000);
                      for (const store::AuditRecord& record : *events) {
                        if (record.event.action == "user.login_locked") found.push_back(record);
                      }
                      return absl::OkStatus();
                    })
                    .ok());
    return found;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  mutable testing::FailingDatabase database_{*real_};
  mutable testing::FakeClock clock_{kNow};
  const testing::SequenceRandom random_;
  const ApiUserRegistry users_{*real_, clock_, random_, kCheap};
  const ApiSessions sessions_{database_, Options(), clock_, random_};
  std::string password_;
};

TEST_F(ApiSessionsTest, PasswordBuysTokensThatSayWhoseTheyAre) {
  const SessionTokens tokens = Good();
  EXPECT_EQ(tokens.access_token.size(), 64u);
  EXPECT_NE(tokens.access_token, tokens.refresh_token);
  EXPECT_EQ(tokens.access_life, absl::Hours(1));
  const absl::StatusOr<ApiUser> user = sessions_.UserOf(tokens.access_token);
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->user_id, "kms");
  EXPECT_EQ(user->provider_id, "acme");
}

TEST_F(ApiSessionsTest, WrongPasswordAndUnknownUserAreRefusedAlike) {
  const absl::Status wrong = Login("kms", "wrong").status();
  const absl::Status unknown = Login("nobody", "wrong").status();
  EXPECT_EQ(ReasonOf(wrong), Reason::kUnauthenticated);
  EXPECT_EQ(wrong, unknown);
  EXPECT_EQ(LoginReason("kms", ""), Reason::kUnauthenticated);
  EXPECT_EQ(LoginReason("KMS", password_), Reason::kUnauthenticated) << "no such name can be";
  EXPECT_EQ(LoginReason("kms", std::string(limits::kPassword + 1, 'x')), Reason::kUnauthenticated);
  EXPECT_EQ(LoginReason("kms", password_ + "x"), Reason::kUnauthenticated);
}

TEST_F(ApiSessionsTest, NeitherTokenNorPasswordIsInTheDatabase) {
  const SessionTokens tokens = Good();
  std::string dump;
  ASSERT_TRUE(real_
                  ->Read([&](store::Transaction& transaction) {
                    const auto rows =
                        transaction.Query("SELECT id_hash, access_hash, refresh_hash FROM api_sessions", {});
                    for (const store::SqlValue& value : rows->at(0))
                      absl::StrAppend(&dump, store::AsText(value), "\n");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(dump.size(), 3 * 65u) << "three SHA-256 in hexadecimal";
  EXPECT_EQ(dump.find(tokens.access_token), std::string::npos);
}

TEST_F(ApiSessionsTest, AccessTokenEndsToTheSecond) {
  const SessionTokens tokens = Good();
  clock_.Set(kNow + absl::Hours(1) - absl::Milliseconds(1));
  EXPECT_EQ(UseReason(tokens.access_token), Reason::kNone);
  clock_.Set(kNow + absl::Hours(1));
  EXPECT_EQ(UseReason(tokens.access_token), Reason::kUnauthenticated);
  EXPECT_EQ(RefreshReason(tokens.refresh_token), Reason::kNone) << "it outlives the access token";
}

TEST_F(ApiSessionsTest, RefreshTokenEndsToTheSecond) {
  const SessionTokens late = Good(), too_late = Good();
  clock_.Set(kNow + absl::Hours(24) - absl::Milliseconds(1));
  EXPECT_EQ(RefreshReason(late.refresh_token), Reason::kNone);
  clock_.Set(kNow + absl::Hours(24));
  EXPECT_EQ(RefreshReason(too_late.refresh_token), Reason::kUnauthenticated);
}

TEST_F(ApiSessionsTest, OtherTextsAreNoTokens) {
  const SessionTokens tokens = Good();
  std::string changed = tokens.access_token;
  changed[40] = changed[40] == 'A' ? 'B' : 'A';
  for (const std::string& text :
       {std::string(), std::string("x"), changed, tokens.access_token + "A", tokens.access_token.substr(1),
        std::string(64, '!'), std::string(64, 'A'), tokens.refresh_token}) {
    EXPECT_EQ(UseReason(text), Reason::kUnauthenticated) << text;
  }
  EXPECT_EQ(RefreshReason(tokens.access_token), Reason::kUnauthenticated);
  EXPECT_EQ(RefreshReason(std::string(64, 'A')), Reason::kUnauthenticated);
  EXPECT_EQ(UseReason(tokens.access_token), Reason::kNone) << "none of it did any harm";
  EXPECT_EQ(RefreshReason(tokens.refresh_token), Reason::kNone);
}

TEST_F(ApiSessionsTest, RefreshRotatesBothTokens) {
  const SessionTokens first = Good();
  const absl::StatusOr<SessionTokens> second = sessions_.Refresh(first.refresh_token);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(UseReason(second->access_token), Reason::kNone);
  EXPECT_EQ(UseReason(first.access_token), Reason::kUnauthenticated);
  EXPECT_EQ(Rows("api_sessions"), 1) << "the session goes on";
}

TEST_F(ApiSessionsTest, RefreshTokenUsedTwiceEndsTheSession) {
  const SessionTokens first = Good(), bystander = Good();
  const SessionTokens second = sessions_.Refresh(first.refresh_token).value();
  EXPECT_EQ(RefreshReason(first.refresh_token), Reason::kUnauthenticated);
  EXPECT_EQ(UseReason(second.access_token), Reason::kUnauthenticated) << "whoever has it";
  EXPECT_EQ(RefreshReason(second.refresh_token), Reason::kUnauthenticated);
  EXPECT_EQ(UseReason(bystander.access_token), Reason::kNone) << "another session is another";
}

TEST_F(ApiSessionsTest, SessionsOfADeletedUserEndAtOnce) {
  const SessionTokens tokens = Good();
  ASSERT_TRUE(users_.Delete(kAdmin, "kms").ok());
  EXPECT_EQ(UseReason(tokens.access_token), Reason::kUnauthenticated);
  EXPECT_EQ(RefreshReason(tokens.refresh_token), Reason::kUnauthenticated);
  EXPECT_EQ(LoginReason("kms", password_), Reason::kUnauthenticated);
  ASSERT_TRUE(users_.Create(kAdmin, "kms", "acme").ok());
  EXPECT_EQ(UseReason(tokens.access_token), Reason::kUnauthenticated) << "also when the name comes again";
}

TEST_F(ApiSessionsTest, OldestSessionGoesWhenThereAreTooMany) {
  const SessionTokens oldest = Good();
  clock_.Advance(absl::Seconds(1));
  const SessionTokens next = Good();
  clock_.Advance(absl::Seconds(1));
  for (int i = 2; i < ApiSessions::kMostSessions; ++i) Good();
  EXPECT_EQ(UseReason(oldest.access_token), Reason::kNone);
  Good();
  EXPECT_EQ(UseReason(oldest.access_token), Reason::kUnauthenticated);
  EXPECT_EQ(UseReason(next.access_token), Reason::kNone);
  EXPECT_EQ(Rows("api_sessions"), ApiSessions::kMostSessions);
  clock_.Advance(absl::Hours(24));
  Good();
  EXPECT_EQ(Rows("api_sessions"), 1) << "those that are over are swept out";
}

TEST_F(ApiSessionsTest, FailuresLockTheNameAndOnlyThat) {
  for (int i = 0; i < kMostFailures - 1; ++i)
    EXPECT_EQ(LoginReason("kms", "wrong"), Reason::kUnauthenticated);
  Good();  // one is left, and a success begins anew
  for (int i = 0; i < kMostFailures; ++i) EXPECT_EQ(LoginReason("kms", "wrong"), Reason::kUnauthenticated);
  EXPECT_EQ(LoginReason("kms", password_), Reason::kPermissionDenied);
  ASSERT_TRUE(users_.Create(kAdmin, "other", "acme").ok());
  EXPECT_EQ(LoginReason("other", "wrong"), Reason::kUnauthenticated);
}

TEST_F(ApiSessionsTest, LockLastsFifteenMinutesFromTheLastFailureAndTriesDoNotProlongIt) {
  for (int i = 0; i < kMostFailures; ++i) {
    EXPECT_EQ(LoginReason("kms", "wrong"), Reason::kUnauthenticated);
    clock_.Advance(absl::Minutes(1));
  }
  const absl::Time last = kNow + absl::Minutes(kMostFailures - 1);
  clock_.Set(last + kLoginWindow - absl::Milliseconds(1));
  EXPECT_EQ(LoginReason("kms", password_), Reason::kPermissionDenied);
  EXPECT_EQ(LoginReason("kms", "wrong"), Reason::kPermissionDenied);
  clock_.Set(last + kLoginWindow);
  Good();
}

TEST_F(ApiSessionsTest, FailuresOverMoreThanTheWindowDoNotLock) {
  for (int i = 0; i < 3 * kMostFailures; ++i) {
    EXPECT_EQ(LoginReason("kms", "wrong"), Reason::kUnauthenticated);
    clock_.Advance(kLoginWindow / (kMostFailures - 1));
  }
  Good();
  // And the pair of it: a millisecond closer together.
  for (int i = 0; i < kMostFailures; ++i) {
    EXPECT_EQ(LoginReason("kms", "wrong"), Reason::kUnauthenticated);
    clock_.Advance(kLoginWindow / (kMostFailures - 1) - absl::Milliseconds(1));
  }
  EXPECT_EQ(LoginReason("kms", password_), Reason::kPermissionDenied);
}

TEST_F(ApiSessionsTest, NamesThatNobodyHasLockTheSameAndAreSweptOut) {
  for (int i = 0; i < kMostFailures; ++i) EXPECT_EQ(LoginReason("ghost", "x"), Reason::kUnauthenticated);
  EXPECT_EQ(LoginReason("ghost", "x"), Reason::kPermissionDenied);
  EXPECT_EQ(Rows("login_failures"), kMostFailures);
  clock_.Advance(2 * kLoginWindow);
  EXPECT_EQ(LoginReason("phantom", "x"), Reason::kUnauthenticated);
  EXPECT_EQ(Rows("login_failures"), 1);
  ASSERT_TRUE(users_.Create(kAdmin, "phantom", "acme").ok());
  EXPECT_EQ(Rows("login_failures"), 0) << "a new user begins without failures";
}

TEST_F(ApiSessionsTest, ANameThatIsNobodysIsLockedWithoutFillingTheAudit) {
  for (int i = 0; i < kMostFailures + 2; ++i) LoginReason("phantom", "wrong");
  EXPECT_TRUE(Locks().empty());
}

TEST_F(ApiSessionsTest, LockIsInTheAuditOnce) {
  for (int i = 0; i < kMostFailures + 2; ++i) LoginReason("kms", "wrong");
  const std::vector<store::AuditRecord> locks = Locks();
  ASSERT_EQ(locks.size(), 1u);
  EXPECT_EQ(locks[0].event.object, "user/kms");
  EXPECT_EQ(locks[0].event.spcs, std::vector<std::string>{"1234"});
  EXPECT_EQ(locks[0].event.after, R"({"failed_logins":3,"until":"2025-06-15T15:21:40Z"})");
  EXPECT_EQ(locks[0].actor.client, "user:kms");
  EXPECT_EQ(locks[0].actor.request_id, "request-9");
}

TEST_F(ApiSessionsTest, ZeroMeansAnyNumberOfFailures) {
  const ApiSessions patient(database_, Options(0), clock_, random_);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(ReasonOf(patient.Login("kms", Secret("wrong"), "r").status()), Reason::kUnauthenticated);
  EXPECT_TRUE(patient.Login("kms", Secret(password_), "r").ok());
  EXPECT_EQ(Rows("login_failures"), 0);
}

TEST_F(ApiSessionsTest, LoginsBeyondThePlacesForHashesAreTurnedAway) {
  const ApiSessions crowded(database_, Options(kMostFailures, 0), clock_, random_);
  EXPECT_EQ(ReasonOf(crowded.Login("kms", Secret(password_), "r").status()), Reason::kOverloaded);
  EXPECT_EQ(ReasonOf(crowded.Login("kms", Secret("wrong"), "r").status()), Reason::kOverloaded);
  EXPECT_EQ(Rows("login_failures"), 0) << "nothing was tried";
}

TEST_F(ApiSessionsTest, SessionIsSharedByReplicas) {
  const ApiSessions other(*real_, Options(), clock_, random_);
  const SessionTokens tokens = Good();
  EXPECT_TRUE(other.UserOf(tokens.access_token).ok());
  const SessionTokens next = other.Refresh(tokens.refresh_token).value();
  EXPECT_EQ(UseReason(next.access_token), Reason::kNone);
}

TEST_F(ApiSessionsTest, DeadDatabaseLetsNobodyIn) {
  const SessionTokens tokens = Good();
  database_.FailReads(true);
  EXPECT_EQ(UseReason(tokens.access_token), Reason::kStorageFailed);
  EXPECT_EQ(RefreshReason(tokens.refresh_token), Reason::kStorageFailed);
  EXPECT_EQ(LoginReason("kms", password_), Reason::kStorageFailed);
  database_.FailReads(false);
  database_.FailWrite(1);
  EXPECT_EQ(LoginReason("kms", password_), Reason::kStorageFailed);
  database_.FailWrite(1);
  EXPECT_EQ(LoginReason("kms", "wrong"), Reason::kStorageFailed)
      << "a failure that cannot be counted is none";
  database_.FailWrite(1);
  EXPECT_EQ(RefreshReason(tokens.refresh_token), Reason::kStorageFailed);
  EXPECT_EQ(RefreshReason(tokens.refresh_token), Reason::kNone) << "not used up";
}

}  // namespace
}  // namespace sti::pa

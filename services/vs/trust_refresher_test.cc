#include "services/vs/trust_refresher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/vs/testing/demo_trust.h"

namespace sti::vs {
namespace {

// An STI-PA that the test plays. Keeps TrustSource's contract.
class FakeTrustSource final : public TrustSource {
 public:
  absl::StatusOr<std::string> GetTrustList() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return list_;
  }
  absl::StatusOr<SignedCrl> GetCrl() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return crl_;
  }
  absl::StatusOr<std::string> GetNumberList() override {
    std::lock_guard<std::mutex> lock(mutex_);
    ++numbers_asked_;
    return numbers_;
  }
  absl::Status Watch(const std::function<void()>& on_version) override {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!cancelled_ && !dead_) {
      if (told_ < changes_) {
        told_ = changes_;
        lock.unlock();
        on_version();
        lock.lock();
      }
      changed_.wait(lock, [this] { return cancelled_ || dead_ || told_ < changes_; });
    }
    return MakeError(Reason::kUnavailable, "cancelled");
  }
  void Cancel() override {
    std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }

  // The watch ends, and no document can be had.
  void Die() {
    std::lock_guard<std::mutex> lock(mutex_);
    list_ = MakeError(Reason::kUnavailable, "gone");
    crl_ = MakeError(Reason::kUnavailable, "gone");
    dead_ = true;
    changed_.notify_all();
  }

  void SetNumbers(absl::StatusOr<std::string> numbers) {
    std::lock_guard<std::mutex> lock(mutex_);
    numbers_ = std::move(numbers);
  }
  int numbers_asked() {
    std::lock_guard<std::mutex> lock(mutex_);
    return numbers_asked_;
  }

  void Set(absl::StatusOr<std::string> list, absl::StatusOr<SignedCrl> crl) {
    std::lock_guard<std::mutex> lock(mutex_);
    list_ = std::move(list);
    crl_ = std::move(crl);
    ++changes_;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false, dead_ = false;
  int changes_ = 0, told_ = 0, numbers_asked_ = 0;
  absl::StatusOr<std::string> numbers_ = MakeError(Reason::kNotFound, "no numbers");
  absl::StatusOr<std::string> list_ = MakeError(Reason::kUnavailable, "connection refused");
  absl::StatusOr<SignedCrl> crl_ = MakeError(Reason::kUnavailable, "connection refused");
};

class TrustRefresherTest : public ::testing::Test {
 protected:
  std::string List(int64_t sequence) const {
    return DemoTrustList(sequence, clock_.TimeNow() + absl::Hours(1));
  }
  SignedCrl Crl(int64_t number) const {
    return DemoCrl(number, clock_.TimeNow(), clock_.TimeNow() + absl::Hours(1));
  }
  int64_t Sequence() const {
    const auto trust = board_.state(0);
    return trust == nullptr ? 0 : trust->sequence;
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{stir::DemoTime()};
  TrustBoard board_{{TrustDomainRules()}};
  TrustStore store_{dir_.path(), {stir::DemoCertificate("pa-root.pem")}, clock_, board_, 0};
  FakeTrustSource source_;
  std::vector<std::string> lacking_ = {"never told"}, trouble_;
  const LackingSink kNobody = [](const std::vector<std::string>&, const std::vector<std::string>&) {};
  TrustRefresher refresher_{
      source_,
      store_,
      TrustDomainRules(),
      clock_,
      [this](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
        lacking_ = lacking;
        trouble_ = trouble;
      },
      TrustRefresherOptions{absl::Hours(24), absl::Hours(24), absl::Hours(24)}};
};

TEST_F(TrustRefresherTest, SaysWhatIsLackingWhileTheStiPaIsAway) {
  refresher_.LoadStored();
  ASSERT_EQ(lacking_.size(), 1u);
  EXPECT_TRUE(absl::StartsWith(lacking_[0], "no trust list yet")) << lacking_[0];
  EXPECT_FALSE(refresher_.RefreshOnce());
  ASSERT_FALSE(lacking_.empty());
  EXPECT_EQ(lacking_[0], "no trust list yet: connection refused");
}

TEST_F(TrustRefresherTest, ServesOnceTheTrustListIsThere) {
  source_.Set(List(3), Crl(4));
  EXPECT_TRUE(refresher_.RefreshOnce());
  EXPECT_TRUE(lacking_.empty());
  EXPECT_EQ(Sequence(), 3);
  EXPECT_EQ(board_.state(0)->crl->number(), 4);
}

TEST_F(TrustRefresherTest, ServesWithoutACrlAndKeepsTrying) {
  source_.Set(List(3), MakeError(Reason::kNotFound, "no CRL"));
  EXPECT_FALSE(refresher_.RefreshOnce());
  EXPECT_TRUE(lacking_.empty());
  EXPECT_EQ(Sequence(), 3);
}

TEST_F(TrustRefresherTest, KeepsServingWhenTheStiPaGoesAway) {
  source_.Set(List(3), Crl(4));
  ASSERT_TRUE(refresher_.RefreshOnce());
  source_.Set(MakeError(Reason::kUnavailable, "gone"), MakeError(Reason::kUnavailable, "gone"));
  EXPECT_FALSE(refresher_.RefreshOnce());
  EXPECT_TRUE(lacking_.empty());
  EXPECT_EQ(Sequence(), 3);
}

TEST_F(TrustRefresherTest, KeepsServingWithAListThatExpired) {
  source_.Set(List(3), Crl(4));
  ASSERT_TRUE(refresher_.RefreshOnce());
  clock_.Advance(absl::Hours(2));
  source_.Set(MakeError(Reason::kUnavailable, "gone"), MakeError(Reason::kUnavailable, "gone"));
  EXPECT_FALSE(refresher_.RefreshOnce());
  EXPECT_TRUE(lacking_.empty());
}

TEST_F(TrustRefresherTest, KeepsTheListInUseWhenTheStiPaSendsAnOlderOne) {
  source_.Set(List(3), Crl(4));
  ASSERT_TRUE(refresher_.RefreshOnce());
  source_.Set(List(2), Crl(4));
  EXPECT_FALSE(refresher_.RefreshOnce());
  EXPECT_EQ(Sequence(), 3);
  EXPECT_TRUE(lacking_.empty());
}

TEST_F(TrustRefresherTest, ServesFromDiskAtOnce) {
  source_.Set(List(3), Crl(4));
  ASSERT_TRUE(refresher_.RefreshOnce());
  board_.Publish(0, nullptr);
  TrustStore store(dir_.path(), {stir::DemoCertificate("pa-root.pem")}, clock_, board_, 0);
  FakeTrustSource away;
  TrustRefresher refresher(
      away, store, TrustDomainRules(), clock_,
      [this](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
        lacking_ = lacking;
        trouble_ = trouble;
      },
      {});
  lacking_ = {"x"};
  refresher.LoadStored();
  EXPECT_TRUE(lacking_.empty());
  EXPECT_EQ(Sequence(), 3);
}

TEST_F(TrustRefresherTest, HealthSaysWhatIsWrong) {
  EXPECT_EQ(refresher_.health()->list_confirmed, absl::InfinitePast());
  refresher_.LoadStored();
  EXPECT_TRUE(absl::StartsWith(refresher_.health()->trouble, "no trust list yet"));
  source_.Set(List(3), Crl(4));
  ASSERT_TRUE(refresher_.RefreshOnce());
  EXPECT_EQ(refresher_.health()->trouble, "");
  EXPECT_EQ(refresher_.health()->list_confirmed, clock_.TimeNow());
  EXPECT_EQ(refresher_.health()->crl_confirmed, clock_.TimeNow());
  clock_.Advance(absl::Hours(2));
  source_.Set(MakeError(Reason::kUnavailable, "gone"), MakeError(Reason::kUnavailable, "gone"));
  refresher_.RefreshOnce();
  EXPECT_EQ(refresher_.health()->trouble,
            "trust list not refreshed: gone; the trust list in use has expired; CRL not refreshed: gone; the "
            "CRL in use "
            "has expired");
  EXPECT_EQ(refresher_.health()->list_confirmed, clock_.TimeNow() - absl::Hours(2));
}

TEST_F(TrustRefresherTest, HealthSaysWhenTheGraceIsOver) {
  TrustDomainRules rules;
  rules.crl_grace = absl::Minutes(30);
  TrustRefresher strict(source_, store_, rules, clock_, kNobody, {});
  source_.Set(List(3), Crl(4));
  ASSERT_TRUE(strict.RefreshOnce());
  clock_.Advance(absl::Minutes(90));
  strict.RefreshOnce();
  EXPECT_FALSE(absl::StrContains(strict.health()->trouble, "grace"));
  clock_.Advance(absl::Seconds(1));
  strict.RefreshOnce();
  EXPECT_TRUE(absl::StrContains(strict.health()->trouble, "grace")) << strict.health()->trouble;
}

// Else revoked signers would pass for ever where the CRL is missing or none that counts.
TEST_F(TrustRefresherTest, ACrlThatNeverCameEndsWithTheGraceToo) {
  TrustDomainRules rules;
  rules.crl_grace = absl::Minutes(30);
  TrustRefresher strict(source_, store_, rules, clock_, kNobody, {});
  const auto stale = [&] {
    strict.RefreshOnce();
    const bool told = absl::StrContains(strict.health()->trouble, "grace");
    const TrustDomain domain{std::make_shared<TrustDomainRules>(rules), board_.state(0)};
    EXPECT_EQ(told, domain.IsStale(clock_.TimeNow())) << strict.health()->trouble;
    return told;
  };
  source_.Set(List(3), MakeError(Reason::kNotFound, "no CRL"));
  EXPECT_FALSE(stale());
  clock_.Advance(absl::Minutes(30));
  // One that has expired already is none.
  source_.Set(List(4), DemoCrl(4, clock_.TimeNow() - absl::Hours(2), clock_.TimeNow() - absl::Hours(1)));
  EXPECT_FALSE(stale());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(stale());
  source_.Set(List(5), Crl(5));
  EXPECT_FALSE(stale());
}

TEST_F(TrustRefresherTest, EnforcingWithoutANumberListIsTrouble) {
  source_.Set(List(3), Crl(4));
  TrustDomainRules rules;
  rules.numbers = stir::NumberAuthorityMode::kEnforce;
  TrustRefresher strict(source_, store_, rules, clock_, kNobody, {});
  strict.RefreshOnce();
  EXPECT_TRUE(absl::StrContains(strict.health()->trouble, "nothing is enforced")) << strict.health()->trouble;
  EXPECT_TRUE(absl::StrContains(strict.health()->trouble, "no number authority list"));
}

TEST_F(TrustRefresherTest, NumbersAreAskedForOnlyWhereTheRulesUseThem) {
  source_.Set(List(3), Crl(4));
  ASSERT_TRUE(refresher_.RefreshOnce());
  EXPECT_EQ(source_.numbers_asked(), 0);
  TrustDomainRules rules;
  rules.numbers = stir::NumberAuthorityMode::kReport;
  TrustRefresher curious(source_, store_, rules, clock_, kNobody, {});
  EXPECT_TRUE(curious.RefreshOnce());  // that there is none is no trouble
  EXPECT_EQ(source_.numbers_asked(), 1);
  EXPECT_EQ(curious.health()->trouble, "");
  source_.SetNumbers(DemoNumberList(1, clock_.TimeNow() + absl::Hours(1), "12155550121", "1234"));
  EXPECT_TRUE(curious.RefreshOnce());
  ASSERT_NE(board_.state(0)->numbers, nullptr);
  source_.SetNumbers(MakeError(Reason::kNotFound, "no numbers"));
  EXPECT_FALSE(curious.RefreshOnce());
  EXPECT_NE(board_.state(0)->numbers, nullptr);
  EXPECT_EQ(curious.health()->trouble, "number authority list not refreshed: no numbers");
}

TEST_F(TrustRefresherTest, AVersionMessageBringsTheNewListWithoutWaitingForTheInterval) {
  source_.Set(List(3), Crl(4));
  refresher_.Start();
  while (Sequence() != 3) std::this_thread::yield();
  source_.Set(List(4), Crl(5));
  while (Sequence() != 4) std::this_thread::yield();
  refresher_.Stop();
}

// Else a dead STI-PA would be noticed at the next interval only.
TEST_F(TrustRefresherTest, AWatchThatEndsHasTheStiPaAskedAtOnce) {
  source_.Set(List(3), Crl(4));
  refresher_.Start();
  while (refresher_.health()->list_confirmed == absl::InfinitePast()) std::this_thread::yield();
  source_.Die();
  while (refresher_.health()->trouble.empty()) std::this_thread::yield();
  refresher_.Stop();
  EXPECT_TRUE(lacking_.empty());
  ASSERT_EQ(trouble_.size(), 2u);
  EXPECT_EQ(trouble_[0], "trust list not refreshed: gone");
  EXPECT_EQ(trouble_[1], "CRL not refreshed: gone");
}

TEST_F(TrustRefresherTest, StopsAtOnceThoughItWaits) {
  refresher_.Start();
  refresher_.Stop();
  refresher_.Stop();
}

}  // namespace
}  // namespace sti::vs

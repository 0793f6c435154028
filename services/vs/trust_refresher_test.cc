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
  absl::Status Watch(const std::function<void()>& on_version) override {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!cancelled_) {
      if (told_ < changes_) {
        told_ = changes_;
        lock.unlock();
        on_version();
        lock.lock();
      }
      changed_.wait(lock, [this] { return cancelled_ || told_ < changes_; });
    }
    return MakeError(Reason::kUnavailable, "cancelled");
  }
  void Cancel() override {
    std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
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
  bool cancelled_ = false;
  int changes_ = 0, told_ = 0;
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
    const auto trust = published_.Get();
    return trust == nullptr ? 0 : trust->sequence;
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{stir::DemoTime()};
  TrustSnapshot published_;
  TrustStore store_{dir_.path(), stir::DemoCertificate("pa-root.pem"), clock_, published_};
  FakeTrustSource source_;
  std::vector<std::string> lacking_ = {"never told"};
  TrustRefresher refresher_{source_,
                            store_,
                            published_,
                            clock_,
                            [this](const std::vector<std::string>& lacking) { lacking_ = lacking; },
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
  EXPECT_EQ(published_.Get()->crl->number(), 4);
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
  published_.Set(nullptr);
  TrustStore store(dir_.path(), stir::DemoCertificate("pa-root.pem"), clock_, published_);
  FakeTrustSource away;
  TrustRefresher refresher(away, store, published_, clock_,
                           [this](const std::vector<std::string>& lacking) { lacking_ = lacking; }, {});
  lacking_ = {"x"};
  refresher.LoadStored();
  EXPECT_TRUE(lacking_.empty());
  EXPECT_EQ(Sequence(), 3);
}

TEST_F(TrustRefresherTest, AVersionMessageBringsTheNewListWithoutWaitingForTheInterval) {
  source_.Set(List(3), Crl(4));
  refresher_.Start();
  while (Sequence() != 3) std::this_thread::yield();
  source_.Set(List(4), Crl(5));
  while (Sequence() != 4) std::this_thread::yield();
  refresher_.Stop();
}

TEST_F(TrustRefresherTest, StopsAtOnceThoughItWaits) {
  refresher_.Start();
  refresher_.Stop();
  refresher_.Stop();
}

}  // namespace
}  // namespace sti::vs

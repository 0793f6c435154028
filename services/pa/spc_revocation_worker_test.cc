#include "services/pa/spc_revocation_worker.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_records.h"

namespace sti::pa {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
constexpr char kCa[] = "ca.example:50051";

// Keeps what it was asked; answers as told.
class FakeCa {
 public:
  absl::StatusOr<std::vector<std::string>> RevokeSpc(const std::string& spc, int reason_code) {
    const std::lock_guard<std::mutex> lock(mutex_);
    asked_.push_back(absl::StrCat(spc, " ", reason_code));
    changed_.notify_all();
    if (meanwhile_) std::exchange(meanwhile_, nullptr)();
    if (spc == refused_) return MakeError(Reason::kInvalidField, "spc", "not for me");
    if (spc == slow_) return MakeError(Reason::kUnavailable, "took too long");
    if (away_) return MakeError(Reason::kUnavailable, "no answer");
    return std::vector<std::string>{"0A", "0B"};
  }
  void SetAway(bool away) {
    const std::lock_guard<std::mutex> lock(mutex_);
    away_ = away;
  }
  void Refuse(const std::string& spc) { refused_ = spc; }
  void BeTooSlowFor(const std::string& spc) { slow_ = spc; }
  // While it is at the next question.
  void Meanwhile(std::function<void()> something) { meanwhile_ = std::move(something); }
  std::vector<std::string> TakeAsked() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(asked_, {});
  }
  void AwaitAsked(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return asked_.size() >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool away_ = false;
  std::string refused_, slow_;
  std::function<void()> meanwhile_;
  std::vector<std::string> asked_;
};

class FakeClient final : public AuthorityClient {
 public:
  explicit FakeClient(FakeCa& ca) : ca_(ca) {}
  absl::StatusOr<std::vector<std::string>> RevokeSpc(const std::string& spc, int reason_code,
                                                     const std::string& /*request_id*/) override {
    return ca_.RevokeSpc(spc, reason_code);
  }
  void Cancel() override {}

 private:
  FakeCa& ca_;
};

class SpcRevocationWorkerTest : public ::testing::Test {
 protected:
  std::unique_ptr<SpcRevocationWorker> NewWorker(const std::string& authority = kCa) {
    return std::make_unique<SpcRevocationWorker>(database_, authority, std::make_unique<FakeClient>(ca_),
                                                 clock_);
  }
  void Ask(const std::string& spc, absl::Duration in = absl::ZeroDuration(), int reason = 5) {
    EXPECT_TRUE(database_
                    .Write([&](store::Transaction& transaction) {
                      return InsertSpcRevocation(
                          transaction,
                          {0, "acme", spc, kCa, reason, kNow + in, kNow, {"admin.example", "request-1"}});
                    })
                    .ok());
  }
  std::vector<SpcRevocation> Open(const std::string& spc) {
    std::vector<SpcRevocation> open;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(open, OpenSpcRevocations(transaction, spc));
                      return absl::OkStatus();
                    })
                    .ok());
    return open;
  }
  std::vector<store::AuditRecord> Audit() {
    std::vector<store::AuditRecord> records;
    EXPECT_TRUE(database_
                    .Read([&](store::Transaction& transaction) -> absl::Status {
                      STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, {}, 0, 1000));
                      return absl::OkStatus();
                    })
                    .ok());
    return records;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  FakeCa ca_;
};

TEST_F(SpcRevocationWorkerTest, AsksOnceForEachCode) {
  Ask("1234");
  Ask("5678", absl::ZeroDuration(), 1);
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1234 5", "5678 1"));
  EXPECT_THAT(Open("1234"), IsEmpty());
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), IsEmpty());
}

TEST_F(SpcRevocationWorkerTest, ConfirmationIsInTheAudit) {
  Ask("1234");
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  const std::vector<store::AuditRecord> audit = Audit();
  ASSERT_EQ(audit.size(), 1u);
  EXPECT_EQ(audit[0].event.action, "spc.revoke");
  EXPECT_EQ(audit[0].event.object, "spc/1234");
  EXPECT_EQ(audit[0].actor.client, "sti-pa");
  EXPECT_EQ(audit[0].actor.request_id, "request-1");
  EXPECT_THAT(audit[0].event.after, HasSubstr(R"("certificates":2)"));
  EXPECT_THAT(audit[0].event.after, HasSubstr(R"("serials":["0A","0B"])"));
}

TEST_F(SpcRevocationWorkerTest, CaThatIsAwayIsAskedAgainAlsoByTheNextProcess) {
  Ask("1234");
  Ask("5678");
  ca_.SetAway(true);
  const auto worker = NewWorker();
  EXPECT_EQ(worker->AskAll().value(), 1);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1234 5"));  // it would not answer the next one either
  ASSERT_EQ(Open("1234").size(), 1u);
  EXPECT_EQ(Open("1234")[0].trouble, "no answer");
  ca_.SetAway(false);
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1234 5", "5678 5"));
}

TEST_F(SpcRevocationWorkerTest, CodeThatAlwaysTakesTooLongKeepsNoOther) {
  for (const char* spc : {"1111", "2222", "3333"}) Ask(spc);
  ca_.BeTooSlowFor("2222");
  const auto worker = NewWorker();
  EXPECT_EQ(worker->AskAll().value(), 1);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1111 5", "2222 5"));
  Ask("0000");
  EXPECT_EQ(worker->AskAll().value(), 1) << "behind it first, and then it again";
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("3333 5", "0000 5", "2222 5"));
  EXPECT_EQ(worker->AskAll().value(), 1);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("2222 5"));
  ca_.BeTooSlowFor("");
  EXPECT_EQ(worker->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("2222 5"));
  EXPECT_EQ(worker->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), IsEmpty());
}

TEST_F(SpcRevocationWorkerTest, CaThatIsAwayIsAskedOnceARoundForAnotherCode) {
  for (const char* spc : {"1111", "2222", "3333"}) Ask(spc);
  ca_.SetAway(true);
  const auto worker = NewWorker();
  for (const char* asked : {"1111 5", "2222 5", "3333 5", "1111 5"}) {
    EXPECT_EQ(worker->AskAll().value(), 1);
    EXPECT_THAT(ca_.TakeAsked(), ElementsAre(asked));
  }
}

TEST_F(SpcRevocationWorkerTest, TroubleThatCannotBeWrittenDownKeepsNoOtherCode) {
  Ask("1234");
  Ask("5678");
  ca_.Refuse("1234");
  database_.FailWrite(1);
  EXPECT_EQ(NewWorker()->AskAll().value(), 1);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1234 5", "5678 5"));
  EXPECT_THAT(Open("5678"), IsEmpty());
}

TEST_F(SpcRevocationWorkerTest, WhatIsCalledOffWhileTheCaIsAtItIsToldNevertheless) {
  Ask("1234");
  ASSERT_TRUE(database_
                  .Write([&](store::Transaction& transaction) {
                    return InsertProvider(transaction, {"acme", "Acme", {"1234"}, {}, kNow});
                  })
                  .ok());
  ca_.Meanwhile([this] {
    EXPECT_TRUE(
        database_
            .Write([](store::Transaction& transaction) { return CallOffSpcRevocations(transaction, "acme"); })
            .ok());
  });
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  const std::vector<store::AuditRecord> audit = Audit();
  ASSERT_EQ(audit.size(), 1u);
  EXPECT_EQ(audit[0].event.action, "spc.revoke");
  EXPECT_THAT(audit[0].event.after, HasSubstr(R"("called_off":true)"));
  EXPECT_THAT(audit[0].event.after, HasSubstr(R"("serials":["0A","0B"])"));
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  EXPECT_EQ(Audit().size(), 1u);
}

TEST_F(SpcRevocationWorkerTest, RefusalOfOneCodeDoesNotStopTheOthers) {
  Ask("1234");
  Ask("5678");
  ca_.Refuse("1234");
  EXPECT_EQ(NewWorker()->AskAll().value(), 1);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1234 5", "5678 5"));
  EXPECT_EQ(Open("1234").size(), 1u);
  EXPECT_THAT(Open("5678"), IsEmpty());
}

TEST_F(SpcRevocationWorkerTest, NothingIsAskedBeforeItIsDueOrOfAnotherCa) {
  Ask("1234", absl::Seconds(60));
  clock_.Set(kNow + absl::Seconds(59));
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), IsEmpty());
  clock_.Set(kNow + absl::Seconds(60));
  EXPECT_EQ(NewWorker("other.example:1")->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), IsEmpty());
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1234 5"));
}

TEST_F(SpcRevocationWorkerTest, ConfirmationThatCannotBeWrittenIsAskedForAgain) {
  Ask("1234");
  database_.FailWrite(1);
  const auto worker = NewWorker();
  EXPECT_EQ(ReasonOf(worker->AskAll().status()), Reason::kStorageFailed);
  EXPECT_EQ(Open("1234").size(), 1u);
  EXPECT_EQ(worker->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("1234 5", "1234 5"));
}

TEST_F(SpcRevocationWorkerTest, WhatWasCalledOffIsNotAskedAndSecondReplicasConfirmationIsNoEvent) {
  Ask("1234");
  const int64_t seq = Open("1234")[0].seq;
  ASSERT_TRUE(database_
                  .Write([&](store::Transaction& transaction) -> absl::Status {
                    STI_RETURN_IF_ERROR(InsertProvider(transaction, {"acme", "Acme", {"1234"}, {}, kNow}));
                    return CallOffSpcRevocations(transaction, "acme");
                  })
                  .ok());
  EXPECT_EQ(NewWorker()->AskAll().value(), 0);
  EXPECT_THAT(ca_.TakeAsked(), IsEmpty());
  // What comes after has a number of its own, so that a late confirmation cannot mean it.
  Ask("1234");
  EXPECT_GT(Open("1234")[0].seq, seq);
  ASSERT_TRUE(
      database_.Write([&](store::Transaction& transaction) { return MarkSpcRevoked(transaction, seq, kNow); })
          .ok());
  EXPECT_EQ(Open("1234").size(), 1u);
}

TEST_F(SpcRevocationWorkerTest, InTheBackgroundItWakesAtOnceAndComesBackAfterTrouble) {
  ca_.SetAway(true);
  Ask("1234");
  const auto worker = NewWorker();
  worker->Start();
  ca_.AwaitAsked(2);  // by itself, after a second
  ca_.SetAway(false);
  worker->Wake();
  while (!Open("1234").empty()) std::this_thread::yield();
  ca_.TakeAsked();
  Ask("5678");
  worker->Wake();
  ca_.AwaitAsked(1);
  while (!Open("5678").empty()) std::this_thread::yield();
  worker->Stop();
  EXPECT_THAT(ca_.TakeAsked(), ElementsAre("5678 5"));
}

}  // namespace
}  // namespace sti::pa

// sti.v1.Audit over real TLS and a real database, with the refusals at its gate.
#include "common/admin/audit_service.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/admin/audit.h"
#include "common/admin/audit_proto.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/system_random.h"
#include "common/rpc/status.h"
#include "common/store/audit_chain.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/grpc_server.h"
#include "common/testing/scratch_database.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixMillis(1750000000123);

class AuditServiceTest : public ::testing::Test {
 protected:
  absl::StatusOr<sti::v1::ListAuditEventsResponse> List(const sti::v1::ListAuditEventsRequest& request = {},
                                                        const std::string& identity = "auditor",
                                                        const std::string& request_id = "") {
    std::shared_ptr<grpc::Channel>& channel = channels_[identity];
    if (channel == nullptr) channel = server_.Channel(identity);
    grpc::ClientContext context;
    if (!request_id.empty()) context.AddMetadata("x-request-id", request_id);
    sti::v1::ListAuditEventsResponse response;
    const grpc::Status status =
        sti::v1::Audit::NewStub(channel)->ListAuditEvents(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpcStatus(status);
    return response;
  }
  std::vector<int64_t> Seqs(const sti::v1::ListAuditEventsRequest& request) {
    std::vector<int64_t> seqs;
    const auto response = List(request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return seqs;
    for (const auto& event : response->events()) seqs.push_back(event.seq());
    return seqs;
  }
  void Append(const store::AuditEvent& event, absl::Time now = kNow) {
    const absl::Status written = database_->Write([&](store::Transaction& transaction) {
      return store::AppendAudit(transaction, {"admin", "request-1"}, event, now);
    });
    ASSERT_TRUE(written.ok()) << written;
  }
  void Append(int events) {
    for (int i = 1; i <= events; ++i) {
      Append({"thing.do", absl::StrCat("thing/", i), {absl::StrCat("10", i)}, "{}", "{\"a\":1}"},
             kNow + absl::Seconds(i));
    }
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ =
      testing::OpenScratchDatabase(dir_, {{1, store::AuditTables()}});
  testing::FakeClock clock_{kNow};
  Gate gate_{
      RoleTable({{Role::kAuditor, {"auditor"}}, {Role::kOperator, {"operator"}}, {Role::kViewer, {"viewer"}}},
                {"admin"}),
      crypto::SystemRandom::Instance()};
  Audit audit_{*database_, gate_, clock_};
  testing::GrpcServer server_{std::vector<grpc::Service*>{audit_.service()}};
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
};

TEST_F(AuditServiceTest, EventsArriveWholeAndTheirHashesFit) {
  Append(3);
  Append({"thing.do", "thing/4", {"1", "2"}, "", "", "NOT_FOUND"}, absl::UnixEpoch() - absl::Milliseconds(1));
  const auto response = List();
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->events_size(), 4);
  EXPECT_EQ(response->events(0).client(), "admin");
  EXPECT_EQ(response->events(0).request_id(), "request-1");
  EXPECT_EQ(response->events(0).action(), "thing.do");
  EXPECT_EQ(response->events(0).time().seconds(), 1750000001);
  EXPECT_EQ(response->events(0).time().nanos(), 123000000);
  EXPECT_EQ(response->events(3).time().seconds(), -1);
  EXPECT_EQ(response->events(3).time().nanos(), 999000000);
  store::AuditChain chain;
  for (const auto& event : response->events()) {
    const absl::Status added = chain.Add(FromProto(event));
    EXPECT_TRUE(added.ok()) << added;
  }
}

TEST_F(AuditServiceTest, OnlyAuditorsAndAdminsReadIt) {
  EXPECT_TRUE(List({}, "auditor").ok());
  EXPECT_TRUE(List({}, "admin").ok());
  for (const char* identity : {"operator", "viewer", "stranger"}) {
    EXPECT_EQ(ReasonOf(List({}, identity).status()), Reason::kPermissionDenied) << identity;
  }
}

TEST_F(AuditServiceTest, PagesGoOnAlsoForEventsThatComeLater) {
  Append(3);
  sti::v1::ListAuditEventsRequest request;
  request.set_page_size(2);
  auto page = List(request);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->events_size(), 2);
  request.set_page_token(page->next_page_token());
  page = List(request);
  ASSERT_EQ(page->events_size(), 1);
  ASSERT_FALSE(page->next_page_token().empty());
  request.set_page_token(page->next_page_token());
  page = List(request);
  EXPECT_EQ(page->events_size(), 0);
  EXPECT_EQ(page->next_page_token(), "");
  Append(1);
  EXPECT_THAT(Seqs(request), ElementsAre(4));
}

TEST_F(AuditServiceTest, PageSizesAndTokensAreChecked) {
  Append(3);
  sti::v1::ListAuditEventsRequest request;
  for (const auto& [size, good] :
       std::vector<std::pair<int, bool>>{{-1, false}, {0, true}, {1000, true}, {1001, false}}) {
    request.set_page_size(size);
    EXPECT_EQ(List(request).ok(), good) << size;
  }
  request.set_page_size(1);
  request.set_page_token("nonsense");
  EXPECT_EQ(FieldOf(List(request).status()), "page_token");
}

TEST_F(AuditServiceTest, FiltersBySpcObjectAndTime) {
  Append(3);
  sti::v1::ListAuditEventsRequest request;
  request.set_spc("102");
  EXPECT_THAT(Seqs(request), ElementsAre(2));
  request.set_object("thing/3");
  EXPECT_THAT(Seqs(request), IsEmpty());
  request.clear_spc();
  EXPECT_THAT(Seqs(request), ElementsAre(3));
  request.clear_object();
  request.mutable_from()->set_seconds(1750000002);
  request.mutable_from()->set_nanos(123000000);
  EXPECT_THAT(Seqs(request), ElementsAre(2, 3));
  request.mutable_from()->set_nanos(123000001);
  EXPECT_THAT(Seqs(request), ElementsAre(3));
  request.clear_from();
  request.mutable_to()->set_seconds(1750000002);
  request.mutable_to()->set_nanos(123000000);
  EXPECT_THAT(Seqs(request), ElementsAre(1));
  request.mutable_to()->set_nanos(123000001);
  EXPECT_THAT(Seqs(request), ElementsAre(1, 2));
  request.mutable_to()->set_nanos(1000000000);
  EXPECT_EQ(FieldOf(List(request).status()), "to");
}

TEST_F(AuditServiceTest, BeginsAfterAnEventWhenAsked) {
  Append(3);
  sti::v1::ListAuditEventsRequest request;
  request.set_after_seq(2);
  EXPECT_THAT(Seqs(request), ElementsAre(3));
  request.set_after_seq(3);
  EXPECT_THAT(Seqs(request), IsEmpty());
  request.set_after_seq(-1);
  EXPECT_EQ(FieldOf(List(request).status()), "after_seq");
}

TEST_F(AuditServiceTest, LargeEventsMakeShorterPages) {
  constexpr int kEvents = 60;
  for (int i = 0; i < kEvents; ++i) {
    Append({"a", "b", {}, std::string(limits::kAuditEvent - 2, 'x'), ""});
  }
  sti::v1::ListAuditEventsRequest request;
  request.set_page_size(1000);
  int seen = 0;
  while (true) {
    const auto page = List(request);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->events_size() == 0) break;
    EXPECT_LT(page->ByteSizeLong(), 4u * 1024 * 1024);
    seen += page->events_size();
    request.set_page_token(page->next_page_token());
  }
  EXPECT_EQ(seen, kEvents);
}

TEST_F(AuditServiceTest, ARefusedRequestIsAnEventWithTheNameOfItsRpc) {
  EXPECT_FALSE(List({}, "viewer", "request-77").ok());
  const auto response = List();
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->events_size(), 1);
  const sti::v1::AuditEvent& event = response->events(0);
  EXPECT_EQ(event.client(), "viewer");
  EXPECT_EQ(event.request_id(), "request-77");
  EXPECT_EQ(event.action(), "ListAuditEvents");
  EXPECT_EQ(event.object(), "rpc/ListAuditEvents");
  EXPECT_EQ(event.outcome(), "PERMISSION_DENIED");
  EXPECT_EQ(event.after(), "");
  EXPECT_EQ(event.time().seconds(), 1750000000);
}

TEST_F(AuditServiceTest, AFloodOfRefusalsIsCountedInTheNextEvent) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(List({}, "viewer").ok());
  EXPECT_FALSE(List({}, "stranger").ok());
  EXPECT_EQ(List()->events_size(), 2);
  clock_.Set(kNow + kRefusalInterval - absl::Milliseconds(1));
  EXPECT_FALSE(List({}, "viewer").ok());
  EXPECT_EQ(List()->events_size(), 2);
  clock_.Set(kNow + kRefusalInterval);
  EXPECT_FALSE(List({}, "viewer").ok());
  const auto response = List();
  ASSERT_EQ(response->events_size(), 3);
  EXPECT_EQ(response->events(2).client(), "viewer");
  EXPECT_EQ(response->events(2).after(), "{\"others\":0,\"suppressed\":5}");
}

TEST_F(AuditServiceTest, WhatARefusalHasToSayIsKeptBesideTheCount) {
  RefusalAudit refusals(*database_, clock_);
  store::AuditEvent event;
  event.action = "certificate.issue";
  event.after = "{\"jti\":\"one\"}";
  const Actor stranger{"stranger", "r"};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(refusals.Record(stranger, event).ok());
  clock_.Set(kNow + kRefusalInterval);
  ASSERT_TRUE(refusals.Record(stranger, event).ok());
  const auto response = List();
  ASSERT_EQ(response->events_size(), 2);
  EXPECT_EQ(response->events(0).after(), event.after);
  EXPECT_EQ(response->events(1).after(), "{\"jti\":\"one\",\"others\":0,\"suppressed\":2}");
}

TEST_F(AuditServiceTest, ClientsBeyondTheMemoryAreCountedTogether) {
  RefusalAudit refusals(*database_, clock_);
  const auto refuse = [&](int client) {
    const absl::Status recorded = refusals.Record({absl::StrCat("c", client), "r"}, "Rpc");
    ASSERT_TRUE(recorded.ok()) << recorded;
  };
  for (size_t i = 0; i < kRefusalPairs + 3; ++i) refuse(static_cast<int>(i));
  const auto count = [&] {
    int64_t rows = 0;
    const absl::Status read = database_->Read([&](store::Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(const auto found, transaction.Query("SELECT COUNT(*) FROM audit", {}));
      rows = store::AsInt(found[0][0]);
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return rows;
  };
  EXPECT_EQ(count(), static_cast<int64_t>(kRefusalPairs));
  clock_.Set(kNow + kRefusalInterval);
  refuse(-1);
  EXPECT_EQ(count(), static_cast<int64_t>(kRefusalPairs) + 1);
  sti::v1::ListAuditEventsRequest request;
  request.mutable_from()->set_seconds(absl::ToUnixSeconds(kNow + kRefusalInterval));
  const auto last = List(request);
  ASSERT_EQ(last->events_size(), 1);
  EXPECT_EQ(last->events(0).after(), "{\"others\":3,\"suppressed\":0}");
}

TEST_F(AuditServiceTest, ARefusalThatCouldNotBeWrittenIsCountedWithWhatItHadToSay) {
  testing::FailingDatabase failing(*database_);
  RefusalAudit refusals(failing, clock_);
  const Actor stranger{"stranger", "r"};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(refusals.Record(stranger, "Rpc").ok());
  clock_.Set(kNow + kRefusalInterval);
  failing.FailWrite(1);
  EXPECT_EQ(ReasonOf(refusals.Record(stranger, "Rpc")), Reason::kStorageFailed);
  EXPECT_TRUE(refusals.Record(stranger, "Rpc").ok()) << "counted, not tried again at once";
  EXPECT_EQ(List()->events_size(), 1);
  clock_.Set(kNow + 2 * kRefusalInterval);
  ASSERT_TRUE(refusals.Record(stranger, "Rpc").ok());
  const auto response = List();
  ASSERT_EQ(response->events_size(), 2);
  EXPECT_EQ(response->events(1).after(), "{\"others\":0,\"suppressed\":4}");
}

}  // namespace
}  // namespace sti::admin

// What sti-as makes of sti-vs's answers, over real gRPC.
#include "services/as/incoming_client.h"

#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/rpc/request_id.h"
#include "common/rpc/status.h"
#include "common/testing/grpc_server.h"

namespace sti::as {
namespace {

// Says nothing until the caller gives up.
class SilentReactor final : public grpc::ServerUnaryReactor {
 public:
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }
};

// sti-vs as the contract has it.
class StandIn final : public sti::v1::Verification::CallbackService {
 public:
  grpc::ServerUnaryReactor* Verify(grpc::CallbackServerContext* context,
                                   const sti::v1::VerifyRequest* request,
                                   sti::v1::VerifyResponse* response) override {
    asked = *request;
    request_id = rpc::RequestIdOf(*context);
    *response = answer;
    if (silent) {
      auto* reactor = new SilentReactor;  // ends itself
      arrived.set_value();
      return reactor;
    }
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }

  sti::v1::VerifyRequest asked;
  std::string request_id;
  sti::v1::VerifyResponse answer;
  grpc::Status status;
  bool silent = false;
  std::promise<void> arrived;
};

class IncomingClientTest : public ::testing::Test {
 protected:
  IncomingClientTest() {
    call_.identities = {"first", "second"};
    call_.continued = {{1, false}};
    call_.orig = "tel:+12155550121";
    call_.diverted = "tel:+12155550131";
    call_.call_id = "id@example";
    call_.request_id = "request-7";
    sti_vs_.answer.set_verstat("TN-Validation-Passed");
    sti_vs_.answer.set_reason("NONE");
    for (const char* reason : {"ORIG_MISMATCH", "NONE"}) sti_vs_.answer.add_headers()->set_reason(reason);
  }
  absl::Status Ask() {
    std::promise<absl::Status> answer;
    client_.Verify(call_, [&](const absl::Status& status) { answer.set_value(status); });
    return answer.get_future().get();
  }
  Reason Refused() { return ReasonOf(Ask()); }

  IncomingCall call_;
  StandIn sti_vs_;
  testing::GrpcServer server_{{&sti_vs_}};
  IncomingClient client_{server_.Channel("sti-as")};
};

TEST_F(IncomingClientTest, AsksAboutTheCallAsItCameIn) {
  const absl::Status status = Ask();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(sti_vs_.asked.identity_size(), 2);
  EXPECT_EQ(sti_vs_.asked.from(), call_.orig);
  EXPECT_EQ(sti_vs_.asked.to(), call_.diverted);
  EXPECT_EQ(sti_vs_.asked.request_uri(), call_.diverted);
  EXPECT_EQ(sti_vs_.asked.call_id(), call_.call_id);
  EXPECT_EQ(sti_vs_.request_id, "request-7");
  EXPECT_TRUE(sti_vs_.asked.dry_run()) << "the SBC asks for itself, and must not be told of a replay";
}

TEST_F(IncomingClientTest, RequestIdThatIsNoneIsNotSent) {
  for (const std::string& id : {std::string(), std::string("two words"), std::string(129, 'x')}) {
    call_.request_id = id;
    EXPECT_TRUE(Ask().ok());
    EXPECT_EQ(sti_vs_.request_id, "") << id;
  }
  call_.request_id = std::string(128, 'x');
  EXPECT_TRUE(Ask().ok());
  EXPECT_EQ(sti_vs_.request_id, call_.request_id);
}

TEST_F(IncomingClientTest, OnlyAPassedCallGoesOn) {
  for (const char* verstat : {"TN-Validation-Failed", "No-TN-Validation", "", "tn-validation-passed"}) {
    sti_vs_.answer.set_verstat(verstat);
    EXPECT_EQ(Refused(), Reason::kIncomingNotVerified) << verstat;
  }
}

TEST_F(IncomingClientTest, ThePassportThatGoesOnMustHavePassedItself) {
  call_.continued = {{0, false}};
  EXPECT_EQ(Refused(), Reason::kIncomingNotVerified);
  call_.continued = {{0, false}, {1, false}};
  EXPECT_EQ(Refused(), Reason::kNone);
  call_.continued = {{2, false}};
  EXPECT_EQ(Refused(), Reason::kIncomingNotVerified) << "no verdict on it";
}

TEST_F(IncomingClientTest, AnEarlierHopCountsWithItsChain) {
  call_.continued = {{1, true}};
  EXPECT_EQ(Refused(), Reason::kIncomingNotVerified);
  sti_vs_.answer.mutable_div()->set_verstat("TN-Validation-Passed");
  EXPECT_EQ(Refused(), Reason::kNone);
}

TEST_F(IncomingClientTest, RowsOfNestedPassportsAreNotCounted) {
  sti_vs_.answer.clear_headers();
  for (const char* reason : {"ORIG_MISMATCH", "NONE", "NONE"})
    sti_vs_.answer.add_headers()->set_reason(reason);
  sti_vs_.answer.mutable_headers(1)->set_nested_in(0);
  call_.continued = {{1, false}};
  EXPECT_EQ(Refused(), Reason::kNone);
  sti_vs_.answer.mutable_headers(2)->set_reason("IAT_STALE");
  EXPECT_EQ(Refused(), Reason::kIncomingNotVerified);
}

TEST_F(IncomingClientTest, TroubleOfTheVerifierIsNotTheCallersMistake) {
  for (const Reason reason : {Reason::kPermissionDenied, Reason::kInvalidField, Reason::kNotReady}) {
    sti_vs_.status = rpc::ToGrpcStatus(MakeError(reason, "x"));
    const absl::Status status = Ask();
    EXPECT_EQ(ReasonOf(status), Reason::kUnavailable) << status;
    EXPECT_EQ(FieldOf(status), "incoming_identity");
    EXPECT_NE(status.message().find("sti-vs"), std::string::npos) << status;
  }
  server_.server().Shutdown(absl::ZeroDuration());
  EXPECT_EQ(Refused(), Reason::kUnavailable);
}

TEST_F(IncomingClientTest, WhoStopsWaitsForNobody) {
  sti_vs_.silent = true;
  std::promise<absl::Status> answer;
  client_.Verify(call_, [&](const absl::Status& status) { answer.set_value(status); });
  sti_vs_.arrived.get_future().get();
  client_.Cancel();
  EXPECT_EQ(ReasonOf(answer.get_future().get()), Reason::kUnavailable);
  EXPECT_EQ(Refused(), Reason::kUnavailable) << "nor afterwards";
}

TEST_F(IncomingClientTest, AnAnswerHasItsDeadline) {
  sti_vs_.silent = true;
  IncomingClient hasty(server_.Channel("sti-as"), absl::Milliseconds(50));
  std::promise<absl::Status> answer;
  hasty.Verify(call_, [&](const absl::Status& status) { answer.set_value(status); });
  EXPECT_EQ(ReasonOf(answer.get_future().get()), Reason::kDeadlineExceeded);
}

}  // namespace
}  // namespace sti::as

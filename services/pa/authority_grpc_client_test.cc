#include "services/pa/authority_grpc_client.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/rpc/request_id.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "common/testing/grpc_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::pa {
namespace {

using ::testing::ElementsAre;

// Answers 1234 with two serials, refuses 5678, never answers 9999.
class FakeCa final : public sti::v1::AuthorityAdmin::Service {
 public:
  grpc::Status RevokeSpc(grpc::ServerContext* context, const sti::v1::RevokeSpcRequest* request,
                         sti::v1::RevokeSpcResponse* response) override {
    last_client_ = rpc::ClientIdentity(*context);
    last_request_id_ = rpc::RequestIdOf(*context);
    last_ = *request;
    if (request->spc() == "5678") return rpc::ToGrpcStatus(MakeError(Reason::kPermissionDenied, "not you"));
    if (request->spc() == "9999") {
      waiting_ = true;
      while (!context->IsCancelled()) std::this_thread::yield();
    }
    response->add_serials("0A");
    response->add_serials("0B");
    return grpc::Status::OK;
  }
  const sti::v1::RevokeSpcRequest& last() const { return last_; }
  const std::string& last_client() const { return last_client_; }
  const std::string& last_request_id() const { return last_request_id_; }
  void AwaitCall() const {
    while (!waiting_) std::this_thread::yield();
  }

 private:
  std::atomic<bool> waiting_{false};
  sti::v1::RevokeSpcRequest last_;
  std::string last_client_, last_request_id_;
};

class AuthorityGrpcClientTest : public ::testing::Test {
 protected:
  FakeCa ca_;
  testing::GrpcServer server_{{&ca_}};
  AuthorityGrpcClient client_{server_.Channel("sti-pa.example")};
};

TEST_F(AuthorityGrpcClientTest, AsksForTheCodeWithTheReasonUnderItsOwnIdentity) {
  const auto serials = client_.RevokeSpc("1234", 5, "request-7");
  ASSERT_TRUE(serials.ok()) << serials.status();
  EXPECT_THAT(*serials, ElementsAre("0A", "0B"));
  EXPECT_EQ(ca_.last().spc(), "1234");
  EXPECT_EQ(ca_.last_request_id(), "request-7");
  EXPECT_EQ(ca_.last().reason_code(), 5);
  EXPECT_FALSE(ca_.last().dry_run());
  EXPECT_EQ(ca_.last_client(), "sti-pa.example");
}

TEST_F(AuthorityGrpcClientTest, RefusalKeepsItsReason) {
  EXPECT_EQ(ReasonOf(client_.RevokeSpc("5678", 5, "request-7").status()), Reason::kPermissionDenied);
}

TEST_F(AuthorityGrpcClientTest, CaThatDoesNotAnswerIsGivenUpAfterTheDeadline) {
  AuthorityGrpcClient hasty(server_.Channel("sti-pa.example"), absl::Milliseconds(200));
  EXPECT_TRUE(absl::IsDeadlineExceeded(hasty.RevokeSpc("9999", 5, "request-7").status()));
}

TEST_F(AuthorityGrpcClientTest, CaThatIsNotThereIsUnavailable) {
  const auto channel = server_.Channel("sti-pa.example");
  server_.server().Shutdown(absl::ZeroDuration());
  AuthorityGrpcClient client(channel);
  EXPECT_TRUE(absl::IsUnavailable(client.RevokeSpc("1234", 5, "request-7").status()));
}

TEST_F(AuthorityGrpcClientTest, CancelEndsTheCallUnderWayAndEveryLaterOne) {
  std::thread asking([&] { EXPECT_FALSE(client_.RevokeSpc("9999", 5, "request-7").ok()); });
  ca_.AwaitCall();
  client_.Cancel();
  asking.join();
  EXPECT_FALSE(client_.RevokeSpc("1234", 5, "request-7").ok());
}

}  // namespace
}  // namespace sti::pa

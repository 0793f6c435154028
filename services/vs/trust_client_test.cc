// TrustClient against a Trust service over real gRPC and TLS.
#include "services/vs/trust_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/base/reason.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/testing/grpc_server.h"

namespace sti::vs {
namespace {

class FakeTrustService final : public sti::v1::Trust::Service {
 public:
  grpc::Status GetTrustList(grpc::ServerContext*, const sti::v1::GetTrustListRequest*,
                            sti::v1::GetTrustListResponse* response) override {
    response->set_trust_list("a.b.c");
    return grpc::Status::OK;
  }
  grpc::Status GetCrl(grpc::ServerContext*, const sti::v1::GetCrlRequest*,
                      sti::v1::GetCrlResponse* response) override {
    if (!has_crl) return rpc::ToGrpcStatus(MakeError(Reason::kNotFound, "no CRL yet"));
    response->set_crl(std::string(padding, 'x') + "crl");
    response->add_signer_chain("signer");
    response->add_signer_chain("issuer");
    return grpc::Status::OK;
  }
  grpc::Status GetNumberAuthorityList(grpc::ServerContext*, const sti::v1::GetNumberAuthorityListRequest*,
                                      sti::v1::GetNumberAuthorityListResponse* response) override {
    response->set_number_list("n.u.m");
    return grpc::Status::OK;
  }
  grpc::Status WatchTrust(grpc::ServerContext* context, const sti::v1::WatchTrustRequest*,
                          grpc::ServerWriter<sti::v1::TrustVersion>* writer) override {
    for (int i = 0; i < 3; ++i) writer->Write({});
    while (hang && !context->IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  }

  std::atomic<bool> has_crl{true};
  std::atomic<size_t> padding{0};
  std::atomic<bool> hang{false};
};

class TrustClientTest : public ::testing::Test {
 protected:
  FakeTrustService pa_;
  testing::GrpcServer server_{{&pa_}};
  TrustClient client_{server_.Channel("vs.example")};
};

TEST_F(TrustClientTest, FetchesBothDocuments) {
  EXPECT_EQ(client_.GetTrustList().value(), "a.b.c");
  const SignedCrl crl = client_.GetCrl().value();
  EXPECT_EQ(crl.crl, "crl");
  EXPECT_EQ(crl.signer_chain, (std::vector<std::string>{"signer", "issuer"}));
  EXPECT_EQ(client_.GetNumberList().value(), "n.u.m");
}

// Half a million revoked certificates; another channel takes no more than limits::kGrpcMessage.
TEST_F(TrustClientTest, ALargeCrlArrives) {
  pa_.padding = 20 * 1024 * 1024;
  const auto config = testing::GrpcClientConfig(server_.tls().Client("vs.example"), server_.port());
  TrustClient large(rpc::OpenChannel(config, kTrustMessage).value());
  const auto crl = large.GetCrl();
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_EQ(crl->crl.size(), pa_.padding + 3);
  TrustClient small(rpc::OpenChannel(config).value());
  EXPECT_FALSE(small.GetCrl().ok());
}

TEST_F(TrustClientTest, CarriesTheReasonOfTheStiPa) {
  pa_.has_crl = false;
  const absl::Status status = client_.GetCrl().status();
  EXPECT_EQ(ReasonOf(status), Reason::kNotFound);
  EXPECT_EQ(status.message(), "no CRL yet");
}

TEST_F(TrustClientTest, TellsOfEveryVersionUntilTheStreamEnds) {
  int versions = 0;
  EXPECT_TRUE(client_.Watch([&versions] { ++versions; }).ok());
  EXPECT_EQ(versions, 3);
}

TEST_F(TrustClientTest, CancelEndsTheWatchAndAllThatFollows) {
  pa_.hang = true;
  std::atomic<int> versions{0};
  std::thread watcher([&] { EXPECT_FALSE(client_.Watch([&versions] { ++versions; }).ok()); });
  while (versions < 3) std::this_thread::yield();
  client_.Cancel();
  watcher.join();
  EXPECT_FALSE(client_.GetTrustList().ok());
}

TEST_F(TrustClientTest, AStiPaThatIsAwayIsUnavailable) {
  server_.server().Shutdown(absl::ZeroDuration());
  EXPECT_EQ(ReasonOf(client_.GetTrustList().status()), Reason::kUnavailable);
}

}  // namespace
}  // namespace sti::vs

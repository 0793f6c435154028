// The STI-PA asked for what verifiers believe, over real gRPC and TLS; its documents are signed by the demo PKI.
#include "services/as/trust_view_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/base/reason.h"
#include "common/stir/trust_list.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/grpc_server.h"
#include "common/testing/temp_dir.h"
#include "proto/sti/v1/trust.grpc.pb.h"

namespace sti::as {
namespace {

std::string TrustList(absl::Time expires) {
  stir::TrustList list;
  list.sequence = 7;
  list.expires = expires;
  list.roots.push_back(stir::DemoCertificate("root.pem"));
  return stir::SignTrustList(list, {stir::DemoCertificate("pa-token-signer.pem")},
                             *stir::DemoKey("pa-token-signer.key"))
      .value();
}

class FakePa final : public sti::v1::Trust::Service {
 public:
  grpc::Status GetTrustList(grpc::ServerContext* context, const sti::v1::GetTrustListRequest*,
                            sti::v1::GetTrustListResponse* response) override {
    ++asked;
    while (hang && !context->IsCancelled()) std::this_thread::yield();
    response->set_trust_list(TrustList(list_expires));
    return grpc::Status::OK;
  }
  grpc::Status GetCrl(grpc::ServerContext*, const sti::v1::GetCrlRequest*,
                      sti::v1::GetCrlResponse* response) override {
    response->set_crl(stir::ReadVector("demo-pki/crl.pem"));
    response->add_signer_chain(stir::DemoCertificate("pa-crl-signer.pem").der());
    for (int i = 1; i < signers; ++i) response->add_signer_chain("junk");
    return grpc::Status::OK;
  }

  std::atomic<int> asked{0};
  std::atomic<bool> hang{false};
  absl::Time list_expires = stir::DemoTime() + absl::Hours(1);
  int signers = 1;
};

class TrustViewClientTest : public ::testing::Test {
 protected:
  Reason Refused() { return ReasonOf(client_.Get(absl::ZeroDuration()).status()); }

  testing::FakeClock clock_{stir::DemoTime()}, monotonic_{absl::FromUnixSeconds(50)};
  FakePa pa_;
  testing::GrpcServer server_{{&pa_}};
  TrustViewClient client_{
      server_.Channel("as.example"), {stir::DemoCertificate("pa-root.pem")}, clock_, monotonic_};
};

TEST_F(TrustViewClientTest, BelievesWhatLeadsToThePinnedRoot) {
  const auto trust = client_.Get(absl::ZeroDuration());
  ASSERT_TRUE(trust.ok()) << trust.status();
  ASSERT_EQ((*trust)->anchors.roots().size(), 1u);
  EXPECT_TRUE((*trust)->crl->IsRevoked(stir::DemoCertificate("leaf5678-revoked.pem")));
  TrustViewClient stranger(server_.Channel("as.example"), {stir::DemoCertificate("root.pem")}, clock_,
                           monotonic_);
  EXPECT_EQ(ReasonOf(stranger.Get(absl::ZeroDuration()).status()), Reason::kTrustListInvalid);
}

TEST_F(TrustViewClientTest, RefusesWhatIsOldOrTooMuch) {
  pa_.list_expires = stir::DemoTime() - absl::Seconds(1);
  EXPECT_EQ(Refused(), Reason::kTrustListExpired);
  pa_.list_expires = stir::DemoTime() + absl::Hours(1);
  monotonic_.Advance(absl::Seconds(1));
  pa_.signers = 2;
  EXPECT_EQ(Refused(), Reason::kCertificateMalformed);
  monotonic_.Advance(absl::Seconds(1));
  pa_.signers = 100;
  EXPECT_EQ(Refused(), Reason::kTooLarge);
}

TEST_F(TrustViewClientTest, AsksAgainOnlyForWhatIsTooOld) {
  EXPECT_TRUE(client_.Get(absl::Seconds(30)).ok());
  monotonic_.Advance(absl::Seconds(30));
  EXPECT_TRUE(client_.Get(absl::Seconds(30)).ok());
  EXPECT_EQ(pa_.asked, 1);
  monotonic_.Advance(absl::Nanoseconds(1));
  EXPECT_TRUE(client_.Get(absl::Seconds(30)).ok());
  EXPECT_EQ(pa_.asked, 2);
}

TEST_F(TrustViewClientTest, CancelEndsWhatWaits) {
  pa_.hang = true;
  std::thread canceller([this] {
    while (pa_.asked == 0) std::this_thread::yield();
    client_.Cancel();
  });
  EXPECT_FALSE(client_.Get(absl::ZeroDuration()).ok());
  canceller.join();
  monotonic_.Advance(absl::Seconds(1));
  EXPECT_EQ(Refused(), Reason::kUnavailable);
  EXPECT_EQ(pa_.asked, 1) << "not asked again";
}

TEST_F(TrustViewClientTest, ConfigurationNamesWhatIsWrong) {
  const testing::TempDir dir;
  sti::config::v1::SelfCheck config;
  EXPECT_EQ(TrustViewClient::Open(config, clock_).value(), nullptr);
  const auto open = [&](const std::string& file) {
    *config.mutable_trust()->mutable_pa() =
        testing::GrpcClientConfig(server_.tls().Client("as.example"), server_.port());
    config.mutable_trust()->clear_pa_root_files();
    config.mutable_trust()->add_pa_root_files(file);
    return TrustViewClient::Open(config, clock_).status();
  };
  EXPECT_TRUE(open(dir.Write("good.pem", stir::ReadVector("demo-pki/pa-root.pem"))).ok());
  for (const std::string& bad : {dir.File("none.pem"), dir.Write("junk.pem", "junk"),
                                 dir.Write("leaf.pem", stir::ReadVector("demo-pki/leaf1234.pem"))}) {
    EXPECT_EQ(FieldOf(open(bad)), "trust.pa_root_files[0]") << bad;
  }
}

}  // namespace
}  // namespace sti::as

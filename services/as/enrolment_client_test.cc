// EnrolmentClient against PA and CA services over real gRPC and TLS.
#include "services/as/enrolment_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/base/reason.h"
#include "common/rpc/request_id.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/grpc_server.h"
#include "common/testing/temp_dir.h"
#include "services/as/credential_store.h"
#include "services/as/enroller.h"
#include "services/as/testing/fake_authorities.h"

namespace sti::as {
namespace {

class PaService final : public sti::v1::SpcTokens::Service {
 public:
  explicit PaService(FakeAuthorities& authorities) : authorities_(authorities) {}
  grpc::Status IssueToken(grpc::ServerContext* context, const sti::v1::IssueTokenRequest* request,
                          sti::v1::IssueTokenResponse* response) override {
    if (rpc::ClientIdentity(*context) != "as.example") {
      return rpc::ToGrpcStatus(MakeError(Reason::kProviderUnknown, "who are you?"));
    }
    request_id = rpc::RequestIdOf(*context);
    entered = true;
    while (hang && !context->IsCancelled()) std::this_thread::yield();
    const auto token = authorities_.IssueToken(request->tn_auth_list(), request->fingerprint());
    if (token.ok()) response->set_token(*token);
    return rpc::ToGrpcStatus(token.status());
  }
  std::atomic<bool> hang{false}, entered{false};
  std::string request_id;

 private:
  FakeAuthorities& authorities_;
};

class CaService final : public sti::v1::CertificateAuthority::Service {
 public:
  explicit CaService(FakeAuthorities& authorities) : authorities_(authorities) {}
  grpc::Status IssueCertificate(grpc::ServerContext* context, const sti::v1::IssueCertificateRequest* request,
                                sti::v1::IssueCertificateResponse* response) override {
    request_id = rpc::RequestIdOf(*context);
    const auto published = authorities_.IssueCertificate(request->csr(), request->spc_token());
    if (published.ok()) {
      response->set_chain_pem(published->chain_pem);
      response->set_x5u(published->x5u);
    }
    return rpc::ToGrpcStatus(published.status());
  }
  std::string request_id;

 private:
  FakeAuthorities& authorities_;
};

class EnrolmentClientTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_{stir::DemoTime()};
  FakeAuthorities authorities_{clock_};
  PaService pa_{authorities_};
  CaService ca_{authorities_};
  testing::GrpcServer server_{{&pa_, &ca_}};
  EnrolmentClient client_{server_.Channel("as.example"), server_.Channel("as.example")};
  testing::TempDir dir_;
  CredentialStore store_{dir_.path()};
  Enroller enroller_{client_, store_, clock_, {"1234", "Example Telecom", "US"}};
};

TEST_F(EnrolmentClientTest, BothAreAskedUnderTheIdOfTheEnrolment) {
  enroller_.NameRequest("request-7");
  ASSERT_TRUE(enroller_.Enrol().ok());
  EXPECT_EQ(pa_.request_id, "request-7");
  EXPECT_EQ(ca_.request_id, "request-7");
}

TEST_F(EnrolmentClientTest, EnrolsOverTheWire) {
  const auto credential = enroller_.Enrol();
  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ((*credential)->spc, "1234");
  const auto stored = store_.Load();
  ASSERT_TRUE(stored.ok()) << stored.status();
  ASSERT_TRUE(stored->next.has_value() || stored->current.has_value());
}

TEST_F(EnrolmentClientTest, CarriesTheReasonOfTheAuthority) {
  authorities_.SetCa(MakeError(Reason::kSpcTokenReplayed, "jti seen before"));
  const absl::Status status = enroller_.Enrol().status();
  EXPECT_EQ(ReasonOf(status), Reason::kSpcTokenReplayed);
  EXPECT_EQ(status.message(), "CA refused: SPC_TOKEN_REPLAYED: jti seen before");
}

TEST_F(EnrolmentClientTest, TheClientCertificateSaysWhoAsks) {
  EnrolmentClient stranger(server_.Channel("other.example"), server_.Channel("other.example"));
  EXPECT_EQ(ReasonOf(stranger.IssueToken("x", "y").status()), Reason::kProviderUnknown);
}

TEST_F(EnrolmentClientTest, APeerThatIsAwayIsUnavailable) {
  server_.server().Shutdown(absl::ZeroDuration());
  const absl::Status status = enroller_.Enrol().status();
  EXPECT_EQ(ReasonOf(status), Reason::kUnavailable);
  EXPECT_EQ(status.message().substr(0, 15), "PA unavailable:");
}

TEST_F(EnrolmentClientTest, CancelEndsTheCallUnderWayAndAllThatFollow) {
  pa_.hang = true;
  std::thread asking([this] { EXPECT_FALSE(enroller_.Enrol().ok()); });
  while (!pa_.entered) std::this_thread::yield();
  client_.Cancel();
  asking.join();
  EXPECT_FALSE(client_.IssueCertificate("x", "y").ok());
}

}  // namespace
}  // namespace sti::as

// The edge of sti-as over real gRPC and TLS.
#include "services/as/authentication_service.h"

#include <gtest/gtest.h>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/rpc/status.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/grpc_server.h"
#include "common/testing/sequence_random.h"

namespace sti::as {
namespace {

constexpr char kUrl[] = "https://cr.example.net/1234.pem";

ProviderTable DemoProviders(std::vector<std::string> clients = {}) {
  SigningProviderOptions provider;
  provider.name = "demo";
  provider.spc = "1234";
  provider.clients = std::move(clients);
  return ProviderTable::Create({provider}).value();
}

sti::v1::SignRequest Request() {
  sti::v1::SignRequest request;
  request.mutable_orig()->set_tn("+12155550121");
  request.mutable_dest()->add_tn("+12155550131");
  request.set_attest(sti::v1::ATTESTATION_A);
  request.set_origid("123e4567-e89b-12d3-a456-426655440000");
  return request;
}

class AuthenticationServiceTest : public ::testing::Test {
 protected:
  AuthenticationServiceTest() {
    auto ring = std::make_shared<KeyRing>();
    const auto chain = pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
    ring->current =
        CheckCredential(stir::DemoKey("leaf1234.key"), chain, kUrl, "1234", clock_.TimeNow()).value();
    ring_.Set(std::move(ring));
  }

  absl::Status Sign(const sti::v1::SignRequest& request) {
    grpc::ClientContext context;
    return rpc::FromGrpcStatus(stub_->Sign(&context, request, &response_));
  }

  testing::FakeClock clock_{stir::DemoTime()};
  testing::SequenceRandom random_;
  KeyRingSnapshot ring_;
  const ProviderTable providers_ = DemoProviders({"sbc1.example"});
  CallSigner signer_{{providers_, {&ring_}, clock_, random_}, {}};
  AuthenticationService service_{providers_, signer_};
  testing::GrpcServer server_{{&service_}};
  std::unique_ptr<sti::v1::Authentication::Stub> stub_ =
      sti::v1::Authentication::NewStub(server_.Channel("sbc1.example"));
  sti::v1::SignResponse response_;
};

TEST_F(AuthenticationServiceTest, SignsACall) {
  const absl::Status status = Sign(Request());
  ASSERT_TRUE(status.ok()) << status;
  const std::string expected = stir::DemoToken("shaken");
  EXPECT_EQ(response_.passport().substr(0, expected.rfind('.')), expected.substr(0, expected.rfind('.')));
  EXPECT_EQ(response_.identity(), response_.passport() + ";info=<" + kUrl + ">;alg=ES256;ppt=shaken");
  EXPECT_EQ(response_.x5u(), kUrl);
  EXPECT_EQ(response_.spc(), "1234");
  EXPECT_EQ(response_.iat(), absl::ToUnixSeconds(stir::DemoTime()));
  EXPECT_EQ(response_.origid(), Request().origid());
  EXPECT_GT(response_.certificate_expires().seconds(), response_.iat());
}

TEST_F(AuthenticationServiceTest, EveryLevelOfAttestationArrives) {
  for (const auto& [level, text] :
       {std::pair(sti::v1::ATTESTATION_A, "A"), std::pair(sti::v1::ATTESTATION_B, "B"),
        std::pair(sti::v1::ATTESTATION_C, "C")}) {
    sti::v1::SignRequest request = Request();
    request.set_attest(level);
    ASSERT_TRUE(Sign(request).ok());
    const auto passport = stir::SealedPassport::Parse(response_.passport()).value();
    EXPECT_EQ(*passport.claims().Find("attest")->if_string(), text);
  }
}

TEST_F(AuthenticationServiceTest, ErrorsCarryReasonAndField) {
  sti::v1::SignRequest request = Request();
  request.mutable_dest()->add_tn("x");
  absl::Status status = Sign(request);
  EXPECT_EQ(ReasonOf(status), Reason::kTelephoneNumberInvalid);
  EXPECT_EQ(FieldOf(status), "dest.tn[1]");
  request = Request();
  request.set_attest(static_cast<sti::v1::Attestation>(7));
  status = Sign(request);
  EXPECT_EQ(ReasonOf(status), Reason::kAttestInvalid);
  EXPECT_EQ(FieldOf(status), "attest");
  request.set_attest(sti::v1::ATTESTATION_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(Sign(request)), Reason::kMissingField);
  EXPECT_EQ(ReasonOf(Sign({})), Reason::kMissingField);
}

TEST_F(AuthenticationServiceTest, AnIatOfZeroIsNotAnAbsentOne) {
  sti::v1::SignRequest request = Request();
  request.set_iat(0);
  EXPECT_EQ(ReasonOf(Sign(request)), Reason::kIatStale);
}

TEST_F(AuthenticationServiceTest, WithoutACertificateItIsNotReady) {
  ring_.Set(nullptr);
  EXPECT_EQ(ReasonOf(Sign(Request())), Reason::kNotReady);
}

TEST_F(AuthenticationServiceTest, OnlyListedClientsMaySign) {
  const auto other = sti::v1::Authentication::NewStub(server_.Channel("sbc2.example"));
  grpc::ClientContext sign, batch;
  EXPECT_EQ(other->Sign(&sign, Request(), &response_).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  sti::v1::SignBatchResponse response;
  EXPECT_EQ(other->SignBatch(&batch, {}, &response).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(AuthenticationServiceTest, AnEmptyListAdmitsEveryTrustedClient) {
  const ProviderTable providers = DemoProviders();
  AuthenticationService open(providers, signer_);
  testing::GrpcServer server({&open});
  const auto stub = sti::v1::Authentication::NewStub(server.Channel("anyone.example"));
  grpc::ClientContext context;
  EXPECT_TRUE(stub->Sign(&context, Request(), &response_).ok());
}

TEST_F(AuthenticationServiceTest, ABatchKeepsItsOrderAndFailsRowByRow) {
  sti::v1::SignBatchRequest request;
  for (int i = 0; i < 3; ++i) *request.add_requests() = Request();
  request.mutable_requests(1)->mutable_orig()->set_tn("anonymous");
  request.mutable_requests(2)->set_origid("00000000-0000-4000-8000-000000000002");
  sti::v1::SignBatchResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->SignBatch(&context, request, &response).ok());
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_TRUE(response.results(0).has_response());
  EXPECT_EQ(response.results(1).error().reason(), "TELEPHONE_NUMBER_INVALID");
  EXPECT_EQ(response.results(1).error().field(), "requests[1].orig.tn");
  EXPECT_EQ(response.results(2).response().origid(), "00000000-0000-4000-8000-000000000002");
}

TEST_F(AuthenticationServiceTest, ABatchBeyondTheLimitIsRefused) {
  sti::v1::SignBatchRequest request;
  for (size_t i = 0; i < limits::kBatch; ++i) *request.add_requests() = Request();
  sti::v1::SignBatchResponse response;
  grpc::ClientContext full, more;
  ASSERT_TRUE(stub_->SignBatch(&full, request, &response).ok());
  EXPECT_EQ(response.results_size(), static_cast<int>(limits::kBatch));
  *request.add_requests() = Request();
  const absl::Status status = rpc::FromGrpcStatus(stub_->SignBatch(&more, request, &response));
  EXPECT_EQ(ReasonOf(status), Reason::kTooLarge);
  EXPECT_EQ(FieldOf(status), "requests");
}

}  // namespace
}  // namespace sti::as

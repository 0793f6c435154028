// The edge of sti-as over real gRPC and TLS.
#include "services/as/authentication_service.h"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <set>
#include <thread>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/rpc/status.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/grpc_server.h"
#include "services/as/sign_stream_service.h"
#include "services/as/testing/signing_fixture.h"

namespace sti::as {
namespace {

sti::v1::SignRequest Request() {
  sti::v1::SignRequest request;
  request.mutable_orig()->set_tn("+12155550121");
  request.mutable_dest()->add_tn("+12155550131");
  request.set_attest(sti::v1::ATTESTATION_A);
  request.set_origid("123e4567-e89b-12d3-a456-426655440000");
  return request;
}

// Two providers side by side.
std::vector<SigningProviderOptions> Providers() {
  std::vector<SigningProviderOptions> providers = {DemoProvider({"sbc1.example"}),
                                                   DemoProvider({"sbc2.example"})};
  providers[1].name = "other";
  providers[1].spc = "5678";
  return providers;
}

class AuthenticationServiceTest : public ::testing::Test {
 protected:
  absl::Status Sign(const sti::v1::SignRequest& request) { return SignAs("sbc1.example", request); }
  absl::Status SignAs(const std::string& client, const sti::v1::SignRequest& request) {
    grpc::ClientContext context;
    context.AddMetadata("x-request-id", "request-7");
    return rpc::FromGrpcStatus(Stub(client)->Sign(&context, request, &response_));
  }
  std::unique_ptr<sti::v1::Authentication::Stub> Stub(const std::string& client) {
    return sti::v1::Authentication::NewStub(server_.Channel(client));
  }
  // As one whose original is in `response_`.
  sti::v1::SignRequest Diversion() {
    sti::v1::SignRequest request;
    request.set_ppt("div");
    *request.mutable_orig() = Request().orig();
    request.mutable_div()->set_tn("+12155550131");
    request.mutable_dest()->add_tn("+12155550199");
    request.add_incoming_identity(response_.identity());
    return request;
  }

  SigningFixture fixture_{Providers()};
  AuthenticationService service_{fixture_.desk};
  testing::GrpcServer server_{{&service_}};
  std::unique_ptr<sti::v1::Authentication::Stub> stub_ = Stub("sbc1.example");
  sti::v1::SignResponse response_;
};

TEST_F(AuthenticationServiceTest, SignsACall) {
  const absl::Status status = Sign(Request());
  ASSERT_TRUE(status.ok()) << status;
  const std::string expected = stir::DemoToken("shaken");
  EXPECT_EQ(response_.passport().substr(0, expected.rfind('.')), expected.substr(0, expected.rfind('.')));
  EXPECT_EQ(response_.identity(), response_.passport() + ";info=<" + kDemoUrl + ">;alg=ES256;ppt=shaken");
  EXPECT_EQ(response_.x5u(), kDemoUrl);
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
  status = Sign(request);
  EXPECT_EQ(ReasonOf(status), Reason::kCustomerUnknown) << "the policy decides, and knows nobody";
  EXPECT_EQ(ReasonOf(Sign({})), Reason::kMissingField);
}

TEST_F(AuthenticationServiceTest, AnIatOfZeroIsNotAnAbsentOne) {
  sti::v1::SignRequest request = Request();
  request.set_iat(0);
  EXPECT_EQ(ReasonOf(Sign(request)), Reason::kIatStale);
}

TEST_F(AuthenticationServiceTest, WithoutACertificateItIsNotReady) {
  fixture_.rings[0].Set(nullptr);
  EXPECT_EQ(ReasonOf(Sign(Request())), Reason::kNotReady);
}

TEST_F(AuthenticationServiceTest, TheAnswerTellsAttestRuleAndSerial) {
  ASSERT_TRUE(Sign(Request()).ok());
  EXPECT_EQ(response_.attest(), sti::v1::ATTESTATION_A);
  EXPECT_EQ(response_.attest_rule(), "client_decides");
  EXPECT_EQ(response_.certificate_serial(), fixture_.rings[0].Get()->current->serial);
  EXPECT_FALSE(response_.certificate_serial().empty());
  ASSERT_EQ(fixture_.records.records.size(), 1u);
  EXPECT_EQ(fixture_.records.records[0].request_id, "request-7");
  EXPECT_EQ(fixture_.records.records[0].client, "sbc1.example");
}

// Each client signs as its own provider whatever it asks for: there is no field for another one.
TEST_F(AuthenticationServiceTest, AClientSignsAsItsOwnProviderByEveryRpc) {
  for (const auto& [client, url] : {std::pair("sbc1.example", std::string(kDemoUrl)),
                                    std::pair("sbc2.example", std::string(kDemoUrl) + "1")}) {
    ASSERT_TRUE(SignAs(client, Request()).ok());
    EXPECT_EQ(response_.x5u(), url);
    const auto stub = Stub(client);
    grpc::ClientContext batch, call, stream;
    sti::v1::SignBatchRequest rows;
    *rows.add_requests() = Request();
    sti::v1::SignBatchResponse rows_signed;
    ASSERT_TRUE(stub->SignBatch(&batch, rows, &rows_signed).ok());
    EXPECT_EQ(rows_signed.results(0).response().x5u(), url);
    sti::v1::SignCallRequest several;
    *several.mutable_call() = Request();
    several.add_ppts("shaken");
    sti::v1::SignCallResponse several_signed;
    ASSERT_TRUE(stub->SignCall(&call, several, &several_signed).ok());
    EXPECT_EQ(several_signed.passports(0).x5u(), url);
    const auto flow = stub->SignStream(&stream);
    sti::v1::SignStreamRequest one;
    *one.mutable_sign() = Request();
    sti::v1::SignStreamResponse one_signed;
    ASSERT_TRUE(flow->Write(one) && flow->Read(&one_signed));
    EXPECT_EQ(one_signed.response().x5u(), url);
    flow->WritesDone();
    EXPECT_TRUE(flow->Finish().ok());
  }
}

TEST_F(AuthenticationServiceTest, WhoBelongsToNoProviderSignsByNoRpc) {
  const auto stub = Stub("stranger.example");
  grpc::ClientContext sign, odd, batch, call, stream;
  EXPECT_EQ(stub->Sign(&sign, Request(), &response_).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  sti::v1::SignRequest nonsense = Request();
  nonsense.set_attest(static_cast<sti::v1::Attestation>(7));
  EXPECT_EQ(stub->Sign(&odd, nonsense, &response_).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  sti::v1::SignBatchResponse batch_signed;
  EXPECT_EQ(stub->SignBatch(&batch, {}, &batch_signed).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  sti::v1::SignCallResponse call_signed;
  EXPECT_EQ(stub->SignCall(&call, {}, &call_signed).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  const auto flow = stub->SignStream(&stream);
  sti::v1::SignStreamResponse answer;
  EXPECT_FALSE(flow->Read(&answer));
  EXPECT_EQ(flow->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(AuthenticationServiceTest, SeveralPassportsOfACallShareTimeAndAreAllOrNone) {
  sti::v1::SignCallRequest request;
  *request.mutable_call() = Request();
  request.mutable_call()->mutable_rph()->add_auth("ets.0");
  request.mutable_call()->mutable_rcd()->set_nam("Q Branch");
  for (const char* ppt : {"rph", "shaken", "rcd"}) request.add_ppts(ppt);
  sti::v1::SignCallResponse response;
  grpc::ClientContext good, bad, foreign;
  ASSERT_TRUE(stub_->SignCall(&good, request, &response).ok());
  ASSERT_EQ(response.passports_size(), 3);
  const char* suffixes[] = {";ppt=rph", ";ppt=shaken", ";ppt=rcd"};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(response.passports(i).iat(), response.passports(0).iat());
    EXPECT_NE(response.passports(i).identity().find(suffixes[i]), std::string::npos);
  }
  EXPECT_EQ(response.passports(1).origid(), Request().origid());
  EXPECT_EQ(response.passports(0).origid(), "");
  EXPECT_EQ(fixture_.records.records.size(), 3u);

  request.mutable_call()->set_attest(sti::v1::ATTESTATION_B);
  absl::Status status = rpc::FromGrpcStatus(stub_->SignCall(&bad, request, &response));
  EXPECT_EQ(ReasonOf(status), Reason::kAttestRefused) << "rcd would say A";
  EXPECT_EQ(FieldOf(status), "call.orig");
  request.mutable_call()->set_opt("a.b.c");
  status = rpc::FromGrpcStatus(stub_->SignCall(&foreign, request, &response));
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidField);
  EXPECT_EQ(FieldOf(status), "call.opt");
  EXPECT_EQ(fixture_.records.records.size(), 3u) << "nothing of it was signed";
  EXPECT_EQ(fixture_.records.reserved, 0u);
}

TEST_F(AuthenticationServiceTest, TheTypesOfACallAreOneToEightDifferentOnes) {
  const auto refused = [&](const std::vector<std::string>& ppts) {
    sti::v1::SignCallRequest request;
    *request.mutable_call() = Request();
    for (const std::string& ppt : ppts) request.add_ppts(ppt);
    sti::v1::SignCallResponse response;
    grpc::ClientContext context;
    const absl::Status status = rpc::FromGrpcStatus(stub_->SignCall(&context, request, &response));
    return std::string(ReasonName(ReasonOf(status))) + " " + FieldOf(status);
  };
  EXPECT_EQ(refused({}), "MISSING_FIELD ppts");
  EXPECT_EQ(refused({"shaken", "shaken"}), "INVALID_FIELD ppts[1]");
  EXPECT_EQ(refused({"shaken", "rsp"}), "PPT_UNSUPPORTED ppts[1]");
  EXPECT_EQ(refused(std::vector<std::string>(limits::kPassportsPerCall + 1, "shaken")), "TOO_LARGE ppts");
}

TEST_F(AuthenticationServiceTest, ADiversionWaitsForTheVerdictWithoutAThread) {
  ASSERT_TRUE(Sign(Request()).ok());
  fixture_.verifier.hold = true;
  sti::v1::SignResponse diverted;
  grpc::ClientContext context;
  std::promise<grpc::Status> ended;
  const sti::v1::SignRequest request = Diversion();
  stub_->async()->Sign(&context, &request, &diverted,
                       [&](const grpc::Status& status) { ended.set_value(status); });
  while (true) {  // until it has asked
    const MutexLock lock(fixture_.verifier.mutex);
    if (!fixture_.verifier.waiting.empty()) break;
  }
  ASSERT_TRUE(Sign(Request()).ok()) << "others are signed meanwhile";
  fixture_.verifier.Release();
  const grpc::Status status = ended.get_future().get();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_NE(diverted.identity().find(";ppt=div"), std::string::npos);
}

TEST_F(AuthenticationServiceTest, ABadRequestDoesNotEndAStream) {
  grpc::ClientContext context;
  const auto flow = stub_->SignStream(&context);
  sti::v1::SignStreamRequest good, bad, empty, several;
  good.set_id(7);
  *good.mutable_sign() = Request();
  bad = good;
  bad.set_id(8);
  bad.mutable_sign()->mutable_orig()->set_tn("anonymous");
  empty.set_id(9);
  several.set_id(10);
  *several.mutable_call()->mutable_call() = Request();
  several.mutable_call()->add_ppts("shaken");
  for (const auto* request : {&bad, &empty, &good, &several}) ASSERT_TRUE(flow->Write(*request));
  flow->WritesDone();
  std::map<uint64_t, sti::v1::SignStreamResponse> answers;
  for (sti::v1::SignStreamResponse answer; flow->Read(&answer);) answers[answer.id()] = answer;
  EXPECT_TRUE(flow->Finish().ok());
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[7].response().x5u(), kDemoUrl);
  EXPECT_EQ(answers[8].error().reason(), "TELEPHONE_NUMBER_INVALID");
  EXPECT_EQ(answers[8].error().field(), "orig.tn");
  EXPECT_EQ(answers[9].error().reason(), "MISSING_FIELD");
  EXPECT_EQ(answers[10].call().passports_size(), 1);
}

TEST_F(AuthenticationServiceTest, AStreamReadsNoMoreThanItsShareAndLosesNothing) {
  constexpr uint64_t kCount = 3 * kStreamInFlight;
  ASSERT_TRUE(Sign(Request()).ok());
  fixture_.verifier.hold = true;
  grpc::ClientContext context;
  const auto flow = stub_->SignStream(&context);
  std::thread writer([&] {
    for (uint64_t id = 0; id < kCount; ++id) {
      sti::v1::SignStreamRequest request;
      request.set_id(id);
      *request.mutable_sign() = Diversion();
      if (!flow->Write(request)) break;
    }
    flow->WritesDone();
  });
  const auto waiting = [&] {
    const MutexLock lock(fixture_.verifier.mutex);
    return fixture_.verifier.waiting.size();
  };
  while (waiting() < kStreamInFlight) std::this_thread::yield();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Sign(Request()).ok());  // time enough to read one more
  EXPECT_EQ(waiting(), kStreamInFlight);
  {
    const MutexLock lock(fixture_.verifier.mutex);
    fixture_.verifier.hold = false;
  }
  fixture_.verifier.Release();
  std::set<uint64_t> answered;
  for (sti::v1::SignStreamResponse answer; flow->Read(&answer);) {
    EXPECT_TRUE(answer.has_response()) << answer.error().text();
    answered.insert(answer.id());
  }
  writer.join();
  EXPECT_TRUE(flow->Finish().ok());
  EXPECT_EQ(answered.size(), kCount);
}

TEST_F(AuthenticationServiceTest, WhenTheDaemonStopsAStreamAnswersWhatItHasTaken) {
  ASSERT_TRUE(Sign(Request()).ok());
  fixture_.verifier.hold = true;
  grpc::ClientContext context, late;
  const auto flow = stub_->SignStream(&context);
  sti::v1::SignStreamRequest request;
  request.set_id(5);
  *request.mutable_sign() = Diversion();
  ASSERT_TRUE(flow->Write(request));
  while (true) {
    const MutexLock lock(fixture_.verifier.mutex);
    if (!fixture_.verifier.waiting.empty()) break;
  }
  service_.EndStreams();
  fixture_.verifier.Release();
  sti::v1::SignStreamResponse answer;
  ASSERT_TRUE(flow->Read(&answer));
  EXPECT_EQ(answer.id(), 5u);
  EXPECT_TRUE(answer.has_response());
  EXPECT_FALSE(flow->Read(&answer));
  EXPECT_EQ(flow->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto after = stub_->SignStream(&late);
  EXPECT_FALSE(after->Read(&answer));
  EXPECT_EQ(after->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(AuthenticationServiceTest, AClientThatGoesLeavesNothingBehind) {
  ASSERT_TRUE(Sign(Request()).ok());
  fixture_.verifier.hold = true;
  {
    grpc::ClientContext context;
    const auto flow = stub_->SignStream(&context);
    sti::v1::SignStreamRequest request;
    *request.mutable_sign() = Diversion();
    ASSERT_TRUE(flow->Write(request));
    while (true) {
      const MutexLock lock(fixture_.verifier.mutex);
      if (!fixture_.verifier.waiting.empty()) break;
    }
    context.TryCancel();
    EXPECT_EQ(flow->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(fixture_.limits.in_flight(), 1);
  fixture_.verifier.Release();
  EXPECT_EQ(fixture_.limits.in_flight(), 0);
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

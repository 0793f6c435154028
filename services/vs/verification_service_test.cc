// The edge of sti-vs over real gRPC and TLS.
#include "services/vs/verification_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/rpc/status.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/grpc_server.h"
#include "services/vs/completion_pool.h"
#include "services/vs/testing/demo_trust.h"
#include "services/vs/testing/fake_fetcher.h"

namespace sti::vs {
namespace {

using sti::v1::VerifyRequest;
using sti::v1::VerifyResponse;

std::string RevokedIdentity() {
  return absl::StrCat(stir::DemoToken("shaken_revoked_signer"), ";info=<", kRevokedUrl,
                      ">;alg=ES256;ppt=shaken");
}

VerifyRequest Request(const std::string& identity) {
  VerifyRequest request;
  request.add_identity(identity);
  request.set_from("+12155550121");
  request.set_to("+12155550131");
  return request;
}
VerifyRequest WarmRequest() { return Request(stir::DemoToken("shaken_identity")); }
VerifyRequest ColdRequest() { return Request(RevokedIdentity()); }

using Healths = std::vector<std::shared_ptr<const DomainHealth>>;

class VerificationServiceTest : public ::testing::Test {
 protected:
  VerificationServiceTest() {
    trust_.Publish(0, DemoTrust());
    fetcher_->ServeBody(kDemoUrl, DemoChainPem());
  }
  ~VerificationServiceTest() override {
    fetcher_.reset();  // as main does: ends what hangs, while all that it ends in is still there
    server_.server().Shutdown(absl::Seconds(5));
  }

  static ProfileTable Profiles() {
    ClientProfile sbc, lab;
    sbc.clients = {"sbc1.example"};
    sbc.reply.verstat = stir::VerstatForm::kLevelAlways;
    lab.name = "lab";
    lab.clients = {"lab.example"};
    return ProfileTable::Create({sbc, lab}).value();
  }

  grpc::Status Verify(const VerifyRequest& request, VerifyResponse& response) {
    grpc::ClientContext context;
    return stub_->Verify(&context, request, &response);
  }

  testing::FakeClock clock_{stir::DemoTime()};
  TrustBoard trust_{{TrustDomainRules()}};
  std::unique_ptr<FakeFetcher> fetcher_ = std::make_unique<FakeFetcher>();
  CertificateCache cache_{*fetcher_, clock_, {}};
  CompletionPool pool_{2};
  std::shared_ptr<DomainHealth> health_ = std::make_shared<DomainHealth>();
  ReplayGuard replay_{1024, clock_, nullptr};
  Verifier verifier_{cache_, trust_,
                     clock_, [this](std::function<void()> task) { pool_.Run(std::move(task)); },
                     {},     &replay_};
  absl::Status saved_;  // what the disk says after a purge
  VerificationService service_{verifier_,
                               cache_,
                               trust_,
                               [this] { return Healths{health_}; },
                               &replay_,
                               Profiles(),
                               {"admin.example"},
                               [this](const auto& done) { done(saved_); }};
  testing::GrpcServer server_{{&service_}};
  std::unique_ptr<sti::v1::Verification::Stub> stub_ =
      sti::v1::Verification::NewStub(server_.Channel("sbc1.example"));
};

TEST_F(VerificationServiceTest, AGoodCallPasses) {
  VerifyResponse response;
  const grpc::Status status = Verify(WarmRequest(), response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.verstat(), "TN-Validation-Passed");
  EXPECT_EQ(response.sip_code(), 0);
  EXPECT_EQ(response.reason(), "NONE");
  EXPECT_EQ(response.attestation(), sti::v1::ATTESTATION_A);
  EXPECT_EQ(response.signer().spc(), "1234");
  EXPECT_FALSE(response.headers(0).certificate_cached());
  ASSERT_TRUE(Verify(WarmRequest(), response).ok());
  EXPECT_TRUE(response.headers(0).certificate_cached());
}

TEST_F(VerificationServiceTest, ABadCallIsAVerdictAndNoError) {
  VerifyRequest request = WarmRequest();
  request.set_from("+12155550199");
  VerifyResponse response;
  ASSERT_TRUE(Verify(request, response).ok());
  EXPECT_EQ(response.verstat(), "No-TN-Validation");
  EXPECT_EQ(response.sip_code(), 438);
  EXPECT_EQ(response.reason(), "ORIG_MISMATCH");
  EXPECT_EQ(response.attestation(), sti::v1::ATTESTATION_UNSPECIFIED);
}

TEST_F(VerificationServiceTest, AnUnusableRequestIsAnErrorThatNamesTheField) {
  VerifyRequest request = WarmRequest();
  request.clear_to();
  VerifyResponse response;
  absl::Status status = rpc::FromGrpcStatus(Verify(request, response));
  EXPECT_EQ(ReasonOf(status), Reason::kMissingField);
  EXPECT_EQ(FieldOf(status), "to");
  request = WarmRequest();
  request.mutable_date()->set_nanos(-1);
  status = rpc::FromGrpcStatus(Verify(request, response));
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidField);
  EXPECT_EQ(FieldOf(status), "date");
}

TEST_F(VerificationServiceTest, OnlyListedClientsMayAsk) {
  const auto other = sti::v1::Verification::NewStub(server_.Channel("sbc2.example"));
  VerifyResponse response;
  grpc::ClientContext verify, batch, trust;
  EXPECT_EQ(other->Verify(&verify, WarmRequest(), &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  sti::v1::VerifyBatchResponse batch_response;
  EXPECT_EQ(other->VerifyBatch(&batch, {}, &batch_response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  sti::v1::GetTrustStatusResponse trust_response;
  EXPECT_EQ(other->GetTrustStatus(&trust, {}, &trust_response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(VerificationServiceTest, AnAdminWithoutProfileSeesWhatIsTrusted) {
  grpc::ClientContext trust, verify;
  sti::v1::GetTrustStatusResponse status;
  const auto admin = sti::v1::Verification::NewStub(server_.Channel("admin.example"));
  EXPECT_TRUE(admin->GetTrustStatus(&trust, {}, &status).ok());
  EXPECT_EQ(status.domains_size(), 1);
  VerifyResponse response;
  EXPECT_EQ(admin->Verify(&verify, WarmRequest(), &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(VerificationServiceTest, AProfileOfAnotherClientIsRefused) {
  VerifyRequest request = WarmRequest();
  request.set_profile("default");
  VerifyResponse response;
  EXPECT_TRUE(Verify(request, response).ok());
  request.set_profile("lab");
  const absl::Status status = rpc::FromGrpcStatus(Verify(request, response));
  EXPECT_EQ(ReasonOf(status), Reason::kPermissionDenied);
  EXPECT_EQ(FieldOf(status), "profile");
}

TEST_F(VerificationServiceTest, ATarpitHoldsNoThread) {
  // More hanging calls than gRPC has threads: were they held, the warm calls below would never be answered.
  constexpr int kHanging = 200;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<VerifyResponse> responses(kHanging);
  std::vector<std::promise<grpc::Status>> ends(kHanging);
  const VerifyRequest cold = ColdRequest();
  for (int i = 0; i < kHanging; ++i) {
    const auto at = static_cast<size_t>(i);
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    stub_->async()->Verify(contexts.back().get(), &cold, &responses[at],
                           [&ends, at](grpc::Status status) { ends[at].set_value(std::move(status)); });
  }
  while (verifier_.pending() < kHanging) std::this_thread::yield();
  for (int i = 0; i < 50; ++i) {
    VerifyResponse response;
    ASSERT_TRUE(Verify(WarmRequest(), response).ok());
    EXPECT_EQ(response.reason(), "NONE");
  }
  EXPECT_EQ(fetcher_->fetches(kRevokedUrl), 1);
  fetcher_->Release(kRevokedUrl, Ok(RevokedChainPem()));
  for (size_t i = 0; i < kHanging; ++i) {
    ASSERT_TRUE(ends[i].get_future().get().ok());
    EXPECT_EQ(responses[i].reason(), "CERTIFICATE_REVOKED");
  }
}

TEST_F(VerificationServiceTest, AClientThatGivesUpIsNotWaitedForAndItsLateVerdictIsDropped) {
  grpc::ClientContext context;
  VerifyResponse response;
  std::promise<grpc::Status> end;
  const VerifyRequest cold = ColdRequest();
  stub_->async()->Verify(&context, &cold, &response,
                         [&end](grpc::Status status) { end.set_value(std::move(status)); });
  fetcher_->AwaitHeld(1);
  context.TryCancel();
  EXPECT_EQ(end.get_future().get().error_code(), grpc::StatusCode::CANCELLED);
  ASSERT_TRUE(fetcher_->Release(kRevokedUrl, Ok(RevokedChainPem())));
  while (verifier_.pending() != 0) std::this_thread::yield();
  ASSERT_TRUE(Verify(ColdRequest(), response).ok());
  EXPECT_EQ(response.reason(), "CERTIFICATE_REVOKED");
}

TEST_F(VerificationServiceTest, ADeadlineEndsTheCallWhileTheDownloadGoesOn) {
  VerifyResponse response;
  ASSERT_TRUE(Verify(WarmRequest(), response).ok());  // connects before the time runs
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
  EXPECT_EQ(stub_->Verify(&context, ColdRequest(), &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  fetcher_->AwaitHeld(1);
  ASSERT_TRUE(fetcher_->Release(kRevokedUrl, Ok(RevokedChainPem())));
  ASSERT_TRUE(Verify(ColdRequest(), response).ok());
  EXPECT_EQ(response.reason(), "CERTIFICATE_REVOKED");
  EXPECT_EQ(fetcher_->fetches(kRevokedUrl), 1);
}

TEST_F(VerificationServiceTest, ABatchKeepsItsOrderAndFailsRowByRow) {
  fetcher_->ServeBody(kRevokedUrl, RevokedChainPem());
  sti::v1::VerifyBatchRequest request;
  *request.add_requests() = ColdRequest();
  *request.add_requests() = WarmRequest();
  *request.add_requests() = WarmRequest();
  request.mutable_requests(2)->set_from("<");
  sti::v1::VerifyBatchResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->VerifyBatch(&context, request, &response).ok());
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).response().reason(), "CERTIFICATE_REVOKED");
  EXPECT_EQ(response.results(1).response().reason(), "NONE");
  EXPECT_EQ(response.results(2).error().reason(), "INVALID_FIELD");
  EXPECT_EQ(response.results(2).error().field(), "requests[2].from");
}

TEST_F(VerificationServiceTest, ABatchBeyondTheLimitIsRefused) {
  sti::v1::VerifyBatchRequest request;
  for (size_t i = 0; i < limits::kBatch; ++i) *request.add_requests() = WarmRequest();
  sti::v1::VerifyBatchResponse response;
  grpc::ClientContext full, more, empty;
  ASSERT_TRUE(stub_->VerifyBatch(&full, request, &response).ok());
  EXPECT_EQ(response.results_size(), static_cast<int>(limits::kBatch));
  *request.add_requests() = WarmRequest();
  const absl::Status status = rpc::FromGrpcStatus(stub_->VerifyBatch(&more, request, &response));
  EXPECT_EQ(ReasonOf(status), Reason::kTooLarge);
  EXPECT_EQ(FieldOf(status), "requests");
  response.Clear();
  ASSERT_TRUE(stub_->VerifyBatch(&empty, {}, &response).ok());
  EXPECT_EQ(response.results_size(), 0);
}

TEST_F(VerificationServiceTest, SaysWhatItTrusts) {
  VerifyResponse verdict;
  ASSERT_TRUE(Verify(WarmRequest(), verdict).ok());
  sti::v1::GetTrustStatusResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->GetTrustStatus(&context, {}, &response).ok());
  EXPECT_EQ(response.trust_list_sequence(), 1);
  EXPECT_EQ(response.anchors(), 1);
  EXPECT_EQ(response.crl_number(), 7);
  EXPECT_EQ(response.revoked_certificates(), 1);
  EXPECT_EQ(response.cached_chains(), 1);
}

TEST_F(VerificationServiceTest, SaysHowEachTrustDomainIs) {
  health_->trouble = "CRL not refreshed: gone";
  health_->list_confirmed = absl::FromUnixSeconds(1000);
  sti::v1::GetTrustStatusResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->GetTrustStatus(&context, {}, &response).ok());
  ASSERT_EQ(response.domains_size(), 1);
  const sti::v1::TrustDomainStatus& domain = response.domains(0);
  EXPECT_EQ(domain.name(), "default");
  EXPECT_EQ(domain.trust_list_sequence(), 1);
  EXPECT_EQ(domain.trust_list_confirmed().seconds(), 1000);
  EXPECT_EQ(domain.anchors(), 1);
  EXPECT_EQ(domain.crl_number(), 7);
  EXPECT_FALSE(domain.has_crl_confirmed());
  EXPECT_EQ(domain.revoked_certificates(), 1);
  EXPECT_EQ(domain.trouble(), "CRL not refreshed: gone");
}

TEST_F(VerificationServiceTest, TheAnswerHasTheFormOfTheProfile) {
  VerifyRequest request = WarmRequest();
  request.set_call_id("a@x");
  VerifyResponse response;
  ASSERT_TRUE(Verify(request, response).ok());
  EXPECT_EQ(response.profile(), "default");
  EXPECT_EQ(response.verstat_parameter(), "TN-Validation-Passed-A");
  EXPECT_FALSE(response.explain().empty());
  EXPECT_GT(response.headers(0).checks_size(), 0);
  EXPECT_FALSE(response.replay_suspected());
  request.set_call_id("b@x");
  request.set_brief(true);
  response.Clear();
  ASSERT_TRUE(Verify(request, response).ok());
  EXPECT_TRUE(response.replay_suspected());
  EXPECT_TRUE(response.explain().empty());
  EXPECT_EQ(response.headers(0).checks_size(), 0);
}

TEST_F(VerificationServiceTest, ACallMayBeJudgedAsOfAnotherTime) {
  VerifyRequest request = WarmRequest();
  request.mutable_at()->set_seconds(absl::ToUnixSeconds(stir::DemoTime()));
  clock_.Advance(absl::Hours(5));
  VerifyResponse response;
  ASSERT_TRUE(Verify(request, response).ok());
  EXPECT_EQ(response.reason(), "NONE");
  request.clear_at();
  ASSERT_TRUE(Verify(request, response).ok());
  EXPECT_EQ(response.reason(), "IAT_STALE");
}

TEST_F(VerificationServiceTest, SaysWhatIsRememberedOfCalls) {
  VerifyRequest request = WarmRequest();
  request.set_call_id("a@x");
  VerifyResponse verdict;
  ASSERT_TRUE(Verify(request, verdict).ok());
  sti::v1::GetTrustStatusResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->GetTrustStatus(&context, {}, &response).ok());
  EXPECT_EQ(response.replay().remembered(), 1);
  EXPECT_EQ(response.replay().shared_store(), "none");
}

class PurgeTest : public VerificationServiceTest {
 protected:
  // "CODE field" or how many.
  std::string Purge(const sti::v1::PurgeCertificatesRequest& request) {
    grpc::ClientContext context;
    sti::v1::PurgeCertificatesResponse response;
    const absl::Status status = rpc::FromGrpcStatus(admin_->PurgeCertificates(&context, request, &response));
    if (status.ok()) return absl::StrCat(response.purged());
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }
  void Warm() {
    VerifyResponse response;
    ASSERT_TRUE(Verify(WarmRequest(), response).ok());
  }

  std::unique_ptr<sti::v1::Verification::Stub> admin_ =
      sti::v1::Verification::NewStub(server_.Channel("admin.example"));
};

TEST_F(PurgeTest, TheNextCallDownloadsAgain) {
  Warm();
  sti::v1::PurgeCertificatesRequest request;
  request.add_urls(kDemoUrl);
  EXPECT_EQ(Purge(request), "1");
  EXPECT_EQ(Purge(request), "0");
  Warm();
  EXPECT_EQ(fetcher_->fetches(kDemoUrl), 2);
}

TEST_F(PurgeTest, AHostOrEverythingMayBeNamed) {
  Warm();
  sti::v1::PurgeCertificatesRequest request;
  request.add_hosts("other.example.net");
  EXPECT_EQ(Purge(request), "0");
  request.add_hosts("CR.example.net");
  EXPECT_EQ(Purge(request), "1");
  Warm();
  request.Clear();
  request.set_all(true);
  EXPECT_EQ(Purge(request), "1");
}

TEST_F(PurgeTest, ADiskThatDoesNotKnowIsAnError) {
  Warm();
  saved_ = MakeError(Reason::kStorageFailed, "disk full");
  sti::v1::PurgeCertificatesRequest request;
  request.set_all(true);
  EXPECT_EQ(Purge(request), "STORAGE_FAILED ");
}

TEST_F(PurgeTest, WhatNamesNothingIsRefused) {
  sti::v1::PurgeCertificatesRequest request;
  EXPECT_EQ(Purge(request), "INVALID_FIELD urls");
  request.add_urls("http://x/");
  EXPECT_EQ(Purge(request), "INVALID_FIELD urls");
  for (const char* host : {"", "a b", "x/y", "x:8443", "u@x"}) {
    request.Clear();
    request.add_hosts(host);
    EXPECT_EQ(Purge(request), "INVALID_FIELD hosts[0]") << host;
  }
}

TEST_F(PurgeTest, OnlyAdminsMay) {
  sti::v1::PurgeCertificatesRequest request;
  request.set_all(true);
  grpc::ClientContext context;
  sti::v1::PurgeCertificatesResponse response;
  EXPECT_EQ(stub_->PurgeCertificates(&context, request, &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(VerificationServiceTest, WithoutATrustListItDoesNotJudge) {
  trust_.Publish(0, nullptr);
  VerifyResponse response;
  EXPECT_EQ(ReasonOf(rpc::FromGrpcStatus(Verify(WarmRequest(), response))), Reason::kNotReady);
  sti::v1::GetTrustStatusResponse status;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->GetTrustStatus(&context, {}, &status).ok());
  EXPECT_EQ(status.trust_list_sequence(), 0);
}

}  // namespace
}  // namespace sti::vs

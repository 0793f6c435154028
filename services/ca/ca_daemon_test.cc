// sti-ca as a whole: real TLS, real sockets, real disk.
#include "services/ca/ca_daemon.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/pki/certificate.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/testing/grpc_server.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/grpc/health/v1/health.grpc.pb.h"
#include "proto/sti/v1/audit.grpc.pb.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/ca/ca_daemon_testing.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// Made once: it costs more than the tests.
struct Material {
  testing::TlsMaterial tls;
  testing::TlsFiles client = tls.Client("sti-as");
  testing::TlsFiles admin = tls.Client("admin");
  Requests requests{absl::Now()};
};
Material& Made() {
  static Material material;
  return material;
}

class CaDaemonTest : public ::testing::Test {
 protected:
  CaDaemonTest() { Start(); }

  void Start() {
    absl::StatusOr<std::unique_ptr<CaDaemon>> started =
        CaDaemon::Start(config_, SystemClock::Instance(), crypto::SystemRandom::Instance());
    ASSERT_TRUE(started.ok()) << started.status();
    ca_ = *std::move(started);
  }
  void Restart() {
    ca_->Stop(absl::Seconds(5));
    ca_.reset();
    Start();
  }

  std::shared_ptr<grpc::Channel> Channel(const testing::TlsFiles& files) {
    return *rpc::OpenChannel(testing::GrpcClientConfig(files, ca_->grpc_port()));
  }
  absl::StatusOr<sti::v1::IssueCertificateResponse> Issue(absl::string_view csr, absl::string_view token) {
    sti::v1::IssueCertificateRequest request;
    request.set_csr(requests_.Csr(csr));
    request.set_spc_token(requests_.Token(token));
    sti::v1::IssueCertificateResponse response;
    grpc::ClientContext context;
    const grpc::Status status = sti::v1::CertificateAuthority::NewStub(Channel(client_))
                                    ->IssueCertificate(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpcStatus(status);
    return response;
  }
  std::unique_ptr<sti::v1::AuthorityAdmin::Stub> Admin(const testing::TlsFiles& files) {
    return sti::v1::AuthorityAdmin::NewStub(Channel(files));
  }
  testing::Finished Curl(const std::string& url, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"curl",      "--silent", "--show-error",
                                          "--include", "--cacert", Made().tls.ca_file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(url);
    return testing::Run(arguments);
  }

  testing::TempDir dir_;
  const testing::TlsFiles& client_ = Made().client;
  const testing::TlsFiles& admin_ = Made().admin;
  const Requests& requests_ = Made().requests;
  sti::config::v1::CertificateAuthorityServer config_ = DemoConfig(dir_, Made().tls);
  std::unique_ptr<CaDaemon> ca_;
};

TEST_F(CaDaemonTest, IssuedChainIsWhatItsUrlDelivers) {
  const auto issued = Issue("good", "good1");
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->x5u(),
            absl::StrCat("https://127.0.0.1:", ca_->https_port(), "/certs/", issued->serial(), ".pem"));
  EXPECT_GT(issued->not_after().seconds(), issued->not_before().seconds());
  const testing::Finished got = Curl(issued->x5u());
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr(" 200 "));
  EXPECT_THAT(got.out, HasSubstr("Content-Type: application/pem-certificate-chain\r\n"));
  EXPECT_THAT(got.out, HasSubstr("Cache-Control: public, max-age=86400, immutable\r\n"));
  EXPECT_TRUE(absl::EndsWith(got.out, absl::StrCat("\r\n\r\n", issued->chain_pem())));
}

TEST_F(CaDaemonTest, RepositoryAnswersHeadAndConditionalRequestsAndRefusesTheRest) {
  const auto issued = Issue("good", "good1");
  ASSERT_TRUE(issued.ok()) << issued.status();
  const testing::Finished head = Curl(issued->x5u(), {"--head"});
  EXPECT_THAT(head.out, HasSubstr(" 200 "));
  EXPECT_THAT(head.out, HasSubstr(absl::StrCat("Content-Length: ", issued->chain_pem().size(), "\r\n")));
  EXPECT_THAT(head.out, Not(HasSubstr("BEGIN CERTIFICATE")));

  const size_t begin = head.out.find("ETag: ") + 6;
  const std::string etag = head.out.substr(begin, head.out.find("\r\n", begin) - begin);
  EXPECT_THAT(etag, MatchesRegex("\"[0-9a-f]{64}\""));
  EXPECT_THAT(Curl(issued->x5u(), {"--header", absl::StrCat("If-None-Match: ", etag)}).out,
              HasSubstr(" 304 "));

  EXPECT_THAT(Curl(issued->x5u() + "x").out, HasSubstr(" 404 "));
  const testing::Finished posted = Curl(issued->x5u(), {"--data", "x"});
  EXPECT_THAT(posted.out, HasSubstr(" 405 "));
  EXPECT_THAT(posted.out, HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(CaDaemonTest, RefusalArrivesWithReasonFieldAndText) {
  const absl::Status replayed = [&] {
    EXPECT_TRUE(Issue("good", "good1").ok());
    return Issue("good", "good1").status();
  }();
  EXPECT_EQ(ReasonOf(replayed), Reason::kSpcTokenReplayed);
  EXPECT_EQ(FieldOf(replayed), "spc_token");
  EXPECT_THAT(std::string(replayed.message()), HasSubstr("used before"));
  EXPECT_EQ(ReasonOf(Issue("bad_signature", "good2").status()), Reason::kCsrInvalid);
  EXPECT_EQ(ReasonOf(Issue("good", "forged").status()), Reason::kSpcTokenSignatureInvalid);
}

TEST_F(CaDaemonTest, TokensThatAreRefusedAreInTheAuditAndAFloodOfThemIsOneEvent) {
  ASSERT_TRUE(Issue("good", "good1").ok());
  EXPECT_EQ(ReasonOf(Issue("good", "good1").status()), Reason::kSpcTokenReplayed);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ReasonOf(Issue("good", "forged").status()), Reason::kSpcTokenSignatureInvalid);
  }
  EXPECT_EQ(ReasonOf(Issue("bad_signature", "good2").status()), Reason::kCsrInvalid);
  sti::v1::ListAuditEventsRequest request;
  request.set_spc("1234");
  sti::v1::ListAuditEventsResponse response;
  grpc::ClientContext context;
  const grpc::Status listed =
      sti::v1::Audit::NewStub(Channel(admin_))->ListAuditEvents(&context, request, &response);
  ASSERT_TRUE(listed.ok()) << listed.error_message();
  ASSERT_EQ(response.events_size(), 2);
  EXPECT_EQ(response.events(0).outcome(), "done");
  EXPECT_EQ(response.events(1).action(), "certificate.issue");
  EXPECT_EQ(response.events(1).object(), "rpc/IssueCertificate");
  EXPECT_EQ(response.events(1).outcome(), "SPC_TOKEN_REPLAYED");
  EXPECT_EQ(response.events(1).client(), "sti-as");
  // As the certificate's event has it.
  const std::string& refused = response.events(1).after();
  EXPECT_THAT(refused, MatchesRegex(R"(\{"jti":"[^"]{36}"\})"));
  EXPECT_THAT(response.events(0).after(), HasSubstr(refused.substr(1, refused.size() - 2)));
}

TEST_F(CaDaemonTest, TimestampOutOfItsTypeIsRefused) {
  sti::v1::IssueCertificateRequest request;
  request.set_csr(requests_.Csr("good"));
  request.set_spc_token(requests_.Token("good1"));
  request.mutable_not_after()->set_seconds(INT64_MAX);
  sti::v1::IssueCertificateResponse response;
  grpc::ClientContext context;
  const absl::Status status = rpc::FromGrpcStatus(sti::v1::CertificateAuthority::NewStub(Channel(client_))
                                                      ->IssueCertificate(&context, request, &response));
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidField);
  EXPECT_EQ(FieldOf(status), "not_after");
}

TEST_F(CaDaemonTest, AdministrationIsForAdmins) {
  const auto refused = [&](auto call) {
    grpc::ClientContext context;
    return ReasonOf(rpc::FromGrpcStatus(call(*Admin(client_), context)));
  };
  sti::v1::ListCertificatesResponse page;
  sti::v1::CertificateRecord record;
  sti::v1::GetAuthorityChainResponse chain;
  using Stub = sti::v1::AuthorityAdmin::Stub;
  EXPECT_EQ(refused([&](Stub& s, grpc::ClientContext& c) { return s.ListCertificates(&c, {}, &page); }),
            Reason::kPermissionDenied);
  EXPECT_EQ(refused([&](Stub& s, grpc::ClientContext& c) { return s.GetCertificate(&c, {}, &record); }),
            Reason::kPermissionDenied);
  EXPECT_EQ(refused([&](Stub& s, grpc::ClientContext& c) { return s.GetAuthorityChain(&c, {}, &chain); }),
            Reason::kPermissionDenied);
}

TEST_F(CaDaemonTest, AdminListsPagesFiltersAndGets) {
  ASSERT_TRUE(Issue("good", "good1").ok());
  const auto second = Issue("second", "second");
  ASSERT_TRUE(second.ok());
  const auto list = [&](const sti::v1::ListCertificatesRequest& request) {
    sti::v1::ListCertificatesResponse page;
    grpc::ClientContext context;
    const grpc::Status status = Admin(admin_)->ListCertificates(&context, request, &page);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return page;
  };
  sti::v1::ListCertificatesRequest request;
  request.set_page_size(1);
  sti::v1::ListCertificatesResponse page = list(request);
  ASSERT_EQ(page.certificates_size(), 1);
  EXPECT_EQ(page.certificates(0).requested_by(), "sti-as");
  EXPECT_TRUE(page.certificates(0).chain_pem().empty());
  request.set_page_token(page.next_page_token());
  page = list(request);
  ASSERT_EQ(page.certificates_size(), 1);
  EXPECT_EQ(page.certificates(0).serial(), second->serial());
  EXPECT_TRUE(page.next_page_token().empty());

  sti::v1::ListCertificatesRequest other;
  other.set_spc("5678");
  EXPECT_EQ(list(other).certificates_size(), 0);
  sti::v1::ListCertificatesRequest soon;
  *soon.mutable_expiring_before() = second->not_after();
  EXPECT_LT(list(soon).certificates_size(), 2);
  soon.mutable_expiring_before()->set_seconds(second->not_after().seconds() + 1);
  EXPECT_EQ(list(soon).certificates_size(), 2);

  sti::v1::GetCertificateRequest get;
  get.set_serial(second->serial());
  sti::v1::CertificateRecord record;
  grpc::ClientContext context;
  ASSERT_TRUE(Admin(admin_)->GetCertificate(&context, get, &record).ok());
  EXPECT_EQ(record.chain_pem(), second->chain_pem());
  EXPECT_EQ(record.x5u(), second->x5u());
  get.set_serial("00FF");
  grpc::ClientContext unknown;
  EXPECT_EQ(ReasonOf(rpc::FromGrpcStatus(Admin(admin_)->GetCertificate(&unknown, get, &record))),
            Reason::kNotFound);
}

// What the STI-PA may have done, and all else that it may not.
TEST_F(CaDaemonTest, PolicyAdministratorRevokesBySpcAndDoesNothingElse) {
  ca_->Stop(absl::ZeroDuration());
  config_.add_policy_administrators("sti-pa");
  Start();
  const auto issued = Issue("good", "good1");
  ASSERT_TRUE(issued.ok()) << issued.status();
  const testing::TlsFiles policy = Made().tls.Client("sti-pa");
  const auto revoke = [&](const testing::TlsFiles& as, bool dry_run) {
    sti::v1::RevokeSpcRequest request;
    request.set_spc("1234");
    request.set_reason_code(9);
    request.set_dry_run(dry_run);
    sti::v1::RevokeSpcResponse response;
    grpc::ClientContext context;
    const absl::Status status = rpc::FromGrpcStatus(Admin(as)->RevokeSpc(&context, request, &response));
    return std::make_pair(ReasonOf(status), response.serials_size());
  };
  EXPECT_EQ(revoke(client_, true).first, Reason::kPermissionDenied);
  EXPECT_EQ(revoke(client_, false).first, Reason::kPermissionDenied);
  EXPECT_EQ(revoke(policy, true), std::make_pair(Reason::kNone, 1));
  EXPECT_EQ(revoke(policy, false), std::make_pair(Reason::kNone, 1));
  EXPECT_EQ(revoke(admin_, false), std::make_pair(Reason::kNone, 0));

  const auto refused = [&](auto call) {
    grpc::ClientContext context;
    EXPECT_EQ(ReasonOf(rpc::FromGrpcStatus(call(*Admin(policy), context))), Reason::kPermissionDenied);
  };
  using Stub = sti::v1::AuthorityAdmin::Stub;
  using Context = grpc::ClientContext;
  sti::v1::ListCertificatesResponse page;
  sti::v1::CertificateRecord record;
  sti::v1::GetAuthorityChainResponse chain;
  sti::v1::ListAccountsResponse accounts;
  sti::v1::AcmeAccount account;
  sti::v1::ExternalAccountKey key;
  refused([&](Stub& s, Context& c) { return s.ListCertificates(&c, {}, &page); });
  refused([&](Stub& s, Context& c) { return s.GetCertificate(&c, {}, &record); });
  refused([&](Stub& s, Context& c) { return s.GetAuthorityChain(&c, {}, &chain); });
  refused([&](Stub& s, Context& c) { return s.RevokeCertificate(&c, {}, &record); });
  refused([&](Stub& s, Context& c) { return s.ListAccounts(&c, {}, &accounts); });
  refused([&](Stub& s, Context& c) { return s.PauseAccount(&c, {}, &account); });
  refused([&](Stub& s, Context& c) { return s.ResumeAccount(&c, {}, &account); });
  refused([&](Stub& s, Context& c) { return s.CreateExternalAccountKey(&c, {}, &key); });
  sti::v1::IssueCertificateResponse delegate;
  sti::v1::RateLimit limit;
  sti::v1::ListRateLimitsResponse limits;
  sti::v1::Organization organization;
  sti::v1::ListOrganizationsResponse organizations;
  refused([&](Stub& s, Context& c) { return s.IssueDelegate(&c, {}, &delegate); });
  refused([&](Stub& s, Context& c) { return s.SetRateLimit(&c, {}, &limit); });
  refused([&](Stub& s, Context& c) { return s.ListRateLimits(&c, {}, &limits); });
  refused([&](Stub& s, Context& c) { return s.SetOrganization(&c, {}, &organization); });
  refused([&](Stub& s, Context& c) { return s.ListOrganizations(&c, {}, &organizations); });
}

TEST_F(CaDaemonTest, AuthorityChainIsTheConfiguredOne) {
  sti::v1::GetAuthorityChainResponse chain;
  grpc::ClientContext context;
  ASSERT_TRUE(Admin(admin_)->GetAuthorityChain(&context, {}, &chain).ok());
  EXPECT_EQ(chain.issuing_pem(), ReadDemo("int.pem"));
  EXPECT_EQ(chain.root_pem(), ReadDemo("root.pem"));
}

// The issuing CA is exchanged: the one before is listed beside the new one.
TEST_F(CaDaemonTest, WhatTheIssuingCaBeforeHasIssuedStaysPublishedAndRevocable) {
  const auto before = Issue("good", "good1");
  ASSERT_TRUE(before.ok()) << before.status();
  sti::config::v1::OtherIssuer& other = *config_.add_other_issuers();
  other.set_certificate_file(config_.issuing_certificate_file());
  other.set_key_file(config_.issuing_key_file());
  other.set_root_certificate_file(config_.root_certificate_file());
  config_.set_issuing_certificate_file(requests_.PathOf("int1.pem"));
  config_.set_issuing_key_file(requests_.PathOf("int1.key"));
  config_.set_root_certificate_file(requests_.PathOf("root1.pem"));
  Restart();
  const auto after = Issue("good", "good2");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_THAT(after->chain_pem(), HasSubstr(requests_.File("int1.pem")));
  const std::string url =
      absl::StrCat("https://127.0.0.1:", ca_->https_port(), "/certs/", before->serial(), ".pem");
  EXPECT_TRUE(absl::EndsWith(Curl(url).out, before->chain_pem()));
  EXPECT_THAT(before->chain_pem(), HasSubstr(ReadDemo("int.pem")));

  sti::v1::GetAuthorityChainResponse chain;
  grpc::ClientContext shown;
  ASSERT_TRUE(Admin(admin_)->GetAuthorityChain(&shown, {}, &chain).ok());
  EXPECT_EQ(chain.issuing_pem(), requests_.File("int1.pem"));
  ASSERT_EQ(chain.others_size(), 1);
  EXPECT_EQ(chain.others(0).issuing_pem(), ReadDemo("int.pem"));

  sti::v1::RevokeCertificateRequest request;
  request.set_serial(before->serial());
  request.set_reason_code(4);
  sti::v1::CertificateRecord record;
  grpc::ClientContext context;
  const grpc::Status revoked = Admin(admin_)->RevokeCertificate(&context, request, &record);
  ASSERT_TRUE(revoked.ok()) << revoked.error_message();
  EXPECT_TRUE(record.has_revoked());
}

TEST_F(CaDaemonTest, OperatorsSetLimitsAndNames) {
  sti::v1::SetRateLimitRequest limit;
  limit.mutable_rate_limit()->set_subject("spc/1234");
  limit.mutable_rate_limit()->set_limit("certificates_per_day");
  limit.mutable_rate_limit()->set_value(1);
  sti::v1::RateLimit set;
  grpc::ClientContext first;
  ASSERT_TRUE(Admin(admin_)->SetRateLimit(&first, limit, &set).ok());
  sti::v1::SetOrganizationRequest name;
  name.set_spc("1234");
  name.set_name("Vetted Telephone");
  sti::v1::Organization organization;
  grpc::ClientContext second;
  ASSERT_TRUE(Admin(admin_)->SetOrganization(&second, name, &organization).ok());
  const auto issued = Issue("good", "good1");
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(pki::CertificateChain::Parse(issued->chain_pem())->leaf().subject().Organization(),
            "Vetted Telephone");
  EXPECT_EQ(ReasonOf(Issue("good", "good2").status()), Reason::kOverloaded);
  sti::v1::ListRateLimitsResponse limits;
  grpc::ClientContext third;
  ASSERT_TRUE(Admin(admin_)->ListRateLimits(&third, {}, &limits).ok());
  ASSERT_EQ(limits.rate_limits_size(), 1);
  EXPECT_EQ(limits.rate_limits(0).value(), 1);
  limit.set_remove(true);
  grpc::ClientContext fourth;
  ASSERT_TRUE(Admin(admin_)->SetRateLimit(&fourth, limit, &set).ok());
  EXPECT_TRUE(Issue("good", "good2").ok());
}

TEST_F(CaDaemonTest, RestartForgetsNothing) {
  const auto issued = Issue("good", "good1");
  ASSERT_TRUE(issued.ok()) << issued.status();
  Restart();
  EXPECT_EQ(ReasonOf(Issue("good", "good1").status()), Reason::kSpcTokenReplayed);
  const std::string url =
      absl::StrCat("https://127.0.0.1:", ca_->https_port(), "/certs/", issued->serial(), ".pem");
  EXPECT_TRUE(absl::EndsWith(Curl(url).out, issued->chain_pem()));
}

TEST_F(CaDaemonTest, HealthSaysServing) {
  grpc::health::v1::HealthCheckResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(grpc::health::v1::Health::NewStub(Channel(client_))->Check(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(CaDaemonTest, BusyPortIsNamed) {
  config_.mutable_repository()->mutable_https()->set_listen(absl::StrCat("127.0.0.1:", ca_->https_port()));
  config_.set_state_dir(dir_.File("other"));
  const absl::Status status =
      CaDaemon::Start(config_, SystemClock::Instance(), crypto::SystemRandom::Instance()).status();
  EXPECT_EQ(ReasonOf(status), Reason::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(ca_->https_port())));
}

}  // namespace
}  // namespace sti::ca

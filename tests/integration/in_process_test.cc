// All four daemons in one process, over real TLS, sockets and disks, under a clock that the test sets.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/testing/fake_clock.h"
#include "common/testing/grpc_server.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/as/as_daemon.h"
#include "services/ca/ca_daemon.h"
#include "services/pa/pa_daemon.h"
#include "services/vs/vs_daemon.h"

namespace sti {
namespace {

using sti::v1::Authentication;
using sti::v1::PolicyAdmin;
using sti::v1::Verification;

std::string Demo(const std::string& name) {
  std::ifstream file(absl::StrCat("tests/vectors/demo-pki/", name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Calls until the answer is as wanted; gives the last one. Bounded by the test's own time limit.
template <typename Ask>
auto Await(Ask ask) {
  auto answer = ask();
  while (!answer.has_value()) {
    std::this_thread::yield();
    answer = ask();
  }
  return *answer;
}

class FourDaemonsTest : public ::testing::Test {
 protected:
  FourDaemonsTest() : clock_(absl::Now()) {
    StartPa();
    StartCa();
    StartAs();
    StartVs();
  }

  template <typename Daemon>
  static std::unique_ptr<Daemon> Must(absl::StatusOr<std::unique_ptr<Daemon>> daemon) {
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    return *std::move(daemon);
  }

  void StartPa() {
    sti::config::v1::PolicyAdministratorServer config;
    *config.mutable_grpc() = testing::GrpcServerConfig(tls_.Server());
    config.set_state_dir(dir_.File("pa"));
    config.set_root_certificate_file(pa_root_);
    config.set_signer_certificate_file(dir_.Write("signer.pem", Demo("pa-token-signer.pem")));
    config.set_signer_key_file(dir_.Write("signer.key", Demo("pa-token-signer.key")));
    config.set_crl_signer_certificate_file(dir_.Write("crl.pem", Demo("pa-crl-signer.pem")));
    config.set_crl_signer_key_file(dir_.Write("crl.key", Demo("pa-crl-signer.key")));
    config.set_token_seconds(3600);
    config.set_document_seconds(86400);
    config.set_crl_url("https://pa.example.net/crl");
    config.add_admins("admin");
    pa_ = Must(pa::PaDaemon::Start(config, clock_, crypto::SystemRandom::Instance()));
  }

  void StartCa() {
    sti::config::v1::CertificateAuthorityServer config;
    *config.mutable_grpc() = testing::GrpcServerConfig(tls_.Server());
    config.set_state_dir(dir_.File("ca"));
    auto& https = *config.mutable_repository()->mutable_https();
    const testing::TlsFiles files = tls_.Server();
    https.set_listen("127.0.0.1:0");
    https.set_certificate_file(files.certificate_file);
    https.set_key_file(files.key_file);
    config.mutable_repository()->set_max_age_seconds(86400);
    config.set_issuing_certificate_file(dir_.Write("int.pem", Demo("int.pem")));
    config.set_issuing_key_file(dir_.Write("int.key", Demo("int.key")));
    config.set_root_certificate_file(dir_.Write("root.pem", Demo("root.pem")));
    config.set_pa_root_file(pa_root_);
    config.add_admins("admin");
    config.set_certificate_days(90);
    config.set_policy_oid("2.16.840.1.114569.1.1.4");
    config.set_country("US");
    ca_ = Must(ca::CaDaemon::Start(config, clock_, crypto::SystemRandom::Instance()));
  }

  void StartAs() {
    sti::config::v1::AuthenticationServer config;
    *config.mutable_grpc() = testing::GrpcServerConfig(tls_.Server());
    config.set_state_dir(dir_.File("as"));
    auto& provider = *config.add_providers();
    provider.set_name("demo");
    provider.set_spc("1234");
    provider.set_organization("Demo Telephone");
    provider.set_country("US");
    provider.set_country_code("1");
    provider.add_clients("sbc");
    provider.add_attesting_clients("sbc");
    auto& enrolment = *provider.mutable_enrolment();
    *enrolment.mutable_pa() = testing::GrpcClientConfig(tls_.Client("sti-as"), pa_->grpc_port());
    *enrolment.mutable_ca() = testing::GrpcClientConfig(tls_.Client("sti-as"), ca_->grpc_port());
    enrolment.set_retry_seconds(1);
    enrolment.set_renew_percent(33);
    config.set_freshness_seconds(60);
    // What the loader fills in for a configuration of YAML.
    config.mutable_self_check()->add_allowed_ports(443);
    config.mutable_limits()->set_max_calls_in_flight(1000);
    config.mutable_records()->set_queue(1000);
    as_ = Must(as::AsDaemon::Start(config, clock_, crypto::SystemRandom::Instance()));
  }

  void StartVs() {
    sti::config::v1::VerificationServer config;
    *config.mutable_grpc() = testing::GrpcServerConfig(tls_.Server());
    config.set_state_dir(dir_.File("vs"));
    auto& domain = *config.add_trust_domains();
    domain.set_name("default");
    *domain.mutable_pa() = testing::GrpcClientConfig(tls_.Client("sti-vs"), pa_->grpc_port());
    domain.set_pa_root_file(pa_root_);
    domain.set_refresh_seconds(600);
    domain.set_delegates(true);
    auto& download = *config.mutable_download();
    download.set_ca_file(tls_.ca_file());
    download.add_allowed_ports(ca_->https_port());
    download.add_allowed_special_addresses("127.0.0.0/8");
    download.set_timeout_ms(20000);
    download.set_cache_seconds(86400);
    download.set_negative_cache_seconds(10);
    download.set_cache_entries(100);
    download.set_max_downloads(8);
    download.set_max_downloads_per_host(8);
    download.set_max_downloads_per_address(8);
    config.mutable_replay()->set_entries(1024);
    config.mutable_replay()->set_redis_timeout_ms(20);
    vs_ = Must(vs::VsDaemon::Start(config, clock_));
  }

  std::shared_ptr<grpc::Channel> Channel(const std::string& identity, int port) {
    return *rpc::OpenChannel(testing::GrpcClientConfig(tls_.Client(identity), port));
  }

  void RegisterAndApprove() {
    const auto admin = PolicyAdmin::NewStub(Channel("admin", pa_->grpc_port()));
    sti::v1::RegisterProviderRequest provider;
    provider.mutable_provider()->set_id("demo");
    provider.mutable_provider()->set_name("Demo Telephone");
    provider.mutable_provider()->add_spcs("1234");
    provider.mutable_provider()->add_client_identities("sti-as");
    sti::v1::Provider registered;
    grpc::ClientContext first;
    ASSERT_TRUE(admin->RegisterProvider(&first, provider, &registered).ok());
    sti::v1::ApproveAuthorityRequest authority;
    authority.set_name("Demo CA");
    authority.set_root_pem(Demo("root.pem"));
    sti::v1::Authority approved;
    grpc::ClientContext second;
    ASSERT_TRUE(admin->ApproveAuthority(&second, authority, &approved).ok());
  }

  absl::StatusOr<sti::v1::SignResponse> Sign() {
    sti::v1::SignRequest request;
    request.mutable_orig()->set_tn("+1 215 555 0121");
    request.mutable_dest()->add_tn("12155550131");
    request.set_attest(sti::v1::ATTESTATION_A);
    sti::v1::SignResponse response;
    grpc::ClientContext context;
    const auto status =
        Authentication::NewStub(Channel("sbc", as_->grpc_port()))->Sign(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpcStatus(status);
    return response;
  }

  absl::StatusOr<sti::v1::VerifyResponse> Verify(const std::string& identity) {
    sti::v1::VerifyRequest request;
    request.add_identity(identity);
    request.set_from("12155550121");
    request.set_to("12155550131");
    sti::v1::VerifyResponse response;
    grpc::ClientContext context;
    const auto status =
        Verification::NewStub(Channel("sbc", vs_->grpc_port()))->Verify(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpcStatus(status);
    return response;
  }

  // Until sti-as has enrolled.
  sti::v1::SignResponse SignedCall() {
    return Await([this]() -> std::optional<sti::v1::SignResponse> {
      const auto signed_call = Sign();
      if (signed_call.ok()) return *signed_call;
      EXPECT_EQ(ReasonOf(signed_call.status()), Reason::kNotReady) << signed_call.status();
      return std::nullopt;
    });
  }

  // Until sti-vs has the trust list that knows the CA.
  sti::v1::VerifyResponse Verdict(const std::string& identity, const std::string& reason) {
    return Await([&]() -> std::optional<sti::v1::VerifyResponse> {
      const auto verdict = Verify(identity);
      if (verdict.ok() && verdict->reason() == reason) return *verdict;
      return std::nullopt;
    });
  }

  testing::TempDir dir_;
  testing::TlsMaterial tls_;
  testing::FakeClock clock_;
  const std::string pa_root_ = dir_.Write("pa-root.pem", Demo("pa-root.pem"));
  std::unique_ptr<pa::PaDaemon> pa_;
  std::unique_ptr<ca::CaDaemon> ca_;
  std::unique_ptr<as::AsDaemon> as_;
  std::unique_ptr<vs::VsDaemon> vs_;
};

TEST_F(FourDaemonsTest, ACallIsSignedAndVerified) {
  EXPECT_EQ(ReasonOf(Sign().status()), Reason::kNotReady) << "nobody has registered the provider yet";
  RegisterAndApprove();
  const sti::v1::SignResponse call = SignedCall();
  const sti::v1::VerifyResponse verdict = Verdict(call.identity(), "NONE");
  EXPECT_EQ(verdict.verstat(), "TN-Validation-Passed");
  EXPECT_EQ(verdict.attestation(), sti::v1::ATTESTATION_A);
  EXPECT_EQ(verdict.origid(), call.origid());
  EXPECT_EQ(verdict.signer().spc(), "1234");
  EXPECT_EQ(verdict.signer().x5u(), call.x5u());
  EXPECT_TRUE(Verify(call.identity())->headers(0).certificate_cached());
}

TEST_F(FourDaemonsTest, ATokenOfSixtySecondsIsFreshAndOneSecondMoreIsStale) {
  RegisterAndApprove();
  const sti::v1::SignResponse call = SignedCall();
  Verdict(call.identity(), "NONE");
  clock_.Set(absl::FromUnixSeconds(call.iat() + 60));
  EXPECT_EQ(Verify(call.identity())->reason(), "NONE");
  clock_.Set(absl::FromUnixSeconds(call.iat() + 61));
  const auto stale = Verify(call.identity());
  EXPECT_EQ(stale->reason(), "IAT_STALE");
  EXPECT_EQ(stale->sip_code(), 403);
  EXPECT_EQ(stale->verstat(), "No-TN-Validation");
}

TEST_F(FourDaemonsTest, AClockBeforeTheCertificateSignsNothing) {
  RegisterAndApprove();
  SignedCall();
  clock_.Advance(-absl::Hours(24));
  EXPECT_EQ(ReasonOf(Sign().status()), Reason::kCertificateNotYetValid);
}

TEST_F(FourDaemonsTest, StoppingIsCleanInAnyOrder) {
  RegisterAndApprove();
  SignedCall();
  pa_->Stop(absl::Seconds(5));
  as_->Stop(absl::Seconds(5));
  ca_->Stop(absl::Seconds(5));
  vs_->Stop(absl::Seconds(5));
  EXPECT_EQ(Sign().status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sti

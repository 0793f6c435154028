// sti-pa as a whole: real TLS, real sockets, real disk.
#include "services/pa/pa_daemon.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/testing/grpc_server.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/grpc/health/v1/health.grpc.pb.h"
#include "services/pa/pa_testing.h"

namespace sti::pa {
namespace {

using grpc::ClientContext;
using sti::v1::PolicyAdmin;
using sti::v1::SpcTokens;
using sti::v1::Trust;
using sti::v1::TrustVersion;
using ::testing::HasSubstr;

constexpr char kFingerprint[] =
    "SHA256 65:3A:93:EA:F1:25:21:D3:E1:44:F9:42:54:83:92:9B:09:74:47:D2:31:05:9B:F7:BF:3A:23:07:82:83:77:92";

// Made once: it costs more than the tests.
struct Material {
  testing::TlsMaterial tls;
  testing::TlsFiles server = tls.Server();
  testing::TlsFiles admin = tls.Client("admin");
  testing::TlsFiles client = tls.Client("sti-as");
  testing::TlsFiles ca = tls.Client("sti-ca");
  testing::TlsFiles other_ca = tls.Client("other-ca");
};
Material& Made() {
  static Material material;
  return material;
}

class PaDaemonTest : public ::testing::Test {
 protected:
  PaDaemonTest() {
    *config_.mutable_grpc() = testing::GrpcServerConfig(Made().server);
    config_.set_state_dir(dir_.File("state"));
    config_.set_root_certificate_file(dir_.Write("root.pem", ReadDemo("pa-root.pem")));
    config_.set_signer_certificate_file(dir_.Write("signer.pem", ReadDemo("pa-token-signer.pem")));
    config_.set_signer_key_file(dir_.Write("signer.key", ReadDemo("pa-token-signer.key")));
    config_.set_crl_signer_certificate_file(dir_.Write("crl.pem", ReadDemo("pa-crl-signer.pem")));
    config_.set_crl_signer_key_file(dir_.Write("crl.key", ReadDemo("pa-crl-signer.key")));
    config_.set_token_seconds(3600);
    config_.set_document_seconds(86400);
    config_.set_crl_url("https://pa.example.net/crl");
    config_.add_admins("admin");
    AddReporter("sti-ca", "int.pem");
    AddReporter("other-ca", "pa-root.pem");
    Start();
  }

  void AddReporter(const std::string& client, const std::string& issuing) {
    sti::config::v1::RevocationReporter& reporter = *config_.add_revocation_reporters();
    reporter.set_client(client);
    reporter.set_issuing_certificate_file(dir_.Write("issuing-" + issuing, ReadDemo(issuing)));
  }
  void Start() {
    absl::StatusOr<std::unique_ptr<PaDaemon>> started =
        PaDaemon::Start(config_, SystemClock::Instance(), crypto::SystemRandom::Instance());
    ASSERT_TRUE(started.ok()) << started.status();
    pa_ = *std::move(started);
  }
  std::shared_ptr<grpc::Channel> Channel(const testing::TlsFiles& files) {
    return *rpc::OpenChannel(testing::GrpcClientConfig(files, pa_->grpc_port()));
  }

  absl::Status Register(const std::string& id, const std::string& spc, const std::string& identity,
                        const testing::TlsFiles& as) {
    sti::v1::RegisterProviderRequest request;
    request.mutable_provider()->set_id(id);
    request.mutable_provider()->set_name(id);
    request.mutable_provider()->add_spcs(spc);
    request.mutable_provider()->add_client_identities(identity);
    sti::v1::Provider response;
    ClientContext context;
    return rpc::FromGrpcStatus(
        PolicyAdmin::NewStub(Channel(as))->RegisterProvider(&context, request, &response));
  }
  absl::StatusOr<sti::v1::IssueTokenResponse> IssueToken(const testing::TlsFiles& as) {
    sti::v1::IssueTokenRequest request;
    request.set_tn_auth_list(absl::HexStringToBytes("3008a006160431323334"));
    request.set_fingerprint(kFingerprint);
    sti::v1::IssueTokenResponse response;
    ClientContext context;
    const grpc::Status status = SpcTokens::NewStub(Channel(as))->IssueToken(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpcStatus(status);
    return response;
  }
  absl::Status Approve(const testing::TlsFiles& as) {
    sti::v1::ApproveAuthorityRequest request;
    request.set_name("Demo CA");
    request.set_root_pem(ReadDemo("root.pem"));
    sti::v1::Authority response;
    ClientContext context;
    return rpc::FromGrpcStatus(
        PolicyAdmin::NewStub(Channel(as))->ApproveAuthority(&context, request, &response));
  }

  absl::Status Revoke(const testing::TlsFiles& as, const sti::v1::RecordRevocationRequest& request) {
    sti::v1::Revocation response;
    ClientContext context;
    return rpc::FromGrpcStatus(
        PolicyAdmin::NewStub(Channel(as))->RecordRevocation(&context, request, &response));
  }

  testing::TempDir dir_;
  const testing::TlsFiles& admin_ = Made().admin;
  const testing::TlsFiles& client_ = Made().client;
  sti::config::v1::PolicyAdministratorServer config_;
  std::unique_ptr<PaDaemon> pa_;
};

TEST_F(PaDaemonTest, ProviderGetsATokenAndTheAdminFindsItInTheLog) {
  EXPECT_EQ(ReasonOf(IssueToken(client_).status()), Reason::kProviderUnknown);
  ASSERT_TRUE(Register("acme", "1234", "sti-as", admin_).ok());
  const auto issued = IssueToken(client_);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->crl_url(), "https://pa.example.net/crl");

  sti::v1::ListTokensResponse log;
  ClientContext context;
  ASSERT_TRUE(PolicyAdmin::NewStub(Channel(admin_))->ListTokens(&context, {}, &log).ok());
  ASSERT_EQ(log.tokens_size(), 1);
  EXPECT_EQ(log.tokens(0).jti(), issued->jti());
  EXPECT_EQ(log.tokens(0).provider_id(), "acme");
  EXPECT_EQ(log.tokens(0).expires().seconds(), issued->expires().seconds());
  EXPECT_EQ(log.tokens(0).spcs(0), "1234");
}

TEST_F(PaDaemonTest, RefusalArrivesWithReasonFieldAndText) {
  ASSERT_TRUE(Register("acme", "1234", "sti-as", admin_).ok());
  const absl::Status status = Register("other", "1234", "other", admin_);
  EXPECT_EQ(ReasonOf(status), Reason::kAlreadyExists);
  EXPECT_EQ(FieldOf(status), "provider.spcs[0]");
  EXPECT_THAT(std::string(status.message()), HasSubstr("acme"));
}

TEST_F(PaDaemonTest, AdministrationIsForAdmins) {
  EXPECT_EQ(ReasonOf(Register("acme", "1234", "sti-as", client_)), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(Approve(client_)), Reason::kPermissionDenied);
  const auto stub = PolicyAdmin::NewStub(Channel(client_));
  const auto refused = [](auto call) {
    ClientContext context;
    return ReasonOf(rpc::FromGrpcStatus(call(context))) == Reason::kPermissionDenied;
  };
  sti::v1::Provider provider;
  sti::v1::ListProvidersResponse providers;
  sti::v1::Authority authority;
  sti::v1::ListAuthoritiesResponse authorities;
  sti::v1::Revocation revocation;
  sti::v1::ListRevocationsResponse revocations;
  sti::v1::ListTokensResponse tokens;
  sti::v1::AssignNumbersResponse assigned;
  sti::v1::WithdrawNumbersResponse withdrawn;
  sti::v1::ListNumbersResponse numbers;
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->AssignNumbers(&c, {}, &assigned); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->WithdrawNumbers(&c, {}, &withdrawn); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->ListNumbers(&c, {}, &numbers); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->GetProvider(&c, {}, &provider); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->ListProviders(&c, {}, &providers); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->WithdrawAuthority(&c, {}, &authority); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->ListAuthorities(&c, {}, &authorities); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->RecordRevocation(&c, {}, &revocation); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->ListRevocations(&c, {}, &revocations); }));
  EXPECT_TRUE(refused([&](ClientContext& c) { return stub->ListTokens(&c, {}, &tokens); }));
}

TEST_F(PaDaemonTest, CaReportsItsOwnRevocationsAndMayDoNothingElse) {
  const testing::TlsFiles& ca = Made().ca;
  EXPECT_EQ(ReasonOf(Register("acme", "1234", "sti-as", ca)), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(Approve(ca)), Reason::kPermissionDenied);
  sti::v1::ListRevocationsResponse revocations;
  ClientContext context;
  EXPECT_EQ(ReasonOf(rpc::FromGrpcStatus(
                PolicyAdmin::NewStub(Channel(ca))->ListRevocations(&context, {}, &revocations))),
            Reason::kPermissionDenied);

  sti::v1::RecordRevocationRequest request;
  request.set_certificate_pem(ReadDemo("leaf5678-revoked.pem"));
  EXPECT_EQ(ReasonOf(Revoke(client_, request)), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(Revoke(Made().other_ca, request)), Reason::kPermissionDenied);
  EXPECT_EQ(Revoke(ca, request), absl::OkStatus());
}

TEST_F(PaDaemonTest, CaMustShowACertificateThatItsOwnKeySigned) {
  const testing::TlsFiles& ca = Made().ca;
  sti::v1::RecordRevocationRequest request;
  EXPECT_EQ(ReasonOf(Revoke(ca, request)), Reason::kMissingField);
  const pki::Certificate leaf = DemoCertificate("leaf1234");
  request.set_issuer_der(leaf.issuer().der());
  request.set_serial(leaf.serial());
  EXPECT_EQ(ReasonOf(Revoke(ca, request)), Reason::kMissingField) << "a name can be said by anybody";
  request.Clear();
  // The name of the CA, and a signature that is not its.
  std::string der = leaf.der();
  der.back() = static_cast<char>(der.back() ^ 1);
  const absl::StatusOr<pki::Certificate> forged = pki::Certificate::ParseDer(der);
  ASSERT_TRUE(forged.ok()) << forged.status();
  request.set_certificate_pem(forged->Pem());
  EXPECT_EQ(ReasonOf(Revoke(ca, request)), Reason::kPermissionDenied);
  // The CA's own certificate is its root's.
  request.set_certificate_pem(ReadDemo("int.pem"));
  EXPECT_EQ(ReasonOf(Revoke(ca, request)), Reason::kPermissionDenied);
  request.set_certificate_pem(leaf.Pem());
  EXPECT_EQ(Revoke(ca, request), absl::OkStatus());
}

TEST_F(PaDaemonTest, PlaintextMakesEverybodyAnonymous) {
  config_.mutable_grpc()->clear_tls();
  config_.mutable_grpc()->set_plaintext_without_authentication(true);
  config_.set_state_dir(dir_.File("plain"));
  config_.add_admins("anonymous");
  Start();
  const auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", pa_->grpc_port()), grpc::InsecureChannelCredentials());
  sti::v1::ListProvidersResponse providers;
  ClientContext context;
  EXPECT_TRUE(PolicyAdmin::NewStub(channel)->ListProviders(&context, {}, &providers).ok());
}

TEST_F(PaDaemonTest, EveryClientGetsTheSignedDocuments) {
  ASSERT_TRUE(Approve(admin_).ok());
  sti::v1::GetTrustListResponse list;
  sti::v1::GetCrlResponse crl;
  ClientContext first, second;
  const auto stub = Trust::NewStub(Channel(client_));
  ASSERT_TRUE(stub->GetTrustList(&first, {}, &list).ok());
  EXPECT_EQ(list.sequence(), 2);
  EXPECT_GT(list.expires().seconds(), absl::ToUnixSeconds(absl::Now()));
  ASSERT_TRUE(stub->GetCrl(&second, {}, &crl).ok());
  EXPECT_EQ(crl.number(), 1);
  ASSERT_EQ(crl.signer_chain_size(), 1);
  EXPECT_EQ(crl.signer_chain(0), DemoCertificate("pa-crl-signer").der());
}

TEST_F(PaDaemonTest, WatchTellsTheVersionAtOnceAndAfterEveryChange) {
  ClientContext context;
  const auto stub = Trust::NewStub(Channel(client_));
  const auto stream = stub->WatchTrust(&context, {});
  TrustVersion version;
  ASSERT_TRUE(stream->Read(&version));
  EXPECT_EQ(version.trust_list_sequence(), 1);
  EXPECT_EQ(version.crl_number(), 1);
  ASSERT_TRUE(Approve(admin_).ok());
  ASSERT_TRUE(stream->Read(&version));
  EXPECT_EQ(version.trust_list_sequence(), 2);

  sti::v1::RecordRevocationRequest request;
  request.set_certificate_pem(ReadDemo("leaf5678-revoked.pem"));
  sti::v1::Revocation revocation;
  ClientContext admin_context;
  ASSERT_TRUE(
      PolicyAdmin::NewStub(Channel(admin_))->RecordRevocation(&admin_context, request, &revocation).ok());
  ASSERT_TRUE(stream->Read(&version));
  EXPECT_EQ(version.crl_number(), 2);
  context.TryCancel();
  EXPECT_FALSE(stream->Read(&version));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(PaDaemonTest, NumbersAreAssignedPublishedWatchedAndWithdrawn) {
  ASSERT_TRUE(Register("acme", "1234", "sti-as", admin_).ok());
  const auto trust = Trust::NewStub(Channel(client_));
  const auto fetch = [&trust](sti::v1::GetNumberAuthorityListResponse& list) {
    ClientContext context;
    return ReasonOf(rpc::FromGrpcStatus(trust->GetNumberAuthorityList(&context, {}, &list)));
  };
  sti::v1::GetNumberAuthorityListResponse list;
  EXPECT_EQ(fetch(list), Reason::kNotFound);
  ClientContext watch_context;
  const auto stream = trust->WatchTrust(&watch_context, {});
  TrustVersion version;
  ASSERT_TRUE(stream->Read(&version));
  EXPECT_EQ(version.number_list_sequence(), 0);

  const auto stub = PolicyAdmin::NewStub(Channel(admin_));
  sti::v1::AssignNumbersRequest request;
  auto* range = request.add_numbers();
  range->set_spc("1234");
  range->set_start("12155551000");
  range->set_count(1000);
  sti::v1::AssignNumbersResponse assigned;
  ClientContext first, second, third, fourth;
  ASSERT_TRUE(stub->AssignNumbers(&first, request, &assigned).ok());
  EXPECT_EQ(assigned.number_list_sequence(), 1);
  ASSERT_TRUE(stream->Read(&version));
  EXPECT_EQ(version.number_list_sequence(), 1);
  EXPECT_EQ(fetch(list), Reason::kNone);
  EXPECT_EQ(list.sequence(), 1);
  EXPECT_GT(list.expires().seconds(), absl::ToUnixSeconds(absl::Now()));
  EXPECT_FALSE(list.number_list().empty());

  sti::v1::WithdrawNumbersRequest withdrawal;
  *withdrawal.add_numbers() = request.numbers(0);
  withdrawal.mutable_numbers(0)->set_count(400);
  sti::v1::WithdrawNumbersResponse withdrawn;
  ASSERT_TRUE(stub->WithdrawNumbers(&second, withdrawal, &withdrawn).ok());
  EXPECT_EQ(withdrawn.number_list_sequence(), 2);
  sti::v1::ListNumbersResponse numbers;
  ASSERT_TRUE(stub->ListNumbers(&third, {}, &numbers).ok());
  ASSERT_EQ(numbers.numbers_size(), 1);
  EXPECT_EQ(numbers.numbers(0).start(), "12155551400");
  EXPECT_EQ(numbers.numbers(0).count(), 600U);
  EXPECT_EQ(numbers.number_list_sequence(), 2);

  request.mutable_numbers(0)->set_spc("9999");
  const absl::Status refused = rpc::FromGrpcStatus(stub->AssignNumbers(&fourth, request, &assigned));
  EXPECT_EQ(ReasonOf(refused), Reason::kNotFound);
  EXPECT_EQ(FieldOf(refused), "numbers[0].spc");
  watch_context.TryCancel();
}

TEST_F(PaDaemonTest, ShutdownEndsTheWatches) {
  std::vector<std::unique_ptr<ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<TrustVersion>>> streams;
  const auto stub = Trust::NewStub(Channel(client_));
  TrustVersion version;
  for (int i = 0; i < 20; ++i) {
    contexts.push_back(std::make_unique<ClientContext>());
    streams.push_back(stub->WatchTrust(contexts.back().get(), {}));
    ASSERT_TRUE(streams.back()->Read(&version));
  }
  pa_->Stop(absl::InfiniteDuration());  // returns only because the streams end by themselves
  for (const auto& stream : streams) {
    EXPECT_FALSE(stream->Read(&version));
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  }
}

TEST_F(PaDaemonTest, RestartForgetsNothingAndNumbersGrow) {
  ASSERT_TRUE(Register("acme", "1234", "sti-as", admin_).ok());
  ASSERT_TRUE(Approve(admin_).ok());
  pa_->Stop(absl::Seconds(5));
  pa_.reset();
  Start();
  EXPECT_TRUE(IssueToken(client_).ok());
  sti::v1::GetTrustListResponse list;
  sti::v1::GetCrlResponse crl;
  ClientContext first, second;
  ASSERT_TRUE(Trust::NewStub(Channel(client_))->GetTrustList(&first, {}, &list).ok());
  EXPECT_EQ(list.sequence(), 2);
  ASSERT_TRUE(Trust::NewStub(Channel(client_))->GetCrl(&second, {}, &crl).ok());
  EXPECT_EQ(crl.number(), 2);
}

TEST_F(PaDaemonTest, HealthSaysServing) {
  grpc::health::v1::HealthCheckResponse response;
  ClientContext context;
  ASSERT_TRUE(grpc::health::v1::Health::NewStub(Channel(client_))->Check(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

}  // namespace
}  // namespace sti::pa

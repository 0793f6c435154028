// Who may call what of sti.v1.PolicyAdmin, and four eyes, at a real server over TLS.
#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

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
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "proto/sti/v1/spc_tokens.grpc.pb.h"
#include "services/pa/pa_daemon.h"
#include "services/pa/pa_testing.h"

namespace sti::pa {
namespace {

using grpc::ClientContext;
using sti::v1::PolicyAdmin;
using ::testing::HasSubstr;

// The role that each RPC needs.
const std::map<std::string, std::string>& Table() {
  static const std::map<std::string, std::string> table = {
      {"RegisterProvider", "operator"}, {"GetProvider", "viewer"},        {"ListProviders", "viewer"},
      {"UpdateProvider", "operator"},   {"SuspendProvider", "operator"},  {"ReinstateProvider", "operator"},
      {"RevokeProvider", "operator"},   {"ListPendingChanges", "viewer"}, {"ApproveChange", "approver"},
      {"RejectChange", "approver"},     {"CreateApiUser", "operator"},    {"ListApiUsers", "viewer"},
      {"DeleteApiUser", "operator"},    {"ApproveAuthority", "operator"}, {"WithdrawAuthority", "operator"},
      {"ListAuthorities", "viewer"},    {"RecordRevocation", "operator"}, {"ListRevocations", "viewer"},
      {"AssignNumbers", "operator"},    {"WithdrawNumbers", "operator"},  {"ListNumbers", "viewer"},
      {"ListTokens", "viewer"},
  };
  return table;
}

// Made once: it costs more than the tests. "nobody" has a good certificate, but no role.
struct Material {
  testing::TlsMaterial tls;
  testing::TlsFiles server = tls.Server();
  std::map<std::string, testing::TlsFiles> clients;
  Material() {
    for (const char* name : {"nobody", "viewer", "operator", "approver", "auditor", "admin"})
      clients.emplace(name, tls.Client(name));
  }
};
Material& Made() {
  static Material material;
  return material;
}

class PolicyRolesTest : public ::testing::Test {
 protected:
  PolicyRolesTest() {
    *config_.mutable_grpc() = testing::GrpcServerConfig(Made().server);
    config_.set_state_dir(dir_.File("state"));
    config_.set_root_certificate_file(dir_.Write("root.pem", ReadDemo("pa-root.pem")));
    config_.set_signer_certificate_file(dir_.Write("signer.pem", ReadDemo("pa-token-signer.pem")));
    config_.set_signer_key_file(dir_.Write("signer.key", ReadDemo("pa-token-signer.key")));
    config_.set_crl_signer_certificate_file(dir_.Write("crl.pem", ReadDemo("pa-crl-signer.pem")));
    config_.set_crl_signer_key_file(dir_.Write("crl.key", ReadDemo("pa-crl-signer.key")));
    config_.set_token_seconds(3600);
    config_.set_document_seconds(86400);
    config_.add_admins("admin");
    config_.mutable_roles()->add_viewers("viewer");
    config_.mutable_roles()->add_operators("operator");
    config_.mutable_roles()->add_approvers("approver");
    config_.mutable_roles()->add_auditors("auditor");
    config_.set_four_eyes(true);
    config_.set_approval_hours(72);
    absl::StatusOr<std::unique_ptr<PaDaemon>> started =
        PaDaemon::Start(config_, SystemClock::Instance(), crypto::SystemRandom::Instance());
    EXPECT_TRUE(started.ok()) << started.status();
    if (started.ok()) pa_ = *std::move(started);
  }
  std::shared_ptr<grpc::Channel> Channel(const std::string& client) {
    return *rpc::OpenChannel(testing::GrpcClientConfig(Made().clients.at(client), pa_->grpc_port()));
  }
  // An RPC by its name, with an empty request.
  absl::Status CallEmpty(const std::string& client, const std::string& method) {
    grpc::GenericStub stub(Channel(client));
    grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    grpc::ByteBuffer response;
    ClientContext context;
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, "/sti.v1.PolicyAdmin/" + method, request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
    return rpc::FromGrpcStatus(status);
  }
  template <typename Request, typename Response>
  absl::Status Call(const std::string& client,
                    grpc::Status (PolicyAdmin::Stub::*method)(ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    ClientContext context;
    const auto stub = PolicyAdmin::NewStub(Channel(client));
    return rpc::FromGrpcStatus((*stub.*method)(&context, request, &response));
  }
  absl::Status Approve(const std::string& client, const std::string& change) {
    sti::v1::ApproveChangeRequest request;
    request.set_id(change);
    sti::v1::PendingChange response;
    return Call(client, &PolicyAdmin::Stub::ApproveChange, request, response);
  }
  // The id of the change.
  std::string Register(const std::string& client) {
    sti::v1::RegisterProviderRequest request;
    request.mutable_provider()->set_id("acme");
    request.mutable_provider()->set_name("Acme Tel");
    request.mutable_provider()->add_spcs("1234");
    request.mutable_provider()->add_client_identities("nobody");
    sti::v1::Provider provider;
    EXPECT_EQ(Call(client, &PolicyAdmin::Stub::RegisterProvider, request, provider), absl::OkStatus());
    EXPECT_EQ(provider.state(), sti::v1::Provider::STATE_PENDING);
    EXPECT_FALSE(provider.pending_change().empty());
    return provider.pending_change();
  }
  Reason IssueToken() {
    sti::v1::IssueTokenRequest request;
    request.set_tn_auth_list(absl::HexStringToBytes("3008a006160431323334"));
    request.set_fingerprint(
        "SHA256 "
        "65:3A:93:EA:F1:25:21:D3:E1:44:F9:42:54:83:92:9B:09:74:47:D2:31:05:9B:F7:BF:3A:23:07:82:83:77:92");
    sti::v1::IssueTokenResponse response;
    ClientContext context;
    return ReasonOf(rpc::FromGrpcStatus(
        sti::v1::SpcTokens::NewStub(Channel("nobody"))->IssueToken(&context, request, &response)));
  }

  testing::TempDir dir_;
  sti::config::v1::PolicyAdministratorServer config_;
  std::unique_ptr<PaDaemon> pa_;
};

TEST_F(PolicyRolesTest, EveryRpcIsInTheTable) {
  const google::protobuf::ServiceDescriptor* service =
      sti::v1::Provider::descriptor()->file()->FindServiceByName("PolicyAdmin");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(static_cast<size_t>(service->method_count()), Table().size());
  for (int i = 0; i < service->method_count(); ++i)
    EXPECT_EQ(Table().count(service->method(i)->name()), 1u) << service->method(i)->name();
}

TEST_F(PolicyRolesTest, EveryRpcIsForItsRoleOnly) {
  for (const auto& [method, role] : Table()) {
    for (const auto& [client, files] : Made().clients) {
      const bool may = client == "admin" || client == role || (role == "viewer" && client != "nobody");
      const absl::Status status = CallEmpty(client, method);
      EXPECT_EQ(ReasonOf(status) != Reason::kPermissionDenied, may)
          << method << " as " << client << ": " << status;
    }
  }
}

TEST_F(PolicyRolesTest, OperatorAndApproverRegisterAProviderTogether) {
  const std::string change = Register("operator");
  EXPECT_EQ(IssueToken(), Reason::kProviderNotApproved);
  EXPECT_EQ(ReasonOf(Approve("operator", change)), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(Approve("auditor", change)), Reason::kPermissionDenied);
  EXPECT_EQ(IssueToken(), Reason::kProviderNotApproved);
  EXPECT_EQ(Approve("approver", change), absl::OkStatus());
  EXPECT_EQ(IssueToken(), Reason::kNone);
  EXPECT_EQ(ReasonOf(Approve("admin", change)), Reason::kStateConflict);
}

TEST_F(PolicyRolesTest, EvenAnAdminDoesNotApproveTheirOwn) {
  const std::string change = Register("admin");
  const absl::Status alone = Approve("admin", change);
  EXPECT_EQ(ReasonOf(alone), Reason::kPermissionDenied);
  EXPECT_THAT(std::string(alone.message()), HasSubstr("somebody else"));
  EXPECT_EQ(Approve("approver", change), absl::OkStatus());
}

TEST_F(PolicyRolesTest, WhoAskedMayTakeItBackAndOthersNeedTheRole) {
  sti::v1::RejectChangeRequest request;
  request.set_id(Register("operator"));
  request.set_note("a mistake");
  sti::v1::PendingChange response;
  EXPECT_EQ(ReasonOf(Call("viewer", &PolicyAdmin::Stub::RejectChange, request, response)),
            Reason::kPermissionDenied);
  EXPECT_EQ(Call("operator", &PolicyAdmin::Stub::RejectChange, request, response), absl::OkStatus());
  EXPECT_EQ(response.state(), sti::v1::PendingChange::STATE_REJECTED);
  EXPECT_EQ(IssueToken(), Reason::kProviderUnknown);
}

TEST_F(PolicyRolesTest, CaIsOnTheTrustListOnlyOnceBothAgree) {
  sti::v1::ApproveAuthorityRequest request;
  request.set_name("Demo CA");
  request.set_root_pem(ReadDemo("root.pem"));
  sti::v1::Authority authority;
  ASSERT_EQ(Call("operator", &PolicyAdmin::Stub::ApproveAuthority, request, authority), absl::OkStatus());
  EXPECT_EQ(authority.state(), sti::v1::Authority::STATE_PENDING);
  sti::v1::ListAuthoritiesResponse listing;
  ASSERT_EQ(Call("viewer", &PolicyAdmin::Stub::ListAuthorities, {}, listing), absl::OkStatus());
  EXPECT_EQ(listing.authorities(0).state(), sti::v1::Authority::STATE_PENDING);
  EXPECT_EQ(listing.trust_list_sequence(), 1);
  EXPECT_EQ(Approve("approver", authority.pending_change()), absl::OkStatus());
  ASSERT_EQ(Call("viewer", &PolicyAdmin::Stub::ListAuthorities, {}, listing), absl::OkStatus());
  EXPECT_EQ(listing.authorities(0).state(), sti::v1::Authority::STATE_APPROVED);
  EXPECT_TRUE(listing.authorities(0).pending_change().empty());
  EXPECT_EQ(listing.trust_list_sequence(), 2);
}

TEST_F(PolicyRolesTest, OneWhoIsAloneCannotStart) {
  config_.clear_roles();
  config_.set_state_dir(dir_.File("alone"));
  const absl::Status status =
      PaDaemon::Start(config_, SystemClock::Instance(), crypto::SystemRandom::Instance()).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "four_eyes");
}

}  // namespace
}  // namespace sti::pa

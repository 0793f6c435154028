// TLS files that change under a running server and a running client.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/files/file_watch.h"
#include "common/rpc/channel.h"
#include "common/rpc/lacking.h"
#include "common/rpc/peer.h"
#include "common/rpc/server.h"
#include "common/testing/grpc_server.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"
#include "proto/grpc/health/v1/health.grpc.pb.h"

namespace sti::rpc {
namespace {

using ::grpc::health::v1::Health;
using ::sti::testing::GrpcClientConfig;
using ::sti::testing::GrpcServerConfig;
using ::sti::testing::TempDir;
using ::sti::testing::TlsFiles;
using ::sti::testing::TlsMaterial;
using ::testing::HasSubstr;
using Which = files::FileWatch::Which;

std::string Contents(const std::string& path) {
  std::string text;
  FILE* const file = fopen(path.c_str(), "r");
  char part[4096];
  for (size_t got = 0; (got = fread(part, 1, sizeof(part), file)) > 0;) text.append(part, got);
  fclose(file);
  return text;
}

struct Answer {
  grpc::Status status;
  std::string lacking;
};

Answer Ask(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  grpc::health::v1::HealthCheckResponse response;
  Answer answer;
  answer.status = Health::NewStub(channel)->Check(&context, {}, &response);
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(kLackingTrailer);
  if (found != trailers.end()) answer.lacking.assign(found->second.data(), found->second.size());
  return answer;
}

// A server and a client whose files stay where they are and change their contents; two CAs.
class ReloadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Put("server", old_.Server(), old_.ca_pem());
    Put("client", old_.Client("sbc.example"), old_.ca_pem());
    auto server = Server::Start(GrpcServerConfig(At("server")), {}, nullptr, watch_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    server_->SetServing({});
  }
  TlsFiles At(const std::string& name) const {
    return {dir_.File(name + ".pem"), dir_.File(name + ".key"), dir_.File(name + "-ca.pem")};
  }
  void Put(const std::string& name, const TlsFiles& files, const std::string& authorities) const {
    dir_.Write(name + ".pem", Contents(files.certificate_file), 0644);
    dir_.Write(name + ".key", Contents(files.key_file), 0600);
    dir_.Write(name + "-ca.pem", authorities, 0644);
  }
  std::string Both() const { return old_.ca_pem() + new_.ca_pem(); }
  // A new connection: the files of `name` as they are now.
  Answer AskAnew(const TlsFiles& files) const {
    return Ask(OpenChannel(GrpcClientConfig(files, server_->port())).value());
  }

  mutable TlsMaterial old_, new_;
  TempDir dir_;
  files::FileWatch watch_;
  std::unique_ptr<Server> server_;
};

TEST_F(ReloadTest, NewHandshakesSeeTheNewCertificateAndOldConnectionsLiveOn) {
  const auto before = OpenChannel(GrpcClientConfig(At("client"), server_->port())).value();
  ASSERT_TRUE(Ask(before).status.ok());
  Put("server", new_.Server(), old_.ca_pem());
  watch_.Check(Which::kAll);
  EXPECT_TRUE(Ask(before).status.ok());
  EXPECT_EQ(AskAnew(At("client")).status.error_code(),
            grpc::StatusCode::UNAVAILABLE);  // knows the old CA only
  Put("client", old_.Client("sbc.example"), Both());
  EXPECT_TRUE(AskAnew(At("client")).status.ok());
}

TEST_F(ReloadTest, ClientOfTheOldAuthorityIsRefusedAfterTrustHasChanged) {
  const TlsFiles stranger = new_.Client("sbc.example");
  Put("client", stranger, old_.ca_pem());
  EXPECT_EQ(AskAnew(At("client")).status.error_code(), grpc::StatusCode::UNAVAILABLE);
  dir_.Write("server-ca.pem", Both(), 0644);
  watch_.Check(Which::kAll);
  EXPECT_TRUE(AskAnew(At("client")).status.ok());
  Put("past", old_.Client("sbc.example"), old_.ca_pem());
  EXPECT_TRUE(AskAnew(At("past")).status.ok());
  dir_.Write("server-ca.pem", new_.ca_pem(), 0644);
  watch_.Check(Which::kAll);
  EXPECT_EQ(AskAnew(At("past")).status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(AskAnew(At("client")).status.ok());
}

TEST_F(ReloadTest, PairThatDoesNotMatchLeavesTheOldOneAndIsTroubleInHealth) {
  dir_.Write("server.pem", Contents(new_.Server().certificate_file), 0644);
  watch_.Check(Which::kAll);
  const Answer answer = AskAnew(At("client"));
  EXPECT_TRUE(answer.status.ok());
  EXPECT_THAT(answer.lacking, HasSubstr("refused (KEY_MISMATCH tls.key_file)"));
  Put("server", old_.Server(), old_.ca_pem());
  watch_.Check(Which::kAll);
  EXPECT_EQ(AskAnew(At("client")).lacking, "");
}

TEST_F(ReloadTest, ClientWithoutCertificateIsRefusedAfterAReloadToo) {
  watch_.Check(Which::kAll);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = old_.ca_pem();
  const auto channel =
      grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::SslCredentials(options));
  EXPECT_EQ(Ask(channel).status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ReloadTest, PeerTakesNewFilesForItsNextCall) {
  const auto peer = Peer::Open(GrpcClientConfig(At("client"), server_->port()), limits::kGrpcMessage, watch_);
  ASSERT_TRUE(peer.ok()) << peer.status();
  const auto before = peer->channel();
  EXPECT_TRUE(Ask(before).status.ok());
  // The server turns to the new CA alone; the client follows.
  Put("server", new_.Server(), new_.ca_pem());
  Put("client", new_.Client("sbc.example"), new_.ca_pem());
  watch_.Check(Which::kAll);
  EXPECT_NE(peer->channel(), before);
  EXPECT_TRUE(Ask(peer->channel()).status.ok());
  EXPECT_TRUE(Ask(before).status.ok());  // calls under way end on the old one
}

TEST_F(ReloadTest, PeerKeepsItsChannelWhenTheNewFilesAreBad) {
  const auto peer = Peer::Open(GrpcClientConfig(At("client"), server_->port()), limits::kGrpcMessage, watch_);
  const auto before = peer->channel();
  dir_.Write("client.key", "none", 0600);
  watch_.Check(Which::kAll);
  EXPECT_EQ(peer->channel(), before);
  EXPECT_EQ(watch_.Trouble().size(), 1u);
}

}  // namespace
}  // namespace sti::rpc

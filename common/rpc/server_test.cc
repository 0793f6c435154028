// Real servers and clients on loopback; certificates by the openssl program.
#include "common/rpc/server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/testing/grpc_server.h"
#include "common/testing/ipv6.h"
#include "proto/grpc/health/v1/health.grpc.pb.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"

namespace sti::rpc {
namespace {

using ::grpc::health::v1::HealthCheckResponse;
using ::sti::testing::GrpcClientConfig;
using ::sti::testing::GrpcServer;
using ::sti::testing::GrpcServerConfig;
using ::sti::testing::TlsFiles;
using ::sti::testing::TlsMaterial;
using ::testing::HasSubstr;

// Callback API: says who calls.
class WhoAmI final : public sti::v1::Authentication::CallbackService {
 public:
  grpc::ServerUnaryReactor* Sign(grpc::CallbackServerContext* context, const sti::v1::SignRequest*,
                                 sti::v1::SignResponse* response) override {
    response->set_identity(ClientIdentity(*context));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(RequireIdentity(*context, {"sbc-1.example", "anonymous"})));
    return reactor;
  }
};

// Synchronous API: holds a call until told to go on.
class Slow final : public sti::v1::AuthorityAdmin::Service {
 public:
  grpc::Status GetCertificate(grpc::ServerContext* context, const sti::v1::GetCertificateRequest* request,
                              sti::v1::CertificateRecord* response) override {
    response->set_requested_by(ClientIdentity(*context));
    if (request->serial() == "hold") {
      entered.set_value();
      go_on.get_future().wait();
    }
    return grpc::Status::OK;
  }
  std::promise<void> entered, go_on;
};

grpc::Status CallSign(const std::shared_ptr<grpc::Channel>& channel, sti::v1::SignResponse& response,
                      const sti::v1::SignRequest& request = {}) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return sti::v1::Authentication::NewStub(channel)->Sign(&context, request, &response);
}

grpc::Status CallSign(const std::shared_ptr<grpc::Channel>& channel) {
  sti::v1::SignResponse response;
  return CallSign(channel, response);
}

struct Health {
  grpc::Status status;
  HealthCheckResponse::ServingStatus serving = HealthCheckResponse::UNKNOWN;
  std::string lacking;
};

Health CheckHealth(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  Health health;
  health.status = grpc::health::v1::Health::NewStub(channel)->Check(&context, request, &response);
  health.serving = response.status();
  const auto& trailers = context.GetServerTrailingMetadata();
  if (const auto found = trailers.find(kLackingTrailer); found != trailers.end()) {
    health.lacking.assign(found->second.data(), found->second.size());
  }
  return health;
}

std::shared_ptr<grpc::Channel> OpenOrDie(const TlsFiles& files, int port) {
  auto channel = OpenChannel(GrpcClientConfig(files, port));
  EXPECT_TRUE(channel.ok()) << channel.status();
  return *channel;
}

TEST(ServerTest, BothKindsOfServiceKnowTheCallerByItsCertificate) {
  WhoAmI who;
  Slow slow;
  GrpcServer server({&who, &slow});
  const auto channel = server.Channel("sbc-1.example");
  sti::v1::SignResponse response;
  ASSERT_TRUE(CallSign(channel, response).ok());
  EXPECT_EQ(response.identity(), "sbc-1.example");

  grpc::ClientContext context;
  sti::v1::CertificateRecord record;
  ASSERT_TRUE(sti::v1::AuthorityAdmin::NewStub(channel)->GetCertificate(&context, {}, &record).ok());
  EXPECT_EQ(record.requested_by(), "sbc-1.example");
}

TEST(ServerTest, CommonNameCountsWhenThereIsNoAlternativeName) {
  WhoAmI who;
  GrpcServer server({&who});
  sti::v1::SignResponse response;
  ASSERT_TRUE(
      CallSign(OpenOrDie(server.tls().ClientWithCommonNameOnly("sbc-1.example"), server.port()), response)
          .ok());
  EXPECT_EQ(response.identity(), "sbc-1.example");
}

TEST(ServerTest, IdentityThatIsNotListedIsRefusedByName) {
  WhoAmI who;
  GrpcServer server({&who});
  const absl::Status status = FromGrpcStatus(CallSign(server.Channel("stranger.example")));
  EXPECT_EQ(ReasonOf(status), Reason::kPermissionDenied);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"stranger.example\""));
}

TEST(ServerTest, ForeignAndExpiredClientCertificatesGetNoConnection) {
  WhoAmI who;
  GrpcServer server({&who});
  for (const TlsFiles& files :
       {server.tls().ForeignClient("sbc-1.example"), server.tls().ExpiredClient("sbc-1.example")}) {
    EXPECT_EQ(CallSign(OpenOrDie(files, server.port())).error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  EXPECT_TRUE(CallSign(server.Channel("sbc-1.example")).ok());
}

TEST(ServerTest, ClientWithoutCertificateGetsNoConnection) {
  WhoAmI who;
  GrpcServer server({&who});
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = server.tls().ca_pem();
  const auto channel = grpc::CreateChannel(server.target(), grpc::SslCredentials(options));
  EXPECT_EQ(CallSign(channel).error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto plaintext = grpc::CreateChannel(server.target(), grpc::InsecureChannelCredentials());
  EXPECT_EQ(CallSign(plaintext).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerTest, ClientRefusesAServerOfAForeignCa) {
  WhoAmI who;
  GrpcServer server({&who});
  TlsMaterial other;
  TlsFiles files = server.tls().Client("sbc-1.example");
  files.ca_file = other.ca_file();
  EXPECT_EQ(CallSign(OpenOrDie(files, server.port())).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerTest, PlaintextWorksWhenTheConfigurationSaysSo) {
  WhoAmI who;
  sti::config::v1::GrpcServer config;
  config.set_listen("127.0.0.1:0");
  config.set_plaintext_without_authentication(true);
  const auto server = Server::Start(config, {&who});
  ASSERT_TRUE(server.ok()) << server.status();
  sti::config::v1::GrpcClient client;
  client.set_target(absl::StrCat("127.0.0.1:", (*server)->port()));
  client.set_plaintext_without_authentication(true);
  sti::v1::SignResponse response;
  ASSERT_TRUE(CallSign(*OpenChannel(client), response).ok());
  EXPECT_EQ(response.identity(), "anonymous");
}

TEST(ServerTest, ListensOnAllAddressesAndOnAName) {
  WhoAmI who;
  TlsMaterial tls;
  for (const char* listen : {"0.0.0.0:0", "localhost:0"}) {
    const auto server = Server::Start(GrpcServerConfig(tls.Server(), listen), {&who});
    ASSERT_TRUE(server.ok()) << server.status();
    EXPECT_TRUE(CallSign(*OpenChannel(GrpcClientConfig(tls.Client("sbc-1.example"), (*server)->port()))).ok())
        << listen;
  }
}

TEST(ServerTest, ListensOnIpv6) {
  if (!testing::HasIpv6Loopback()) GTEST_SKIP() << "this machine has no IPv6";
  WhoAmI who;
  TlsMaterial tls;
  const auto server = Server::Start(GrpcServerConfig(tls.Server(), "[::1]:0"), {&who});
  ASSERT_TRUE(server.ok()) << server.status();
  sti::config::v1::GrpcClient client = GrpcClientConfig(tls.Client("sbc-1.example"), (*server)->port());
  client.set_target(absl::StrCat("[::1]:", (*server)->port()));
  EXPECT_TRUE(CallSign(*OpenChannel(client)).ok());
}

// gRPC's own ear would stay closed.
TEST(ServerTest, NewClientsAreServedAgainAfterDescriptorsRanOut) {
  WhoAmI who;
  GrpcServer server({&who});
  ASSERT_TRUE(CallSign(server.Channel("sbc-1.example")).ok());
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const int lowest = dup(0);
  close(lowest);
  rlimit scarce = usual;
  scarce.rlim_cur = static_cast<rlim_t>(lowest) + 40;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &scarce), 0);
  std::vector<int> flood;
  for (int i = 0; i < 40; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) break;
    flood.push_back(fd);
  }
  ASSERT_FALSE(flood.empty());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(server.port()));
  // Both ends are of this process: nothing is left for the server's.
  EXPECT_EQ(connect(flood.back(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  absl::SleepFor(absl::Milliseconds(200));  // lint-ok: nobody sees the try that must fail
  for (const int fd : flood) close(fd);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_TRUE(CallSign(server.Channel("sbc-1.example")).ok());
}

TEST(ServerTest, BusyPortIsAClearMessage) {
  WhoAmI first, second;
  GrpcServer server({&first});
  const std::string address = absl::StrCat("127.0.0.1:", server.port());
  const auto again = Server::Start(GrpcServerConfig(server.tls().Server(), address), {&second});
  EXPECT_EQ(ReasonOf(again.status()), Reason::kUnavailable);
  EXPECT_EQ(again.status().message(), absl::StrCat("address ", address, " is already in use"));
}

TEST(ServerTest, KeyOfAnotherCertificateIsAClearMessage) {
  WhoAmI who;
  TlsMaterial tls;
  TlsFiles files = tls.Server();
  files.key_file = tls.Server().key_file;
  const auto server = Server::Start(GrpcServerConfig(files), {&who});
  EXPECT_EQ(ReasonOf(server.status()), Reason::kKeyMismatch);
  EXPECT_THAT(std::string(server.status().message()), HasSubstr(files.key_file));
}

TEST(ServerTest, KeyThatOthersMayReadIsRefusedByServerAndClient) {
  WhoAmI who;
  TlsMaterial tls;
  const TlsFiles files = tls.Server();
  for (const mode_t mode : {0640U, 0604U, 0660U}) {
    ASSERT_EQ(chmod(files.key_file.c_str(), mode), 0);
    EXPECT_EQ(ReasonOf(Server::Start(GrpcServerConfig(files), {&who}).status()), Reason::kKeyPermissions);
    EXPECT_EQ(ReasonOf(OpenChannel(GrpcClientConfig(files, 1)).status()), Reason::kKeyPermissions);
  }
  ASSERT_EQ(chmod(files.key_file.c_str(), 0400), 0);
  EXPECT_TRUE(Server::Start(GrpcServerConfig(files), {&who}).ok());
}

TEST(ServerTest, MissingAndWrongFilesAreNamed) {
  WhoAmI who;
  TlsMaterial tls;
  TlsFiles files = tls.Server();
  files.ca_file = files.key_file;
  absl::Status status = Server::Start(GrpcServerConfig(files), {&who}).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "tls.ca_file");
  files.ca_file = "/no/such/file.pem";
  status = OpenChannel(GrpcClientConfig(files, 1)).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/no/such/file.pem: No such file"));
  files.ca_file.clear();
  EXPECT_EQ(ReasonOf(OpenChannel(GrpcClientConfig(files, 1)).status()), Reason::kConfigInvalid);
}

TEST(ServerTest, ErrorDetailArrivesThroughTheTrailer) {
  WhoAmI who;
  GrpcServer server({&who});
  const grpc::Status status = CallSign(server.Channel("stranger.example"));
  sti::v1::RpcStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  sti::v1::ErrorDetail detail;
  ASSERT_TRUE(details.details(0).UnpackTo(&detail));
  EXPECT_EQ(detail.reason(), "PERMISSION_DENIED");
}

TEST(ServerTest, LongestTextAndFieldFitIntoTheTrailers) {
  class Verbose final : public sti::v1::Authentication::CallbackService {
    grpc::ServerUnaryReactor* Sign(grpc::CallbackServerContext* context, const sti::v1::SignRequest*,
                                   sti::v1::SignResponse*) override {
      auto* reactor = context->DefaultReactor();
      std::string euros;
      for (int i = 0; i < 5000; ++i) euros += "\xe2\x82\xac";
      reactor->Finish(ToGrpcStatus(MakeError(Reason::kInvalidField, std::string(5000, 'f'), euros)));
      return reactor;
    }
  } verbose;
  GrpcServer server({&verbose});
  const absl::Status status = FromGrpcStatus(CallSign(server.Channel("sbc-1.example")));
  EXPECT_EQ(ReasonOf(status), Reason::kInvalidField) << status;
}

TEST(ServerTest, MessageOverTheLimitIsRefusedAndOneBelowIsNot) {
  WhoAmI who;
  GrpcServer server({&who});
  const auto channel = server.Channel("sbc-1.example");
  sti::v1::SignResponse response;
  sti::v1::SignRequest request;
  request.mutable_origid()->assign(limits::kGrpcMessage - 100, 'x');
  EXPECT_TRUE(CallSign(channel, response, request).ok());
  request.mutable_origid()->assign(limits::kGrpcMessage, 'x');
  EXPECT_EQ(CallSign(channel, response, request).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(ServerTest, HealthGoesFromNotServingToServingAndBackSayingWhatLacks) {
  WhoAmI who;
  GrpcServer server({&who});
  const auto channel = server.Channel("monitor.example");
  for (const char* service : {"", "sti.v1.Authentication"}) {
    const Health health = CheckHealth(channel, service);
    EXPECT_EQ(health.serving, HealthCheckResponse::NOT_SERVING) << service;
    EXPECT_EQ(health.lacking, "start-up");
  }
  EXPECT_TRUE(server.server().SetServing({"certificate", "trust\nlist"}));
  EXPECT_FALSE(server.server().SetServing({"certificate", "trust\nlist"}));
  EXPECT_EQ(CheckHealth(channel, "").lacking, "certificate; trust?list");

  EXPECT_TRUE(server.server().SetServing({}));
  for (const char* service : {"", "sti.v1.Authentication"}) {
    const Health health = CheckHealth(channel, service);
    EXPECT_EQ(health.serving, HealthCheckResponse::SERVING) << service;
    EXPECT_EQ(health.lacking, "");
  }
  EXPECT_TRUE(server.server().SetServing({"certificate"}));
  EXPECT_EQ(CheckHealth(channel, "sti.v1.Authentication").serving, HealthCheckResponse::NOT_SERVING);

  EXPECT_TRUE(server.server().SetServing({}, {"old list"}));
  EXPECT_EQ(CheckHealth(channel, "").serving, HealthCheckResponse::SERVING);
  EXPECT_EQ(CheckHealth(channel, "").lacking, "old list");
  EXPECT_EQ(server.server().Trouble(), std::vector<std::string>{"old list"});
}

TEST(ServerTest, HealthOfAnUnknownServiceIsNotFound) {
  WhoAmI who;
  GrpcServer server({&who});
  EXPECT_EQ(CheckHealth(server.Channel("monitor.example"), "sti.v1.Nonsense").status.error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST(ServerTest, ShutdownLetsCallsUnderWayFinish) {
  Slow slow;
  GrpcServer server({&slow});
  const auto channel = server.Channel("admin.example");
  auto call = std::async(std::launch::async, [&channel] {
    grpc::ClientContext context;
    sti::v1::GetCertificateRequest request;
    request.set_serial("hold");
    sti::v1::CertificateRecord record;
    return sti::v1::AuthorityAdmin::NewStub(channel)->GetCertificate(&context, request, &record);
  });
  slow.entered.get_future().wait();
  std::thread shutdown([&server] { server.server().Shutdown(absl::Minutes(10)); });
  slow.go_on.set_value();
  EXPECT_TRUE(call.get().ok());
  shutdown.join();
  EXPECT_EQ(CallSign(channel).error_code(), grpc::StatusCode::UNAVAILABLE);
  server.server().SetServing({});  // does nothing, and no harm
}

TEST(ServerTest, ShutdownEndsHealthWatchesWithoutWaitingForTheGrace) {
  WhoAmI who;
  GrpcServer server({&who});
  const auto channel = server.Channel("monitor.example");
  grpc::ClientContext context;
  const auto watch = grpc::health::v1::Health::NewStub(channel)->Watch(&context, {});
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  server.server().SetServing({});
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  // Longer than a test may take: it must not be used up.
  server.server().Shutdown(absl::Hours(1));
  while (watch->Read(&response)) EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerTest, HealthWatchEndsWhenTheClientLeaves) {
  WhoAmI who;
  GrpcServer server({&who});
  const auto stub = grpc::health::v1::Health::NewStub(server.Channel("monitor.example"));
  grpc::ClientContext context;
  const auto watch = stub->Watch(&context, {});
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  context.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
  server.server().SetServing({});
  server.server().Shutdown(absl::Hours(1));
}

TEST(ServerTest, HealthWatchOfAnUnknownServiceSaysSoAndStays) {
  WhoAmI who;
  GrpcServer server({&who});
  const auto stub = grpc::health::v1::Health::NewStub(server.Channel("monitor.example"));
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service("sti.v1.Nonsense");
  const auto watch = stub->Watch(&context, request);
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
}

// One exchange of grpc.reflection.v1alpha, in octets: Debian ships no reflection.proto.
std::string Reflect(const std::shared_ptr<grpc::Channel>& channel, const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok) && ok);
  };
  auto call =
      stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  wait();
  const grpc::Slice slice(request);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  wait();
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  wait();
  grpc::Slice octets;
  EXPECT_TRUE(response.DumpToSingleSlice(&octets).ok());
  grpc::Status status;
  call->Finish(&status, nullptr);
  wait();
  EXPECT_TRUE(status.ok());
  return std::string(reinterpret_cast<const char*>(octets.begin()), octets.size());
}

TEST(ServerTest, ReflectionShowsServicesAndTheirFiles) {
  WhoAmI who;
  GrpcServer server({&who});
  const auto channel = server.Channel("admin.example");
  const std::string services = Reflect(channel, std::string("\x3a\0", 2));  // list_services = ""
  for (const std::string name : {"sti.v1.Authentication", "grpc.health.v1.Health"}) {
    EXPECT_THAT(services, HasSubstr(name));
    const std::string symbol = absl::StrCat("\x22", std::string(1, static_cast<char>(name.size())), name);
    EXPECT_THAT(Reflect(channel, symbol), HasSubstr(".proto"));  // file_containing_symbol
  }
}

TEST(ServerTest, ClientComesBackWhenTheServerDoes) {
  WhoAmI who;
  TlsMaterial tls;
  auto server = Server::Start(GrpcServerConfig(tls.Server()), {&who});
  ASSERT_TRUE(server.ok()) << server.status();
  const int port = (*server)->port();
  const auto channel = OpenOrDie(tls.Client("sbc-1.example"), port);
  EXPECT_TRUE(CallSign(channel).ok());
  server->reset();
  EXPECT_EQ(CallSign(channel).error_code(), grpc::StatusCode::UNAVAILABLE);
  WhoAmI reborn;
  server = Server::Start(GrpcServerConfig(tls.Server(), absl::StrCat("127.0.0.1:", port)), {&reborn});
  ASSERT_TRUE(server.ok()) << server.status();
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  sti::v1::SignResponse response;
  EXPECT_TRUE(sti::v1::Authentication::NewStub(channel)->Sign(&context, {}, &response).ok());
}

}  // namespace
}  // namespace sti::rpc

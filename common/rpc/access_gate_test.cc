// GrpcServer.access at a real server: every kind of RPC is refused before its handler runs.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/testing/grpc_server.h"
#include "common/testing/tls_material.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "proto/sti/v1/provisioning.grpc.pb.h"
#include "proto/sti/v1/trust.grpc.pb.h"

namespace sti::rpc {
namespace {

using ::grpc::StatusCode;
using ::sti::testing::GrpcClientConfig;
using ::sti::testing::GrpcServerConfig;
using ::sti::testing::TlsFiles;
using ::sti::testing::TlsMaterial;
using ::testing::HasSubstr;

std::atomic<int> handlers_run{0};

// Callback API: one call, and both ways of a stream.
class Callback final : public sti::v1::Authentication::CallbackService {
 public:
  grpc::ServerUnaryReactor* Sign(grpc::CallbackServerContext* context, const sti::v1::SignRequest*,
                                 sti::v1::SignResponse*) override {
    ++handlers_run;
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<sti::v1::SignStreamRequest, sti::v1::SignStreamResponse>* SignStream(
      grpc::CallbackServerContext*) override {
    class Stream final
        : public grpc::ServerBidiReactor<sti::v1::SignStreamRequest, sti::v1::SignStreamResponse> {
     public:
      Stream() { Finish(grpc::Status::OK); }
      void OnDone() override { delete this; }
    };
    ++handlers_run;
    return new Stream;
  }
};

// Synchronous API: one call, and a stream from the server.
class Synchronous final : public sti::v1::Trust::Service {
 public:
  grpc::Status GetCrl(grpc::ServerContext*, const sti::v1::GetCrlRequest*,
                      sti::v1::GetCrlResponse*) override {
    ++handlers_run;
    return grpc::Status::OK;
  }
  grpc::Status WatchTrust(grpc::ServerContext*, const sti::v1::WatchTrustRequest*,
                          grpc::ServerWriter<sti::v1::TrustVersion>*) override {
    ++handlers_run;
    return grpc::Status::OK;
  }
};

// Synchronous API: a stream from the client.
class Upload final : public sti::v1::Provisioning::Service {
 public:
  grpc::Status ImportNumbers(grpc::ServerContext*, grpc::ServerReader<sti::v1::ImportNumbersRequest>*,
                             sti::v1::ImportNumbersResponse*) override {
    ++handlers_run;
    return grpc::Status::OK;
  }
};

const char* const kRpcs[] = {
    "sti.v1.Authentication/Sign",
    "sti.v1.Authentication/SignStream",
    "sti.v1.Trust/GetCrl",
    "sti.v1.Trust/WatchTrust",
    "sti.v1.Provisioning/ImportNumbers",
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
};
const char* const kServices[] = {"sti.v1.Authentication/*", "sti.v1.Trust/*", "sti.v1.Provisioning/*",
                                 "grpc.health.v1.Health/*", "grpc.reflection.v1alpha.ServerReflection/*"};

class AccessGateTest : public ::testing::Test {
 protected:
  AccessGateTest() { config_ = GrpcServerConfig(tls_.Server()); }

  void Allow(const std::string& rpc, const std::vector<std::string>& clients) {
    auto& line = *config_.add_access();
    line.set_rpc(rpc);
    for (const std::string& client : clients) line.add_clients(client);
  }
  absl::Status Start() {
    auto server =
        Server::Start(config_, {&callback_, &synchronous_, &upload_}, [this](const AccessRefusal& refusal) {
          const MutexLock lock(mutex_);
          refusals_.push_back(refusal);
        });
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    return absl::OkStatus();
  }
  std::shared_ptr<grpc::Channel> Channel(const TlsFiles& files) {
    auto channel = OpenChannel(GrpcClientConfig(files, server_->port()));
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *channel;
  }
  // Opens the call and sends one empty message; as a stream, since that is what every kind is on the wire.
  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& rpc) {
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::CompletionQueue queue;
    const auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      EXPECT_TRUE(queue.Next(&tag, &ok));
      return ok;
    };
    const auto call = stub.PrepareCall(&context, "/" + rpc, &queue);
    call->StartCall(nullptr);
    if (wait()) {
      const grpc::Slice nothing;
      call->WriteLast(grpc::ByteBuffer(&nothing, 1), grpc::WriteOptions(), nullptr);
      wait();
      grpc::ByteBuffer answer;
      call->Read(&answer, nullptr);
      // A watch goes on for ever; the others end by themselves.
      if (wait() && rpc == "grpc.health.v1.Health/Watch") context.TryCancel();
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait();
    return status;
  }
  std::vector<AccessRefusal> refusals() {
    const MutexLock lock(mutex_);
    return refusals_;
  }

  TlsMaterial tls_;
  sti::config::v1::GrpcServer config_;
  Callback callback_;
  Synchronous synchronous_;
  Upload upload_;
  Mutex mutex_;
  std::vector<AccessRefusal> refusals_;
  std::unique_ptr<Server> server_;
};

TEST_F(AccessGateTest, EveryKindOfRpcIsForThoseWhoAreNamedOnly) {
  for (const char* rpc : kServices) Allow(rpc, {"somebody"});
  for (const char* rpc : kRpcs) Allow(rpc, {"friend"});
  ASSERT_EQ(Start(), absl::OkStatus());
  const auto stranger = Channel(tls_.Client("stranger")), known = Channel(tls_.Client("friend")),
             somebody = Channel(tls_.Client("somebody"));
  for (const char* rpc : kRpcs) {
    handlers_run = 0;
    for (const auto& [channel, name] : {std::pair(stranger, "stranger"), std::pair(somebody, "somebody")}) {
      const grpc::Status refused = Call(channel, rpc);
      EXPECT_EQ(refused.error_code(), StatusCode::PERMISSION_DENIED) << rpc << refused.error_message();
      EXPECT_THAT(refused.error_message(), HasSubstr(absl::StrCat("\"", name, "\""))) << rpc;
      EXPECT_THAT(refused.error_message(), HasSubstr(rpc));
    }
    EXPECT_EQ(handlers_run, 0) << rpc;
    const grpc::Status served = Call(known, rpc);
    const bool watch = rpc == absl::string_view("grpc.health.v1.Health/Watch");
    EXPECT_EQ(served.error_code(), watch ? StatusCode::CANCELLED : StatusCode::OK)
        << rpc << served.error_message();
    EXPECT_EQ(handlers_run, absl::string_view(rpc).substr(0, 4) == "grpc" ? 0 : 1) << rpc;
  }
  // SignBatch has the service's line only.
  EXPECT_EQ(Call(known, "sti.v1.Authentication/SignBatch").error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call(somebody, "sti.v1.Authentication/SignBatch").error_code(), StatusCode::UNIMPLEMENTED);
}

TEST_F(AccessGateTest, AConnectionOfACallerThatIsRefusedGoesOn) {
  for (const char* rpc : kServices) Allow(rpc, {"friend"});
  Allow("sti.v1.Trust/GetCrl", {"*"});
  ASSERT_EQ(Start(), absl::OkStatus());
  const auto channel = Channel(tls_.Client("stranger"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Call(channel, "sti.v1.Trust/WatchTrust").error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_TRUE(Call(channel, "sti.v1.Trust/GetCrl").ok());
  }
}

TEST_F(AccessGateTest, UnknownRpcsAreUnimplementedForEverybody) {
  for (const char* rpc : kServices) Allow(rpc, {"*"});
  ASSERT_EQ(Start(), absl::OkStatus());
  const auto channel = Channel(tls_.Client("friend"));
  for (const char* rpc : {"sti.v1.Trust/Nonsense", "sti.v1.Nonsense/GetCrl", "/sti.v1.Trust/GetCrl"})
    EXPECT_EQ(Call(channel, rpc).error_code(), StatusCode::UNIMPLEMENTED) << rpc;
}

TEST_F(AccessGateTest, NobodyCanNameThemselvesOtherwiseThanByCertificate) {
  for (const char* rpc : kServices) Allow(rpc, {"friend"});
  ASSERT_EQ(Start(), absl::OkStatus());
  for (const TlsFiles& files : {tls_.ForeignClient("friend"), tls_.ExpiredClient("friend")})
    EXPECT_EQ(Call(Channel(files), "sti.v1.Trust/GetCrl").error_code(), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Call(Channel(tls_.ClientWithCommonNameOnly("friend")), "sti.v1.Trust/GetCrl").ok());
}

TEST_F(AccessGateTest, TheHookIsToldOnceAMinuteWhoTriedWhat) {
  for (const char* rpc : kServices) Allow(rpc, {});
  ASSERT_EQ(Start(), absl::OkStatus());
  const auto channel = Channel(tls_.Client("stranger"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Call(channel, "sti.v1.Trust/GetCrl").error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(Call(channel, "sti.v1.Trust/GetTrustList").error_code(), StatusCode::PERMISSION_DENIED);
  }
  ASSERT_EQ(refusals().size(), 2u);
  EXPECT_EQ(refusals()[0].identity, "stranger");
  EXPECT_EQ(refusals()[0].rpc, "sti.v1.Trust/GetCrl");
  EXPECT_EQ(refusals()[0].untold, 0);
  EXPECT_EQ(refusals()[1].rpc, "sti.v1.Trust/GetTrustList");
}

TEST_F(AccessGateTest, HealthAndReflectionMustBeNamedAsWell) {
  for (const char* rpc : {"sti.v1.Authentication/*", "sti.v1.Trust/*", "sti.v1.Provisioning/*"})
    Allow(rpc, {"*"});
  const absl::Status status = Start();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "access");
  EXPECT_THAT(std::string(status.message()), HasSubstr("grpc.health.v1.Health/Check"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"));
}

TEST_F(AccessGateTest, UnknownRpcInTheConfigurationDoesNotStart) {
  for (const char* rpc : kServices) Allow(rpc, {"*"});
  Allow("sti.v1.Verification/Verify", {"*"});
  const absl::Status status = Start();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "access[5].rpc");
  EXPECT_THAT(std::string(status.message()), HasSubstr("sti.v1.Verification/Verify"));
}

TEST_F(AccessGateTest, WithoutTlsThereIsNobodyToName) {
  config_.clear_tls();
  config_.set_plaintext_without_authentication(true);
  for (const char* rpc : kServices) Allow(rpc, {"*"});
  EXPECT_EQ(ReasonOf(Start()), Reason::kConfigInvalid);
}

}  // namespace
}  // namespace sti::rpc

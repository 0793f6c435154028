// What a CallHook is told by a real server.
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/testing/grpc_server.h"
#include "common/testing/tls_material.h"
#include "proto/grpc/health/v1/health.grpc.pb.h"
#include "proto/sti/v1/authentication.grpc.pb.h"
#include "proto/sti/v1/trust.grpc.pb.h"

namespace sti::rpc {
namespace {

using ::sti::testing::GrpcClientConfig;
using ::sti::testing::GrpcServerConfig;
using ::sti::testing::TlsMaterial;

class Signs final : public sti::v1::Authentication::CallbackService {
 public:
  grpc::ServerUnaryReactor* Sign(grpc::CallbackServerContext* context, const sti::v1::SignRequest*,
                                 sti::v1::SignResponse*) override {
    auto* reactor = context->DefaultReactor();
    reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "enough"});
    return reactor;
  }
};

class Trusts final : public sti::v1::Trust::Service {
 public:
  grpc::Status GetCrl(grpc::ServerContext*, const sti::v1::GetCrlRequest*,
                      sti::v1::GetCrlResponse*) override {
    return grpc::Status::OK;
  }
  // Until the client leaves.
  grpc::Status WatchTrust(grpc::ServerContext* context, const sti::v1::WatchTrustRequest*,
                          grpc::ServerWriter<sti::v1::TrustVersion>* writer) override {
    writer->Write(sti::v1::TrustVersion());
    while (!context->IsCancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // lint-ok: between two looks
    }
    return grpc::Status::CANCELLED;
  }
};

class CallTimerTest : public ::testing::Test {
 protected:
  struct Seen {
    std::string rpc;
    absl::StatusCode code;
    bool stream;
  };

  CallTimerTest() {
    auto server = Server::Start(GrpcServerConfig(tls_.Server()), {&signs_, &trusts_}, nullptr,
                                files::FileWatch::OfProcess(), [this](const EndedCall& call) {
                                  const MutexLock lock(mutex_);
                                  seen_.push_back({std::string(call.rpc), call.code, call.stream});
                                });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    auto channel = OpenChannel(GrpcClientConfig(tls_.Client("client"), server_->port()));
    EXPECT_TRUE(channel.ok()) << channel.status();
    channel_ = *std::move(channel);
  }

  // The hook comes after the client has its answer.
  Seen Last() {
    server_->Shutdown(absl::Seconds(30));
    const MutexLock lock(mutex_);
    EXPECT_EQ(seen_.size(), 1u);
    return seen_.empty() ? Seen{} : seen_.back();
  }

  TlsMaterial tls_;
  Signs signs_;
  Trusts trusts_;
  Mutex mutex_;
  std::vector<Seen> seen_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(CallTimerTest, AnAnswerOfTheCallbackKindIsTold) {
  grpc::ClientContext context;
  sti::v1::SignResponse response;
  sti::v1::Authentication::NewStub(channel_)->Sign(&context, {}, &response);
  const Seen seen = Last();
  EXPECT_EQ(seen.rpc, "sti.v1.Authentication/Sign");
  EXPECT_EQ(seen.code, absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(seen.stream);
}

TEST_F(CallTimerTest, AnAnswerOfTheSynchronousKindIsTold) {
  grpc::ClientContext context;
  sti::v1::GetCrlResponse response;
  EXPECT_TRUE(sti::v1::Trust::NewStub(channel_)->GetCrl(&context, {}, &response).ok());
  const Seen seen = Last();
  EXPECT_EQ(seen.rpc, "sti.v1.Trust/GetCrl");
  EXPECT_EQ(seen.code, absl::StatusCode::kOk);
}

TEST_F(CallTimerTest, AStreamThatItsClientLeavesIsCancelled) {
  grpc::ClientContext context;
  const auto reader = sti::v1::Trust::NewStub(channel_)->WatchTrust(&context, {});
  sti::v1::TrustVersion version;
  ASSERT_TRUE(reader->Read(&version));
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  const Seen seen = Last();
  EXPECT_EQ(seen.rpc, "sti.v1.Trust/WatchTrust");
  EXPECT_EQ(seen.code, absl::StatusCode::kCancelled);
  EXPECT_TRUE(seen.stream);
}

TEST_F(CallTimerTest, WhatAClientMakesUpIsNotNamed) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, "/no.such.Service/Made-up", grpc::ByteBuffer(), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  server_->Shutdown(absl::Seconds(30));
  const MutexLock lock(mutex_);
  for (const Seen& seen : seen_) EXPECT_EQ(seen.rpc, "other");
}

}  // namespace
}  // namespace sti::rpc

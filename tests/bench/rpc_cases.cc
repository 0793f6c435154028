#include "tests/bench/rpc_cases.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/file_watch.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/server.h"
#include "proto/sti/config/v1/common.pb.h"
#include "services/as/authentication_service.h"
#include "services/vs/verification_service.h"
#include "tests/bench/echo.grpc.pb.h"

namespace sti::bench {
namespace {

class EchoService final : public Echo::CallbackService {
 public:
  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext* context, const Empty*, Empty*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// Keeps `outstanding` calls in flight until the time is over: each answer starts the next call.
template <typename Request, typename Response>
class Load {
 public:
  using Start =
      std::function<void(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>)>;

  Load(Start start, Request request) : start_(std::move(start)), request_(std::move(request)) {}

  int64_t Run(int outstanding, absl::Duration duration) {
    end_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(duration);
    running_ = outstanding;
    for (int i = 0; i < outstanding; ++i) Next();
    std::unique_lock<std::mutex> lock(mutex_);
    idle_.wait(lock, [this] { return running_ == 0; });
    return done_.load();
  }

 private:
  struct Call {
    grpc::ClientContext context;
    Response response;
  };

  void Next() {
    auto call = std::make_shared<Call>();
    Call* raw = call.get();
    start_(&raw->context, &request_, &raw->response, [this, call](const grpc::Status& status) {
      Require(status.ok() ? absl::OkStatus() : absl::InternalError(status.error_message()), "RPC");
      done_.fetch_add(1, std::memory_order_relaxed);
      if (std::chrono::steady_clock::now() < end_) return Next();
      const std::lock_guard<std::mutex> lock(mutex_);
      if (--running_ == 0) idle_.notify_all();
    });
  }

  const Start start_;
  const Request request_;
  std::chrono::steady_clock::time_point end_;
  std::atomic<int64_t> done_{0};
  std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;
};

sti::v1::SignRequest SignRequest() {
  sti::v1::SignRequest request;
  request.mutable_orig()->set_tn("12155550121");
  request.mutable_dest()->add_tn("12155550131");
  request.set_attest(sti::v1::ATTESTATION_A);
  return request;
}

sti::v1::VerifyRequest VerifyRequest(Fixture& fixture) {
  const vs::IncomingCall call = fixture.IncomingCall();
  sti::v1::VerifyRequest request;
  request.add_identity(call.identity[0]);
  request.set_from(call.from);
  request.set_to(call.to);
  return request;
}

}  // namespace

struct RpcBench::Parts {
  explicit Parts(Fixture& fixture)
      : authentication(fixture.desk()),
        verification(
            fixture.verifier(), fixture.cache(), fixture.trust(),
            [] { return std::vector<std::shared_ptr<const vs::DomainHealth>>(1); }, nullptr,
            vs::ProfileTable(), {}, nullptr) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&echo);
    builder.RegisterService(&authentication);
    builder.RegisterService(&verification);
    server = builder.BuildAndStart();
    Require(server != nullptr ? absl::OkStatus() : absl::InternalError("no server"), "start");
    channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
    uncounted = Started(own_echo, nullptr);
    counted = Started(counted_echo, metrics::CountRpcs(fixture.metrics()));
    uncounted_stub = StubOf(*uncounted);
    counted_stub = StubOf(*counted);
    echo_stub = Echo::NewStub(channel);
    sign_stub = sti::v1::Authentication::NewStub(channel);
    verify_stub = sti::v1::Verification::NewStub(channel);
  }

  // A server as the daemons have it.
  static std::unique_ptr<rpc::Server> Started(EchoService& service, rpc::CallHook hook) {
    sti::config::v1::GrpcServer config;
    config.set_listen("127.0.0.1:0");
    config.set_plaintext_without_authentication(true);
    auto started =
        rpc::Server::Start(config, {&service}, nullptr, files::FileWatch::OfProcess(), std::move(hook));
    Require(started.status(), "server");
    return *std::move(started);
  }
  static std::unique_ptr<Echo::Stub> StubOf(const rpc::Server& server) {
    return Echo::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.port()), grpc::InsecureChannelCredentials()));
  }

  EchoService echo, own_echo, counted_echo;
  std::unique_ptr<rpc::Server> uncounted, counted;
  std::unique_ptr<Echo::Stub> uncounted_stub, counted_stub;
  as::AuthenticationService authentication;
  vs::VerificationService verification;
  std::unique_ptr<grpc::Server> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<Echo::Stub> echo_stub;
  std::unique_ptr<sti::v1::Authentication::Stub> sign_stub;
  std::unique_ptr<sti::v1::Verification::Stub> verify_stub;
};

RpcBench::RpcBench(Fixture& fixture) : fixture_(fixture), parts_(std::make_unique<Parts>(fixture)) {}
RpcBench::~RpcBench() { parts_->server->Shutdown(); }

std::vector<Case> RpcBench::Cases() {
  std::vector<Case> cases;
  for (const int outstanding : {1, 64}) {
    const std::string suffix = absl::StrCat(", ", outstanding, " outstanding");
    const std::string echo = absl::StrCat("gRPC empty echo", suffix);
    cases.push_back({echo, "", [this, outstanding](absl::Duration duration) {
                       return Load<Empty, Empty>(
                                  [this](auto* context, auto* request, auto* response, auto done) {
                                    parts_->echo_stub->async()->Call(context, request, response,
                                                                     std::move(done));
                                  },
                                  Empty())
                           .Run(outstanding, duration);
                     }});
    cases.push_back({absl::StrCat("gRPC Sign", suffix), echo, [this, outstanding](absl::Duration duration) {
                       return Load<sti::v1::SignRequest, sti::v1::SignResponse>(
                                  [this](auto* context, auto* request, auto* response, auto done) {
                                    parts_->sign_stub->async()->Sign(context, request, response,
                                                                     std::move(done));
                                  },
                                  SignRequest())
                           .Run(outstanding, duration);
                     }});
    cases.push_back({absl::StrCat("gRPC Verify", suffix), echo, [this, outstanding](absl::Duration duration) {
                       return Load<sti::v1::VerifyRequest, sti::v1::VerifyResponse>(
                                  [this](auto* context, auto* request, auto* response, auto done) {
                                    parts_->verify_stub->async()->Verify(context, request, response,
                                                                         std::move(done));
                                  },
                                  VerifyRequest(fixture_))
                           .Run(outstanding, duration);
                     }});
  }
  const auto echoes = [](Echo::Stub& stub) {
    return [&stub](absl::Duration duration) {
      return Load<Empty, Empty>(
                 [&stub](auto* context, auto* request, auto* response, auto done) {
                   stub.async()->Call(context, request, response, std::move(done));
                 },
                 Empty())
          .Run(64, duration);
    };
  };
  cases.push_back({"gRPC empty echo, daemon's server, 64", "", echoes(*parts_->uncounted_stub)});
  cases.push_back({"gRPC empty echo, counted and timed, 64", "gRPC empty echo, daemon's server, 64",
                   echoes(*parts_->counted_stub)});
  return cases;
}

}  // namespace sti::bench

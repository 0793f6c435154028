#include "services/pa/trust_watchers.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "common/base/reason.h"
#include "common/rpc/status.h"
#include "common/testing/fake_clock.h"
#include "common/testing/grpc_server.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "proto/sti/v1/trust.grpc.pb.h"
#include "services/pa/pa_testing.h"
#include "services/pa/trust_service.h"

namespace sti::pa {
namespace {

using grpc::ClientContext;
using sti::v1::TrustVersion;

class TrustWatchersTest : public ::testing::Test {
 protected:
  static constexpr size_t kMax = 3;

  TrustWatchersTest() {
    publisher_.OnChange([this] { watchers_.Notify(); });
    EXPECT_TRUE(publisher_.PublishTrustList().ok());
    EXPECT_TRUE(publisher_.PublishCrl().ok());
  }
  ~TrustWatchersTest() override {
    watchers_.Close();
    server_.server().Shutdown(absl::InfiniteDuration());
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ = OpenScratchDatabase(dir_);
  testing::FakeClock clock_{absl::FromUnixSeconds(1750000000)};
  const DocumentSigner list_signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{*database_, list_signer_, crl_signer_, {}, clock_};
  TrustWatchers watchers_{publisher_, kMax};
  TrustService service_{publisher_, watchers_};
  testing::GrpcServer server_{{&service_}};
  std::unique_ptr<sti::v1::Trust::Stub> stub_ = sti::v1::Trust::NewStub(server_.Channel("watcher"));
};

TEST_F(TrustWatchersTest, AreBoundedAndAPlaceComesFreeAgain) {
  std::vector<std::unique_ptr<ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<TrustVersion>>> streams;
  TrustVersion version;
  for (size_t i = 0; i < kMax; ++i) {
    contexts.push_back(std::make_unique<ClientContext>());
    streams.push_back(stub_->WatchTrust(contexts.back().get(), {}));
    ASSERT_TRUE(streams.back()->Read(&version));
  }
  ClientContext too_many;
  const auto refused = stub_->WatchTrust(&too_many, {});
  EXPECT_FALSE(refused->Read(&version));
  EXPECT_EQ(ReasonOf(rpc::FromGrpcStatus(refused->Finish())), Reason::kOverloaded);

  contexts[0]->TryCancel();
  while (streams[0]->Read(&version)) {
  }
  streams[0]->Finish();
  // The server hears of the cancellation when it hears of it.
  bool accepted = false;
  while (!accepted) {
    ClientContext next;
    const auto stream = stub_->WatchTrust(&next, {});
    accepted = stream->Read(&version);
    next.TryCancel();
    while (stream->Read(&version)) {
    }
    stream->Finish();
  }
}

TEST_F(TrustWatchersTest, SlowWatcherGetsTheNewestVersion) {
  ClientContext context;
  const auto stream = stub_->WatchTrust(&context, {});
  TrustVersion version;
  ASSERT_TRUE(stream->Read(&version));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(publisher_.PublishCrl().ok());
  int64_t last = version.crl_number();
  while (last < 51) {
    ASSERT_TRUE(stream->Read(&version));
    EXPECT_GT(version.crl_number(), last);
    last = version.crl_number();
  }
}

TEST_F(TrustWatchersTest, AfterCloseNobodyMayWatch) {
  watchers_.Close();
  ClientContext context;
  const auto stream = stub_->WatchTrust(&context, {});
  TrustVersion version;
  EXPECT_FALSE(stream->Read(&version));
  EXPECT_EQ(ReasonOf(rpc::FromGrpcStatus(stream->Finish())), Reason::kUnavailable);
}

}  // namespace
}  // namespace sti::pa

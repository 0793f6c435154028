// Start, limits on connections and time, shutdown.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/http/server.h"
#include "common/http/testing/tls_client.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"

namespace sti::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TempDir;
using testing::TlsClient;
using testing::TlsFiles;
using testing::TlsMaterial;

constexpr absl::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

HttpResponse Hello(const HttpRequest&) {
  HttpResponse response;
  response.body = "hello";
  return response;
}

// A handler that waits in the middle of a request until it is told to go on.
class Gate {
 public:
  HttpHandler Handler() {
    return [this](const HttpRequest& request) {
      entered_.set_value();
      open_.get_future().wait();
      return Hello(request);
    };
  }
  void AwaitRequest() { entered_.get_future().wait(); }
  void Open() { open_.set_value(); }

 private:
  std::promise<void> entered_, open_;
};

class ServerLifetimeTest : public ::testing::Test {
 protected:
  static TlsMaterial& Tls() {
    static TlsMaterial& tls = *new TlsMaterial;
    return tls;
  }
  static const TlsFiles& Files() {
    static const TlsFiles& files = *new TlsFiles(Tls().Server());
    return files;
  }
  static HttpServerOptions Options() {
    HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    options.certificate_file = Files().certificate_file;
    options.key_file = Files().key_file;
    options.idle_timeout = options.request_timeout = absl::Minutes(5);
    return options;
  }
  static absl::Status StartError(const HttpServerOptions& options) {
    return StartHttpsServer(options, Hello).status();
  }

  void Start(const HttpServerOptions& options = Options(), HttpHandler handler = Hello) {
    server_ = StartHttpsServer(options, std::move(handler)).value();
    port_ = server_->port();
  }
  TlsClient Connect() const { return TlsClient(port_, Tls().ca_file()); }

  std::unique_ptr<HttpServer> server_;
  uint16_t port_ = 0;
};

TEST_F(ServerLifetimeTest, BusyPortIsUnavailableAndNamed) {
  Start();
  HttpServerOptions options = Options();
  options.listen = absl::StrCat("127.0.0.1:", port_);
  const absl::Status status = StartError(options);
  EXPECT_EQ(ReasonOf(status), Reason::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(options.listen));
  EXPECT_THAT(std::string(status.message()), HasSubstr("in use"));
}

TEST_F(ServerLifetimeTest, PortIsFreeAgainAfterwards) {
  Start();
  TlsClient client = Connect();
  client.Send(kGet);
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("hello"));
  HttpServerOptions options = Options();
  options.listen = absl::StrCat("127.0.0.1:", port_);
  server_.reset();
  Start(options);
  TlsClient next = Connect();
  next.Send(kGet);
  EXPECT_THAT(next.ReadAnswer(), HasSubstr("hello"));
}

TEST_F(ServerLifetimeTest, BadOptionsAreNamed) {
  TempDir dir;
  const std::string garbage = dir.Write("garbage", "no PEM");
  const std::string encrypted = dir.Write("encrypted", "");
  ASSERT_EQ(testing::Run({"openssl", "pkcs8", "-topk8", "-in", Files().key_file, "-out", encrypted,
                          "-passout", "pass:secret"})
                .exit_code,
            0);
  const std::string fifo = dir.File("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const auto error = [](auto change) {
    HttpServerOptions options = Options();
    change(options);
    const absl::Status status = StartError(options);
    return std::pair(ReasonOf(status), FieldOf(status));
  };
  const auto invalid = [](const char* field) {
    return std::pair(Reason::kConfigInvalid, std::string(field));
  };
  EXPECT_EQ(error([](auto& o) { o.listen = "nonsense"; }), invalid("listen"));
  EXPECT_EQ(error([](auto& o) { o.listen = "192.0.2.1:0"; }), invalid("listen"));
  EXPECT_EQ(error([](auto& o) { o.listen = "not a name:0"; }), invalid("listen"));
  EXPECT_EQ(error([](auto& o) { o.certificate_file = "/nonexistent"; }), invalid("certificate_file"));
  EXPECT_EQ(error([&](auto& o) { o.certificate_file = garbage; }), invalid("certificate_file"));
  EXPECT_EQ(error([](auto& o) { o.key_file = "/nonexistent"; }), invalid("key_file"));
  EXPECT_EQ(error([&](auto& o) { o.key_file = garbage; }), invalid("key_file"));
  EXPECT_EQ(error([&](auto& o) { o.key_file = encrypted; }), invalid("key_file"));
  EXPECT_EQ(error([&](auto& o) { o.key_file = fifo; }), invalid("key_file"));
  EXPECT_EQ(error([&](auto& o) { o.key_file = dir.path(); }).second, "key_file");
  EXPECT_EQ(error([](auto& o) { o.client_ca_file = "/nonexistent"; }), invalid("client_ca_file"));
  EXPECT_EQ(error([&](auto& o) { o.client_ca_file = garbage; }), invalid("client_ca_file"));
  EXPECT_EQ(error([](auto& o) { o.threads = 0; }), invalid("threads"));
  EXPECT_EQ(error([](auto& o) { o.max_header = 0; }), invalid("max_header"));
  EXPECT_EQ(error([](auto& o) { o.idle_timeout = absl::ZeroDuration(); }), invalid("idle_timeout"));
  EXPECT_EQ(error([](auto& o) { o.request_timeout = absl::InfiniteDuration(); }), invalid("request_timeout"));
}

TEST_F(ServerLifetimeTest, KeyFileMustBeTheOwnersAlone) {
  TempDir dir;
  TempDir source;
  std::string pem;
  {
    FILE* file = fopen(Files().key_file.c_str(), "r");
    char chunk[4096];
    pem.assign(chunk, fread(chunk, 1, sizeof(chunk), file));
    fclose(file);
  }
  HttpServerOptions options = Options();
  options.key_file = dir.Write("owner", pem, 0600);
  EXPECT_TRUE(StartError(options).ok());
  for (const mode_t mode : {0640, 0604, 0620, 0610}) {
    options.key_file = dir.Write(absl::StrCat("mode", mode), pem, mode);
    EXPECT_EQ(ReasonOf(StartError(options)), Reason::kKeyPermissions) << std::oct << mode;
  }
}

TEST_F(ServerLifetimeTest, KeyOfAnotherCertificateIsRefused) {
  HttpServerOptions options = Options();
  options.key_file = Tls().Server().key_file;
  EXPECT_EQ(ReasonOf(StartError(options)), Reason::kKeyMismatch);
}

TEST_F(ServerLifetimeTest, ConnectionsBeyondTheCapAreClosed) {
  HttpServerOptions options = Options();
  options.max_connections = 2;
  Start(options);
  auto first = std::make_unique<TlsClient>(port_, Tls().ca_file());
  TlsClient second = Connect();
  EXPECT_TRUE(first->connected() && second.connected());
  EXPECT_FALSE(Connect().connected());
  first->Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(first->ReadToEnd(), HasSubstr("hello"));
  first.reset();
  while (!Connect().connected()) {  // the server sees the end of the first one a little later
  }
}

TEST_F(ServerLifetimeTest, IdleConnectionIsClosed) {
  HttpServerOptions options = Options();
  options.idle_timeout = absl::Milliseconds(100);
  Start(options);
  std::string answer;
  while (answer.empty()) {  // on a busy machine the request may come too late
    TlsClient client = Connect();
    client.Send(kGet);
    answer = client.ReadAnswer();
    EXPECT_EQ(client.ReadToEnd(), "");
  }
  EXPECT_THAT(answer, HasSubstr("hello"));
}

TEST_F(ServerLifetimeTest, RequestThatDoesNotEndIsCutOff) {
  HttpServerOptions options = Options();
  options.request_timeout = absl::Milliseconds(200);
  Start(options);
  for (const char* part : {"G", "GET / HTTP/1.1\r\nHost: x\r\n",
                           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1234"}) {
    TlsClient client = Connect();
    client.Send(part);
    EXPECT_EQ(client.ReadToEnd(), "") << part;
  }
}

TEST_F(ServerLifetimeTest, SilentConnectionIsCutOff) {
  HttpServerOptions options = Options();
  options.request_timeout = absl::Milliseconds(100);
  Start(options);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  char octet;
  EXPECT_EQ(read(fd, &octet, 1), 0);
  close(fd);
}

TEST_F(ServerLifetimeTest, ShutdownEndsIdleConnections) {
  Start();
  TlsClient fresh = Connect();
  TlsClient used = Connect();
  used.Send(kGet);
  EXPECT_THAT(used.ReadAnswer(), HasSubstr("hello"));
  server_->Shutdown(absl::Minutes(5));
  EXPECT_EQ(used.ReadToEnd(), "");
  EXPECT_EQ(fresh.ReadToEnd(), "");
  EXPECT_FALSE(Connect().connected());
}

TEST_F(ServerLifetimeTest, ShutdownLetsTheRequestUnderWayFinish) {
  Gate gate;
  Start(Options(), gate.Handler());
  TlsClient client = Connect();
  client.Send(kGet);
  gate.AwaitRequest();
  std::thread shutdown([this] { server_->Shutdown(absl::Minutes(5)); });
  while (Connect().connected()) {  // until it has stopped accepting
  }
  gate.Open();
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("hello"));
  shutdown.join();
}

TEST_F(ServerLifetimeTest, ShutdownLetsTheRequestThatIsArrivingFinish) {
  Start();
  TlsClient client = Connect();
  client.Send(kGet.substr(0, 10));
  TlsClient other = Connect();
  other.Send(kGet);
  EXPECT_THAT(other.ReadAnswer(), HasSubstr("hello"));
  std::thread shutdown([this] { server_->Shutdown(absl::Minutes(5)); });
  EXPECT_EQ(other.ReadToEnd(), "");  // draining has begun
  client.Send(kGet.substr(10));
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("hello"));
  shutdown.join();
}

TEST_F(ServerLifetimeTest, ShutdownClosesWhatOutlivesTheGrace) {
  Start();
  TlsClient client = Connect();
  client.Send(kGet.substr(0, 10));
  server_->Shutdown(absl::Milliseconds(100));
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(ServerLifetimeTest, ShutdownMayBeCalledAgainAndByManyAtOnce) {
  Start();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) threads.emplace_back([this] { server_->Shutdown(absl::Minutes(5)); });
  for (std::thread& thread : threads) thread.join();
  server_->Shutdown(absl::ZeroDuration());
  EXPECT_NE(server_->port(), 0);
}

TEST_F(ServerLifetimeTest, DestructorStopsWithConnectionsOpen) {
  Start();
  TlsClient idle = Connect();
  TlsClient busy = Connect();
  busy.Send(kGet.substr(0, 10));
  server_.reset();
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_EQ(busy.ReadToEnd(), "");
}

}  // namespace
}  // namespace sti::http

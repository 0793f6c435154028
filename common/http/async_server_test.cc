// Handlers that answer later, from anywhere, or never.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/answer.h"
#include "common/http/message.h"
#include "common/http/server.h"
#include "common/http/testing/tls_client.h"
#include "common/testing/subprocess.h"
#include "common/testing/tls_material.h"

namespace sti::http {
namespace {

using testing::Finished;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TlsClient;
using testing::TlsFiles;
using testing::TlsMaterial;

HttpResponse Text(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

std::string Get(absl::string_view target) {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: x\r\n\r\n");
}

// Keeps what is asked below /later until the test takes it.
class Office {
 public:
  struct Case {
    HttpRequest request;
    HttpAnswer answer;
  };

  void Handle(HttpRequest request, const HttpAnswer& answer) {
    if (absl::StartsWith(request.target, "/later")) {
      const std::lock_guard<std::mutex> lock(mutex_);
      cases_.push_back({std::move(request), answer});
      arrived_.notify_all();
    } else if (request.target == "/forget") {
      // Goes without an answer.
    } else if (request.target == "/twice") {
      answer.Send(Text("first"));
      answer.Send(Text("second"));
    } else if (request.target == "/throw") {
      throw std::runtime_error("handler");
    } else if (request.target == "/answer-and-throw") {
      answer.Send(Text("answered"));
      throw std::runtime_error("handler");
    } else {
      const bool has_length = !request.Header("content-length").empty();
      answer.Send(Text(absl::StrCat(request.method, " ", request.target, " [", request.client_identity, "] ",
                                    has_length ? "sized" : "unsized")));
    }
  }
  // Waits for the next one.
  Case Take() {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait(lock, [this] { return !cases_.empty(); });
    Case taken = std::move(cases_.front());
    cases_.pop_front();
    return taken;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Case> cases_;
};

class AsyncServerTest : public ::testing::Test {
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
    options.threads = 1;  // a waiting request must not need one
    options.idle_timeout = options.request_timeout = absl::Minutes(5);
    return options;
  }

  void Start(const HttpServerOptions& options = Options()) {
    server_ =
        StartHttpsServer(options, AsyncHttpHandler([this](HttpRequest request, const HttpAnswer& answer) {
                           office_.Handle(std::move(request), answer);
                         }))
            .value();
    port_ = server_->port();
  }
  TlsClient Connect() const { return TlsClient(port_, Tls().ca_file()); }
  std::string Ask(absl::string_view request) const {
    TlsClient client = Connect();
    client.Send(request);
    return client.ReadAnswer();
  }
  Finished Curl(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {"curl", "-sS", "--cacert", Tls().ca_file(),
                                    absl::StrCat("https://127.0.0.1:", port_, "/")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return testing::Run(all);
  }

  Office office_;  // outlives the server
  std::unique_ptr<HttpServer> server_;
  uint16_t port_ = 0;
};

TEST_F(AsyncServerTest, WaitingRequestsHoldNoThread) {
  Start();
  std::vector<std::unique_ptr<TlsClient>> clients;
  std::vector<Office::Case> cases;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<TlsClient>(port_, Tls().ca_file()));
    clients.back()->Send(Get(absl::StrCat("/later/", i)));
    cases.push_back(office_.Take());
  }
  EXPECT_THAT(Ask(Get("/now")), HasSubstr("GET /now"));
  for (int i = 19; i >= 0; --i) {
    const Office::Case& taken = cases[static_cast<size_t>(i)];
    std::thread([&] { taken.answer.Send(Text(absl::StrCat("for ", taken.request.target, "."))); }).join();
    EXPECT_THAT(clients[static_cast<size_t>(i)]->ReadAnswer(),
                HasSubstr(absl::StrCat("for /later/", i, ".")));
  }
}

TEST_F(AsyncServerTest, RequestsBehindAWaitingOneAreAnsweredInTheirOrder) {
  Start();
  TlsClient client = Connect();
  client.Send(Get("/later") + Get("/second") + Get("/third"));
  office_.Take().answer.Send(Text("first"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("first"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("GET /second"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("GET /third"));
}

TEST_F(AsyncServerTest, ForgottenRequestGivesA503AndKeepsTheConnection) {
  Start();
  TlsClient client = Connect();
  client.Send(Get("/forget") + Get("/now"));
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("GET /now"));
  client.Send(Get("/later"));
  office_.Take();
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(AsyncServerTest, ARequestHasOneAnswer) {
  Start();
  TlsClient client = Connect();
  client.Send(Get("/twice") + Get("/answer-and-throw") + Get("/throw") + Get("/now"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("first"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("answered"));
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("GET /now"));
}

TEST_F(AsyncServerTest, UnsafeLateAnswerGivesA500) {
  Start();
  TlsClient client = Connect();
  client.Send(Get("/later"));
  HttpResponse unsafe;
  unsafe.headers = {{"X", "a\r\nInjected: b"}};
  office_.Take().answer.Send(unsafe);
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(AsyncServerTest, HeadIsAnsweredLaterWithoutABody) {
  Start();
  TlsClient client = Connect();
  client.Send("HEAD /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  office_.Take().answer.Send(Text("body"));
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_FALSE(absl::EndsWith(answer, "body"));
}

TEST_F(AsyncServerTest, ClientThatLeftIsNotMissed) {
  HttpServerOptions options = Options();
  options.max_connections = 2;
  Start(options);
  for (int i = 0; i < 5; ++i) {  // its place is free again each time
    auto client = std::make_unique<TlsClient>(port_, Tls().ca_file());
    while (!client->connected()) client = std::make_unique<TlsClient>(port_, Tls().ca_file());
    client->Send(Get("/later"));
    const Office::Case taken = office_.Take();
    client.reset();
    taken.answer.Send(Text("too late"));
    std::string answer;
    while (answer.empty()) answer = Ask(Get("/now"));
    EXPECT_THAT(answer, HasSubstr("GET /now"));
  }
}

TEST_F(AsyncServerTest, ShutdownWaitsForTheAnswer) {
  Start();
  TlsClient client = Connect();
  client.Send(Get("/later"));
  const Office::Case taken = office_.Take();
  std::thread shutdown([this] { server_->Shutdown(absl::Minutes(5)); });
  while (Connect().connected()) {  // until it has stopped accepting
  }
  taken.answer.Send(Text("in time"));
  const std::string answer = client.ReadToEnd();
  EXPECT_THAT(answer, HasSubstr("in time"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  shutdown.join();
}

TEST_F(AsyncServerTest, AnswerAfterShutdownOrTheServersEndGoesNowhere) {
  Start();
  TlsClient first = Connect(), second = Connect();
  first.Send(Get("/later"));
  const Office::Case one = office_.Take();
  second.Send(Get("/later"));
  const Office::Case two = office_.Take();
  server_->Shutdown(absl::Milliseconds(10));
  EXPECT_EQ(first.ReadToEnd(), "");
  one.answer.Send(Text("late"));
  server_.reset();
  EXPECT_EQ(second.ReadToEnd(), "");
  two.answer.Send(Text("later"));
}

TEST_F(AsyncServerTest, AnswersMayRaceWithTheServersEnd) {
  for (int round = 0; round < 20; ++round) {
    Start();
    std::vector<std::unique_ptr<TlsClient>> clients;
    std::vector<Office::Case> cases;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<TlsClient>(port_, Tls().ca_file()));
      clients.back()->Send(Get("/later"));
      cases.push_back(office_.Take());
    }
    std::vector<std::thread> threads;
    threads.reserve(cases.size());
    for (Office::Case& taken : cases) {
      threads.emplace_back([taken = std::move(taken)] { taken.answer.Send(Text("racing")); });
    }
    server_.reset();
    for (std::thread& thread : threads) thread.join();
  }
}

TEST_F(AsyncServerTest, HandlerSeesWhetherTheBodyHadALength) {
  Start();
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), HasSubstr("] sized"));
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr("] unsized"));
  EXPECT_THAT(Ask("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              HasSubstr("] unsized"));
}

TEST_F(AsyncServerTest, OptionalClientCertificateIsNamedWhenThereIsOne) {
  HttpServerOptions options = Options();
  options.client_ca_file = Tls().ca_file();
  options.client_certificate_optional = true;
  Start(options);
  const auto with = [this](const TlsFiles& files) {
    return Curl({"--cert", files.certificate_file, "--key", files.key_file});
  };
  EXPECT_THAT(with(Tls().Client("sbc.example")).out, HasSubstr("[sbc.example]"));
  EXPECT_THAT(Curl({}).out, HasSubstr("GET / []"));
  EXPECT_NE(with(Tls().ForeignClient("sbc.example")).exit_code, 0);
  EXPECT_NE(with(Tls().ExpiredClient("sbc.example")).exit_code, 0);
}

}  // namespace
}  // namespace sti::http

// The client against this project's server, and against one of Python's that misbehaves.
#include "common/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/http/server.h"
#include "common/http/testing/hostile_server.h"
#include "common/http/testing/name_service.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"

namespace sti::http {
namespace {

using ::testing::HasSubstr;
using testing::HostileServer;
using testing::NameService;
using ::testing::Not;
using testing::TlsFiles;
using testing::TlsMaterial;

using Outcome = absl::StatusOr<ClientAnswer>;

struct World {
  TlsMaterial tls;
  HostileServer hostile{tls.Server()};
};

World& GetWorld() {
  static World& world = *new World;
  return world;
}

class ClientTest : public ::testing::Test {
 protected:
  static void TearDownTestSuite() { NameService::Release(); }

  static ClientOptions Options() {
    ClientOptions options;
    options.ca_file = GetWorld().tls.ca_file();
    options.timeout = absl::Minutes(5);
    options.max_body = 1000;
    options.max_header = 1000;
    return options;
  }
  static std::string Url(absl::string_view path, absl::string_view host = "127.0.0.1",
                         const std::string& kind = "tls") {
    return absl::StrCat("https://", host, ":", GetWorld().hostile.port(kind), path);
  }
  static Outcome Get(const std::string& url, const ClientOptions& options = Options()) {
    return CreateClient(options).value()->Send({"GET", url, {}, ""});
  }
  static void ExpectFails(const Outcome& outcome, Reason reason, absl::string_view text) {
    EXPECT_EQ(ReasonOf(outcome.status()), reason) << outcome.status();
    EXPECT_THAT(std::string(outcome.status().message()), HasSubstr(std::string(text)));
    EXPECT_THAT(std::string(outcome.status().message()), Not(HasSubstr("SECRET")));
  }
};

// This project's server, which answers with what it was asked.
class EchoServer {
 public:
  explicit EchoServer(const std::string& client_ca_file = "") {
    HttpServerOptions options;
    const TlsFiles files = GetWorld().tls.Server();
    options.listen = "127.0.0.1:0";
    options.certificate_file = files.certificate_file;
    options.key_file = files.key_file;
    options.client_ca_file = client_ca_file;
    server_ =
        StartHttpsServer(options, [this](const HttpRequest& request) {
          ++requests;
          std::string text = absl::StrCat(request.head ? "HEAD" : request.method, " ", request.target, "\n");
          for (const auto& [name, value] : request.headers) absl::StrAppend(&text, name, "=", value, "\n");
          absl::StrAppend(&text, "identity=", request.client_identity, "\n", request.body);
          return HttpResponse{request.target == "/teapot" ? 418 : 200, {{"Replay-Nonce", "abc"}}, text, {}};
        }).value();
  }
  std::string Url(absl::string_view path) const {
    return absl::StrCat("https://127.0.0.1:", server_->port(), path);
  }
  std::atomic<int> requests{0};

 private:
  std::unique_ptr<HttpServer> server_;
};

TEST_F(ClientTest, PostCarriesHeadersAndBody) {
  const EchoServer server;
  const auto client = CreateClient(Options()).value();
  const std::string body("{\"a\":\0 1}", 9);
  const Outcome outcome = client->Send({"POST",
                                        server.Url("/a/b?c=d%2F"),
                                        {{"Content-Type", "application/jose+json"}, {"Authorization", "xyz"}},
                                        body});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->status, 200);
  EXPECT_EQ(outcome->Header("replay-nonce"), "abc");
  EXPECT_EQ(outcome->Header("absent"), "");
  EXPECT_THAT(outcome->body, HasSubstr("POST /a/b?c=d%2F\n"));
  EXPECT_THAT(outcome->body, HasSubstr("content-type=application/jose+json\n"));
  EXPECT_THAT(outcome->body, HasSubstr("authorization=xyz\n"));
  EXPECT_THAT(outcome->body, Not(HasSubstr("expect=")));
  EXPECT_THAT(outcome->body, HasSubstr(body));
}

TEST_F(ClientTest, PostMayBeEmpty) {
  const EchoServer server;
  const Outcome outcome = CreateClient(Options()).value()->Send({"POST", server.Url("/x"), {}, ""});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(outcome->body, HasSubstr("POST /x\n"));
  EXPECT_THAT(outcome->body, HasSubstr("content-length=0\n"));
}

TEST_F(ClientTest, HeadHasHeadersAndNoBody) {
  const EchoServer server;
  const Outcome outcome = CreateClient(Options()).value()->Send({"HEAD", server.Url("/x"), {}, ""});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->Header("replay-nonce"), "abc");
  EXPECT_EQ(outcome->body, "");
}

TEST_F(ClientTest, EveryStatusIsAnAnswerWithItsBody) {
  const EchoServer server;
  const Outcome teapot = Get(server.Url("/teapot"));
  ASSERT_TRUE(teapot.ok()) << teapot.status();
  EXPECT_EQ(teapot->status, 418);
  EXPECT_THAT(teapot->body, HasSubstr("GET /teapot"));
  const Outcome redirect = Get(Url("/redirect/302"));  // and not followed
  ASSERT_TRUE(redirect.ok()) << redirect.status();
  EXPECT_EQ(redirect->status, 302);
  EXPECT_EQ(redirect->Header("location"), "/chain");
}

TEST_F(ClientTest, ClientCertificateIsShownToAServerThatAsks) {
  const EchoServer server(GetWorld().tls.ca_file());
  ExpectFails(Get(server.Url("/x")), Reason::kUnavailable, "127.0.0.1");
  ClientOptions options = Options();
  const TlsFiles files = GetWorld().tls.Client("kms.example");
  options.certificate_file = files.certificate_file;
  options.key_file = files.key_file;
  const Outcome outcome = Get(server.Url("/x"), options);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(outcome->body, HasSubstr("identity=kms.example\n"));
}

TEST_F(ClientTest, ConnectionIsUsedAgainAndMadeAnewWhenTheServerHasClosedIt) {
  const auto client = CreateClient(Options()).value();
  const auto get = [&](absl::string_view path) { return client->Send({"GET", Url(path), {}, ""}); };
  const Outcome first = get("/number");
  const Outcome second = get("/number");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->body, second->body);
  EXPECT_FALSE(get("/reset").ok());
  const Outcome third = get("/number");
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_NE(third->body, first->body);
}

TEST_F(ClientTest, AnswerMayBeAsLargeAsTheLimit) {
  EXPECT_EQ(Get(Url("/body/1000"))->body.size(), 1000u);
  ExpectFails(Get(Url("/body/1001")), Reason::kTooLarge, "larger than the limit");
  EXPECT_EQ(Get(Url("/chunked/1000"))->body.size(), 1000u);
  ExpectFails(Get(Url("/chunked/1001")), Reason::kTooLarge, "larger than the limit");
  EXPECT_TRUE(Get(Url("/header/900")).ok());
  ExpectFails(Get(Url("/header/1000")), Reason::kTooLarge, "larger than the limit");
}

TEST_F(ClientTest, EndlessAnswersAreCutOff) {
  for (const char* path : {"/endless", "/headers", "/continue"}) {
    ExpectFails(Get(Url(path)), Reason::kTooLarge, "larger than the limit");
  }
}

TEST_F(ClientTest, BrokenAnswersAreUnavailable) {
  for (const char* path : {"/truncated", "/garbage", "/reset", "/hangup"}) {
    ExpectFails(Get(Url(path)), Reason::kUnavailable, "127.0.0.1");
  }
}

TEST_F(ClientTest, CertificateOfAnotherHostOrCaIsRefused) {
  NameService::Set("wrong.test", {"127.0.0.1"});
  ExpectFails(Get(Url("/chain", "wrong.test")), Reason::kUnavailable, "certificate is for another host");
  TlsMaterial other;
  ClientOptions options = Options();
  options.ca_file = other.ca_file();
  ExpectFails(Get(Url("/chain"), options), Reason::kUnavailable, "TLS certificate: ");
  options.ca_file.clear();  // the web's roots do not know the test's CA
  ExpectFails(Get(Url("/chain"), options), Reason::kUnavailable, "TLS certificate: ");
}

TEST_F(ClientTest, OldTlsAndNoTlsAreRefused) {
  ExpectFails(Get(Url("/chain", "127.0.0.1", "old")), Reason::kUnavailable, "SSL");
  ExpectFails(Get(Url("/chain", "127.0.0.1", "plain")), Reason::kUnavailable, "SSL");
}

TEST_F(ClientTest, SilenceEndsWithTheTimeout) {
  ClientOptions options = Options();
  options.timeout = absl::Milliseconds(300);
  for (const std::string& url : {Url("/tarpit"), Url("/drip"), Url("/chain", "127.0.0.1", "mute")}) {
    ExpectFails(Get(url, options), Reason::kDeadlineExceeded, "300ms");
  }
  NameService::Block("slow.test");
  ExpectFails(Get(Url("/chain", "slow.test"), options), Reason::kDeadlineExceeded, "slow.test");
}

TEST_F(ClientTest, CancelEndsTheRequestUnderWayAndAllThatFollow) {
  const auto client = CreateClient(Options()).value();
  std::thread canceller([&] { client->Cancel(); });
  ExpectFails(client->Send({"GET", Url("/tarpit"), {}, ""}), Reason::kUnavailable, "cancelled");
  canceller.join();
  ExpectFails(client->Send({"GET", Url("/chain"), {}, ""}), Reason::kUnavailable, "cancelled");
}

TEST_F(ClientTest, WhatMustNotBeSentIsNotSent) {
  const EchoServer server;
  const auto client = CreateClient(Options()).value();
  for (const std::string& url :
       {std::string(), std::string("http://127.0.0.1/"), std::string("ftp://127.0.0.1/"),
        std::string("127.0.0.1"), std::string("https://"), std::string("file:///etc/passwd"),
        server.Url("/#x"), server.Url("/a b"), server.Url("/\r\nX: y"), server.Url(std::string(3000, 'a')),
        absl::StrCat("https://user:SECRET@", server.Url("/").substr(8))}) {
    const Outcome outcome = client->Send({"GET", url, {}, ""});
    ExpectFails(outcome, Reason::kInvalidField, "the URL");
    EXPECT_EQ(FieldOf(outcome.status()), "url") << url;
  }
  const auto field = [&](const ClientRequest& request) { return FieldOf(client->Send(request).status()); };
  EXPECT_EQ(field({"GET", server.Url("/"), {{"A", "b\r\nC: SECRET"}}, ""}), "headers");
  EXPECT_EQ(field({"GET", server.Url("/"), {{"A:", "b"}}, ""}), "headers");
  EXPECT_EQ(field({"DELETE", server.Url("/"), {}, ""}), "method");
  EXPECT_EQ(server.requests, 0);
}

TEST_F(ClientTest, ProxyOfTheEnvironmentIsIgnored) {
  const std::string mute = absl::StrCat("http://127.0.0.1:", GetWorld().hostile.port("mute"));
  // NOLINTBEGIN(concurrency-mt-unsafe): no request runs.
  for (const char* name : {"https_proxy", "all_proxy"}) setenv(name, mute.c_str(), 1);
  EXPECT_TRUE(Get(Url("/chain")).ok());
  for (const char* name : {"https_proxy", "all_proxy"}) unsetenv(name);
  // NOLINTEND(concurrency-mt-unsafe)
}

TEST_F(ClientTest, BadOptionsAreNamed) {
  const TlsFiles files = GetWorld().tls.Client("kms.example");
  const TlsFiles others = GetWorld().tls.Client("other.example");
  testing::TempDir folder;
  const auto refusal = [&](auto change) {
    ClientOptions options = Options();
    options.certificate_file = files.certificate_file;
    options.key_file = files.key_file;
    change(options);
    const absl::Status status = CreateClient(options).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  };
  EXPECT_EQ(refusal([](ClientOptions&) {}), "NONE ");
  EXPECT_EQ(refusal([](ClientOptions& o) { o.ca_file = "/nonexistent"; }), "CONFIG_INVALID ca_file");
  EXPECT_EQ(refusal([](ClientOptions& o) { o.timeout = absl::ZeroDuration(); }), "CONFIG_INVALID timeout");
  EXPECT_EQ(refusal([](ClientOptions& o) { o.key_file.clear(); }), "CONFIG_INVALID key_file");
  EXPECT_EQ(refusal([](ClientOptions& o) { o.certificate_file.clear(); }), "CONFIG_INVALID certificate_file");
  EXPECT_EQ(refusal([](ClientOptions& o) { o.certificate_file = "/dev/null"; }),
            "CONFIG_INVALID certificate_file");
  EXPECT_EQ(refusal([](ClientOptions& o) { o.key_file = "/nonexistent"; }), "CONFIG_INVALID key_file");
  EXPECT_EQ(refusal([&](ClientOptions& o) { o.key_file = others.key_file; }), "KEY_MISMATCH key_file");
  EXPECT_EQ(refusal([&](ClientOptions& o) { o.key_file = folder.Write("key.pem", "x", 0644); }),
            "KEY_PERMISSIONS key_file");
}

}  // namespace
}  // namespace sti::http

// What a client sees of the server; curl and the openssl program are the clients that know better.
#include "common/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/reason.h"
#include "common/http/testing/tls_client.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"

namespace sti::http {
namespace {

using testing::Finished;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TempDir;
using testing::TlsClient;
using testing::TlsFiles;
using testing::TlsMaterial;

constexpr size_t kMaxBody = 1000;
constexpr size_t kMaxHeader = 2000;

// Says what it got, or does what the path asks for.
HttpResponse Handle(const HttpRequest& request) {
  HttpResponse response;
  if (request.target == "/throw") throw std::runtime_error("handler");
  if (request.target == "/throw-int") throw 1;
  if (request.target == "/inject") response.headers = {{"X", "a\r\nInjected: b"}};
  if (request.target == "/frame") response.headers = {{"Content-Length", "1"}};
  if (request.target == "/204") response.status = 204;
  if (request.target == "/304") response.status = 304;
  if (request.target == "/700") response.status = 700;
  if (request.target == "/shared") {
    response.shared_body = std::make_shared<const std::string>(3 * 1024 * 1024, 's');
    return response;
  }
  response.headers.emplace_back("Content-Type", "text/plain");
  response.headers.emplace_back("Replay-Nonce", "n");
  response.body = absl::StrCat(request.method, request.head ? " (head) " : " ", request.target, " <",
                               request.body, "> ", request.Header("x-a"), " [", request.client_identity, "]");
  return response;
}

class ServerTest : public ::testing::Test {
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
    options.max_body = kMaxBody;
    options.max_header = kMaxHeader;
    options.idle_timeout = options.request_timeout = absl::Minutes(5);
    return options;
  }

  void Start(const HttpServerOptions& options = Options()) {
    server_ = StartHttpsServer(options, Handle).value();
  }
  std::string Url(absl::string_view path) const {
    return absl::StrCat("https://127.0.0.1:", server_->port(), path);
  }
  // Body, then what `-w` or `-i` asks for.
  Finished Curl(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {"curl", "-sS", "--cacert", Tls().ca_file()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return testing::Run(all);
  }
  Finished OpenSsl(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {"openssl",
                                    "s_client",
                                    "-connect",
                                    absl::StrCat("127.0.0.1:", server_->port()),
                                    "-CAfile",
                                    Tls().ca_file(),
                                    "-verify_return_error"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return testing::Run(all);
  }
  TlsClient Connect() const { return TlsClient(server_->port(), Tls().ca_file()); }
  // The whole answer to one request, with the connection closed after it.
  std::string Exchange(absl::string_view request) const {
    TlsClient client = Connect();
    EXPECT_TRUE(client.connected());
    client.Send(request);
    return client.ReadToEnd();
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(ServerTest, GetIsAnsweredWithTypeAndDate) {
  Start();
  const Finished got = Curl({"-i", Url("/a?b=c"), "-H", "X-A: one"});
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_THAT(got.out, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(got.out, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(got.out, ::testing::ContainsRegex(
                           "Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT\r\n"));
  EXPECT_THAT(got.out, HasSubstr("GET /a?b=c <> one []"));
}

TEST_F(ServerTest, ConnectionIsKept) {
  Start();
  const Finished got = Curl({"-w", "%{num_connects};", Url("/a"), Url("/b"), Url("/c")});
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_EQ(got.out, "GET /a <>  []1;GET /b <>  []0;GET /c <>  []0;");
}

TEST_F(ServerTest, ConnectionIsClosedWhenTheClientAsksForIt) {
  Start();
  TlsClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.ClosedProperly());
}

TEST_F(ServerTest, HeadHasTheHeaderOfGetWithoutItsBody) {
  Start();
  const Finished got = Curl({"-I", "-w", "%{num_connects};", Url("/a"), Url("/b")});
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr(absl::StrCat("Content-Length: ", std::string("GET (head) /a <>  []").size(),
                                              "\r\n")));
  EXPECT_THAT(got.out, HasSubstr("Replay-Nonce: n\r\n"));
  EXPECT_THAT(got.out, Not(HasSubstr("GET (head)")));
  EXPECT_THAT(got.out, HasSubstr("0;"));
}

TEST_F(ServerTest, BodyArrivesWithLengthChunkedOrExpected) {
  Start();
  EXPECT_THAT(Curl({"-d", "body", Url("/")}).out, HasSubstr("POST / <body>"));
  EXPECT_THAT(Curl({"-d", "body", "-H", "Transfer-Encoding: chunked", Url("/")}).out,
              HasSubstr("POST / <body>"));
  const Finished expected = Curl({"-v", "-d", "body", "-H", "Expect: 100-continue", Url("/")});
  EXPECT_THAT(expected.out, HasSubstr("POST / <body>"));
  EXPECT_THAT(expected.err, HasSubstr("HTTP/1.1 100 Continue"));
}

TEST_F(ServerTest, BodyMayBeAsLargeAsTheLimit) {
  Start();
  const std::string full(kMaxBody, 'x'), over(kMaxBody + 1, 'x');
  const std::vector<std::string> code = {"-o", "/dev/null", "-w", "%{http_code}", Url("/")};
  for (const std::vector<std::string>& how : std::vector<std::vector<std::string>>{
           {}, {"-H", "Transfer-Encoding: chunked"}, {"-H", "Expect: 100-continue"}}) {
    std::vector<std::string> arguments = code;
    arguments.insert(arguments.end(), how.begin(), how.end());
    arguments.insert(arguments.end(), {"-d", full});
    EXPECT_EQ(Curl(arguments).out, "200");
    arguments.back() = over;
    EXPECT_EQ(Curl(arguments).out, "413");
  }
}

TEST_F(ServerTest, ClientThatIsStillSendingReadsTheRefusal) {
  Start();
  TempDir dir;
  const std::string file = dir.Write("large", std::string(4 * 1024 * 1024, 'x'));
  const Finished got =
      Curl({"-o", "/dev/null", "-w", "%{http_code}", "-H", "Expect:", "--data-binary", "@" + file, Url("/")});
  EXPECT_EQ(got.out, "413") << got.err;
}

TEST_F(ServerTest, RefusedBodyIsNotAskedFor) {
  Start();
  const std::string answer =
      Exchange("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, HeaderMayBeAsLargeAsTheLimit) {
  Start();
  const auto request = [](size_t size) {
    const std::string fixed = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ";
    return absl::StrCat(fixed, std::string(size - fixed.size() - 4, 'x'), "\r\n\r\n");
  };
  EXPECT_THAT(Exchange(request(kMaxHeader)), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Exchange(request(kMaxHeader + 1)), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange(absl::StrCat("GET /", std::string(100 * 1024, 'x'))), StartsWith("HTTP/1.1 431 "));
}

struct BadRequest {
  const char* name;
  const char* text;
  int status;
};

class BadRequestTest : public ServerTest, public ::testing::WithParamInterface<BadRequest> {};

TEST_P(BadRequestTest, IsRefusedAndTheConnectionClosed) {
  Start();
  const std::string answer = Exchange(GetParam().text);
  EXPECT_THAT(answer, StartsWith(absl::StrCat("HTTP/1.1 ", GetParam().status, " "))) << GetParam().text;
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Replay-Nonce"))) << "the handler saw it";
}

INSTANTIATE_TEST_SUITE_P(
    All, BadRequestTest,
    ::testing::Values(
        BadRequest{"NoHttp", "hello\r\n\r\n", 400}, BadRequest{"NoVersion", "GET /\r\n\r\n", 400},
        BadRequest{"NoTarget", "GET  HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"OtherProtocol", "GET / FTTP/1.1\r\nHost: x\r\n\r\n", 505},
        BadRequest{"Http10", "GET / HTTP/1.0\r\nHost: x\r\n\r\n", 505},
        BadRequest{"Http12", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
        BadRequest{"Http20", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        BadRequest{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        BadRequest{"TwoHosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
        BadRequest{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        BadRequest{"NoColon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400},
        BadRequest{"ControlInValue",
                   "GET / HTTP/1.1\r\nHost: x\r\nX: a\x01"
                   "b\r\n\r\n",
                   400},
        BadRequest{"ControlInTarget", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"LengthNoNumber", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n1", 400},
        BadRequest{"LengthNegative", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
        BadRequest{"LengthTwice",
                   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12", 400},
        BadRequest{"LengthHuge", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                   400},
        BadRequest{
            "LengthAndChunked",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        BadRequest{
            "ChunkedAndLength",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            400},
        BadRequest{"ChunkSizeNoNumber",
                   "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n\r\n", 400},
        BadRequest{"UnknownExpectation", "GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417}),
    [](const auto& bad) { return std::string(bad.param.name); });

TEST_F(ServerTest, UnknownMethodIsTheHandlersAffair) {
  Start();
  EXPECT_THAT(Curl({"-X", "BREW", Url("/pot")}).out, StartsWith("BREW /pot "));
  EXPECT_THAT(Curl({"-X", "DELETE", Url("/pot")}).out, StartsWith("DELETE /pot "));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  TlsClient client = Connect();
  client.Send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET /3 "
      "HTTP/1.1\r\nHost: "
      "x\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("GET /1 <>"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("POST /2 <body>"));
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("GET /3 <>"));
}

TEST_F(ServerTest, HandlerThatThrowsGivesA500) {
  Start();
  for (const char* path : {"/throw", "/throw-int"}) {
    const Finished got = Curl({"-i", Url(path)});
    EXPECT_THAT(got.out, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(got.out, Not(HasSubstr("handler")));
  }
  EXPECT_THAT(Curl({Url("/")}).out, StartsWith("GET / "));
}

TEST_F(ServerTest, UnsafeAnswerOfTheHandlerGivesA500) {
  Start();
  for (const char* path : {"/inject", "/frame", "/700"}) {
    const Finished got = Curl({"-i", Url(path)});
    EXPECT_THAT(got.out, StartsWith("HTTP/1.1 500 ")) << path;
    EXPECT_THAT(got.out, Not(HasSubstr("Injected")));
  }
}

TEST_F(ServerTest, StatusWithoutContentHasNone) {
  Start();
  for (const char* path : {"/204", "/304"}) {
    const Finished got = Curl({"-i", Url(path), Url("/next")});
    EXPECT_THAT(got.out, StartsWith(absl::StrCat("HTTP/1.1 ", absl::string_view(path).substr(1)))) << got.err;
    EXPECT_THAT(got.out.substr(0, got.out.find("\r\n\r\n")), Not(HasSubstr("Content-Length")));
    EXPECT_THAT(got.out, HasSubstr("GET /next "));
  }
}

TEST_F(ServerTest, SharedBodyIsSentWhole) {
  Start();
  TempDir dir;
  const Finished got = Curl({"-o", dir.File("got"), "-w", "%{size_download}", Url("/shared")});
  EXPECT_EQ(got.out, absl::StrCat(3 * 1024 * 1024)) << got.err;
  EXPECT_TRUE(dir.Read("got") == std::string(3 * 1024 * 1024, 's'));
}

TEST_F(ServerTest, ManyConnectionsAreServedAtOnce) {
  Start();
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([this, i] {
      TlsClient client = Connect();
      for (int k = 0; k < 50; ++k) {
        client.Send(absl::StrCat("GET /", i, "/", k, " HTTP/1.1\r\nHost: x\r\n\r\n"));
        EXPECT_THAT(client.ReadAnswer(), HasSubstr(absl::StrCat("GET /", i, "/", k, " <>")));
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

TEST_F(ServerTest, OldTlsAndWeakCiphersAreRefused) {
  Start();
  EXPECT_EQ(OpenSsl({"-tls1_3"}).exit_code, 0);
  EXPECT_EQ(OpenSsl({"-tls1_2"}).exit_code, 0);
  EXPECT_NE(OpenSsl({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}).exit_code, 0);
  EXPECT_NE(OpenSsl({"-tls1", "-cipher", "ALL:@SECLEVEL=0"}).exit_code, 0);
  EXPECT_EQ(OpenSsl({"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"}).exit_code, 0);
  EXPECT_NE(OpenSsl({"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"}).exit_code, 0);
}

TEST_F(ServerTest, RsaCertificateIsServedToo) {
  TempDir dir;
  HttpServerOptions options = Options();
  options.certificate_file = dir.File("rsa.pem");
  options.key_file = dir.Write("rsa.key", "");
  ASSERT_EQ(testing::Run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                          options.key_file, "-out", options.certificate_file, "-subj", "/CN=x", "-addext",
                          "subjectAltName=IP:127.0.0.1"})
                .exit_code,
            0);
  Start(options);
  EXPECT_THAT(testing::Run({"curl", "-sS", "--cacert", options.certificate_file, Url("/rsa")}).out,
              StartsWith("GET /rsa "));
}

TEST_F(ServerTest, NothingButHttp11IsNegotiated) {
  Start();
  EXPECT_THAT(OpenSsl({"-alpn", "h2,http/1.1"}).out, HasSubstr("ALPN protocol: http/1.1"));
  EXPECT_NE(OpenSsl({"-alpn", "h2"}).exit_code, 0);
  EXPECT_THAT(OpenSsl({}).out, HasSubstr("No ALPN negotiated"));
}

TEST_F(ServerTest, ClientCertificateIsDemandedAndNamed) {
  HttpServerOptions options = Options();
  options.client_ca_file = Tls().ca_file();
  Start(options);
  const auto with = [this](const TlsFiles& files) {
    return Curl({"--cert", files.certificate_file, "--key", files.key_file, Url("/")});
  };
  EXPECT_THAT(with(Tls().Client("sti-as.example")).out, HasSubstr("[sti-as.example]"));
  EXPECT_THAT(with(Tls().ClientWithCommonNameOnly("by name")).out, HasSubstr("[by name]"));
  EXPECT_NE(Curl({Url("/")}).exit_code, 0);
  EXPECT_NE(with(Tls().ForeignClient("sti-as.example")).exit_code, 0);
  EXPECT_NE(with(Tls().ExpiredClient("sti-as.example")).exit_code, 0);
}

TEST_F(ServerTest, Ipv6IsListenedOn) {
  HttpServerOptions options = Options();
  options.listen = "[::1]:0";
  const absl::StatusOr<std::unique_ptr<HttpServer>> server = StartHttpsServer(options, Handle);
  if (!server.ok()) GTEST_SKIP() << "no IPv6 here: " << server.status();
  EXPECT_THAT(Curl({"-g", absl::StrCat("https://[::1]:", (*server)->port(), "/six")}).out,
              StartsWith("GET /six "));
}

}  // namespace
}  // namespace sti::http

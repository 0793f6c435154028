// TLS files that change under a running HTTPS server and a running client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "common/files/file_watch.h"
#include "common/http/client.h"
#include "common/http/server.h"
#include "common/http/testing/tls_client.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"

namespace sti::http {
namespace {

using ::testing::HasSubstr;
using testing::TempDir;
using testing::TlsClient;
using testing::TlsFiles;
using testing::TlsMaterial;
using Which = files::FileWatch::Which;

constexpr absl::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

std::string Contents(const std::string& path) {
  std::string text;
  FILE* const file = fopen(path.c_str(), "r");
  char part[4096];
  for (size_t got = 0; (got = fread(part, 1, sizeof(part), file)) > 0;) text.append(part, got);
  fclose(file);
  return text;
}

class HttpReloadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Put(old_.Server());
    ca_ = dir_.Write("client-trusts.pem", old_.ca_pem());
    HttpServerOptions options;
    options.listen = "127.0.0.1:0";
    options.certificate_file = dir_.File("server.pem");
    options.key_file = dir_.File("server.key");
    auto server = StartHttpsServer(options, HttpHandler([](const HttpRequest&) {
                                     HttpResponse response;
                                     response.body = "hello";
                                     return response;
                                   }));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void Put(const TlsFiles& files) {
    dir_.Write("server.pem", Contents(files.certificate_file));
    dir_.Write("server.key", Contents(files.key_file));
  }
  // Those that the server registered with.
  static void Reload() { files::FileWatch::OfProcess().Check(Which::kAll); }
  bool Trusts(const std::string& ca_file) const { return TlsClient(server_->port(), ca_file).connected(); }

  TlsMaterial old_, new_;
  TempDir dir_;
  std::string ca_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpReloadTest, NewConnectionsSeeTheNewCertificateAndOldOnesLiveOn) {
  TlsClient before(server_->port(), old_.ca_file());
  ASSERT_TRUE(before.connected());
  EXPECT_FALSE(Trusts(new_.ca_file()));
  Put(new_.Server());
  Reload();
  EXPECT_TRUE(Trusts(new_.ca_file()));
  EXPECT_FALSE(Trusts(old_.ca_file()));
  ASSERT_TRUE(before.Send(kGet));
  EXPECT_THAT(before.ReadAnswer(), HasSubstr("hello"));
}

TEST_F(HttpReloadTest, PairThatDoesNotMatchLeavesTheOldOne) {
  dir_.Write("server.key", Contents(new_.Server().key_file));
  Reload();
  EXPECT_TRUE(Trusts(old_.ca_file()));
  ASSERT_EQ(files::FileWatch::OfProcess().Trouble().size(), 1u);
  EXPECT_THAT(files::FileWatch::OfProcess().Trouble()[0], HasSubstr("KEY_MISMATCH"));
  Put(new_.Server());
  Reload();
  EXPECT_TRUE(Trusts(new_.ca_file()));
  EXPECT_TRUE(files::FileWatch::OfProcess().Trouble().empty());
}

TEST_F(HttpReloadTest, ClientTakesNewAuthoritiesAndKeepsTheOldOnesWhenTheyAreBad) {
  ClientOptions options;
  options.ca_file = ca_;
  const auto client = CreateClient(options);
  ASSERT_TRUE(client.ok()) << client.status();
  const auto status = [&] {
    ClientRequest request;
    request.url = absl::StrCat("https://localhost:", server_->port(), "/");
    request.headers = {{"Connection", "close"}};  // a new connection each time
    return (*client)->Send(request).status();
  };
  EXPECT_TRUE(status().ok()) << status();
  dir_.Write("client-trusts.pem", "not a certificate");
  Reload();
  EXPECT_TRUE(status().ok()) << status();
  dir_.Write("client-trusts.pem", new_.ca_pem());
  Reload();
  EXPECT_FALSE(status().ok());
  Put(new_.Server());
  Reload();
  EXPECT_TRUE(status().ok()) << status();
}

}  // namespace
}  // namespace sti::http

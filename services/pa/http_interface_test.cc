#include "services/pa/http_interface.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/codec/pem.h"
#include "common/crypto/system_random.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/pa/api_user_registry.h"
#include "services/pa/http_paths.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_registry.h"

namespace sti::pa {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};
constexpr crypto::ScryptCost kCheap{4, 1, 1};
constexpr char kCrlUrl[] = "https://pa.example.net/download/v1/crl";
constexpr char kAtc[] =
    R"({"atc":{"tktype":"TNAuthList","tkvalue":"MAigBhYEMTIzNA==","ca":false,"fingerprint":"SHA256 )"
    R"(65:3A:93:EA:F1:25:21:D3:E1:44:F9:42:54:83:92:9B:09:74:47:D2:31:05:9B:F7:BF:3A:23:07:82:83:77:92"}})";

class HttpInterfaceTest : public ::testing::Test {
 protected:
  HttpInterfaceTest() {
    EXPECT_TRUE(providers_.Register(kAdmin, {"acme", "Acme", {"1234", "818H"}, {"acme-as"}, {}}).ok());
    EXPECT_TRUE(providers_.Register(kAdmin, {"other", "Other", {"587L"}, {"other-as"}, {}}).ok());
    absl::StatusOr<NewApiUser> user =
        ApiUserRegistry(*real_, clock_, random_, kCheap).Create(kAdmin, "kms", "acme");
    EXPECT_TRUE(user.ok()) << user.status();
    password_ = std::string(user->password.RevealForUse());
    EXPECT_TRUE(publisher_.PublishTrustList().ok());
    EXPECT_TRUE(publisher_.PublishCrl().ok());
  }

  HttpInterface Make(int places) const {
    return HttpInterface({database_, publisher_, issuer_, clock_, random_},
                         {absl::Hours(1), absl::Hours(24), 10, 2, kCheap}, {signer_.chain, crl_signer_.chain},
                         kCrlUrl, places);
  }
  static http::HttpRequest Request(const std::string& method, const std::string& target,
                                   http::HttpHeaders headers = {}, const std::string& body = "") {
    http::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    request.body = body;
    return request;
  }
  http::HttpResponse Get(const std::string& target, http::HttpHeaders headers = {}) const {
    return https_.Handle(Request("GET", target, std::move(headers)));
  }
  http::HttpResponse Post(const std::string& target, const std::string& body,
                          http::HttpHeaders headers = {}) const {
    headers.emplace_back("content-type", "application/json");
    return https_.Handle(Request("POST", target, std::move(headers), body));
  }
  static std::string Header(const http::HttpResponse& response, const std::string& name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == response.headers.end() ? "" : found->second;
  }
  static std::string Body(const http::HttpResponse& response) {
    return response.shared_body ? *response.shared_body : response.body;
  }
  static std::string Member(const http::HttpResponse& response, absl::string_view name) {
    const absl::StatusOr<codec::JsonValue> body = codec::ParseJson(Body(response), 1 << 20);
    const codec::JsonValue* member = body.ok() ? body->Find(name) : nullptr;
    return member != nullptr && member->is_string() ? *member->if_string() : "";
  }
  // Status and error code; checks the frame of an error.
  static std::string Error(const http::HttpResponse& response) {
    EXPECT_EQ(Member(response, "status"), "error") << Body(response);
    EXPECT_NE(Member(response, "message"), "");
    EXPECT_EQ(Header(response, "Content-Type"), "application/json");
    EXPECT_EQ(Header(response, "Cache-Control"), "no-store");
    return absl::StrCat(response.status, " ", Member(response, "errorCode"));
  }
  std::string AccessToken() const {
    return Member(Post(kLoginPath, absl::StrCat(R"({"userId":"kms","password":")", password_, "\"}")),
                  "accessToken");
  }
  http::HttpResponse Token(const std::string& path, const std::string& body = kAtc) const {
    return Post(path, body, {{"authorization", access_}});
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  mutable testing::FailingDatabase database_{*real_};
  mutable testing::FakeClock clock_{kNow};
  const crypto::SystemRandom& random_ = crypto::SystemRandom::Instance();
  const ProviderRegistry providers_{*real_, clock_};
  const DocumentSigner signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{*real_, signer_, crl_signer_, {absl::Hours(24), kCrlUrl}, clock_};
  const TokenIssuer issuer_{database_, signer_, absl::Hours(1), clock_, random_};
  const HttpInterface https_ = Make(4);
  std::string password_;
  std::string access_;
};

TEST_F(HttpInterfaceTest, TokenComesInTheFormOfItsPath) {
  access_ = AccessToken();
  const http::HttpResponse deployed = Token("/api/v1/account/1234/token");
  EXPECT_EQ(deployed.status, 200) << Body(deployed);
  EXPECT_EQ(Member(deployed, "status"), "success");
  EXPECT_EQ(Member(deployed, "message"), "SPC token for spc: 1234 is created successfully");
  EXPECT_EQ(Member(deployed, "crl"), kCrlUrl);
  EXPECT_EQ(Header(deployed, "Cache-Control"), "no-store");
  for (const char* path :
       {"/at/account/acme/token", "/sti-pa/account/acme/token", "/at/account/818H/token"}) {
    const http::HttpResponse plain = Token(path);
    EXPECT_EQ(plain.status, 200) << path << Body(plain);
    EXPECT_EQ(Body(plain), absl::StrCat(R"({"token":")", Member(plain, "token"), "\"}"));
  }
}

TEST_F(HttpInterfaceTest, AccessTokenStandsAloneOrBehindBearer) {
  const std::string token = AccessToken();
  for (const std::string& value : {token, "Bearer " + token, "bearer  " + token, " " + token}) {
    access_ = value;
    EXPECT_EQ(Token("/at/account/acme/token").status, 200) << value;
  }
  for (const char* path :
       {"/api/v1/account/acme/token", "/at/account/acme/token", "/sti-pa/account/acme/token"}) {
    for (const std::string& value : {std::string(), std::string("Bearer "), std::string(" ")}) {
      access_ = value;
      const http::HttpResponse refused = Token(path);
      EXPECT_EQ(Error(refused), "401 401") << path << value;
      EXPECT_EQ(Header(refused, "WWW-Authenticate"), "Bearer");
    }
    // Deployed 401; RFC 9447 s5.1: 403.
    const bool deployed = path == std::string("/api/v1/account/acme/token");
    for (const std::string& value : {"Basic " + token, token + token, "Bearer Bearer " + token}) {
      access_ = value;
      EXPECT_EQ(Error(Token(path)), deployed ? "401 401" : "403 403") << path << value;
    }
  }
}

TEST_F(HttpInterfaceTest, AccountsOfOthersAndThoseOfNobodyAreRefusedAlike) {
  access_ = AccessToken();
  for (const char* account : {"other", "587L", "nobody", "0000", "acme%20", "ACME"})
    EXPECT_EQ(Error(Token(absl::StrCat("/api/v1/account/", account, "/token"))), "403 403") << account;
  // Its own account, another's code.
  EXPECT_EQ(Error(Token("/at/account/acme/token",
                        absl::StrCat(R"({"tktype":"TNAuthList","tkvalue":")",
                                     absl::Base64Escape(absl::HexStringToBytes("3008a00616043538374c")),
                                     R"(","fingerprint":")", std::string(kAtc).substr(85, 102), "\"}"))),
            "403 403");
}

TEST_F(HttpInterfaceTest, StrangersLearnNothing) {
  access_ = "";
  EXPECT_EQ(Error(Token("/at/account/other/token", "nonsense")), "401 401");
  EXPECT_EQ(Error(https_.Handle(Request("POST", "/at/account/acme/token"))), "401 401") << "before its type";
}

TEST_F(HttpInterfaceTest, MalformedAtcIs701) {
  access_ = AccessToken();
  for (const char* body :
       {"", "nonsense", "[]", "{}", R"({"atc":{}})", R"({"atc":{"tktype":"TNAuthList","tkvalue":"AAAA"}})",
        R"({"tktype":"TNAuthList","tkvalue":"AAAA","fingerprint":"SHA256 AA"})",
        R"({"tktype":"TNAuthList","tkvalue":"MAigBhYEMTIzNA","fingerprint":"SHA256 AA"})"})
    EXPECT_EQ(Error(Token("/api/v1/account/acme/token", body)), "400 701") << body;
}

TEST_F(HttpInterfaceTest, OnlyApprovedProvidersGetTokens) {
  access_ = AccessToken();
  ASSERT_TRUE(providers_.Suspend(kAdmin, "acme", "audit", false, RunMode::kReal).ok());
  const http::HttpResponse refused = Token("/at/account/acme/token");
  EXPECT_EQ(Error(refused), "403 403");
  EXPECT_TRUE(absl::StrContains(Member(refused, "message"), "suspended")) << Body(refused);
  ASSERT_TRUE(providers_.Reinstate(kAdmin, "acme", "fine again", RunMode::kReal).ok());
  EXPECT_EQ(Token("/at/account/acme/token").status, 200);
}

TEST_F(HttpInterfaceTest, LoginAndRefreshAnswerAsDeployed) {
  const http::HttpResponse login =
      Post(kLoginPath, absl::StrCat(R"({"userId":"kms","password":")", password_, "\"}"));
  EXPECT_EQ(login.status, 200);
  EXPECT_EQ(Member(login, "status"), "success");
  EXPECT_TRUE(absl::StrContains(Body(login), R"("expiresIn":3600)")) << Body(login);
  const std::string refresh = absl::StrCat(R"({"refreshToken":")", Member(login, "refreshToken"), "\"}");
  const http::HttpResponse next = Post(kRefreshPath, refresh);
  EXPECT_EQ(next.status, 200);
  EXPECT_NE(Member(next, "accessToken"), Member(login, "accessToken"));
  EXPECT_EQ(Error(Post(kRefreshPath, refresh)), "401 401");
  EXPECT_EQ(Error(Post(kLoginPath, R"({"userId":"kms","password":"wrong"})")), "401 401");
  EXPECT_EQ(Error(Post(kLoginPath, R"({"userId":"kms"})")), "400 400");
  EXPECT_EQ(Error(Post(kRefreshPath, "{")), "400 400");
  for (int i = 0; i < 9; ++i) Post(kLoginPath, R"({"userId":"kms","password":"wrong"})");
  EXPECT_EQ(Error(Post(kLoginPath, R"({"userId":"kms","password":"wrong"})")), "403 403");
}

TEST_F(HttpInterfaceTest, WrongTypesMethodsAndPaths) {
  access_ = AccessToken();
  for (const char* path : {kLoginPath, kRefreshPath, "/at/account/acme/token"}) {
    for (const char* type : {"", "text/plain", "application/jsonx"}) {
      EXPECT_EQ(Error(https_.Handle(
                    Request("POST", path, {{"content-type", type}, {"authorization", access_}}, kAtc))),
                "415 415")
          << path << type;
    }
    for (const char* method : {"GET", "PUT", "DELETE", "OPTIONS"}) {
      const http::HttpResponse refused = https_.Handle(Request(method, path));
      EXPECT_EQ(Error(refused), "405 405") << method;
      EXPECT_EQ(Header(refused, "Allow"), "POST");
    }
  }
  for (const char* path :
       {kTrustListPath, kCrlPath, kDerCrlPath, kNumberListPath, "/download/v1/certificate/x.crt"}) {
    const http::HttpResponse refused = https_.Handle(Request("POST", path));
    EXPECT_EQ(Error(refused), "405 405") << path;
    EXPECT_EQ(Header(refused, "Allow"), "GET, HEAD");
  }
  for (const char* path :
       {"/", "", "/api/v1/auth", "/api/v1/auth/login/", "/at/account/token", "/at/account//token",
        "/at/account/a/b/token", "/at/account/acme/tokens", "/download/v1/crl/", "/download/v1/certificate/",
        "/download/v1/certificate/../crl"})
    EXPECT_EQ(Error(Get(path)), "404 404") << path;
  EXPECT_EQ(Error(Get(std::string(5000, '/'))), "404 404");
}

TEST_F(HttpInterfaceTest, RequestIdIsTheClientsOwnWhenItIsPrintable) {
  EXPECT_EQ(Header(Get(kCrlPath, {{"x-request-id", "abc-1"}}), "X-Request-ID"), "abc-1");
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("a\tb"), std::string(65, 'x')})
    EXPECT_EQ(Header(Get(kCrlPath, {{"x-request-id", bad}}), "X-Request-ID").size(), 36u) << bad;
}

TEST_F(HttpInterfaceTest, TrustListComesInItsFrameOrAlone) {
  const http::HttpResponse framed = Get(kTrustListPath, {{"accept", "application/jose+json"}});
  EXPECT_EQ(framed.status, 200);
  EXPECT_EQ(Header(framed, "Content-Type"), "application/json");
  EXPECT_EQ(Body(framed),
            absl::StrCat(R"({"status":"success","caList":")", publisher_.TrustList()->jws, "\"}"));
  const http::HttpResponse alone = Get(kTrustListPath, {{"accept", "application/jose"}});
  EXPECT_EQ(Header(alone, "Content-Type"), "application/jose");
  EXPECT_EQ(Body(alone), publisher_.TrustList()->jws);
  EXPECT_NE(Header(alone, "ETag"), Header(framed, "ETag"));
  EXPECT_EQ(Header(alone, "Vary"), "Accept");
}

TEST_F(HttpInterfaceTest, CrlComesAsPemAsDeployedAndAsDer) {
  const http::HttpResponse pem = Get(kCrlPath);
  EXPECT_EQ(Header(pem, "Content-Type"), "application/x-pem-file");
  const auto blocks = codec::ParsePem(Body(pem), 2);
  ASSERT_TRUE(blocks.ok() && blocks->size() == 1);
  EXPECT_EQ(blocks->front().label, "X509 CRL");
  EXPECT_EQ(blocks->front().der, publisher_.Crl()->der);
  for (const http::HttpResponse& der :
       {Get(kCrlPath, {{"accept", "application/pkix-crl"}}), Get(kDerCrlPath)}) {
    EXPECT_EQ(Header(der, "Content-Type"), "application/pkix-crl");
    EXPECT_EQ(Body(der), publisher_.Crl()->der);
  }
  EXPECT_EQ(Header(pem, "Last-Modified"), "Sun, 15 Jun 2025 15:06:40 GMT");
}

TEST_F(HttpInterfaceTest, DocumentsAreConditionalAndNewOnesAreSeenAtOnce) {
  for (const char* path : {kTrustListPath, kCrlPath, kDerCrlPath}) {
    const http::HttpResponse first = Get(path);
    const std::string etag = Header(first, "ETag");
    const http::HttpResponse same = Get(path, {{"if-none-match", etag}});
    EXPECT_EQ(same.status, 304) << path;
    EXPECT_EQ(Body(same), "");
    EXPECT_EQ(Header(same, "ETag"), etag);
    EXPECT_EQ(Get(path, {{"if-modified-since", Header(first, "Last-Modified")}}).status, 304);
    clock_.Advance(absl::Seconds(1));
    ASSERT_TRUE(publisher_.PublishTrustList().ok() && publisher_.PublishCrl().ok());
    EXPECT_EQ(Get(path, {{"if-none-match", etag}}).status, 200);
    EXPECT_EQ(Get(path, {{"if-modified-since", Header(first, "Last-Modified")}}).status, 200);
  }
}

TEST_F(HttpInterfaceTest, CachesKeepDocumentsForMinutesAndNeverPastTheirEnd) {
  EXPECT_EQ(Header(Get(kTrustListPath), "Cache-Control"), "public, max-age=300, must-revalidate");
  clock_.Set(publisher_.TrustList()->expires - absl::Seconds(7));
  EXPECT_EQ(Header(Get(kTrustListPath), "Cache-Control"), "public, max-age=7, must-revalidate");
  clock_.Set(publisher_.TrustList()->expires + absl::Seconds(7));
  EXPECT_EQ(Header(Get(kTrustListPath), "Cache-Control"), "public, max-age=0, must-revalidate");
}

TEST_F(HttpInterfaceTest, SignersStandAtUrlsThatNeverChange) {
  for (const DocumentSigner* signer : {&signer_, &crl_signer_}) {
    const std::string path = CertificatePath(signer->certificate());
    const http::HttpResponse pem = Get(path);
    EXPECT_EQ(pem.status, 200);
    EXPECT_EQ(Body(pem), signer->certificate().Pem());
    EXPECT_EQ(Header(pem, "Content-Type"), "application/pem-certificate-chain");
    EXPECT_EQ(Header(pem, "Cache-Control"), "public, max-age=31536000, immutable");
    const http::HttpResponse der = Get(path, {{"accept", "application/pkix-cert"}});
    EXPECT_EQ(Body(der), signer->certificate().der());
    EXPECT_EQ(Get(path, {{"if-none-match", Header(pem, "ETag")}}).status, 304);
  }
  // sha256sum of the DER of tests/vectors/demo-pki/pa-token-signer.pem, by openssl.
  EXPECT_EQ(CertificatePath(signer_.certificate()),
            "/download/v1/certificate/053fa8eb25ece9fbbd3daf97abe9910885f8426d5583a8e3a0ae08a916f15c24.crt");
}

TEST_F(HttpInterfaceTest, WhatIsNotSignedIsNotThere) {
  EXPECT_EQ(Error(Get(kNumberListPath)), "404 404");
  const TrustPublisher empty(*real_, signer_, crl_signer_, {}, clock_);
  const HttpInterface https({database_, empty, issuer_, clock_, random_}, {}, {signer_.chain}, "", 4);
  for (const char* path : {kTrustListPath, kCrlPath}) {
    const http::HttpResponse early = https.Handle(Request("GET", path));
    EXPECT_EQ(Error(early), "503 503") << path;
    EXPECT_EQ(Header(early, "Retry-After"), "1");
  }
}

TEST_F(HttpInterfaceTest, ProvidersCannotTakeTheThreadsOfDownloads) {
  const HttpInterface full = Make(0);
  const http::HttpResponse busy = full.Handle(Request(
      "POST", kLoginPath, {{"content-type", "application/json"}}, R"({"userId":"kms","password":"x"})"));
  EXPECT_EQ(Error(busy), "503 503");
  EXPECT_EQ(Header(busy, "Retry-After"), "1");
  EXPECT_EQ(full.Handle(Request("GET", kTrustListPath)).status, 200);
}

TEST_F(HttpInterfaceTest, DeadDatabaseIsAPassingFailureAndTellsNoDetails) {
  access_ = AccessToken();
  database_.FailReads(true);
  const http::HttpResponse dead = Token("/at/account/acme/token");
  EXPECT_EQ(Error(dead), "503 503");
  EXPECT_FALSE(absl::StrContains(Body(dead), "disk")) << Body(dead);
  EXPECT_EQ(Get(kCrlPath).status, 200) << "documents are in memory";
  database_.FailReads(false);
  database_.FailWrite(1);
  EXPECT_EQ(Error(Token("/at/account/acme/token")), "503 503");
}

}  // namespace
}  // namespace sti::pa

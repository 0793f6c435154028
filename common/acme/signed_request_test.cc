#include "common/acme/signed_request.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/acme/jws_testing.h"
#include "gtest/gtest.h"

namespace sti::acme {
namespace {

constexpr char kType[] = "application/jose+json";
constexpr char kUrl[] = "https://ca.example.net/acme/new-order";

class SignedRequestTest : public ::testing::Test {
 protected:
  std::string Header(absl::string_view identity = R"("kid":"https://ca.example.net/acme/account/1")",
                     absl::string_view nonce = R"("nonce":"AAAA")", absl::string_view alg = "ES256") const {
    return absl::StrCat(R"({"alg":")", alg, R"(",)", nonce, R"(,"url":")", kUrl, R"(",)", identity, "}");
  }
  std::string Jwk() const { return absl::StrCat(R"("jwk":)", jose::JwkText(key_->public_key())); }
  static std::string ErrorOf(const absl::Status& status) {
    return status.ok() ? "none" : std::string(ErrorName(ProblemOf(status).type));
  }
  std::string ErrorFor(absl::string_view header) const {
    return ErrorOf(SealedRequest::Parse(kType, Flattened(header, "{}", *key_)).status());
  }

  const std::shared_ptr<const crypto::SigningKey> key_ = crypto::SigningKey::Generate().value();
};

TEST_F(SignedRequestTest, GoodRequestOpensWithTheKeyThatSignedItOnly) {
  const auto request = SealedRequest::Parse(kType, Flattened(Header(), R"({"a":1})", *key_));
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->kid(), "https://ca.example.net/acme/account/1");
  EXPECT_EQ(request->nonce(), "AAAA");
  EXPECT_FALSE(request->jwk());
  EXPECT_EQ(request->Open(key_->public_key()).value(), R"({"a":1})");
  const auto other = crypto::SigningKey::Generate().value();
  EXPECT_EQ(ErrorOf(request->Open(other->public_key()).status()), "malformed");
}

TEST_F(SignedRequestTest, KeyInTheHeaderIsTheOneThatOpens) {
  const auto request = SealedRequest::Parse(kType, Flattened(Header(Jwk()), "", *key_));
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_TRUE(request->kid().empty());
  ASSERT_TRUE(request->jwk());
  EXPECT_EQ(request->Open(*request->jwk()).value(), "");
}

TEST_F(SignedRequestTest, ContentTypeIsJoseJsonInAnyCaseWithOrWithoutParameters) {
  const std::string body = Flattened(Header(), "", *key_);
  for (const char* good :
       {"application/jose+json", "Application/JOSE+json", "application/jose+json; charset=utf-8"}) {
    EXPECT_TRUE(SealedRequest::Parse(good, body).ok()) << good;
  }
  for (const char* bad : {"", "application/json", "application/jose", "application/jose+jsonx"}) {
    const auto request = SealedRequest::Parse(bad, body);
    EXPECT_EQ(ProblemOf(request.status()).status, 415) << bad;
  }
}

TEST_F(SignedRequestTest, UrlIsComparedAsText) {
  const auto request = SealedRequest::Parse(kType, Flattened(Header(), "", *key_));
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->CheckUrl(kUrl).ok());
  EXPECT_EQ(ErrorOf(request->CheckUrl(absl::StrCat(kUrl, "/"))), "unauthorized");
  EXPECT_EQ(ErrorOf(request->CheckUrl("https://CA.example.net/acme/new-order")), "unauthorized");
}

TEST_F(SignedRequestTest, NonceIsThereAndIsBase64Url) {
  EXPECT_EQ(ErrorFor(Header(R"("kid":"x")", R"("n":"AAAA")")), "badNonce");
  EXPECT_EQ(ErrorFor(Header(R"("kid":"x")", R"("nonce":"")")), "malformed");
  EXPECT_EQ(ErrorFor(Header(R"("kid":"x")", R"("nonce":"AA==")")), "malformed");
  EXPECT_EQ(ErrorFor(Header(R"("kid":"x")", R"("nonce":7)")), "malformed");
}

TEST_F(SignedRequestTest, EitherKidOrJwk) {
  EXPECT_EQ(ErrorFor(Header(absl::StrCat(R"("kid":"x",)", Jwk()))), "malformed");
  EXPECT_EQ(ErrorFor(Header(R"("x":1)")), "malformed");
  EXPECT_EQ(ErrorFor(Header(R"("jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"})")), "badPublicKey");
}

TEST_F(SignedRequestTest, OtherAlgorithmsAreRefusedWithTheListOfSupportedOnes) {
  for (const char* alg : {"RS256", "ES384", "EdDSA", "HS256", "none", "es256"}) {
    const auto request =
        SealedRequest::Parse(kType, Flattened(Header(R"("kid":"x")", R"("nonce":"AAAA")", alg), "{}", *key_));
    const Problem problem = ProblemOf(request.status());
    EXPECT_EQ(ErrorName(problem.type), "badSignatureAlgorithm") << alg;
    EXPECT_NE(problem.body.find(R"("algorithms":["ES256"])"), std::string::npos) << problem.body;
  }
}

TEST_F(SignedRequestTest, OnlyTheFlattenedSerializationWithAProtectedHeaderAlone) {
  const std::string good = Flattened(Header(), "", *key_);
  for (const char* more : {R"("header":{},)", R"("signatures":[],)"}) {
    const std::string bad = absl::StrCat("{", more, good.substr(1));
    EXPECT_EQ(ErrorOf(SealedRequest::Parse(kType, bad).status()), "malformed") << bad;
  }
  EXPECT_TRUE(SealedRequest::Parse(kType, absl::StrCat(R"({"unknown":1,)", good.substr(1))).ok());
  EXPECT_EQ(ErrorFor(R"({"alg":"ES256","nonce":"AAAA","url":"u","kid":"x","crit":["b64"],"b64":false})"),
            "malformed");
  EXPECT_EQ(ErrorFor(R"(["alg"])"), "malformed");
}

TEST_F(SignedRequestTest, SizesAreBounded) {
  EXPECT_EQ(ProblemOf(SealedRequest::Parse(kType, std::string(64 * 1024 + 1, ' ')).status()).status, 413);
  const std::string long_header = Header(absl::StrCat(R"("kid":"x","pad":")", std::string(4096, 'x'), "\""));
  EXPECT_EQ(ErrorFor(long_header), "malformed");
}

}  // namespace
}  // namespace sti::acme

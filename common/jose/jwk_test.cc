#include "common/jose/jwk.h"

#include <string>
#include <utility>

#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/jose/vectors_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::jose {
namespace {

// RFC 7515 A.3.
constexpr char kX[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr char kY[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

codec::JsonObject GoodJwk() { return {{"kty", "EC"}, {"crv", "P-256"}, {"x", kX}, {"y", kY}}; }

// The good key with one member set to something else or, with null, left out.
codec::JsonValue With(const std::string& name, codec::JsonValue value) {
  codec::JsonObject jwk;
  for (auto& member : GoodJwk()) {
    if (member.first != name) jwk.push_back(std::move(member));
  }
  if (!value.is_null()) jwk.emplace_back(name, std::move(value));
  return jwk;
}

void ExpectInvalid(const codec::JsonValue& jwk, const std::string& field) {
  const auto key = ParseJwk(jwk);
  EXPECT_EQ(ReasonOf(key.status()), Reason::kKeyInvalid) << codec::CanonicalJson(jwk);
  EXPECT_EQ(FieldOf(key.status()), field) << codec::CanonicalJson(jwk);
}

TEST(Jwk, ReadsAndWritesThePublishedKey) {
  const auto key = ParseJwk(GoodJwk());
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(codec::Base64UrlEncode(key->X()), kX);
  EXPECT_EQ(codec::Base64UrlEncode(key->Y()), kY);
  EXPECT_EQ(JwkText(*key), codec::CanonicalJson(GoodJwk()));
}

TEST(Jwk, OtherMembersDoNotMatter) {
  EXPECT_TRUE(ParseJwk(With("kid", "1")).ok());
  EXPECT_TRUE(ParseJwk(With("x5t", 5)).ok());
  EXPECT_TRUE(ParseJwk(With("alg", "ES256")).ok());
  EXPECT_TRUE(ParseJwk(With("use", "sig")).ok());
}

TEST(Jwk, OtherKeysAndUsesAreRefused) {
  ExpectInvalid(With("kty", "RSA"), "kty");
  ExpectInvalid(With("kty", "oct"), "kty");
  ExpectInvalid(With("kty", "ec"), "kty");
  ExpectInvalid(With("crv", "P-384"), "crv");
  ExpectInvalid(With("crv", 256), "crv");
  ExpectInvalid(With("alg", "HS256"), "alg");
  ExpectInvalid(With("use", "enc"), "use");
}

TEST(Jwk, EachMemberIsNeeded) {
  for (const char* name : {"kty", "crv", "x", "y"}) ExpectInvalid(With(name, codec::JsonValue()), name);
}

TEST(Jwk, PrivateKeysAreRefused) {
  ExpectInvalid(With("d", "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"), "d");
}

TEST(Jwk, CoordinatesAreThirtyTwoOctetsOfBase64Url) {
  for (const std::string name : {"x", "y"}) {
    const std::string good = name == "x" ? kX : kY;
    ExpectInvalid(With(name, 5), name);
    ExpectInvalid(With(name, good + "="), name);
    ExpectInvalid(With(name, good.substr(1)), name);
    ExpectInvalid(With(name, ""), name);
    ExpectInvalid(With(name, good.substr(0, 40) + "AAAA"), name);  // 33 octets
    ExpectInvalid(With(name, good.substr(0, 40) + "AA"), name);    // 31
    ExpectInvalid(With(name, "AAAA" + good), name);                // zeros in front
  }
}

TEST(Jwk, PointsOffTheCurveAreRefused) {
  ExpectInvalid(With("y", kX), "");
  ExpectInvalid(With("x", std::string(43, 'A')), "");
}

TEST(Jwk, OnlyObjects) {
  ExpectInvalid(codec::JsonValue(), "jwk");
  ExpectInvalid("text", "jwk");
  ExpectInvalid(codec::JsonArray{}, "jwk");
}

// RFC 7638; the values were derived with python3-cryptography.
TEST(Jwk, ThumbprintAndBothFingerprintsOfAPublishedKey) {
  const codec::JsonValue keys = VectorFile("keys.json");
  const crypto::VerifyingKey key = VectorKey(keys, "rfc8946");
  EXPECT_EQ(codec::Base64UrlEncode(JwkThumbprint(key)), VectorText(keys, {"rfc8946", "thumbprint"}));
  EXPECT_EQ(Fingerprint(key), VectorText(keys, {"rfc8946", "fingerprint"}));
  EXPECT_EQ(SpkiFingerprint(key), VectorText(keys, {"rfc8946", "spki_fingerprint"}));
}

TEST(Jwk, FingerprintOfTheAccountKeyOfTheDemoToken) {
  const codec::JsonValue tokens = VectorFile("demo-pki/tokens.json");
  const auto key = ParseJwk(*tokens.Find("acme_account_jwk"));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(Fingerprint(*key), VectorText(tokens, {"fingerprint"}));
  EXPECT_EQ(codec::Base64UrlEncode(JwkThumbprint(*key)),
            VectorText(tokens, {"acme_account_thumbprint_b64url"}));
}

TEST(Jwk, NewKeysRoundTrip) {
  for (int i = 0; i < 20; ++i) {
    const crypto::VerifyingKey key = crypto::SigningKey::Generate().value()->public_key();
    const auto again = ParseJwk(codec::ParseJson(JwkText(key), 1000).value());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(*again == key);
  }
}

}  // namespace
}  // namespace sti::jose

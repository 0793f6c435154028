#include "common/jose/jws.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/jose/vectors_testing.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::jose {
namespace {

using codec::Base64UrlEncode;

ParsedJws Parsed(absl::string_view token) {
  auto jws = ParseJws(token, limits::kPassport);
  EXPECT_TRUE(jws.ok()) << token << ": " << jws.status();
  return jws.ok() ? *jws : ParsedJws();
}

void ExpectRefused(absl::string_view token, Reason reason, const std::string& field) {
  const auto jws = ParseJws(token, limits::kPassport);
  EXPECT_EQ(ReasonOf(jws.status()), reason) << token;
  EXPECT_EQ(FieldOf(jws.status()), field) << token;
}

// A token with this header whose signature is right.
ParsedJws SignedWith(absl::string_view header, const crypto::SigningKey& key) {
  return Parsed(SignJws(header, "{}", key).value());
}

crypto::VerifyingKey Rfc7515Key(const codec::JsonValue& keys) {
  return crypto::VerifyingKey::FromCoordinates(
             codec::Base64UrlDecode(VectorText(keys, {"rfc7515_a3", "x"})).value(),
             codec::Base64UrlDecode(VectorText(keys, {"rfc7515_a3", "y"})).value())
      .value();
}

TEST(Jws, Rfc7515A3VerifiesOverTheTextAsReceived) {
  const codec::JsonValue keys = VectorFile("keys.json");
  const ParsedJws jws = Parsed(VectorText(keys, {"rfc7515_a3", "token"}));
  EXPECT_TRUE(VerifyJws(jws, Rfc7515Key(keys)).ok());
  EXPECT_EQ(codec::CanonicalJson(jws.header), R"({"alg":"ES256"})");
  EXPECT_EQ(jws.payload,
            "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
  EXPECT_EQ(jws.signature.size(), 64u);
}

TEST(Jws, PublishedPassportsVerifyOnlyWithTheirKeys) {
  const codec::JsonValue keys = VectorFile("keys.json");
  const codec::JsonValue tokens = VectorFile("official.json");
  const crypto::VerifyingKey rfc8225 = VectorKey(keys, "rfc8225_a2");
  const crypto::VerifyingKey rfc8946 = VectorKey(keys, "rfc8946");
  for (const char* name : {"rfc8946_base", "rfc8946_div", "rfc8946_div-o"}) {
    const ParsedJws jws = Parsed(VectorText(tokens, {name}));
    EXPECT_TRUE(VerifyJws(jws, rfc8946).ok()) << name;
    EXPECT_EQ(ReasonOf(VerifyJws(jws, rfc8225)), Reason::kSignatureInvalid) << name;
  }
  EXPECT_TRUE(VerifyJws(Parsed(VectorText(tokens, {"rfc8225_7_1"})), rfc8225).ok());
  // The signature that appendix A prints belongs to no published key.
  const ParsedJws appendix = Parsed(VectorText(tokens, {"rfc8225_appA"}));
  EXPECT_EQ(ReasonOf(VerifyJws(appendix, rfc8225)), Reason::kSignatureInvalid);
}

TEST(Jws, AnyFlippedBitIsNoticed) {
  const codec::JsonValue keys = VectorFile("keys.json");
  const crypto::VerifyingKey key = Rfc7515Key(keys);
  std::string token = VectorText(keys, {"rfc7515_a3", "token"});
  for (size_t at = 0; at < token.size(); ++at) {
    const char before = token[at];
    for (const int bit : {1, 4}) {
      token[at] = static_cast<char>(before ^ bit);
      const auto jws = ParseJws(token, limits::kPassport);
      EXPECT_FALSE(jws.ok() && VerifyJws(*jws, key).ok()) << token;
    }
    token[at] = before;
  }
}

TEST(Jws, ATokenHasThreeSegments) {
  const std::string header = Base64UrlEncode(R"({"alg":"ES256"})");
  EXPECT_TRUE(ParseJws(header + ".e30.AAAA", 100).ok());
  for (const std::string& token : {std::string(), header, header + ".e30", header + ".e30.AAAA.",
                                   header + ".e30.AAAA.AAAA", header + "..e30.AAAA"}) {
    ExpectRefused(token, Reason::kInvalidField, "");
  }
}

TEST(Jws, SegmentsAreStrictBase64Url) {
  ExpectRefused("e30=.e30.AAAA", Reason::kMalformedBase64, "header");
  ExpectRefused("e30 .e30.AAAA", Reason::kMalformedBase64, "header");
  ExpectRefused("e30.e30=.AAAA", Reason::kMalformedBase64, "payload");
  ExpectRefused("e30.e31.AAAA", Reason::kMalformedBase64, "payload");  // trailing bits
  ExpectRefused("e30.e30.AAAA\n", Reason::kMalformedBase64, "signature");
  ExpectRefused("e30.e30.+/+/", Reason::kMalformedBase64, "signature");
}

TEST(Jws, TheHeaderIsAJsonObject) {
  for (const char* header : {"", "{", "[]", "1", "\"x\"", R"({"alg":"ES256","alg":"none"})", "{} {}"}) {
    ExpectRefused(Base64UrlEncode(header) + ".e30.AAAA", Reason::kMalformedJson, "header");
  }
  ExpectRefused("..AAAA", Reason::kMalformedJson, "header");  // the compact form of RFC 8225 s7
}

TEST(Jws, EmptyPayloadAndOddSignaturesAreParsedButDoNotVerify) {
  const auto key = crypto::SigningKey::Generate().value();
  const std::string input = Base64UrlEncode(R"({"alg":"ES256"})") + ".";
  for (const char* signature : {"", "AAAA"}) {
    const ParsedJws jws = Parsed(input + "." + signature);
    EXPECT_EQ(jws.payload, "");
    EXPECT_EQ(ReasonOf(VerifyJws(jws, key->public_key())), Reason::kSignatureInvalid);
  }
}

TEST(Jws, SizeHasABound) {
  const std::string token = "e30.e30.AAAA";
  EXPECT_TRUE(ParseJws(token, token.size()).ok());
  EXPECT_EQ(ReasonOf(ParseJws(token, token.size() - 1).status()), Reason::kTooLarge);
}

TEST(Jws, OnlyEs256Verifies) {
  const auto key = crypto::SigningKey::Generate().value();
  EXPECT_TRUE(VerifyJws(SignedWith(R"({"alg":"ES256"})", *key), key->public_key()).ok());
  for (const char* header :
       {"{}", R"({"alg":"none"})", R"({"alg":"HS256"})", R"({"alg":"es256"})", R"({"alg":"ES384"})",
        R"({"alg":null})", R"({"alg":["ES256"]})", R"({"Alg":"ES256"})", R"({"alg":"ES256 "})"}) {
    EXPECT_EQ(ReasonOf(VerifyJws(SignedWith(header, *key), key->public_key())), Reason::kAlgNotEs256)
        << header;
  }
}

TEST(Jws, AnyCritIsRefused) {
  const auto key = crypto::SigningKey::Generate().value();
  for (const char* crit : {R"(["b64"])", "[]", "null", R"("exp")"}) {
    const std::string header = absl::StrCat(R"({"alg":"ES256","crit":)", crit, "}");
    EXPECT_EQ(ReasonOf(VerifyJws(SignedWith(header, *key), key->public_key())), Reason::kCritUnsupported)
        << header;
  }
}

TEST(Jws, WhatIsSignedParsesAndVerifies) {
  const auto key = crypto::SigningKey::Generate().value();
  const auto other = crypto::SigningKey::Generate().value();
  std::string payload;
  for (int size = 0; size < 100; ++size, payload += static_cast<char>(size * 29)) {
    const std::string token = SignJws(R"({"alg":"ES256"})", payload, *key).value();
    const ParsedJws jws = Parsed(token);
    EXPECT_EQ(jws.payload, payload);
    EXPECT_TRUE(absl::StartsWith(token, jws.signing_input + "."));
    EXPECT_TRUE(VerifyJws(jws, key->public_key()).ok());
    EXPECT_EQ(ReasonOf(VerifyJws(jws, other->public_key())), Reason::kSignatureInvalid);
  }
}

// A key store that fails, as a token that was pulled out does.
class BrokenSigner final : public crypto::Signer {
 public:
  absl::StatusOr<std::string> Sign(absl::string_view) const override {
    return MakeError(Reason::kInternal, "the token is gone");
  }
  const crypto::VerifyingKey& public_key() const override { return key_->public_key(); }

 private:
  std::shared_ptr<const crypto::SigningKey> key_ = crypto::SigningKey::Generate().value();
};

TEST(Jws, AFailingSignerFailsTheToken) {
  EXPECT_EQ(ReasonOf(SignJws("{}", "{}", BrokenSigner()).status()), Reason::kInternal);
}

constexpr char kJudge[] = R"(
import base64, json, sys
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives import hashes, serialization
def decode(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
key = serialization.load_der_public_key(bytes.fromhex(sys.argv[1]))
header, payload, signature = sys.argv[2].split(".")
raw = decode(signature)
der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
key.verify(der, (header + "." + payload).encode(), ec.ECDSA(hashes.SHA256()))
print(json.loads(decode(header))["alg"], json.loads(decode(payload))["iat"])
)";

TEST(Jws, PythonVerifiesWhatIsSigned) {
  const auto key = crypto::SigningKey::Generate().value();
  const std::string token = SignJws(R"({"alg":"ES256","typ":"JWT"})", R"({"iat":1443208345})", *key).value();
  const testing::TempDir folder;
  const testing::Finished judge = testing::Run({"/usr/bin/python3", "-I", folder.Write("judge.py", kJudge),
                                                absl::BytesToHexString(key->public_key().Spki()), token});
  EXPECT_EQ(judge.exit_code, 0) << judge.err;
  EXPECT_EQ(judge.out, "ES256 1443208345\n");
}

}  // namespace
}  // namespace sti::jose

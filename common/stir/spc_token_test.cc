#include "common/stir/spc_token.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/jose/jws.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

constexpr char kX5u[] = "https://pa.example.net/download/v1/certificate/token.crt";
constexpr char kFingerprint[] =
    "SHA256 65:3A:93:EA:F1:25:21:D3:E1:44:F9:42:54:83:92:9B:09:74:47:D2:31:05:9B:F7:BF:3A:23:07:82:83:77:92";

class KnownChains final : public SignerChainSource {
 public:
  explicit KnownChains(std::map<std::string, std::vector<pki::Certificate>> chains)
      : chains_(std::move(chains)) {}
  std::optional<std::vector<pki::Certificate>> ChainOf(absl::string_view x5u) const override {
    const auto it = chains_.find(std::string(x5u));
    if (it == chains_.end()) return std::nullopt;
    return it->second;
  }

 private:
  std::map<std::string, std::vector<pki::Certificate>> chains_;
};

KnownChains DemoSources() { return KnownChains({{kX5u, {DemoCertificate("pa-token-signer.pem")}}}); }

absl::StatusOr<VerifiedSpcToken> Verify(absl::string_view token, absl::Time now = DemoTime()) {
  const KnownChains sources = DemoSources();
  return VerifiedSpcToken::Verify(token, DemoCertificate("pa-root.pem"), &sources, now);
}

Reason ReasonFor(absl::string_view token, absl::Time now = DemoTime()) {
  return ReasonOf(Verify(token, now).status());
}

SpcTokenClaims DemoClaims() {
  return SpcTokenClaims{pki::TnAuthList::ForSpc("1234").value(),
                        kFingerprint,
                        false,
                        "jti-1",
                        DemoTime() + absl::Hours(1),
                        "pa.example.net"};
}

std::string Signed(const SpcTokenClaims& claims) {
  return SignSpcToken(claims, {DemoCertificate("pa-token-signer.pem"), DemoCertificate("pa-root.pem")},
                      *DemoKey("pa-token-signer.key"))
      .value();
}

constexpr char kPayload[] =
    R"({"atc":{"ca":false,"fingerprint":"SHA256 65:3A:93:EA:F1:25:21:D3:E1:44:F9:42:54:83:92:9B:)"
    R"(09:74:47:D2:31:05:9B:F7:BF:3A:23:07:82:83:77:92","tktype":"TNAuthList","tkvalue":"MAigBhYEMTIzNA"},)"
    R"("exp":1735693200,"jti":"jti-1"})";

// Signed by the demo PA's signer, whatever the parts are.
std::string Token(absl::string_view payload, absl::string_view header = "") {
  const std::string usual = absl::StrCat(R"({"alg":"ES256","typ":"JWT","x5u":")", kX5u, "\"}");
  return jose::SignJws(header.empty() ? usual : header, payload, *DemoKey("pa-token-signer.key")).value();
}

std::string Changed(absl::string_view from, absl::string_view to) {
  const std::string payload = absl::StrReplaceAll(kPayload, {{from, to}});
  EXPECT_NE(payload, kPayload) << from;
  return Token(payload);
}

std::string X5cHeader(const std::vector<pki::Certificate>& chain, absl::string_view alg = "ES256") {
  codec::JsonArray x5c;
  for (const pki::Certificate& certificate : chain) x5c.emplace_back(codec::Base64Encode(certificate.der()));
  return codec::CanonicalJson(codec::JsonObject{{"alg", alg}, {"typ", "JWT"}, {"x5c", std::move(x5c)}});
}

TEST(SpcToken, DemoTokenVerifiesByItsX5u) {
  const auto token = Verify(DemoToken("spc_token"));
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->claims().tn_auth_list.Spcs(), std::vector<std::string>{"1234"});
  EXPECT_EQ(token->claims().fingerprint, DemoToken("fingerprint"));
  EXPECT_EQ(token->claims().jti, "00000000-0000-4000-8000-000000001234");
  EXPECT_EQ(token->claims().expires, absl::FromUnixSeconds(1956528000));
  EXPECT_FALSE(token->claims().ca);
  EXPECT_TRUE(token->claims().issuer.empty());
}

TEST(SpcToken, X5uOfAnUnknownPaIsUntrusted) {
  const auto root = DemoCertificate("pa-root.pem");
  const KnownChains none({});
  EXPECT_EQ(ReasonOf(VerifiedSpcToken::Verify(DemoToken("spc_token"), root, &none, DemoTime()).status()),
            Reason::kSpcTokenUntrusted);
  EXPECT_EQ(ReasonOf(VerifiedSpcToken::Verify(DemoToken("spc_token"), root, nullptr, DemoTime()).status()),
            Reason::kSpcTokenUntrusted);
}

TEST(SpcToken, OwnTokenVerifiesByItsX5c) {
  const std::string text = Signed(DemoClaims());
  const auto token = VerifiedSpcToken::Verify(text, DemoCertificate("pa-root.pem"), nullptr, DemoTime());
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->claims().issuer, "pa.example.net");
  EXPECT_EQ(token->claims().expires, DemoTime() + absl::Hours(1));
  const auto jws = jose::ParseJws(text, limits::kSpcToken);
  ASSERT_TRUE(jws.ok());
  EXPECT_EQ(jws->header.Find("x5c")->if_array()->size(), 1u);  // without the root
  EXPECT_EQ(jws->payload,
            absl::StrCat(R"({"atc":{"ca":false,"fingerprint":")", kFingerprint,
                         R"(","tktype":"TNAuthList","tkvalue":"MAigBhYEMTIzNA"},"exp":1735693200,)"
                         R"("iss":"pa.example.net","jti":"jti-1"})"));
}

std::string SignedWith(const SignerNaming& naming) {
  return SignSpcToken(DemoClaims(), {DemoCertificate("pa-token-signer.pem")}, *DemoKey("pa-token-signer.key"),
                      naming)
      .value();
}

TEST(SpcToken, SignerMayBeNamedByUrlAndByChainOrByUrlAlone) {
  const std::string both = SignedWith({kX5u, true});
  const auto header = jose::ParseJws(both, limits::kSpcToken).value().header;
  EXPECT_EQ(*header.Find("x5u")->if_string(), kX5u);
  EXPECT_NE(header.Find("x5c"), nullptr);
  EXPECT_TRUE(Verify(both).ok());
  // A verifier that knows no URLs, as sti-vs, reads the chain.
  EXPECT_TRUE(VerifiedSpcToken::Verify(both, DemoCertificate("pa-root.pem"), nullptr, DemoTime()).ok());

  const std::string by_url = SignedWith({kX5u, false});
  EXPECT_EQ(jose::ParseJws(by_url, limits::kSpcToken).value().header.Find("x5c"), nullptr);
  EXPECT_TRUE(Verify(by_url).ok());
  EXPECT_EQ(
      ReasonOf(
          VerifiedSpcToken::Verify(by_url, DemoCertificate("pa-root.pem"), nullptr, DemoTime()).status()),
      Reason::kSpcTokenUntrusted);
  EXPECT_EQ(ReasonFor(SignedWith({"https://pa.example.net/download/v1/certificate/other.crt", false})),
            Reason::kSpcTokenUntrusted);
  EXPECT_EQ(ReasonOf(SignSpcToken(DemoClaims(), {DemoCertificate("pa-token-signer.pem")},
                                  *DemoKey("pa-token-signer.key"), {"", false})
                         .status()),
            Reason::kMissingField);
}

TEST(SpcToken, TkvalueMayBeSpelledInFourWays) {
  EXPECT_EQ(Verify(Changed("MAigBhYEMTIzNA", "MAigBhYEMTIzNA=="))->claims().tn_auth_list.der(),
            pki::TnAuthList::ForSpc("1234")->der());
  for (const char* spelling : {"MA+iDRYLMTIxNTU1NTEyMTI=", "MA+iDRYLMTIxNTU1NTEyMTI",
                               "MA-iDRYLMTIxNTU1NTEyMTI=", "MA-iDRYLMTIxNTU1NTEyMTI"}) {
    EXPECT_TRUE(Verify(Changed("MAigBhYEMTIzNA", spelling)).ok()) << spelling;
  }
}

TEST(SpcToken, TktypeMayBeInAnyCase) { EXPECT_TRUE(Verify(Changed("TNAuthList", "TnAuthList")).ok()); }

TEST(SpcToken, CaMayBeAbsent) {
  const auto token = Verify(Changed(R"("ca":false,)", ""));
  ASSERT_TRUE(token.ok());
  EXPECT_FALSE(token->claims().ca);
  EXPECT_TRUE(Verify(Changed(R"("ca":false,)", R"("ca":true,)"))->claims().ca);
}

TEST(SpcToken, MalformedClaimsAreRefused) {
  const struct {
    const char *from, *to;
  } kCases[] = {
      {"\"atc\"", "\"other\""},
      {"\"tktype\"", "\"other\""},
      {"\"tkvalue\"", "\"other\""},
      {"\"fingerprint\"", "\"other\""},
      {"\"exp\"", "\"other\""},
      {"\"jti\"", "\"other\""},
      {"\"jti-1\"", "\"\""},
      {"\"jti-1\"", "7"},
      {"TNAuthList", "JWTClaimConstraints"},
      {"MAigBhYEMTIzNA", ""},
      {"MAigBhYEMTIzNA", "MAigBhYEMTIzNAAA"},  // trailing octets
      {"MAigBhYEMTIzNA", "MAigxxYEODE4SA=="},  // a manual's broken example
      {"MAigBhYEMTIzNA", "!!!"},
      {"1735693200", "\"1735693200\""},
      {"1735693200", "1735693200.5"},
      {"1735693200", "-1"},
      {"false", "\"false\""},
      {"SHA256 65", "SHA256 6"},
      {"SHA256 65:3A", "SHA256 65:3a"},
      {"SHA256 ", "SHA1 "},
      {R"("jti":"jti-1")", R"("jti":"jti-1","iss":7)"},
      {R"("jti":"jti-1")", R"("jti":"jti-1","jti":"jti-2")"},
      {R"("jti":"jti-1")", R"("jti":"jti-1","nbf":"now")"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(ReasonName(ReasonFor(Changed(one.from, one.to))), "SPC_TOKEN_MALFORMED")
        << one.from << " " << one.to;
  }
  for (const char* payload : {"", "[]", "null", "{", "{}"}) {
    EXPECT_EQ(ReasonFor(Token(payload)), Reason::kSpcTokenMalformed) << payload;
  }
  EXPECT_EQ(ReasonFor(Changed("jti-1", std::string(300, 'j'))), Reason::kSpcTokenMalformed);
}

TEST(SpcToken, MalformedHeadersAreRefused) {
  const std::string x5u = absl::StrCat(R"("x5u":")", kX5u, "\"");
  for (const std::string& header : {
           absl::StrCat("{", x5u, "}"),
           absl::StrCat(R"({"alg":"none",)", x5u, "}"),
           absl::StrCat(R"({"alg":"HS256",)", x5u, "}"),
           absl::StrCat(R"({"alg":"ES256","typ":"passport",)", x5u, "}"),
           absl::StrCat(R"({"alg":"ES256","typ":7,)", x5u, "}"),
           absl::StrCat(R"({"alg":"ES256","crit":["exp"],)", x5u, "}"),
           std::string(R"({"alg":"ES256","typ":"JWT"})"),
           std::string(R"({"alg":"ES256","x5u":["x"]})"),
           std::string(R"({"alg":"ES256","x5c":[]})"),
           std::string(R"({"alg":"ES256","x5c":"x"})"),
           std::string(R"({"alg":"ES256","x5c":[7]})"),
           std::string(R"({"alg":"ES256","x5c":["AAAA"]})"),
           // x5c wins over a good x5u: a token has one signer.
           absl::StrCat(R"({"alg":"ES256","x5c":["AAAA"],)", x5u, "}"),
       }) {
    EXPECT_EQ(ReasonFor(Token(kPayload, header)), Reason::kSpcTokenMalformed) << header;
  }
  for (const char* token : {"", "a", "a.b", "a.b.c", "a.b.c.d"}) {
    EXPECT_EQ(ReasonFor(token), Reason::kSpcTokenMalformed) << token;
  }
}

TEST(SpcToken, OnlyADocumentSignerUnderThePaRootIsTrusted) {
  const auto sign = [](const char* certificate, const char* key) {
    return jose::SignJws(X5cHeader({DemoCertificate(certificate)}), kPayload, *DemoKey(key)).value();
  };
  EXPECT_EQ(ReasonFor(sign("pa-token-signer.pem", "pa-token-signer.key")), Reason::kNone);
  EXPECT_EQ(ReasonFor(sign("pa-crl-signer.pem", "pa-crl-signer.key")),
            Reason::kSpcTokenUntrusted);  // no digitalSignature
  EXPECT_EQ(ReasonFor(sign("pa-root.pem", "pa-root.key")), Reason::kSpcTokenUntrusted);    // a CA
  EXPECT_EQ(ReasonFor(sign("leaf1234.pem", "leaf1234.key")), Reason::kSpcTokenUntrusted);  // another PKI
  const std::string shaken_chain =
      jose::SignJws(X5cHeader({DemoCertificate("leaf1234.pem"), DemoCertificate("int.pem"),
                               DemoCertificate("root.pem")}),
                    kPayload, *DemoKey("leaf1234.key"))
          .value();
  EXPECT_EQ(ReasonFor(shaken_chain), Reason::kSpcTokenUntrusted);
}

TEST(SpcToken, TheSignatureMustBeThatOfTheFirstCertificate) {
  const std::string header = X5cHeader({DemoCertificate("pa-token-signer.pem")});
  EXPECT_EQ(ReasonFor(jose::SignJws(header, kPayload, *DemoKey("leaf1234.key")).value()),
            Reason::kSpcTokenSignatureInvalid);
  std::string token = DemoToken("spc_token");
  token[token.size() - 20] = token[token.size() - 20] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ReasonFor(token), Reason::kSpcTokenSignatureInvalid);
}

TEST(SpcToken, APassportIsNoSpcToken) {
  EXPECT_EQ(ReasonFor(DemoToken("shaken")), Reason::kSpcTokenMalformed);
}

TEST(SpcToken, ExpiryHasAMinuteOfSkew) {
  const absl::Time expires = absl::FromUnixSeconds(1735693200);
  EXPECT_EQ(ReasonFor(Token(kPayload), expires + absl::Seconds(59)), Reason::kNone);
  EXPECT_EQ(ReasonFor(Token(kPayload), expires + absl::Seconds(60)), Reason::kSpcTokenExpired);
}

TEST(SpcToken, NotBeforeIsHonoured) {
  const std::string token = Changed(R"("jti":"jti-1")", R"("jti":"jti-1","nbf":1735689700)");
  EXPECT_EQ(ReasonFor(token, absl::FromUnixSeconds(1735689640)), Reason::kNone);
  EXPECT_EQ(ReasonFor(token, absl::FromUnixSeconds(1735689639)), Reason::kSpcTokenExpired);
}

TEST(SpcToken, AnExpiredSignerIsUntrusted) {
  EXPECT_EQ(ReasonFor(DemoToken("spc_token"), absl::FromUnixSeconds(1704067199)), Reason::kSpcTokenUntrusted);
}

TEST(SpcToken, SizeIsBounded) {
  EXPECT_EQ(ReasonFor(std::string(limits::kSpcToken + 1, 'a')), Reason::kTooLarge);
  EXPECT_EQ(ReasonFor(std::string(limits::kSpcToken, 'a')), Reason::kSpcTokenMalformed);
}

TEST(SpcToken, SigningDemandsAKeyThatFitsAndWholeClaims) {
  const std::vector<pki::Certificate> chain = {DemoCertificate("pa-token-signer.pem")};
  const auto reason = [&](const SpcTokenClaims& claims, const std::vector<pki::Certificate>& certificates,
                          const char* key) {
    return ReasonOf(SignSpcToken(claims, certificates, *DemoKey(key)).status());
  };
  EXPECT_EQ(reason(DemoClaims(), chain, "pa-token-signer.key"), Reason::kNone);
  EXPECT_EQ(reason(DemoClaims(), chain, "leaf1234.key"), Reason::kKeyMismatch);
  EXPECT_EQ(reason(DemoClaims(), {}, "pa-token-signer.key"), Reason::kMissingField);
  SpcTokenClaims claims = DemoClaims();
  claims.fingerprint = "SHA256 00";
  EXPECT_EQ(reason(claims, chain, "pa-token-signer.key"), Reason::kInvalidField);
  claims = DemoClaims();
  claims.jti.clear();
  EXPECT_EQ(reason(claims, chain, "pa-token-signer.key"), Reason::kInvalidField);
}

TEST(SpcToken, IsJudgedAgainstTheRequest) {
  const auto token = Verify(DemoToken("spc_token"));
  ASSERT_TRUE(token.ok());
  const pki::TnAuthList list = pki::TnAuthList::ForSpc("1234").value();
  EXPECT_TRUE(JudgeSpcToken(*token, list, kFingerprint, false).ok());
  EXPECT_EQ(ReasonOf(JudgeSpcToken(*token, pki::TnAuthList::ForSpc("5678").value(), kFingerprint, false)),
            Reason::kSpcTokenTnAuthListMismatch);
  std::string other = kFingerprint;
  other.back() = '3';
  EXPECT_EQ(ReasonOf(JudgeSpcToken(*token, list, other, false)), Reason::kSpcTokenFingerprintMismatch);
  EXPECT_EQ(ReasonOf(JudgeSpcToken(*token, list, kFingerprint, true)), Reason::kSpcTokenCaFlagMismatch);
  const auto for_ca = Verify(Changed(R"("ca":false)", R"("ca":true)"));
  ASSERT_TRUE(for_ca.ok());
  EXPECT_TRUE(JudgeSpcToken(*for_ca, list, kFingerprint, true).ok());
  EXPECT_EQ(ReasonOf(JudgeSpcToken(*for_ca, list, kFingerprint, false)), Reason::kSpcTokenCaFlagMismatch);
}

TEST(IsFingerprint, TakesOneSpellingOnly) {
  EXPECT_TRUE(IsFingerprint(kFingerprint));
  const std::string good = kFingerprint;
  for (const std::string& text :
       {std::string(), std::string("SHA256 "), good + ":", good + " ", good.substr(0, good.size() - 1),
        absl::StrReplaceAll(good, {{":", "-"}}), absl::StrReplaceAll(good, {{"SHA256 ", "SHA256:"}}),
        absl::StrReplaceAll(good, {{"3A", "3a"}}), absl::StrReplaceAll(good, {{"3A", "3G"}})}) {
    EXPECT_FALSE(IsFingerprint(text)) << text;
  }
}

}  // namespace
}  // namespace sti::stir

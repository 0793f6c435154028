#include "common/stir/passport_signer.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/compact_form.h"
#include "common/stir/identity_header.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

constexpr char kUrl[] = "https://cr.example.net/1234.pem";

PassportClaims DemoClaims() {
  PassportClaims claims;
  claims.attest = Attestation::kA;
  claims.orig = TelephoneNumber::FromClaim("12155550121").value();
  claims.dest_tn = {TelephoneNumber::FromClaim("12155550131").value()};
  claims.iat = 1735689600;
  claims.origid = "123e4567-e89b-12d3-a456-426655440000";
  return claims;
}

// A key store that is out of order.
class BrokenSigner final : public crypto::Signer {
 public:
  explicit BrokenSigner(std::shared_ptr<const crypto::SigningKey> key) : key_(std::move(key)) {}
  absl::StatusOr<std::string> Sign(absl::string_view) const override {
    return MakeError(Reason::kInternal, "the token was pulled out");
  }
  const crypto::VerifyingKey& public_key() const override { return key_->public_key(); }

 private:
  std::shared_ptr<const crypto::SigningKey> key_;
};

TEST(PassportSigner, EverythingButTheSignatureIsThatOfTheDemoToken) {
  const auto key = DemoKey("leaf1234.key");
  const auto out = PassportSigner(key, kUrl).Sign(DemoClaims());
  ASSERT_TRUE(out.ok()) << out.status();
  const std::string vector = DemoToken("shaken");
  EXPECT_EQ(out->passport.size(), vector.size());
  EXPECT_EQ(out->passport.substr(0, out->passport.rfind('.')), vector.substr(0, vector.rfind('.')));
  EXPECT_EQ(out->identity, absl::StrCat(out->passport, ";info=<", kUrl, ">;alg=ES256;ppt=shaken"));
  const auto passport = SealedPassport::Parse(out->passport);
  ASSERT_TRUE(passport.ok());
  EXPECT_TRUE(key->public_key().Verify(passport->signing_input(), passport->signature()));
}

TEST(PassportSigner, IncompleteClaimsAreRefused) {
  const PassportSigner signer(DemoKey("leaf1234.key"), kUrl);
  PassportClaims claims = DemoClaims();
  claims.attest = Attestation::kNone;
  EXPECT_EQ(ReasonOf(signer.Sign(claims).status()), Reason::kAttestInvalid);
  claims = DemoClaims();
  claims.dest_tn.clear();
  EXPECT_EQ(FieldOf(signer.Sign(claims).status()), "dest");
  claims = DemoClaims();
  claims.iat = 0;
  EXPECT_EQ(FieldOf(signer.Sign(claims).status()), "iat");
  claims = DemoClaims();
  claims.origid.clear();
  EXPECT_EQ(FieldOf(signer.Sign(claims).status()), "origid");
  PassportClaims no_orig = DemoClaims();
  no_orig.orig = CanonicalUri{};
  EXPECT_EQ(FieldOf(signer.Sign(no_orig).status()), "orig");
  EXPECT_EQ(ReasonOf(signer.Sign(no_orig).status()), Reason::kMissingField);
}

PassportClaims ClaimsOf(PassportType type) {
  PassportClaims claims = DemoClaims();
  claims.type = type;
  claims.div = TelephoneNumber::FromClaim("12155550130").value();
  claims.opt = "a.b.c";
  claims.rph_auth = {"ets.0"};
  claims.rich.crn = "appointment";
  return claims;
}

TEST(PassportSigner, EveryTypeHasItsHeader) {
  const auto key = DemoKey("leaf1234.key");
  const PassportSigner signer(key, kUrl);
  for (const PassportType type : kPassportTypes) {
    const PassportClaims claims = ClaimsOf(type);
    const auto out = signer.Sign(claims);
    ASSERT_TRUE(out.ok()) << PptText(type) << out.status();
    const auto passport = SealedPassport::Parse(out->passport);
    ASSERT_TRUE(passport.ok());
    EXPECT_EQ(codec::CanonicalJson(passport->header()), SerializeHeader(PptText(type), kUrl));
    EXPECT_EQ(codec::CanonicalJson(passport->claims()), SerializeClaims(claims));
    EXPECT_TRUE(key->public_key().Verify(passport->signing_input(), passport->signature()));
    const auto header = IdentityHeader::Parse(out->identity);
    ASSERT_TRUE(header.ok()) << header.status();
    EXPECT_EQ(header->token, out->passport);
    EXPECT_EQ(header->ppt.value_or(""), PptText(type));
    EXPECT_EQ(header->ppt.has_value(), type != PassportType::kBase);
  }
}

TEST(PassportSigner, OnlyBasePassportsHaveACompactForm) {
  const auto key = DemoKey("leaf1234.key");
  const PassportSigner signer(key, kUrl);
  for (const PassportType type : kPassportTypes) {
    const auto out = signer.SignCompact(ClaimsOf(type));
    if (type != PassportType::kBase) {
      EXPECT_EQ(ReasonOf(out.status()), Reason::kPptUnsupported) << PptText(type);
      continue;
    }
    ASSERT_TRUE(out.ok()) << out.status();
    EXPECT_EQ(out->identity, absl::StrCat(out->passport, ";info=<", kUrl, ">;alg=ES256"));
    CompactFacts facts;
    facts.orig = {ClaimsOf(type).orig};
    facts.dest = {ClaimsOf(type).dest_tn[0]};
    facts.iat = {ClaimsOf(type).iat};
    facts.x5u = kUrl;
    EXPECT_TRUE(key->public_key().Verify(CompactCandidates(facts).at(0).signing_input,
                                         CompactSignature(out->passport).value()));
  }
}

TEST(PassportSigner, APassportThatNobodyWouldReadIsNotMade) {
  const PassportSigner signer(DemoKey("leaf1234.key"), kUrl);
  PassportClaims claims = ClaimsOf(PassportType::kRcd);
  // Three octets of payload become four of the token.
  const auto with_icon = [&claims](size_t size) {
    claims.rich.rcd = codec::JsonObject{{"icn", "data:image/png," + std::string(size, 'x')}, {"nam", ""}};
    return claims;
  };
  size_t size = limits::kPassport * 3 / 4;
  while (!signer.Sign(with_icon(size)).ok()) --size;
  const auto most = signer.Sign(with_icon(size));
  EXPECT_GE(most->passport.size(), limits::kPassport - 2);
  EXPECT_TRUE(SealedPassport::Parse(most->passport).ok());
  EXPECT_TRUE(IdentityHeader::Parse(most->identity).ok());
  EXPECT_EQ(ReasonOf(signer.Sign(with_icon(size + 1)).status()), Reason::kTooLarge);
}

TEST(PassportSigner, FailureOfTheKeyStoreIsReported) {
  const auto broken = std::make_shared<BrokenSigner>(DemoKey("leaf1234.key"));
  EXPECT_EQ(ReasonOf(PassportSigner(broken, kUrl).Sign(DemoClaims()).status()), Reason::kInternal);
}

}  // namespace
}  // namespace sti::stir

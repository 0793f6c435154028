#include "common/stir/passport_signer.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
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
  EVP_PKEY* evp() const override { return nullptr; }

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

TEST(PassportSigner, FailureOfTheKeyStoreIsReported) {
  const auto broken = std::make_shared<BrokenSigner>(DemoKey("leaf1234.key"));
  EXPECT_EQ(ReasonOf(PassportSigner(broken, kUrl).Sign(DemoClaims()).status()), Reason::kInternal);
}

}  // namespace
}  // namespace sti::stir

#include "common/stir/passport.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

// Decoded by Abseil, not by common/codec.
std::string Segment(absl::string_view token, size_t index) {
  const std::vector<std::string> parts = absl::StrSplit(token, '.');
  std::string out;
  EXPECT_TRUE(absl::WebSafeBase64Unescape(parts.at(index), &out));
  return out;
}

crypto::VerifyingKey KeyOf(absl::string_view name) {
  std::string spki;
  const codec::JsonValue keys = JsonVector("keys.json");
  EXPECT_TRUE(absl::Base64Unescape(TextOf(*keys.Find(name), "spki_base64"), &spki));
  return crypto::VerifyingKey::FromSpki(spki).value();
}

bool Verifies(absl::string_view token, const crypto::VerifyingKey& key) {
  const auto passport = SealedPassport::Parse(token);
  EXPECT_TRUE(passport.ok()) << passport.status();
  return passport.ok() && key.Verify(passport->signing_input(), passport->signature());
}

TEST(Passport, HeaderIsThatOfTheVectors) {
  const std::string token = TextOf(JsonVector("passports.json"), "shaken");
  EXPECT_EQ(SerializeHeader(kShakenPpt, "https://cert.example.org/passport.cer"), Segment(token, 0));
}

TEST(Passport, HeaderWithoutPptIsThatOfRfc8225) {
  const std::string token = TextOf(JsonVector("official.json"), "rfc8225_appA");
  EXPECT_EQ(SerializeHeader("", "https://cert.example.org/passport.cer"), Segment(token, 0));
}

TEST(Passport, AttestationTextRoundTrips) {
  for (const Attestation attestation : {Attestation::kA, Attestation::kB, Attestation::kC}) {
    EXPECT_EQ(ParseAttestation(AttestationText(attestation)), attestation);
  }
  for (const char* text : {"", "a", "D", "AA", " A"})
    EXPECT_EQ(ParseAttestation(text), Attestation::kNone) << text;
}

TEST(SealedPassport, DerivedVectorsVerify) {
  const crypto::VerifyingKey key = KeyOf("rfc8946");
  const codec::JsonValue vectors = JsonVector("passports.json");
  for (const char* name : {"shaken", "div", "rph", "rph_sph"}) {
    EXPECT_TRUE(Verifies(TextOf(vectors, name), key)) << name;
    EXPECT_FALSE(Verifies(TextOf(vectors, name), KeyOf("rfc8225_a2"))) << name;
  }
}

TEST(SealedPassport, OfficialVectorsVerifyAsFarAsTheyShould) {
  const codec::JsonValue vectors = JsonVector("official.json");
  const crypto::VerifyingKey rfc8225 = KeyOf("rfc8225_a2");
  const crypto::VerifyingKey rfc8946 = KeyOf("rfc8946");
  EXPECT_TRUE(Verifies(TextOf(vectors, "rfc8225_7_1"), rfc8225));
  EXPECT_FALSE(Verifies(TextOf(vectors, "rfc8225_appA"), rfc8225));
  EXPECT_FALSE(Verifies(TextOf(vectors, "rfc8225_appA"), rfc8946));
  for (const char* name : {"rfc8946_base", "rfc8946_div", "rfc8946_div-o"}) {
    EXPECT_TRUE(Verifies(TextOf(vectors, name), rfc8946)) << name;
  }
}

TEST(SealedPassport, Rfc7515ExampleVerifiesOverTheReceivedText) {
  const codec::JsonValue keys = JsonVector("keys.json");
  const codec::JsonValue& a3 = *keys.Find("rfc7515_a3");
  std::string x, y;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(TextOf(a3, "x"), &x));
  ASSERT_TRUE(absl::WebSafeBase64Unescape(TextOf(a3, "y"), &y));
  EXPECT_TRUE(Verifies(TextOf(a3, "token"), crypto::VerifyingKey::FromCoordinates(x, y).value()));
}

TEST(SealedPassport, CompactFormIsToldApart) {
  EXPECT_EQ(ReasonOf(SealedPassport::Parse(TextOf(JsonVector("keys.json"), "rfc8225_7_1_compact")).status()),
            Reason::kIdentityCompactForm);
}

TEST(SealedPassport, MalformedTokensAreRefused) {
  const std::string good = TextOf(JsonVector("passports.json"), "shaken");
  const std::string array = absl::WebSafeBase64Escape("[]");
  for (const std::string& token :
       {std::string(), std::string("."), std::string("a.b.c"), std::string("..a.b"), std::string("...."),
        good + ".", "." + good, good + "=", good + " ", "x" + good,
        absl::StrCat(array, ".", array, ".AAAA")}) {
    EXPECT_EQ(ReasonOf(SealedPassport::Parse(token).status()), Reason::kPassportMalformed) << token;
  }
}

TEST(SealedPassport, SizeIsBounded) {
  EXPECT_EQ(ReasonOf(SealedPassport::Parse(std::string(limits::kPassport, 'a')).status()),
            Reason::kPassportMalformed);
  EXPECT_EQ(ReasonOf(SealedPassport::Parse(std::string(limits::kPassport + 1, 'a')).status()),
            Reason::kPassportTooLarge);
}

}  // namespace
}  // namespace sti::stir

#include "services/as/own_certificate.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/pki/certificate_builder.h"
#include "common/stir/telephone_number.h"
#include "common/stir/vectors_testing.h"

namespace sti::as {
namespace {

stir::TelephoneNumber Number(absl::string_view digits) {
  return stir::TelephoneNumber::FromClaim(digits).value();
}

// A certificate as a CA would issue it, made by hand into a credential: CheckCredential demands an SPC.
SigningCredential Credential(pki::TnAuthList numbers, std::optional<pki::ClaimConstraints> constraints) {
  const auto key = stir::DemoKey("leaf1234.key");
  pki::CertificateTemplate leaf;
  leaf.subject = pki::DistinguishedName::Create({"US", "Example", "SHAKEN 1234"}).value();
  leaf.public_key = key->public_key();
  leaf.serial_hex = "0102030405060708";
  leaf.not_before = stir::DemoTime();
  leaf.not_after = stir::DemoTime() + absl::Hours(1);
  leaf.key_usage.digital_signature = true;
  leaf.tn_auth_list = std::move(numbers);
  leaf.claim_constraints = std::move(constraints);
  const auto issuer = pki::Certificate::ParsePem(stir::ReadVector("demo-pki/int.pem")).value();
  const auto made = pki::IssueCertificate(leaf, issuer, *stir::DemoKey("int.key")).value();
  return SigningCredential{stir::PassportSigner(key, "https://cr.example.net/1.pem"),
                           "1234",
                           *leaf.not_before,
                           *leaf.not_after,
                           "0102030405060708",
                           std::make_shared<const pki::CertificateChain>(
                               pki::CertificateChain::FromCertificates({made, issuer}).value())};
}

stir::PassportClaims Claims(stir::PassportType type, absl::string_view orig = "12155550121") {
  stir::PassportClaims claims;
  claims.type = type;
  claims.orig = Number(orig);
  claims.dest_tn = {Number("12155550131")};
  claims.iat = 1735689600;
  if (type == stir::PassportType::kShaken) {
    claims.attest = stir::Attestation::kA;
    claims.origid = "123e4567-e89b-12d3-a456-426655440000";
  }
  return claims;
}

// "REASON field", or "" when it may be signed.
std::string Refused(const SigningCredential& credential, const stir::PassportClaims& claims) {
  const absl::Status status = CheckOwnCertificate(credential, claims);
  return status.ok() ? "" : absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}

TEST(OwnCertificateTest, AProvidersCertificateSpeaksForEveryNumber) {
  const auto credential = Credential(pki::TnAuthList::ForSpc("1234").value(), std::nullopt);
  EXPECT_EQ(Refused(credential, Claims(stir::PassportType::kShaken)), "");
  EXPECT_EQ(Refused(credential, Claims(stir::PassportType::kBase, "442079460000")), "");
}

TEST(OwnCertificateTest, ADelegateSpeaksForItsNumbersOnly) {
  const auto numbers = pki::TnAuthList::Create({pki::TelephoneNumberRange{"12155550120", 5}}).value();
  const auto credential = Credential(numbers, std::nullopt);
  EXPECT_EQ(Refused(credential, Claims(stir::PassportType::kBase, "12155550124")), "");
  EXPECT_EQ(Refused(credential, Claims(stir::PassportType::kBase, "12155550125")), "TN_NOT_COVERED ");
  EXPECT_EQ(Refused(credential, Claims(stir::PassportType::kShaken)), "TN_AUTH_LIST_INVALID ");
  auto diversion = Claims(stir::PassportType::kDiv, "442079460000");
  diversion.div = Number("12155550120");
  EXPECT_EQ(Refused(credential, diversion), "");
  diversion.div = Number("12155550119");
  EXPECT_EQ(Refused(credential, diversion), "TN_NOT_COVERED ");
}

TEST(OwnCertificateTest, ClaimConstraintsHoldBeforeASignature) {
  pki::ClaimConstraints constraints;
  constraints.must_include = {"attest"};
  constraints.permitted = {{"attest", {"B", "C"}}};
  constraints.must_exclude = {"rcd"};
  const auto credential = Credential(pki::TnAuthList::ForSpc("1234").value(), constraints);
  auto claims = Claims(stir::PassportType::kShaken);
  EXPECT_EQ(Refused(credential, claims), "CLAIM_CONSTRAINTS_VIOLATED attest") << "A is not permitted";
  claims.attest = stir::Attestation::kB;
  EXPECT_EQ(Refused(credential, claims), "");
  claims.rich.rcd = codec::JsonValue(codec::JsonObject{{"nam", "Q"}});
  EXPECT_EQ(Refused(credential, claims), "CLAIM_CONSTRAINTS_VIOLATED rcd") << "excluded";
  EXPECT_EQ(Refused(credential, Claims(stir::PassportType::kBase)), "CLAIM_CONSTRAINTS_VIOLATED attest")
      << "must be there";
}

}  // namespace
}  // namespace sti::as

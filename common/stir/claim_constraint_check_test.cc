#include "common/stir/claim_constraint_check.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::stir {
namespace {

// The extension values of RFC 9118 s5 and of a third party's test suite for RFC 8226 s8.
pki::ClaimConstraints Rfc9118Constraints() {
  return pki::ClaimConstraints::ParseDer(
             absl::HexStringToBytes(
                 "3040a00e300c160a636f6e666964656e6365a120301e301c160a636f6e666964656e6365300e0c04"
                 "686967680c066d656469756da20c300a16087072696f72697479"),
             true)
      .value();
}

pki::ClaimConstraints Rfc8226Constraints() {
  std::string der;
  EXPECT_TRUE(absl::Base64Unescape(
      "MD2gBzAFFgNmb2+hMjAwMBkWA2ZvbzASDARmb28xDARmb28yDARmb28zMBMWA2JhcjAMDARiYXIxDARiYXIy", &der));
  return pki::ClaimConstraints::ParseDer(der, false).value();
}

absl::Status Judge(const pki::ClaimConstraints& constraints, absl::string_view claims) {
  return CheckClaimConstraints(constraints, codec::ParseJson(claims, limits::kJson).value());
}

void ExpectViolation(const absl::Status& status, absl::string_view claim) {
  EXPECT_EQ(ReasonOf(status), Reason::kClaimConstraintsViolated);
  EXPECT_EQ(FieldOf(status), claim);
}

TEST(ClaimConstraints, Rfc9118ExampleIsObeyed) {
  const pki::ClaimConstraints constraints = Rfc9118Constraints();
  EXPECT_TRUE(Judge(constraints, R"({"confidence":"high"})").ok());
  EXPECT_TRUE(Judge(constraints, R"({"confidence":"medium","other":1})").ok());
  ExpectViolation(Judge(constraints, R"({})"), "confidence");
  ExpectViolation(Judge(constraints, R"({"confidence":"low"})"), "confidence");
  ExpectViolation(Judge(constraints, R"({"confidence":"High"})"), "confidence");
  ExpectViolation(Judge(constraints, R"({"confidence":"high","priority":null})"), "priority");
}

TEST(ClaimConstraints, PermittedValuesCountOnlyForClaimsThatArePresent) {
  const pki::ClaimConstraints constraints = Rfc8226Constraints();
  EXPECT_TRUE(Judge(constraints, R"({"foo":"foo1"})").ok());
  EXPECT_TRUE(Judge(constraints, R"({"foo":"foo3","bar":"bar2"})").ok());
  ExpectViolation(Judge(constraints, R"({"foo":"foo1","bar":"bar3"})"), "bar");
  ExpectViolation(Judge(constraints, R"({"bar":"bar1"})"), "foo");
}

TEST(ClaimConstraints, OtherTypesCompareByTheirSerialization) {
  pki::ClaimConstraints constraints;
  constraints.permitted = {{"rcd", {R"({"apn":"1","nam":"Ärzte/B"})"}}, {"n", {"7"}}};
  EXPECT_TRUE(Judge(constraints, R"({"rcd": {"nam": "\u00c4rzte\/B", "apn": "1"}, "n": 7})").ok());
  ExpectViolation(Judge(constraints, R"({"rcd":{"nam":"B"}})"), "rcd");
  ExpectViolation(Judge(constraints, R"({"n":8})"), "n");
  ExpectViolation(Judge(constraints, R"({"n":["7"]})"), "n");
}

TEST(ClaimConstraints, NoValuesPermittedMeansTheClaimMayNotBePresent) {
  pki::ClaimConstraints constraints;
  constraints.permitted = {{"attest", {}}};
  EXPECT_TRUE(Judge(constraints, R"({})").ok());
  ExpectViolation(Judge(constraints, R"({"attest":"A"})"), "attest");
}

TEST(ClaimConstraints, EmptyConstraintsPermitEverything) {
  EXPECT_TRUE(Judge(pki::ClaimConstraints{}, R"({"attest":"A"})").ok());
}

}  // namespace
}  // namespace sti::stir

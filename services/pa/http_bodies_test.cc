#include "services/pa/http_bodies.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "gtest/gtest.h"

namespace sti::pa {
namespace {

// acme_pa.md s2.1, the example of the deployed STI-PA.
constexpr char kDeployed[] =
    R"({"atc":{"tktype":"TNAuthList","tkvalue":"MAigBhYEMTIzNA==","ca":false,"fingerprint":"SHA256 AA:BB"}})";
// RFC 9448 s5.5: bare members.
constexpr char kBare[] =
    R"({"tktype":"TNAuthList","tkvalue":"MAigBhYEMTIzNA","fingerprint":"SHA256 AA:BB","ca":true})";
const std::string kList = absl::HexStringToBytes("3008a006160431323334");

template <typename T>
std::string Refusal(const absl::StatusOr<T>& parsed) {
  return absl::StrCat(ReasonName(ReasonOf(parsed.status())), " ", FieldOf(parsed.status()));
}

TEST(HttpBodies, BothFormsOfAtcAreRead) {
  const absl::StatusOr<AtcBody> deployed = ParseAtc(kDeployed);
  ASSERT_TRUE(deployed.ok()) << deployed.status();
  EXPECT_EQ(deployed->tn_auth_list, kList);
  EXPECT_EQ(deployed->fingerprint, "SHA256 AA:BB");
  EXPECT_FALSE(deployed->ca);
  const absl::StatusOr<AtcBody> bare = ParseAtc(kBare);
  ASSERT_TRUE(bare.ok()) << bare.status();
  EXPECT_EQ(bare->tn_auth_list, kList);
  EXPECT_TRUE(bare->ca);
}

TEST(HttpBodies, TktypeInAnyCaseAndMembersThatNobodyKnows) {
  EXPECT_TRUE(
      ParseAtc(R"({"tktype":"TnAuthList","tkvalue":"MAigBhYEMTIzNA","fingerprint":"x","more":[1]})").ok());
}

TEST(HttpBodies, TkvalueInAllFourSpellings) {
  // 0xfb 0xff 0xfe 0xff: "-" and "_" or "+" and "/", with and without padding.
  for (const char* spelling : {"-__-_w", "-__-_w==", "+//+/w", "+//+/w=="}) {
    const auto parsed =
        ParseAtc(absl::StrCat(R"({"tktype":"TNAuthList","fingerprint":"x","tkvalue":")", spelling, "\"}"));
    ASSERT_TRUE(parsed.ok()) << spelling << parsed.status();
    EXPECT_EQ(parsed->tn_auth_list, "\xfb\xff\xfe\xff") << spelling;
  }
}

TEST(HttpBodies, WrongAtcIsRefusedByMember) {
  const auto refusal = [](absl::string_view body) { return Refusal(ParseAtc(body)); };
  EXPECT_EQ(refusal(""), "MALFORMED_JSON ");
  EXPECT_EQ(refusal("[]"), "INVALID_FIELD ");
  EXPECT_EQ(refusal("{}"), "MISSING_FIELD tktype");
  EXPECT_EQ(refusal(R"({"atc":null})"), "INVALID_FIELD atc");
  EXPECT_EQ(refusal(R"({"atc":{}})"), "MISSING_FIELD atc.tktype");
  EXPECT_EQ(refusal(R"({"tktype":"JWTClaimConstraints"})"), "INVALID_FIELD tktype");
  EXPECT_EQ(refusal(R"({"tktype":5})"), "INVALID_FIELD tktype");
  EXPECT_EQ(refusal(R"({"tktype":"TNAuthList"})"), "MISSING_FIELD tkvalue");
  EXPECT_EQ(refusal(R"({"tktype":"TNAuthList","tkvalue":"!"})"), "INVALID_FIELD tkvalue");
  EXPECT_EQ(refusal(R"({"tktype":"TNAuthList","tkvalue":"AA"})"), "MISSING_FIELD fingerprint");
  EXPECT_EQ(refusal(R"({"tktype":"TNAuthList","tkvalue":"AA","fingerprint":""})"),
            "MISSING_FIELD fingerprint");
  EXPECT_EQ(refusal(R"({"tktype":"TNAuthList","tkvalue":"AA","fingerprint":"x","ca":"false"})"),
            "INVALID_FIELD ca");
  EXPECT_EQ(refusal(R"({"tktype":"TNAuthList","tktype":"TNAuthList"})"), "MALFORMED_JSON ");
  EXPECT_EQ(refusal(R"({"atc":{"tktype":"TNAuthList","tkvalue":"AA","fingerprint":"x"})"), "MALFORMED_JSON ");
}

TEST(HttpBodies, LoginAndRefresh) {
  const absl::StatusOr<LoginBody> login = ParseLogin(R"({"userId":"kms","password":"p\u00e4ss"})");
  ASSERT_TRUE(login.ok());
  EXPECT_EQ(login->user_id, "kms");
  EXPECT_EQ(login->password.RevealForUse(), "p\xc3\xa4ss");
  EXPECT_EQ(Refusal(ParseLogin("{}")), "MISSING_FIELD userId");
  EXPECT_EQ(Refusal(ParseLogin(R"({"userId":"kms"})")), "MISSING_FIELD password");
  EXPECT_EQ(Refusal(ParseLogin(R"({"userId":"kms","password":1})")), "INVALID_FIELD password");
  EXPECT_EQ(*ParseRefresh(R"({"refreshToken":"abc"})"), "abc");
  EXPECT_EQ(Refusal(ParseRefresh(R"({"refresh_token":"abc"})")), "MISSING_FIELD refreshToken");
  EXPECT_EQ(Refusal(ParseRefresh("\"abc\"")), "INVALID_FIELD ");
}

}  // namespace
}  // namespace sti::pa

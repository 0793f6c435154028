#include "services/as/rest_signing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/reason.h"
#include "common/rest/members.h"

namespace sti::as {
namespace {

using rest::RestForm;
using ::testing::ElementsAre;

// rest_api.md s1.1.
constexpr char kAtis[] = R"({"signingRequest":{"attest":"A","dest":{"tn":["12155550131"]},"iat":1735689600,)"
                         R"("orig":{"tn":"12155550121"},"origid":"123e4567-e89b-12d3-a456-426655440000"}})";
constexpr char kDiv[] =
    R"({"signingRequest":{"ppt":"div","dest":{"tn":["12155550199"],"uri":["sip:bob@example.com"]},"iat":1735689600,)"
    R"("orig":{"uri":"sip:alice@example.com"},"div":{"tn":"12155550131","hi":"1.2"},"profileId":"x","requestId":7}})";
constexpr char kRph[] =
    R"({"signingRequest":{"ppt":"rph","dest":{"tn":["911"]},"iat":1735689600,"orig":{"tn":"12155550121"},)"
    R"("rph":{"auth":["esnet.0","ets.1"]},"sph":"psap-callback"}})";

absl::StatusOr<OutgoingCall> Read(const std::string& body, absl::string_view resource = kSigning) {
  const auto request = rest::ParseBody(body, kSigningRequest);
  if (!request.ok()) return request.status();
  return CallFrom(*request, FormOf(resource, *request));
}
RestForm Form(const std::string& body, absl::string_view resource = kSigning) {
  return FormOf(resource, *rest::ParseBody(body, kSigningRequest));
}
std::string With(const char* text, const char* what, const char* by) {
  const std::string changed = absl::StrReplaceAll(text, {{what, by}});
  EXPECT_NE(changed, text) << what;
  return changed;
}
// "REASON member".
std::string Refused(const std::string& body, absl::string_view resource = kSigning) {
  const absl::Status status = Read(body, resource).status();
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}

TEST(RestSigningTest, TheExampleOfTheStandardIsRead) {
  const auto call = Read(kAtis);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->ppt, "");
  EXPECT_EQ(call->attest, stir::Attestation::kA);
  EXPECT_EQ(call->orig_tn, "+12155550121");
  EXPECT_FALSE(call->orig_uri.has_value());
  EXPECT_THAT(call->dest_tn, ElementsAre("+12155550131"));
  EXPECT_EQ(call->iat, 1735689600);
  EXPECT_EQ(call->origid, "123e4567-e89b-12d3-a456-426655440000");
}

TEST(RestSigningTest, TheAnswerHasTheMemberOfItsForm) {
  constexpr char kIdentity[] = "eyJ...sig;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken";
  EXPECT_EQ(
      SigningResponse(kIdentity, RestForm::kAtis),
      R"({"signingResponse":{"identity":"eyJ...sig;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken"}})");
  EXPECT_EQ(
      SigningResponse(kIdentity, RestForm::kGpp),
      R"({"signingResponse":{"identityHeader":"eyJ...sig;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken"}})");
}

TEST(RestSigningTest, WhatOnly3gppHasMakesTheForm) {
  EXPECT_EQ(Form(kAtis), RestForm::kAtis);
  EXPECT_EQ(Form(kAtis, kGppSigning), RestForm::kGpp);
  EXPECT_EQ(Form(kDiv), RestForm::kGpp);
  EXPECT_EQ(Form(kRph), RestForm::kGpp);
  EXPECT_EQ(Form(With(kAtis, R"("attest":"A")", R"("attest":"A","ppt":"shaken")")), RestForm::kGpp);
  EXPECT_EQ(Form(With(kAtis, R"("orig":{"tn":"12155550121"})", R"("orig":{"uri":"sip:a@b"})")),
            RestForm::kGpp);
  EXPECT_EQ(Form(With(kAtis, R"(["12155550131"])", R"(["1"],"uri":["sip:a@b"])")), RestForm::kGpp);
  EXPECT_EQ(Form(With(kAtis, R"("attest":"A")", R"("attest":"A","profileId":"x","requestId":"y")")),
            RestForm::kAtis)
      << "unknown to ATIS, and ignored";
}

TEST(RestSigningTest, TheFormOf3gppHasTypesAndUris) {
  const auto div = Read(kDiv);
  ASSERT_TRUE(div.ok()) << div.status();
  EXPECT_EQ(div->ppt, "div");
  EXPECT_EQ(div->orig_uri, "sip:alice@example.com");
  EXPECT_THAT(div->dest_tn, ElementsAre("+12155550199"));
  EXPECT_THAT(div->dest_uri, ElementsAre("sip:bob@example.com"));
  EXPECT_EQ(div->div_tn, "+12155550131");
  EXPECT_EQ(div->div_hi, "1.2");
  const auto rph = Read(kRph);
  ASSERT_TRUE(rph.ok()) << rph.status();
  EXPECT_EQ(rph->ppt, "rph");
  EXPECT_THAT(rph->rph_auth, ElementsAre("esnet.0", "ets.1"));
  EXPECT_EQ(rph->rph_sph, "psap-callback");
  EXPECT_EQ(Read(kAtis, kGppSigning)->ppt, "") << "absent is shaken";
}

TEST(RestSigningTest, MissingMembersAreNamed) {
  EXPECT_EQ(Refused("{}"), "MISSING_FIELD signingRequest");
  EXPECT_EQ(Refused(With(kAtis, R"("attest":"A",)", "")), "MISSING_FIELD attest");
  EXPECT_EQ(Refused(With(kAtis, R"("dest":{"tn":["12155550131"]},)", "")), "MISSING_FIELD dest");
  EXPECT_EQ(Refused(With(kAtis, R"({"tn":["12155550131"]})", "{}")), "MISSING_FIELD dest.tn");
  EXPECT_EQ(Refused(With(kAtis, R"("iat":1735689600,)", "")), "MISSING_FIELD iat");
  EXPECT_EQ(Refused(With(kAtis, R"("orig":{"tn":"12155550121"},)", "")), "MISSING_FIELD orig");
  EXPECT_EQ(Refused(With(kAtis, R"({"tn":"12155550121"})", "{}")), "MISSING_FIELD orig.tn");
  EXPECT_EQ(Refused(With(kAtis, R"(,"origid":"123e4567-e89b-12d3-a456-426655440000")", "")),
            "MISSING_FIELD origid");
  EXPECT_EQ(Refused(With(kDiv, R"("div":{"tn":"12155550131","hi":"1.2"},)", "")), "MISSING_FIELD div");
  EXPECT_EQ(Refused(With(kDiv, R"("tn":"12155550131",)", "")), "MISSING_FIELD div.tn");
  EXPECT_EQ(Refused(With(kRph, R"("rph":{"auth":["esnet.0","ets.1"]},)", "")), "MISSING_FIELD rph");
  EXPECT_EQ(Refused(With(kRph, R"("auth":["esnet.0","ets.1"])", "")), "MISSING_FIELD rph.auth");
}

TEST(RestSigningTest, Shaken3gppRequestsNeedAttestAndOrigidToo) {
  EXPECT_EQ(Refused(With(kAtis, R"("attest":"A",)", ""), kGppSigning), "MISSING_FIELD attest");
  EXPECT_EQ(Refused(With(kAtis, R"(,"origid":"123e4567-e89b-12d3-a456-426655440000")", ""), kGppSigning),
            "MISSING_FIELD origid");
}

TEST(RestSigningTest, TypesAreStrict) {
  EXPECT_EQ(Refused(With(kAtis, "1735689600", "\"1735689600\"")), "INVALID_FIELD iat");
  EXPECT_EQ(Refused(With(kAtis, "1735689600", "1735689600.5")), "INVALID_FIELD iat");
  EXPECT_EQ(Refused(With(kAtis, R"(["12155550131"])", R"("12155550131")")), "INVALID_FIELD dest.tn");
  EXPECT_EQ(Refused(With(kAtis, R"(["12155550131"])", "[]")), "INVALID_FIELD dest.tn");
  EXPECT_EQ(Refused(With(kAtis, R"(["12155550131"])", "[12155550131]")), "INVALID_FIELD dest.tn[0]");
  EXPECT_EQ(Refused(With(kAtis, R"({"tn":["12155550131"]})", "[]")), "INVALID_FIELD dest");
  EXPECT_EQ(Refused(With(kAtis, R"("12155550121")", R"(["12155550121"])")), "INVALID_FIELD orig.tn");
  EXPECT_EQ(Refused(With(kAtis, R"("attest":"A")", R"("attest":1)")), "INVALID_FIELD attest");
  EXPECT_EQ(Refused(With(kAtis, R"("attest":"A")", R"("attest":null)")), "INVALID_FIELD attest");
  EXPECT_EQ(Refused(With(kAtis, R"("123e4567-e89b-12d3-a456-426655440000")", "7")), "INVALID_FIELD origid");
  EXPECT_EQ(Refused(With(kAtis, "123e4567-e89b-12d3-a456-426655440000", "")), "INVALID_FIELD origid")
      << "would be a new one";
  EXPECT_EQ(Refused(With(kDiv, R"("hi":"1.2")", R"("hi":1)")), "INVALID_FIELD div.hi");
  EXPECT_EQ(Refused(With(kDiv, R"("hi":"1.2")", R"("hi":"")")), "INVALID_FIELD div.hi");
  EXPECT_EQ(Refused(With(kDiv, R"("uri":["sip:bob@example.com"])", R"("uri":"sip:bob@example.com")")),
            "INVALID_FIELD dest.uri");
  EXPECT_EQ(Refused(With(kRph, R"(["esnet.0","ets.1"])", R"("esnet.0")")), "INVALID_FIELD rph.auth");
  EXPECT_EQ(Refused(With(kRph, R"(["esnet.0","ets.1"])", "[]")), "INVALID_FIELD rph.auth");
  EXPECT_EQ(Refused(With(kRph, R"({"auth":["esnet.0","ets.1"]})", "[]")), "INVALID_FIELD rph");
  EXPECT_EQ(Refused(With(kRph, R"("psap-callback")", "1")), "INVALID_FIELD sph");
  EXPECT_EQ(Refused(With(kRph, R"("psap-callback")", "\"\"")), "INVALID_FIELD sph");
}

TEST(RestSigningTest, ValuesAreThoseOfTheStandard) {
  for (const char* bad : {"a", "D", "", "AB"}) {
    EXPECT_EQ(Refused(With(kAtis, R"("attest":"A")", absl::StrCat(R"("attest":")", bad, "\"").c_str())),
              "ATTEST_INVALID attest")
        << bad;
  }
  for (const char* bad : {"div-o", "msg", "", "SHAKEN"}) {
    EXPECT_EQ(Refused(With(kDiv, R"("ppt":"div")", absl::StrCat(R"("ppt":")", bad, "\"").c_str())),
              "PPT_UNSUPPORTED ppt")
        << bad;
  }
  EXPECT_EQ(Refused(With(kDiv, R"("ppt":"div")", R"("ppt":["div"])")), "INVALID_FIELD ppt");
  EXPECT_EQ(Refused(With(kAtis, "12155550121", "anonymous")), "TELEPHONE_NUMBER_INVALID orig.tn");
  EXPECT_EQ(Refused(With(kAtis, "12155550131", "1 215 555 0131")), "TELEPHONE_NUMBER_INVALID dest.tn[0]");
  EXPECT_EQ(Read(With(kAtis, "12155550121", "+12155550121"))->orig_tn, "+12155550121");
}

TEST(RestSigningTest, DestinationsAreBounded) {
  std::string many = "\"12155550131\"";
  for (int i = 1; i < 64; ++i) many += ",\"12155550131\"";
  EXPECT_EQ(Refused(With(kAtis, R"("12155550131")", many.c_str())), "NONE ");
  many += ",\"12155550131\"";
  EXPECT_EQ(Refused(With(kAtis, R"("12155550131")", many.c_str())), "INVALID_FIELD dest.tn");
}

TEST(RestSigningTest, OwnMembersTellThePolicyWhatNeitherStandardDoes) {
  const auto call =
      Read(With(kDiv, R"("requestId":7)",
                R"("trunk":"t1","customer":"c1","callId":"a@b","identityHeaders":["eyJ..one","eyJ..two"])"));
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->trunk, "t1");
  EXPECT_EQ(call->customer, "c1");
  EXPECT_EQ(call->call_id, "a@b");
  EXPECT_THAT(call->incoming_identity, ElementsAre("eyJ..one", "eyJ..two"));
  EXPECT_EQ(Read(With(kAtis, R"("attest":"A")", R"("attest":"A","trunk":"t1")"))->trunk, "t1");
  for (const char* name : {"trunk", "customer", "callId", "identityHeaders"}) {
    const std::string wrong = absl::StrCat(R"("attest":"A",")", name, "\":1");
    EXPECT_EQ(Refused(With(kAtis, R"("attest":"A")", wrong.c_str())), absl::StrCat("INVALID_FIELD ", name));
  }
  const auto with_id = [](size_t size) {
    return With(kAtis, R"("attest":"A")",
                absl::StrCat(R"("attest":"A","callId":")", std::string(size, 'x'), "\"").c_str());
  };
  EXPECT_EQ(Refused(with_id(256)), "NONE ");
  EXPECT_EQ(Refused(with_id(257)), "INVALID_FIELD callId");
}

TEST(RestSigningTest, UnknownMembersAreIgnored) {
  EXPECT_EQ(Refused(With(kAtis, R"("attest":"A")", R"("attest":"A","more":{"a":[null]},"exp":"x")")),
            "NONE ");
}

TEST(RestSigningTest, ErrorsOfTheLogicNameTheMember) {
  const auto field = [](const char* name) {
    return FieldOf(InRestTerms(MakeError(Reason::kInvalidField, name, "why")));
  };
  EXPECT_EQ(field("div_hi"), "div.hi");
  EXPECT_EQ(field("rph.sph"), "sph");
  EXPECT_EQ(field("dest.tn[3]"), "dest.tn[3]");
  EXPECT_EQ(field("call_id"), "callId");
  EXPECT_EQ(field("incoming_identity[1]"), "identityHeaders[1]");
}

}  // namespace
}  // namespace sti::as

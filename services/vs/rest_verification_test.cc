#include "services/vs/rest_verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/reason.h"
#include "common/rest/members.h"

namespace sti::vs {
namespace {

using rest::RestForm;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// rest_api.md s1.2.
constexpr char kAtis[] =
    R"({"verificationRequest":{"from":{"tn":"12155550121"},"to":{"tn":["12155550131"]},"time":1735689601,)"
    R"("identity":"eyJ...;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken"}})";
// rest_api.md s2.
constexpr char kGpp[] =
    R"({"verificationRequest":{"identityHeader":"eyJ..shaken","identityHeaders":["eyJ..div"],"from":{"tn":"12155550121"},)"
    R"("to":{"tn":"12155550131"},"dest":{"tn":"12155550199"},"time":1735689601,)"
    R"("protectedHeaders":["Diversion: <sip:12155550131@10.0.0.1>;reason=unconditional"]}})";

absl::StatusOr<codec::JsonObject> Body(const std::string& body) {
  return rest::ParseBody(body, kVerificationRequest);
}
absl::StatusOr<IncomingCall> Read(const std::string& body) {
  const auto request = Body(body);
  if (!request.ok()) return request.status();
  return CallFrom(*request, FormOf(*request));
}
std::string With(const char* text, const char* what, const char* by) {
  const std::string changed = absl::StrReplaceAll(text, {{what, by}});
  EXPECT_NE(changed, text) << what;
  return changed;
}
// "SVC4005 to.tn": id and what it names.
std::string Error(const std::string& body) {
  const absl::Status status = Read(body).status();
  return status.ok() ? "fine" : absl::StrCat(RowOf(ReasonOf(status)).atis_id, " ", FieldOf(status));
}

TEST(RestRequestTest, AtisExampleIsRead) {
  const IncomingCall call = Read(kAtis).value();
  EXPECT_EQ(call.from, "+12155550121");
  EXPECT_EQ(call.to, "+12155550131");
  EXPECT_EQ(call.date, absl::FromUnixSeconds(1735689601));
  EXPECT_THAT(call.identity,
              ElementsAre("eyJ...;info=<https://cr.example.net/1234.pem>;alg=ES256;ppt=shaken"));
  EXPECT_EQ(FormOf(*Body(kAtis)), RestForm::kAtis);
}

TEST(RestRequestTest, GppExampleIsRead) {
  const IncomingCall call = Read(kGpp).value();
  EXPECT_THAT(call.identity, ElementsAre("eyJ..shaken", "eyJ..div"));
  EXPECT_EQ(call.to, "+12155550131");
  EXPECT_EQ(call.request_uri, "+12155550199");
  EXPECT_EQ(FormOf(*Body(kGpp)), RestForm::kGpp);
}

TEST(RestRequestTest, GppUrisAndProtectedHeadersAreRead) {
  const IncomingCall call =
      Read(
          R"({"verificationRequest":{"identityHeader":"a","from":{"uri":"sip:alice@example.com"},)"
          R"("to":{"uri":"sip:bob@example.com"},"time":1,"displayName":"Alice","requestId":7,"profileId":[],)"
          R"("protectedHeaders":["resource-priority:  esnet.0, wps.1","Priority: psap-callback","Date: x"]}})")
          .value();
  EXPECT_EQ(call.from, "sip:alice@example.com");
  EXPECT_EQ(call.to, "sip:bob@example.com");
  EXPECT_EQ(call.request_uri, "");
  EXPECT_THAT(call.resource_priority, ElementsAre("esnet.0, wps.1"));
  EXPECT_EQ(call.priority, "psap-callback");
  EXPECT_EQ(call.display_name, "Alice");
}

TEST(RestRequestTest, EitherFormMayNameTheCall) {
  for (const char* form : {kAtis, kGpp}) {
    const auto with = [&](const std::string& value) {
      return With(form, R"("time")", absl::StrCat(R"("callId":)", value, R"(,"time")").c_str());
    };
    EXPECT_EQ(Read(form)->call_id, "");
    EXPECT_EQ(Read(with(R"("a84b4c76e66710@pc33.example.com")"))->call_id, "a84b4c76e66710@pc33.example.com");
    EXPECT_EQ(Read(with(R"("")"))->call_id, "");
    for (const char* wrong : {"7", "null", "[]", R"(["a@x"])", "{}", "true"}) {
      EXPECT_EQ(Error(with(wrong)), "SVC4005 callId") << wrong;
    }
    EXPECT_EQ(Error(with(absl::StrCat("\"", std::string(1024, 'x'), "\""))), "fine");
    EXPECT_EQ(Error(with(absl::StrCat("\"", std::string(1025, 'x'), "\""))), "SVC4005 callId");
  }
}

TEST(RestRequestTest, FormIsDecidedByTheMembers) {
  const auto form = [](const char* members) {
    return FormOf(*Body(absl::StrCat(R"({"verificationRequest":{)", members, "}}")));
  };
  EXPECT_EQ(form(R"("identity":"a")"), RestForm::kAtis);
  EXPECT_EQ(form(R"("identityHeader":"a")"), RestForm::kGpp);
  EXPECT_EQ(form(R"("identityHeaders":[])"), RestForm::kGpp);
  EXPECT_EQ(form(R"("identity":"a","identityHeader":"b")"), RestForm::kAtis);
  EXPECT_EQ(form(""), RestForm::kAtis);
}

TEST(RestRequestTest, UnknownMembersAreIgnored) {
  EXPECT_EQ(Error(With(kAtis, R"("time")", R"("extra":{"a":[null]},"time")")), "fine");
  EXPECT_EQ(Error(With(kAtis, R"({"verif)", R"({"more":1,"verif)")), "fine");
  EXPECT_EQ(Error(With(kAtis, R"({"tn":"12155550121"})", R"({"tn":"12155550121","uri":3})")), "fine");
}

TEST(RestRequestTest, MissingMembersAreNamed) {
  EXPECT_EQ(Error("{}"), "SVC4001 verificationRequest");
  EXPECT_EQ(Error(With(kAtis, R"("from")", R"("x")")), "SVC4001 from");
  EXPECT_EQ(Error(With(kAtis, R"("to")", R"("x")")), "SVC4001 to");
  EXPECT_EQ(Error(With(kAtis, R"("time")", R"("x")")), "SVC4001 time");
  EXPECT_EQ(Error(With(kAtis, R"("identity")", R"("x")")), "SVC4001 identity");
  EXPECT_EQ(Error(With(kAtis, R"({"tn":"12155550121"})", R"({"uri":"sip:a@b"})")), "SVC4001 from.tn");
  EXPECT_EQ(Error(With(kAtis, R"({"tn":["12155550131"]})", "{}")), "SVC4001 to.tn");
  EXPECT_EQ(Error(With(kGpp, R"("identityHeader":)", R"("x":)")), "SVC4001 identityHeader");
  EXPECT_EQ(Error(With(kGpp, R"("to":{"tn":"12155550131"})", R"("to":{})")), "SVC4001 to.tn");
  EXPECT_EQ(Error(With(kGpp, R"("from")", R"("x")")), "SVC4001 from");
  EXPECT_EQ(Error(With(kGpp, R"("time")", R"("x")")), "SVC4001 time");
}

TEST(RestRequestTest, TypesAreStrict) {
  EXPECT_EQ(Error(R"({"verificationRequest":[]})"), "SVC4005 verificationRequest");
  EXPECT_EQ(Error(With(kAtis, R"({"tn":"12155550121"})", R"("12155550121")")), "SVC4005 from");
  EXPECT_EQ(Error(With(kAtis, R"("12155550121")", R"(["12155550121"])")), "SVC4005 from.tn");
  EXPECT_EQ(Error(With(kAtis, R"("12155550121")", "12155550121")), "SVC4005 from.tn");
  EXPECT_EQ(Error(With(kAtis, R"("12155550121")", "null")), "SVC4005 from.tn");
  EXPECT_EQ(Error(With(kAtis, R"(["12155550131"])", R"("12155550131")")), "SVC4005 to.tn");
  EXPECT_EQ(Error(With(kAtis, R"(["12155550131"])", "[12155550131]")), "SVC4005 to.tn[0]");
  EXPECT_EQ(Error(With(kAtis, R"(["12155550131"])", "[]")), "SVC4005 to.tn");
  EXPECT_EQ(Error(With(kAtis, R"(["12155550131"])", R"(["12155550131","12155550132"])")), "SVC4005 to.tn");
  for (const char* time : {R"("1735689601")", "1735689601.0", "1735689601.5", "-1", "253402300800", "true",
                           "99999999999999999999", "null"}) {
    EXPECT_EQ(Error(With(kAtis, "1735689601", time)), "SVC4005 time") << time;
  }
  EXPECT_EQ(Error(With(kAtis, "1735689601", "253402300799")), "fine");
  EXPECT_EQ(Error(With(kAtis, "1735689601", "0")), "fine");
  EXPECT_EQ(Error(With(kGpp, R"("to":{"tn":"12155550131"})", R"("to":{"tn":["12155550131"]})")),
            "SVC4005 to.tn");
  EXPECT_EQ(Error(With(kGpp, R"(["eyJ..div"])", R"("eyJ..div")")), "SVC4005 identityHeaders");
  EXPECT_EQ(Error(With(kGpp, R"(["eyJ..div"])", "[7]")), "SVC4005 identityHeaders[0]");
  EXPECT_EQ(Error(With(kGpp, R"("eyJ..shaken")", "{}")), "SVC4005 identityHeader");
  EXPECT_EQ(Error(With(kGpp, R"(["Diversion: )", R"(["Diversion )")), "fine") << "the sip: has a colon";
  EXPECT_EQ(Error(With(kGpp, R"("Diversion: <sip:12155550131@10.0.0.1>;reason=unconditional")", R"("x")")),
            "SVC4005 protectedHeaders");
  EXPECT_EQ(Error(With(kGpp, R"({"tn":"12155550199"})", R"({"tn":"12155550199","uri":"sip:a@b"})")),
            "SVC4005 dest");
  EXPECT_EQ(Error(With(kGpp, R"({"tn":"12155550199"})", R"({"uri":"12155550199"})")), "SVC4005 dest.uri");
  EXPECT_EQ(Error(With(kGpp, R"({"tn":"12155550199"})", R"({"uri":"Bob <sip:b@x>"})")), "SVC4005 dest.uri");
  EXPECT_EQ(Error(With(kGpp, R"({"tn":"12155550199"})", R"({"uri":"tel:+12155550199"})")), "fine");
}

TEST(RestRequestTest, NumbersAreCanonicalAndMayHaveAPlus) {
  const auto from = [](const char* tn) {
    const auto call = Read(With(kAtis, "12155550121", tn));
    return call.ok() ? call->from : Error(With(kAtis, "12155550121", tn));
  };
  EXPECT_EQ(from("+12155550122"), "+12155550122");
  EXPECT_EQ(from("33123456789"), "+33123456789");
  EXPECT_EQ(from("911"), "+911");
  EXPECT_EQ(from("*67"), "*67");
  EXPECT_EQ(from("0123"), "0123");
  for (const char* bad :
       {"", "+", "++1", "1 215", "1-215", "(215)", "12x", "tel:+1", "anonymous", "+1;ext=3"}) {
    EXPECT_EQ(from(bad), "SVC4005 from.tn") << bad;
  }
}

TEST(RestRequestTest, WhatIsNoJsonIsSvc4006) {
  for (const char* body : {"", "{", "hello", "[]", "3", "null", R"({"a":1,"a":2})", "{} x", "\xff"}) {
    EXPECT_EQ(Error(body), "SVC4006 ") << body;
  }
  EXPECT_EQ(Error(std::string(64 * 1024 + 1, ' ')), "SVC4005 ");
}

stir::HeaderVerdict Header(const char* ppt, Reason reason, const char* token = nullptr) {
  stir::HeaderVerdict header;
  header.ppt = ppt;
  header.reason = reason;
  if (token != nullptr) {
    header.passport = std::make_shared<stir::SealedPassport>(stir::SealedPassport::Parse(token).value());
  }
  return header;
}

stir::CallVerdict Verdict(Reason reason) {
  stir::CallVerdict verdict;
  verdict.reason = reason;
  verdict.verstat = reason == Reason::kNone ? Verstat::kTnValidationPassed : RowOf(reason).verstat;
  return verdict;
}

stir::PartyIdentity Number(const char* digits) { return stir::TelephoneNumber::FromClaim(digits).value(); }

TEST(RestResponseTest, AtisFormHasTheWordsOfTheStandard) {
  const auto response = [](Reason reason) { return RestResponse(Verdict(reason), RestForm::kAtis); };
  EXPECT_EQ(response(Reason::kNone), R"({"verificationResponse":{"verstat":"TN-Validation-Passed"}})");
  EXPECT_EQ(response(Reason::kIatStale),
            R"({"verificationResponse":{"reasoncode":403,"reasontext":"Stale Date","reasondesc":)"
            R"("The iat of the PASSporT is too old.","verstat":"No-TN-Validation"}})");
  EXPECT_EQ(response(Reason::kCertificateUnavailable),
            R"({"verificationResponse":{"reasoncode":436,"reasontext":"Bad identity Info","reasondesc":)"
            R"("The certificate could not be downloaded.","verstat":"No-TN-Validation"}})");
  EXPECT_EQ(response(Reason::kCertificateExpired),
            R"({"verificationResponse":{"reasoncode":437,"reasontext":"Unsupported credential","reasondesc":)"
            R"("A certificate of the chain has expired.","verstat":"TN-Validation-Failed"}})");
  EXPECT_EQ(
      response(Reason::kSignatureInvalid),
      R"({"verificationResponse":{"reasoncode":438,"reasontext":"Invalid Identity Header","reasondesc":)"
      R"("The signature of the PASSporT is wrong.","verstat":"TN-Validation-Failed"}})");
}

TEST(RestResponseTest, ASuspectedReplayIsToldToWhoGaveACallId) {
  stir::CallVerdict verdict = Verdict(Reason::kNone);
  EXPECT_THAT(RestResponse(verdict, RestForm::kGpp), ::testing::Not(HasSubstr("replaySuspected")));
  verdict.replay_suspected = true;
  EXPECT_EQ(RestResponse(verdict, RestForm::kAtis),
            R"({"verificationResponse":{"verstat":"TN-Validation-Passed","replaySuspected":true}})");
  EXPECT_THAT(RestResponse(verdict, RestForm::kGpp), HasSubstr(R"("replaySuspected":true)"));
}

// {"alg":"ES256"}.{"b":1,"a":"x"}.signature of zeros
constexpr char kToken[] =
    "eyJhbGciOiJFUzI1NiJ9.eyJiIjoxLCJhIjoieCJ9."
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

TEST(RestResponseTest, GppFormHasARowAHeader) {
  stir::CallVerdict verdict = Verdict(Reason::kNone);
  verdict.headers = {Header("shaken", Reason::kNone, kToken),
                     Header("div", Reason::kSignatureInvalid, kToken),
                     Header("", Reason::kPassportMalformed)};
  EXPECT_EQ(RestResponse(verdict, RestForm::kGpp),
            absl::StrCat(
                R"({"verificationResponse":{"verstatValue":"TN-Validation-Passed","verifyResults":[)",
                R"({"verifyResult":{"ppt":"shaken","status":"pass","validClaims":{"b":1,"a":"x"}}},)",
                R"({"verifyResult":{"ppt":"div","status":"fail","reasonCode":438,"reasonText":)",
                R"("Invalid Identity Header","reasonDescription":"The signature of the PASSporT is wrong.",)",
                R"("passport":")", kToken, R"("}},)",
                R"({"verifyResult":{"ppt":"","status":"fail","reasonCode":438,"reasonText":)",
                R"("Invalid Identity Header","reasonDescription":"The PASSporT cannot be decoded."}}]}})"));
}

TEST(RestResponseTest, GppFormNamesDiversionsAndPriority) {
  stir::CallVerdict verdict = Verdict(Reason::kNone);
  verdict.div.emplace();
  verdict.div->hops.push_back({1, Number("12155550131"), Number("12155550199"), Reason::kNone});
  verdict.div->hops.push_back(
      {2, stir::CanonicalUri{"sip:bob@example.com"}, Number("12155550199"), Reason::kSignatureInvalid});
  EXPECT_THAT(
      RestResponse(verdict, RestForm::kGpp),
      HasSubstr(
          R"("verstatValue":"TN-Validation-Passed","divResult":[{"div":{"tn":"12155550131"},"verstatValue":)"
          R"("TN-Validation-Passed"},{"div":{"uri":"sip:bob@example.com"},"verstatValue":)"
          R"("TN-Validation-Failed"}],"verifyResults":[])"));
  const auto priority = [&](Reason reason) {
    verdict.rph.emplace();
    verdict.rph->reason = reason;
    return RestResponse(verdict, RestForm::kGpp);
  };
  EXPECT_THAT(priority(Reason::kNone), HasSubstr(R"("verstatPriority":"RPH-Validation-Passed")"));
  EXPECT_THAT(priority(Reason::kSignatureInvalid), HasSubstr(R"("verstatPriority":"RPH-Validation-Failed")"));
  EXPECT_THAT(priority(Reason::kRphMismatch), HasSubstr(R"("verstatPriority":"RPH-Validation-Failed")"));
  EXPECT_THAT(priority(Reason::kCertificateUnavailable),
              HasSubstr(R"("verstatPriority":"No-RPH-Validation")"));
}

}  // namespace
}  // namespace sti::vs

#include "common/edge/verdict_proto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/base/reason.h"
#include "common/stir/judged_calls_testing.h"

namespace sti::edge {
namespace {

using testing::ElementsAre;

// By name, so that a test says which call it is about.
const stir::JudgedCall& Call(const std::string& name) {
  static const auto& calls = *[] {
    auto* out = new std::map<std::string, stir::JudgedCall>;
    for (stir::JudgedCall& call : stir::JudgedCalls()) {
      std::string key = call.name;
      out->emplace(std::move(key), std::move(call));
    }
    return out;
  }();
  return calls.at(name);
}

sti::v1::VerifyResponse Response(const std::string& name) { return ToProto(Judge(Call(name))); }

TEST(VerdictProto, APassedCallSaysWhoVouchesForIt) {
  const sti::v1::VerifyResponse response = Response("one shaken");
  EXPECT_EQ(response.verstat(), "TN-Validation-Passed");
  EXPECT_EQ(response.sip_code(), 0);
  EXPECT_EQ(response.reason(), "NONE");
  EXPECT_EQ(response.attestation(), sti::v1::ATTESTATION_A);
  EXPECT_EQ(response.signer().spc(), "1234");
  EXPECT_FALSE(response.signer().delegate());
  EXPECT_FALSE(response.reject());
  EXPECT_FALSE(response.has_div());
  EXPECT_FALSE(response.has_rph());
  ASSERT_EQ(response.headers_size(), 1);
  EXPECT_NE(response.headers(0).claims().find("\"attest\":\"A\""), std::string::npos);
  EXPECT_FALSE(response.headers(0).has_nested_in());
  EXPECT_GT(response.headers(0).checks_size(), 20);
  EXPECT_NE(response.explain(), "");
}

TEST(VerdictProto, ClaimsOfAFailedHeaderStayInside) {
  const sti::v1::VerifyResponse response = Response("forged shaken");
  EXPECT_EQ(response.headers(0).claims(), "");
  EXPECT_FALSE(response.has_signer());
  EXPECT_EQ(response.headers(0).signer().spc(), "1234");
  EXPECT_EQ(response.sip_code(), 438);
}

TEST(VerdictProto, BriefLeavesOutWhatIsForPeople) {
  const stir::CallVerdict verdict = Judge(Call("two hops in order [0, 1, 2]"));
  const sti::v1::VerifyResponse brief = ToProto(verdict, {}, "sbc", true);
  EXPECT_EQ(brief.explain(), "");
  for (const auto& header : brief.headers()) {
    EXPECT_EQ(header.checks_size(), 0);
    EXPECT_EQ(header.notes_size(), 0);
    EXPECT_NE(header.claims(), "");
  }
  EXPECT_EQ(brief.profile(), "sbc");
  EXPECT_EQ(brief.div().hops_size(), 2);
}

TEST(VerdictProto, TheClientsFormIsUsed) {
  const stir::ReplyForm form{stir::VerstatForm::kLevelAlways, stir::ReasonForm::kSip, true, true};
  EXPECT_EQ(ToProto(Judge(Call("one shaken")), form, "", true).verstat_parameter(), "TN-Validation-Passed-A");
  const sti::v1::VerifyResponse failed = ToProto(Judge(Call("forged shaken")), form, "", true);
  EXPECT_THAT(failed.reason_headers(), ElementsAre("SIP;cause=438;text=\"Invalid Identity Header\""));
  EXPECT_TRUE(failed.reject());
  EXPECT_TRUE(ToProto(Judge(Call("no Identity header")), form, "", true).reject());
}

TEST(VerdictProto, DiversionIsToldHopByHop) {
  const sti::v1::VerifyResponse response = Response("two hops in order [2, 0, 1]");
  EXPECT_EQ(response.div().verstat(), "TN-Validation-Passed");
  ASSERT_EQ(response.div().hops_size(), 2);
  EXPECT_EQ(response.div().hops(0).header(), 2);
  EXPECT_EQ(response.div().hops(0).from(), "12155550131");
  EXPECT_EQ(response.div().hops(1).to(), "12155550250");
  EXPECT_EQ(Response("forged hop").div().verstat(), "TN-Validation-Failed");
  EXPECT_EQ(Response("circle").div().verstat(), "No-TN-Validation");
  EXPECT_EQ(Response("div-o of two").headers(2).nested_in(), 1);
}

TEST(VerdictProto, ResourcePriorityThatFailedProvesNothing) {
  const sti::v1::VerifyResponse good = Response("rph callback");
  EXPECT_EQ(good.rph().verstat_priority(), "RPH-Validation-Passed");
  EXPECT_THAT(good.rph().auth(), ElementsAre("esnet.0"));
  EXPECT_EQ(good.rph().sph(), "psap-callback");
  EXPECT_EQ(good.rph().header(), 1);
  const sti::v1::VerifyResponse forged = Response("rph forged"), other = Response("rph that lacks one");
  EXPECT_EQ(forged.rph().verstat_priority(), "RPH-Validation-Failed");
  EXPECT_EQ(other.rph().verstat_priority(), "RPH-Validation-Failed");
  EXPECT_EQ(forged.rph().auth_size() + other.rph().auth_size(), 0);
  EXPECT_EQ(other.rph().reason(), "RPH_MISMATCH");
}

TEST(VerdictProto, RichCallDataComesWithTheIntegrityOfEachPart) {
  const sti::v1::VerifyResponse response = Response("rcd whose image is elsewhere");
  ASSERT_EQ(response.rcd_size(), 1);
  const sti::v1::RcdResult& rcd = response.rcd(0);
  EXPECT_EQ(rcd.reason(), "NONE");
  EXPECT_EQ(rcd.header(), 1);
  EXPECT_EQ(rcd.data().nam(), "Alice");
  EXPECT_EQ(rcd.data().icn(), "https://example.com/a.png");
  EXPECT_EQ(rcd.data().rcdi().size(), 1u);
  std::map<std::string, sti::v1::RcdItem::Integrity> items;
  for (const auto& item : rcd.items()) items[item.pointer()] = item.integrity();
  EXPECT_EQ(items["/nam"], sti::v1::RcdItem::INTEGRITY_SIGNED);
  EXPECT_EQ(items["/icn"], sti::v1::RcdItem::INTEGRITY_TO_FETCH);
  EXPECT_EQ(Response("forged rcd").rcd(0).data().nam(), "");
  EXPECT_TRUE(Response("rcd of a third party alone").rcd(0).third_party());
}

TEST(VerdictProto, CompactFormShowsWhatWasRebuilt) {
  const sti::v1::VerifyResponse response = Response("compact form");
  EXPECT_EQ(response.headers(0).claims(),
            R"({"dest":{"tn":["12155550131"]},"iat":1735689600,"orig":{"tn":"12155550121"}})");
}

}  // namespace
}  // namespace sti::edge

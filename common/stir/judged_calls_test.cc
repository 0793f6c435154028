// Whole calls that another program signed, each with the verdict that its maker expects.
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/stir/explain.h"
#include "common/stir/judged_calls_testing.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

// One Reason, or any of several.
bool Is(const codec::JsonValue& expected, Reason reason) {
  if (expected.is_string()) return *expected.if_string() == ReasonName(reason);
  for (const codec::JsonValue& one : *expected.if_array()) {
    if (Is(one, reason)) return true;
  }
  return false;
}

std::string Show(const codec::JsonValue* value) {
  return value == nullptr ? "none" : codec::CanonicalJson(*value);
}

TEST(JudgedCalls, GetTheVerdictThatTheirMakerExpects) {
  const std::vector<JudgedCall> calls = JudgedCalls();
  ASSERT_GE(calls.size(), 170u);
  for (const JudgedCall& call : calls) {
    SCOPED_TRACE(call.name);
    const CallVerdict verdict = Judge(call);
    EXPECT_EQ(std::string(ReasonName(verdict.reason)), TextOf(call.expected, "reason"));
    EXPECT_EQ(VerstatText(verdict.verstat), TextOf(call.expected, "verstat"));
    EXPECT_EQ(AttestationText(verdict.attestation), TextOf(call.expected, "attestation"));
    const codec::JsonArray& headers = *call.expected.Find("headers")->if_array();
    EXPECT_EQ(verdict.headers.size(), headers.size());
    for (size_t i = 0; i < std::min(verdict.headers.size(), headers.size()); ++i) {
      EXPECT_TRUE(Is(headers[i], verdict.headers[i].reason))
          << i << ": " << ReasonName(verdict.headers[i].reason) << ", not " << Show(&headers[i]);
    }
    const codec::JsonValue* div = call.expected.Find("div");
    EXPECT_EQ(verdict.div ? std::string(ReasonName(verdict.div->reason)) : "none",
              div ? *div->if_string() : "none");
    const codec::JsonValue* rph = call.expected.Find("rph");
    ASSERT_EQ(verdict.rph.has_value(), rph != nullptr);
    if (rph != nullptr) {
      EXPECT_TRUE(Is(*rph, verdict.rph->reason)) << ReasonName(verdict.rph->reason);
      EXPECT_EQ(verdict.rph->auth.empty(), verdict.rph->reason != Reason::kNone);
    }
    std::string rcd;
    for (const RcdOutcome& one : verdict.rcd) absl::StrAppend(&rcd, ReasonName(one.reason), " ");
    std::string expected_rcd;
    for (const codec::JsonValue& one : *call.expected.Find("rcd")->if_array()) {
      absl::StrAppend(&expected_rcd, *one.if_string(), " ");
    }
    EXPECT_EQ(rcd, expected_rcd);
  }
}

TEST(JudgedCalls, WhatIsNotPassedCarriesNothingOfAPass) {
  for (const JudgedCall& call : JudgedCalls()) {
    SCOPED_TRACE(call.name);
    const CallVerdict verdict = Judge(call);
    EXPECT_EQ(verdict.passed(), verdict.verstat == Verstat::kTnValidationPassed);
    EXPECT_TRUE(verdict.passed() || verdict.attestation == Attestation::kNone);
    EXPECT_TRUE(verdict.passed() || verdict.origid.empty());
    EXPECT_TRUE(verdict.passed() || verdict.signer.serial.empty());
    EXPECT_NE(verdict.reason, Reason::kInternal);
    for (const HeaderVerdict& header : verdict.headers) {
      EXPECT_NE(header.reason, Reason::kInternal);
      EXPECT_EQ(FirstFailure(header.checks), header.reason);
      EXPECT_TRUE(header.passed() || (header.attestation == Attestation::kNone && header.origid.empty()));
      EXPECT_TRUE(!header.passed() ||
                  At(header.checks, CheckRow::kSignature).outcome == CheckOutcome::kPassed);
    }
  }
}

TEST(JudgedCalls, AreExplainedInAFewPlainLines) {
  std::set<Reason> seen;
  for (const JudgedCall& call : JudgedCalls()) {
    SCOPED_TRACE(call.name);
    const CallVerdict verdict = Judge(call);
    const std::string text = Explain(verdict);
    EXPECT_EQ(text.find("The caller's number is "), 0u) << text;
    EXPECT_EQ(text.find("is verified:") != std::string::npos, verdict.passed()) << text;
    EXPECT_EQ(text.find("What to do: ") != std::string::npos, !verdict.passed()) << text;
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << text;
    seen.insert(verdict.reason);
  }
  EXPECT_GE(seen.size(), 25u);
}

JudgedCall CallNamed(absl::string_view name) {
  std::vector<JudgedCall> calls = JudgedCalls();
  for (JudgedCall& call : calls) {
    if (call.name == name) return std::move(call);
  }
  ADD_FAILURE() << name << " is gone";
  return {};
}

TEST(JudgedCalls, ForwardingIsToldHopByHop) {
  const CallVerdict verdict = Judge(CallNamed("two hops in order [2, 1, 0]"));
  ASSERT_TRUE(verdict.div);
  ASSERT_EQ(verdict.div->hops.size(), 2u);
  EXPECT_EQ(verdict.div->hops[0].header, 1u);
  EXPECT_EQ(PartyText(verdict.div->hops[0].from), "12155550131");
  EXPECT_EQ(PartyText(verdict.div->hops[0].to), "12155550199");
  EXPECT_EQ(verdict.div->hops[1].header, 0u);
  EXPECT_EQ(PartyText(verdict.div->hops[1].to), "12155550250");
  EXPECT_NE(Explain(verdict).find("12155550131 to 12155550199, then 12155550199 to 12155550250"),
            std::string::npos);
}

// Of the octets of a header that mean something. By the MAN's table all do: it admits no unknown parameter.
// What may differ is the case of a parameter's name (RFC 3261 s7.3.1).
bool IsCaseOfName(absl::string_view header, size_t i, int bit) {
  const size_t begin = header.rfind(';', i), end = header.find('=', i);
  return bit == 5 && begin != absl::string_view::npos && begin < i && end != absl::string_view::npos &&
         header.substr(begin, i - begin).find('=') == absl::string_view::npos &&
         absl::ascii_isalpha(header[i]);
}

// The octet belongs to the name of a parameter. Under the ATIS table an unknown parameter is ignored, and alg
// and ppt have defaults.
bool IsOfName(absl::string_view header, size_t i) {
  const size_t begin = header.rfind(';', i);
  return begin != absl::string_view::npos &&
         header.substr(begin, i - begin).find('=') == absl::string_view::npos;
}

TEST(JudgedCalls, NoFlippedBitOfAnyHeaderPassesUnderTheAtisTableUnlessOfAParametersName) {
  for (const char* name : {"MAN: good", "one hop, To 12155550199", "rcd", "rph as Resource-Priority"}) {
    SCOPED_TRACE(name);
    JudgedCall call = CallNamed(name);
    call.policy.table = ErrorTable::kAtis;
    ASSERT_TRUE(Judge(call).passed());
    for (std::string& header : call.identities) {
      const size_t h = static_cast<size_t>(&header - call.identities.data());
      for (size_t i = 0; i < header.size(); ++i) {
        if (IsOfName(header, i)) continue;
        for (int bit = 0; bit < 8; ++bit) {
          header[i] = static_cast<char>(header[i] ^ (1 << bit));
          EXPECT_FALSE(JudgeOne(call, h).passed())
              << "bit " << bit << " of octet " << i << " of header " << h;
          header[i] = static_cast<char>(header[i] ^ (1 << bit));
        }
      }
    }
  }
}

TEST(JudgedCalls, NoFlippedBitOfAnyHeaderPasses) {
  for (const char* name : {"MAN: good", "one hop, To 12155550199", "rcd", "rph as Resource-Priority", "msg",
                           "div-o of one", "rcd inside shaken"}) {
    SCOPED_TRACE(name);
    JudgedCall call = CallNamed(name);
    call.policy.table = ErrorTable::kMan;
    ASSERT_TRUE(Judge(call).passed());
    for (std::string& header : call.identities) {
      const size_t h = static_cast<size_t>(&header - call.identities.data());
      for (size_t i = 0; i < header.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
          if (IsCaseOfName(header, i, bit)) continue;
          header[i] = static_cast<char>(header[i] ^ (1 << bit));
          EXPECT_FALSE(JudgeOne(call, h).passed())
              << "bit " << bit << " of octet " << i << " of header " << h;
          header[i] = static_cast<char>(header[i] ^ (1 << bit));
        }
      }
    }
  }
}

// Tokens of every type and defect. Whatever the call is, a defective one does not pass, and the row of its
// claims says why.
TEST(JudgedCalls, NoDefectOfAnyTypePasses) {
  const codec::JsonValue rows = JsonVector("passport_types.json");
  ASSERT_GE(rows.if_array()->size(), 200u);
  VerifyPolicy policy;
  policy.types.push_back(PassportType::kBase);
  CallFacts facts;
  facts.from = ParseSipIdentity("+12155550121", {}).value();
  facts.to = ParseSipIdentity("+12155550131", {}).value();
  int good = 0, of_claims = 0;
  for (const codec::JsonValue& row : *rows.if_array()) {
    SCOPED_TRACE(TextOf(row, "name"));
    const std::string type = TextOf(row, "type"), reason = TextOf(row, "reason");
    const std::string identity = absl::StrCat(TextOf(row, "token"), ";info=<", TextOf(row, "x5u"), ">",
                                              type == "base" ? "" : ";ppt=" + type);
    const CallExamination call = ExamineCall({identity}, facts, policy, DemoTime());
    const HeaderVerdict verdict = ConcludeHeader(call, 0, {});
    EXPECT_FALSE(verdict.passed());  // there is no certificate
    const Check& claims = At(verdict.checks, CheckRow::kClaimsComplete);
    if (reason == "CLAIM_MISSING" || reason == "CLAIM_INVALID") {
      ++of_claims;
      EXPECT_EQ(ReasonName(claims.reason), reason);
      EXPECT_EQ(claims.detail.find(TextOf(row, "claim")), 0u) << claims.detail;
      EXPECT_EQ(call.certificate_url(0), nullptr);
    } else if (reason == "NONE" && verdict.reason != Reason::kIdentityCompactForm) {
      ++good;
      EXPECT_EQ(claims.outcome, CheckOutcome::kPassed) << claims.detail;
    }
  }
  EXPECT_GT(good, 30);
  EXPECT_GT(of_claims, 100);
}

void AddFailedRows(const HeaderVerdict& verdict, std::set<std::string>& rows) {
  for (const Check& check : verdict.checks) {
    if (check.outcome == CheckOutcome::kFailed) rows.insert(check.name);
  }
}

// The single headers of judged_passports.json, by either table.
std::vector<HeaderVerdict> JudgedHeaders(ErrorTable table) {
  std::vector<HeaderVerdict> out;
  const codec::JsonValue rows = JsonVector("judged_passports.json");
  for (const codec::JsonValue& row : *rows.if_array()) {
    JudgedCall call;
    call.identities = {TextOf(row, "identity")};
    call.facts.from = ParseSipIdentity(TextOf(row, "orig"), {}).value();
    call.facts.to = ParseSipIdentity(TextOf(row, "dest"), {}).value();
    if (const codec::JsonValue* date = row.Find("date"))
      call.facts.date = absl::FromUnixSeconds(*date->if_int());
    call.policy.types = {PassportType::kShaken};
    call.policy.table = table;
    call.at = absl::FromUnixSeconds(*row.Find("at")->if_int());
    out.push_back(JudgeOne(call, 0));
  }
  return out;
}

TEST(JudgedCalls, EveryRowOfBothTablesHasSomebodyWhoFailsIt) {
  for (const ErrorTable table : {ErrorTable::kAtis, ErrorTable::kMan}) {
    std::set<std::string> failed;
    std::vector<JudgedCall> calls = JudgedCalls();
    for (JudgedCall& call : calls) {
      call.policy.table = table;
      for (const HeaderVerdict& header : Judge(call).headers) AddFailedRows(header, failed);
    }
    for (const HeaderVerdict& header : JudgedHeaders(table)) AddFailedRows(header, failed);
    // Of signer_findings_test and passport_verifier_test, since they depend on more than the call.
    failed.insert(
        {"certificate_download", "certificate_chain", "claim_constraints", "number_authority", "replay"});
    if (table == ErrorTable::kAtis) failed.insert({"header_parameters", "header_alg"});
    for (const Check& check : MakeCheckList()) EXPECT_EQ(failed.count(check.name), 1u) << check.name;
  }
}

// The order of the MAN is that of its SIP codes.
TEST(JudgedCalls, TheFrenchTableReportsTheLowestSipCode) {
  int several = 0;
  for (const HeaderVerdict& header : JudgedHeaders(ErrorTable::kMan)) {
    for (const Check& check : header.checks) {
      if (check.outcome != CheckOutcome::kFailed || check.reason == header.reason) continue;
      ++several;
      EXPECT_LE(AnswerOf(header.reason, ErrorTable::kMan).code, AnswerOf(check.reason, ErrorTable::kMan).code)
          << ReasonName(header.reason) << " before " << ReasonName(check.reason);
    }
  }
  EXPECT_GT(several, 5);
}

TEST(JudgedCalls, WhatFailsByOneTableFailsByTheOther) {
  const std::vector<HeaderVerdict> atis = JudgedHeaders(ErrorTable::kAtis),
                                   man = JudgedHeaders(ErrorTable::kMan);
  for (size_t i = 0; i < atis.size(); ++i) EXPECT_TRUE(atis[i].passed() || !man[i].passed()) << i;
}

// RFC 8946 prints div.tn with a digit too many: each PASSporT alone is in order, the chain is not.
TEST(JudgedCalls, TheTypoInTheExampleOfRfc8946BreaksTheChain) {
  const codec::JsonValue official = JsonVector("official.json");
  const std::string url = "https://www.example.com/cert.cer";
  CallFacts facts;
  facts.from = ParseSipIdentity("+12155551212", {}).value();
  facts.to = ParseSipIdentity("+12155551213", {}).value();
  facts.request_uri = ParseSipIdentity("+12155551214", {}).value();
  VerifyPolicy policy;
  policy.types = {PassportType::kBase, PassportType::kDiv, PassportType::kDivO};
  const auto header = [&](const char* name, const char* ppt) {
    return absl::StrCat(TextOf(official, name), ";info=<", url, ">", ppt);
  };
  const CallExamination call = ExamineCall({header("rfc8946_base", ""), header("rfc8946_div", ";ppt=\"div\""),
                                            header("rfc8946_div-o", ";ppt=\"div-o\"")},
                                           facts, policy, absl::FromUnixSeconds(1443208345));
  EXPECT_NE(call.certificate_url(0), nullptr);  // base for To
  EXPECT_EQ(call.certificate_url(1), nullptr);
  EXPECT_EQ(ReasonName(ConcludeHeader(call, 1, {}).reason), "DIV_CHAIN_INCOMPLETE");
  EXPECT_EQ(ReasonName(ConcludeHeader(call, 2, {}).reason), "CLAIM_INVALID");  // dest.tn is no array
}

}  // namespace
}  // namespace sti::stir

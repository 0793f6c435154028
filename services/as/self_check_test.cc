// Judged against the demo PKI of tests/vectors, which the openssl program made.
#include "services/as/self_check.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/pki/profile_lint.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/as/lookout.h"

namespace sti::as {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kUrl[] = "https://cr.example.net/1234.pem";
constexpr char kType[] = "application/pem-certificate-chain";

SigningCredentialPtr Demo(const std::string& x5u = kUrl) {
  const auto chain = pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
  return CheckCredential(stir::DemoKey("leaf1234.key"), chain, x5u, "1234", stir::DemoTime()).value();
}

http::FetchResponse Answer(const std::string& body = stir::ReadVector("demo-pki/chain1234.pem")) {
  http::FetchResponse answer;
  answer.status = 200;
  answer.content_type = kType;
  answer.cache_control = "public, max-age=86400, immutable";
  answer.body = body;
  return answer;
}

// "error x5u_port" and so on; rules of the profile, which the demo PKI does not keep, are left out.
std::vector<std::string> Names(const absl::StatusOr<http::FetchResponse>& answer,
                               const SigningCredentialPtr& credential = Demo(),
                               absl::Time now = stir::DemoTime()) {
  std::vector<std::string> rules;
  for (const pki::LintFinding& rule : pki::LintRules()) rules.emplace_back(rule.name);
  std::vector<std::string> names;
  for (const SelfCheckFinding& finding : JudgeAnswer(*credential, answer, now)) {
    EXPECT_FALSE(finding.text.empty()) << finding.name;
    if (std::find(rules.begin(), rules.end(), finding.name) != rules.end()) {
      EXPECT_FALSE(finding.error) << finding.name;
      continue;
    }
    names.push_back((finding.error ? "error " : "warning ") + finding.name);
  }
  return names;
}

TEST(JudgeAnswerTest, WhatAVerifierLikesHasNoFinding) { EXPECT_THAT(Names(Answer()), IsEmpty()); }

TEST(JudgeAnswerTest, WhyItCannotBeHadHasAName) {
  EXPECT_THAT(Names(MakeError(Reason::kCertificateUnavailable, "404")), Contains("error x5u_unreachable"));
  EXPECT_THAT(Names(MakeError(Reason::kCertificateFetchTimeout, "slow")), Contains("error x5u_timeout"));
  EXPECT_THAT(Names(MakeError(Reason::kCertificateAddressRefused, "10.0.0.1")),
              Contains("error x5u_address"));
}

TEST(JudgeAnswerTest, PortsThatNoVerifierNeedsToAcceptAreAnError) {
  EXPECT_THAT(Names(Answer(), Demo("https://cr.example.net:8443/1.pem")), IsEmpty());
  EXPECT_THAT(Names(Answer(), Demo("https://cr.example.net:443/1.pem")), IsEmpty());
  EXPECT_THAT(Names(Answer(), Demo("https://cr.example.net:8444/1.pem")), Contains("error x5u_port"));
}

TEST(JudgeAnswerTest, HeadersAreAWarning) {
  http::FetchResponse answer = Answer();
  answer.content_type = "application/x-x509-ca-cert";
  answer.cache_control = "";
  EXPECT_THAT(Names(answer), ::testing::ElementsAre("warning content_type", "warning cache_control"));
  for (const char* kept : {"no-store", "max-age=60", "max-age=82799", "no-store, max-age=86400"}) {
    answer.cache_control = kept;
    EXPECT_THAT(Names(answer), Contains("warning cache_control")) << kept;
  }
  answer.cache_control = "max-age=86400";
  answer.age = "3600";  // out of a cache: it was a day
  EXPECT_THAT(Names(answer), Not(Contains("warning cache_control")));
}

TEST(JudgeAnswerTest, AnotherChainIsFound) {
  const std::string leaf = Demo()->chain->leaf().Pem();
  const std::string above = stir::ReadVector("demo-pki/int.pem");
  EXPECT_THAT(Names(Answer("junk")), Contains("error chain_malformed"));
  EXPECT_THAT(
      Names(Answer(stir::ReadVector("demo-pki/leaf5678-revoked.pem") + stir::ReadVector("demo-pki/int.pem"))),
      Contains("error leaf_differs"));
  EXPECT_THAT(Names(Answer(leaf)), ::testing::ElementsAre("warning chain_differs"));
  EXPECT_THAT(Names(Answer(above + leaf)), Contains("error leaf_differs"));
  EXPECT_THAT(Names(Answer(above + leaf)), Contains("error chain_order"));
}

TEST(JudgeAnswerTest, RulesOfTheProfileAreWarnings) {
  const auto findings = JudgeAnswer(*Demo(), Answer(), stir::DemoTime());
  const auto lint = pki::LintChain(*Demo()->chain);
  EXPECT_EQ(findings.size(), lint.size()) << "each rule that the lint finds, and nothing else";
}

// What verifiers who trust `root` believe; the demo CRL lists the signer of SPC 5678.
TrustAnswer Trusting(const char* root = "root.pem") {
  auto crl = pki::VerifiedCrl::Verify(stir::ReadVector("demo-pki/crl.pem"),
                                      {stir::DemoCertificate("pa-crl-signer.pem")},
                                      stir::DemoCertificate("pa-root.pem"), stir::DemoTime())
                 .value();
  return std::make_shared<const VerifierTrust>(
      VerifierTrust{pki::TrustAnchors({stir::DemoCertificate(root)}), std::move(crl)});
}

std::vector<std::string> NamesUnder(const TrustAnswer& trust, const std::string& body,
                                    absl::Time now = stir::DemoTime()) {
  std::vector<std::string> names;
  for (const char* name : {"untrusted", "revoked", "chain_refused", "trust_unknown"}) {
    for (const SelfCheckFinding& finding : JudgeAnswer(*Demo(), Answer(body), now, trust)) {
      if (finding.name == name) names.push_back((finding.error ? "error " : "warning ") + finding.name);
    }
  }
  return names;
}

TEST(JudgeAnswerTest, VerifiersMustTrustTheChain) {
  const std::string good = Answer().body, above = stir::ReadVector("demo-pki/int.pem");
  EXPECT_THAT(NamesUnder(nullptr, good), IsEmpty()) << "nobody is asked";
  EXPECT_THAT(NamesUnder(Trusting(), good), IsEmpty());
  EXPECT_THAT(NamesUnder(Trusting("pa-root.pem"), good), ::testing::ElementsAre("error untrusted"));
  EXPECT_THAT(NamesUnder(Trusting(), Demo()->chain->leaf().Pem()), ::testing::ElementsAre("error untrusted"));
  EXPECT_THAT(NamesUnder(Trusting(), stir::ReadVector("demo-pki/leaf5678-revoked.pem") + above),
              ::testing::ElementsAre("error revoked"));
  EXPECT_THAT(NamesUnder(Trusting(), above), ::testing::ElementsAre("error chain_refused"));
  EXPECT_THAT(NamesUnder(MakeError(Reason::kUnavailable, "away"), good),
              ::testing::ElementsAre("warning trust_unknown"));
  EXPECT_THAT(NamesUnder(Trusting(), good, Demo()->not_after + absl::Seconds(1)), IsEmpty())
      << "told as certificate_expired";
}

TEST(JudgeAnswerTest, TheEndIsToldInTime) {
  const absl::Time end = Demo()->not_after;
  const auto at = [&](absl::Time now) { return Names(Answer(), Demo(), now); };
  const absl::Duration lifetime = end - Demo()->not_before;
  const absl::Duration alarm = std::min(absl::Hours(24), lifetime / 28);
  EXPECT_THAT(at(end - alarm - absl::Seconds(1)), Contains("warning certificate_expiring"));
  EXPECT_THAT(at(end - alarm), Contains("error certificate_expiring"));
  EXPECT_THAT(at(end), Contains("error certificate_expiring"));
  EXPECT_THAT(at(end + absl::Seconds(1)), Contains("error certificate_expired"));
}

// Answers at once what was set for a URL.
class FixedAnswers final : public http::HttpFetcher {
 public:
  void Fetch(const codec::Url& url, Callback done) override {
    asked.push_back(url.text());
    const auto found = answers.find(url.text());
    if (found == answers.end()) return done(MakeError(Reason::kCertificateUnavailable, "404"));
    done(found->second);
  }
  std::vector<std::string> asked;
  std::map<std::string, http::FetchResponse> answers;
};

class SelfCheckTest : public ::testing::Test {
 protected:
  SelfCheckTest() {
    fetcher_.answers[kUrl] = Answer();
    ring_.Set(std::make_shared<const KeyRing>(KeyRing{Demo(), nullptr}));
  }
  Lookout MakeLookout(absl::Duration interval) {
    return Lookout(check_, watch_, monotonic_, interval,
                   {{&ring_, [this](SelfCheckResult result) { results_.push_back(std::move(result)); }}},
                   [this](const std::vector<std::string>& lacking, const std::vector<std::string>& trouble) {
                     lacking_ = lacking;
                     trouble_ = trouble;
                   });
  }
  void Pass(absl::Duration time) {
    clock_.Advance(time);
    monotonic_.Advance(time);
  }

  FixedAnswers fetcher_;
  testing::FakeClock clock_{stir::DemoTime()}, monotonic_{absl::FromUnixSeconds(50)};
  ClockWatch watch_{clock_, monotonic_, {}};
  const SelfCheck check_{{fetcher_, clock_, monotonic_, &watch_, {"https://own.example.net"}}};
  KeyRingSnapshot ring_;
  std::vector<SelfCheckResult> results_;
  std::vector<std::string> lacking_ = {"nothing told"}, trouble_;
};

class FixedTrust final : public TrustView {
 public:
  TrustAnswer Get(absl::Duration max_age) override {
    ages.push_back(max_age);
    return answer;
  }
  void Cancel() override {}
  TrustAnswer answer = Trusting("pa-root.pem");
  std::vector<absl::Duration> ages;
};

TEST_F(SelfCheckTest, AsksWhomVerifiersTrust) {
  FixedTrust trust;
  SelfCheckParts parts{fetcher_, clock_, monotonic_};
  parts.trust = &trust;
  const SelfCheck check(parts);
  EXPECT_TRUE(check.Check(*Demo()).HasError());
  EXPECT_THAT(trust.ages, ::testing::ElementsAre(absl::ZeroDuration())) << "a person waits for the newest";
  check.Begin(Demo(), [this](SelfCheckResult result) { results_.push_back(std::move(result)); });
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_TRUE(results_[0].HasError());
  EXPECT_GT(trust.ages.back(), absl::ZeroDuration());
  trust.answer = Trusting();
  EXPECT_FALSE(check.Check(*Demo()).HasError());
}

TEST_F(SelfCheckTest, SeesTheVeryCertificate) {
  EXPECT_TRUE(check_.Sees(*Demo()).ok());
  EXPECT_EQ(ReasonOf(check_.Sees(*Demo("https://cr.example.net/none.pem"))), Reason::kCertificateUnavailable);
  fetcher_.answers[kUrl] =
      Answer(stir::ReadVector("demo-pki/leaf5678-revoked.pem") + stir::ReadVector("demo-pki/int.pem"));
  EXPECT_EQ(ReasonOf(check_.Sees(*Demo())), Reason::kKeyMismatch);
  EXPECT_TRUE(check_.Check(*Demo()).HasError());
  EXPECT_TRUE(check_.Check(*Demo()).reachable);
}

TEST_F(SelfCheckTest, TheDateOfAnswersSetsTheClockWatch) {
  EXPECT_FALSE(watch_.HasReference());
  check_.Check(*Demo());
  EXPECT_FALSE(watch_.HasReference()) << "no Date";
  fetcher_.answers[kUrl].date =
      absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", clock_.TimeNow(), absl::UTCTimeZone());
  fetcher_.answers[kUrl].age = "7";
  check_.Check(*Demo());
  EXPECT_FALSE(watch_.HasReference()) << "out of a cache";
  fetcher_.answers[kUrl].age = "";
  fetcher_.answers["https://own.example.net/1.pem"] = fetcher_.answers[kUrl];
  check_.Check(*Demo("https://own.example.net/1.pem"));
  EXPECT_FALSE(watch_.HasReference()) << "its own";
  check_.Check(*Demo());
  EXPECT_TRUE(watch_.HasReference());
}

TEST_F(SelfCheckTest, LooksAtOnceThenOnATimerAndWhenTheCertificateChanges) {
  Lookout lookout = MakeLookout(absl::Hours(1));
  EXPECT_EQ(lookout.Step(), absl::Seconds(1));
  EXPECT_EQ(results_.size(), 1u);
  EXPECT_THAT(lacking_, IsEmpty());
  Pass(absl::Hours(1) - absl::Seconds(1));
  lookout.Step();
  EXPECT_EQ(results_.size(), 1u);
  Pass(absl::Seconds(1));
  lookout.Step();
  EXPECT_EQ(results_.size(), 2u);
  ring_.Set(std::make_shared<const KeyRing>(KeyRing{Demo("https://cr.example.net/none.pem"), nullptr}));
  lookout.Step();
  ASSERT_EQ(results_.size(), 3u);
  EXPECT_FALSE(results_.back().reachable);
}

TEST_F(SelfCheckTest, WithoutIntervalOrCertificateNobodyIsAsked) {
  MakeLookout(absl::ZeroDuration()).Step();
  ring_.Set(nullptr);
  MakeLookout(absl::Hours(1)).Step();
  EXPECT_THAT(fetcher_.asked, IsEmpty());
}

TEST_F(SelfCheckTest, AClockThatJumpsIsToldAndAsksAgainAtOnce) {
  Lookout lookout = MakeLookout(absl::Hours(1));
  lookout.Step();
  clock_.Advance(absl::Seconds(3));
  lookout.Step();
  EXPECT_THAT(lacking_, IsEmpty());
  EXPECT_THAT(trouble_, ::testing::ElementsAre("clock off: 3s ahead"));
  clock_.Advance(absl::Minutes(1));
  Pass(absl::Seconds(5));
  lookout.Step();
  EXPECT_THAT(lacking_, ::testing::ElementsAre("clock wrong, nothing is signed: 1m3s ahead"));
  EXPECT_EQ(results_.size(), 2u);
  fetcher_.answers[kUrl].date =  // the new time is right
      absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", clock_.TimeNow() + absl::Seconds(10),
                       absl::UTCTimeZone());
  Pass(absl::Seconds(5));
  lookout.Step();
  EXPECT_EQ(results_.size(), 2u) << "not as often again";
  Pass(absl::Seconds(5));
  lookout.Step();
  EXPECT_THAT(lacking_, IsEmpty());
  EXPECT_THAT(trouble_, IsEmpty());
}

// A certificate that a clock in the past finds "not yet valid" is found well as soon as the clock is.
TEST_F(SelfCheckTest, ALookIsRepeatedWhenTheClockIsRightAgain) {
  Lookout lookout = MakeLookout(absl::Hours(1));
  lookout.Step();
  clock_.Advance(-absl::Seconds(3));
  lookout.Step();
  EXPECT_THAT(trouble_, ::testing::ElementsAre("clock off: 3s behind"));
  const size_t before = results_.size();
  clock_.Advance(absl::Seconds(3));
  lookout.Step();
  EXPECT_EQ(results_.size(), before + 1);
  lookout.Step();
  EXPECT_EQ(results_.size(), before + 1) << "once";
}

}  // namespace
}  // namespace sti::as

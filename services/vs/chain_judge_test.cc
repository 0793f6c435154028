#include "services/vs/chain_judge.h"

#include <gtest/gtest.h>

#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "services/vs/testing/demo_trust.h"

namespace sti::vs {
namespace {

pki::CertificateChain Demo() { return pki::CertificateChain::Parse(DemoChainPem()).value(); }

const std::vector<size_t> kAll;

std::string Name(const absl::Status& status) { return std::string(ReasonName(ReasonOf(status))); }

std::string Judged(const ChainJudge& judge, const TrustSet& trust, absl::Time at,
                   const std::vector<size_t>& allowed = kAll) {
  return Name(judge.Judge(Demo(), trust, allowed, at).status);
}

TEST(ChainJudgeTest, SaysWhatChainVerificationSays) {
  ChainJudge judge, revoked;
  const auto trust = TrustSetOf(DemoTrust());
  EXPECT_EQ(Judged(judge, *trust, stir::DemoTime()), "NONE");
  const auto chain = pki::CertificateChain::Parse(RevokedChainPem()).value();
  EXPECT_EQ(Name(revoked.Judge(chain, *trust, kAll, stir::DemoTime()).status), "CERTIFICATE_REVOKED");
}

TEST(ChainJudgeTest, RemembersWithinOneVersionOfTheTrust) {
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust(), 1), stir::DemoTime()), "NONE");
  // Same version number, other contents: shows that nothing was computed again.
  EXPECT_EQ(Judged(judge, *TrustSetOf(EmptyTrust(), 1), stir::DemoTime() + absl::Hours(1)), "NONE");
}

TEST(ChainJudgeTest, AnotherVersionOfTheTrustVoidsTheAnswer) {
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust(), 1), stir::DemoTime()), "NONE");
  EXPECT_EQ(Judged(judge, *TrustSetOf(EmptyTrust(), 2), stir::DemoTime()), "CERTIFICATE_UNTRUSTED");
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust(), 3), stir::DemoTime()), "NONE");
}

TEST(ChainJudgeTest, JudgingOnceRemembersNothingAndAgrees) {
  const auto trust = TrustSetOf(DemoTrust());
  EXPECT_EQ(Name(ChainJudge::JudgeOnce(Demo(), *trust, kAll, stir::DemoTime()).status), "NONE");
  const absl::Time late = Demo().leaf().not_after() + absl::Seconds(1);
  EXPECT_EQ(Name(ChainJudge::JudgeOnce(Demo(), *trust, kAll, late).status), "CERTIFICATE_EXPIRED");
}

// Domains "a", "b", ... of these states.
TrustSet SetOf(std::vector<std::shared_ptr<const TrustState>> states) {
  TrustSet set;
  set.version = 1;
  char name = 'a';
  for (auto& state : states) {
    auto rules = std::make_shared<TrustDomainRules>();
    rules->name = std::string(1, name++);
    set.domains.push_back({rules, std::move(state)});
  }
  return set;
}
TrustDomainRules& RulesOf(TrustSet& set, size_t domain) {
  auto rules = std::make_shared<TrustDomainRules>(*set.domains[domain].rules);
  TrustDomainRules& changeable = *rules;
  set.domains[domain].rules = std::move(rules);
  return changeable;
}

TEST(TrustDomainsOfAChainTest, TheFirstThatVouchesCounts) {
  const TrustSet trust = SetOf({EmptyTrust(), DemoTrust(), DemoTrust()});
  const ChainVerdict verdict = ChainJudge().Judge(Demo(), trust, kAll, stir::DemoTime());
  EXPECT_EQ(Name(verdict.status), "NONE");
  EXPECT_EQ(verdict.domain, &trust.domains[1]);
}

TEST(TrustDomainsOfAChainTest, OnlyThoseAllowedCount) {
  const TrustSet trust = SetOf({DemoTrust(), EmptyTrust(), DemoTrust()});
  const ChainJudge judge;
  for (int warm = 0; warm < 2; ++warm) {
    EXPECT_EQ(Judged(judge, trust, stir::DemoTime(), {1}), "CERTIFICATE_UNTRUSTED");
    EXPECT_EQ(judge.Judge(Demo(), trust, {1, 2}, stir::DemoTime()).domain, &trust.domains[2]);
    EXPECT_EQ(judge.Judge(Demo(), trust, {1}, stir::DemoTime()).domain, nullptr);
    EXPECT_EQ(judge.Judge(Demo(), trust, kAll, stir::DemoTime()).domain, &trust.domains[0]);
  }
}

TEST(TrustDomainsOfAChainTest, ADefectTellsMoreThanAStranger) {
  const auto chain = pki::CertificateChain::Parse(RevokedChainPem()).value();
  for (const TrustSet& trust : {SetOf({EmptyTrust(), DemoTrust()}), SetOf({DemoTrust(), EmptyTrust()}),
                                SetOf({nullptr, DemoTrust()}), SetOf({DemoTrust(), nullptr})}) {
    EXPECT_EQ(Name(ChainJudge().Judge(chain, trust, kAll, stir::DemoTime()).status), "CERTIFICATE_REVOKED");
  }
}

TEST(TrustDomainsOfAChainTest, WhatADomainWithoutListWouldSayIsNotKnown) {
  EXPECT_EQ(Judged(ChainJudge(), SetOf({EmptyTrust(), nullptr}), stir::DemoTime()), "TRUST_LIST_UNAVAILABLE");
  EXPECT_EQ(Judged(ChainJudge(), SetOf({nullptr, DemoTrust()}), stir::DemoTime()), "NONE");
}

TEST(TrustDomainsOfAChainTest, EachDomainHasItsOwnRules) {
  TrustSet trust = SetOf({DemoTrust(), DemoTrust()});
  RulesOf(trust, 0).policy_oids = {"1.2.3.4"};
  EXPECT_EQ(ChainJudge().Judge(Demo(), trust, kAll, stir::DemoTime()).domain, &trust.domains[1]);
  EXPECT_EQ(Judged(ChainJudge(), trust, stir::DemoTime(), {0}), "CERTIFICATE_POLICY_MISSING");
}

// A list until DemoTime() and a CRL until an hour later.
std::shared_ptr<const TrustState> AgeingTrust() {
  auto state = std::make_shared<TrustState>(*DemoTrust(/*with_crl=*/false));
  state->expires = stir::DemoTime();
  const SignedCrl crl = DemoCrl(1, stir::DemoTime() - absl::Hours(1), stir::DemoTime() + absl::Hours(1));
  state->crl = pki::VerifiedCrl::Verify(crl.crl, {stir::DemoCertificate("pa-crl-signer.pem")},
                                        stir::DemoCertificate("pa-root.pem"), stir::DemoTime())
                   .value();
  return state;
}

TEST(StaleTrustTest, StaysInUseForEverByDefault) {
  const TrustSet trust = SetOf({AgeingTrust()});
  EXPECT_EQ(Judged(ChainJudge(), trust, stir::DemoTime() + absl::Hours(24 * 20)), "NONE");
}

TEST(StaleTrustTest, EndsWithTheGraceAlsoForARememberedAnswer) {
  TrustSet trust = SetOf({AgeingTrust()});
  RulesOf(trust, 0).trust_list_grace = absl::Seconds(10);
  const ChainJudge judge;
  EXPECT_EQ(Judged(judge, trust, stir::DemoTime() + absl::Seconds(10)), "NONE");
  EXPECT_EQ(Judged(judge, trust, stir::DemoTime() + absl::Seconds(11)), "TRUST_STALE");
}

TEST(StaleTrustTest, TheCrlHasAGraceOfItsOwn) {
  TrustSet trust = SetOf({AgeingTrust()});
  RulesOf(trust, 0).crl_grace = absl::Seconds(5);
  const absl::Time end = stir::DemoTime() + absl::Hours(1);
  EXPECT_EQ(Judged(ChainJudge(), trust, end + absl::Seconds(5)), "NONE");
  EXPECT_EQ(Judged(ChainJudge(), trust, end + absl::Seconds(6)), "TRUST_STALE");
}

TEST(StaleTrustTest, ACrlThatNeverCameGrowsOldFromWhenItWasWanted) {
  auto without = std::make_shared<TrustState>(*DemoTrust(/*with_crl=*/false));
  without->crl_wanted = stir::DemoTime();
  TrustSet trust = SetOf({without});
  EXPECT_EQ(Judged(ChainJudge(), trust, stir::DemoTime() + absl::Hours(24 * 20)), "NONE") << "for ever";
  RulesOf(trust, 0).crl_grace = absl::Seconds(5);
  EXPECT_EQ(Judged(ChainJudge(), trust, stir::DemoTime() + absl::Seconds(5)), "NONE");
  EXPECT_EQ(Judged(ChainJudge(), trust, stir::DemoTime() + absl::Seconds(6)), "TRUST_STALE");
}

TEST(StaleTrustTest, AStrangerMightStandOnTheNewerListAndADefectStaysOne) {
  auto empty = std::make_shared<TrustState>(*EmptyTrust());
  empty->expires = stir::DemoTime();
  TrustSet stale = SetOf({empty});
  RulesOf(stale, 0).trust_list_grace = absl::ZeroDuration();
  const absl::Time later = stir::DemoTime() + absl::Seconds(1);
  EXPECT_EQ(Judged(ChainJudge(), stale, later), "TRUST_STALE");

  auto knows = std::make_shared<TrustState>(*DemoTrust());
  knows->expires = stir::DemoTime();
  stale.domains[0].state = knows;
  const auto revoked = pki::CertificateChain::Parse(RevokedChainPem()).value();
  EXPECT_EQ(Name(ChainJudge().Judge(revoked, stale, kAll, later).status), "CERTIFICATE_REVOKED");
}

TEST(StaleTrustTest, AnotherDomainMayVouch) {
  TrustSet trust = SetOf({AgeingTrust(), DemoTrust()});
  RulesOf(trust, 0).trust_list_grace = absl::ZeroDuration();
  EXPECT_EQ(ChainJudge().Judge(Demo(), trust, kAll, stir::DemoTime() + absl::Seconds(1)).domain,
            &trust.domains[1]);
}

TEST(ChainJudgeTest, AnAnswerEndsWithTheValidityOfTheLeaf) {
  const absl::Time end = Demo().leaf().not_after();
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), stir::DemoTime()), "NONE");
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), end), "NONE");
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), end + absl::Seconds(1)), "CERTIFICATE_EXPIRED");
}

TEST(ChainJudgeTest, AnAnswerFromTheLastSecondOfTheValidityDoesNotOutliveIt) {
  const absl::Time end = Demo().leaf().not_after();
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), end + absl::Milliseconds(900)), "NONE");
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), end + absl::Milliseconds(1100)), "CERTIFICATE_EXPIRED");
}

TEST(ChainJudgeTest, ARefusalEndsWhenTheValidityBegins) {
  const absl::Time begin = Demo().leaf().not_before();
  ChainJudge judge;
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), begin - absl::Seconds(2)), "CERTIFICATE_NOT_YET_VALID");
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), begin - absl::Seconds(1)), "CERTIFICATE_NOT_YET_VALID");
  EXPECT_EQ(Judged(judge, *TrustSetOf(DemoTrust()), begin), "NONE");
}

}  // namespace
}  // namespace sti::vs

#include "services/vs/verifier.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "services/vs/completion_pool.h"
#include "services/vs/testing/demo_trust.h"
#include "services/vs/testing/fake_fetcher.h"

namespace sti::vs {
namespace {

using Answer = absl::StatusOr<stir::CallVerdict>;

class VerifierTest : public ::testing::Test {
 protected:
  VerifierTest() { trust_.Publish(0, DemoTrust()); }

  void Use(const VerifierOptions& options) {
    verifier_.emplace(
        cache_, trust_, clock_, [](const std::function<void()>& task) { task(); }, options);
  }
  void ServeDemo() {
    fetcher_.ServeBody(kDemoUrl, DemoChainPem());
    fetcher_.ServeBody(kRevokedUrl, RevokedChainPem());
  }
  // The answer, which must come at once.
  Answer Verify(const IncomingCall& call) {
    Answer result = absl::UnknownError("no answer");
    int answers = 0;
    verifier_->Verify(call, profile_, [&](Answer answer) {
      result = std::move(answer);
      ++answers;
    });
    EXPECT_EQ(answers, 1);
    return result;
  }
  std::string Reasoned(const IncomingCall& call) {
    const Answer answer = Verify(call);
    return std::string(ReasonName(answer.ok() ? answer->reason : ReasonOf(answer.status())));
  }

  testing::FakeClock clock_{stir::DemoTime()};
  ClientProfile profile_;
  TrustBoard trust_{{TrustDomainRules()}};
  FakeFetcher fetcher_;
  CertificateCache cache_{fetcher_, clock_, {}};
  std::optional<Verifier> verifier_{
      std::in_place,    cache_, trust_, clock_, [](const std::function<void()>& task) { task(); },
      VerifierOptions{}};
};

const std::string& DemoIdentity() {
  static const std::string identity = stir::DemoToken("shaken_identity");
  return identity;
}

std::string RevokedIdentity() {
  return absl::StrCat(stir::DemoToken("shaken_revoked_signer"), ";info=<", kRevokedUrl,
                      ">;alg=ES256;ppt=shaken");
}

TEST_F(VerifierTest, TheDemoCallPasses) {
  ServeDemo();
  const Answer verdict = Verify(DemoCall({DemoIdentity()}));
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(verdict->verstat, Verstat::kTnValidationPassed);
  EXPECT_EQ(verdict->reason, Reason::kNone);
  EXPECT_EQ(verdict->attestation, stir::Attestation::kA);
  EXPECT_EQ(verdict->signer.spc, "1234");
  ASSERT_EQ(verdict->headers.size(), 1u);
  EXPECT_FALSE(verdict->headers[0].certificate_cached);
}

TEST_F(VerifierTest, TheSecondCallUsesTheCachedCertificate) {
  ServeDemo();
  Verify(DemoCall({DemoIdentity()})).value();
  EXPECT_TRUE(Verify(DemoCall({DemoIdentity()})).value().headers[0].certificate_cached);
  EXPECT_EQ(fetcher_.fetches(), 1);
}

TEST_F(VerifierTest, ForeignTokensGetTheVerdictThatTheirMakerExpects) {
  ServeDemo();
  // The makers of the tokens knew SHAKEN alone.
  profile_.policy.types = {stir::PassportType::kShaken};
  int judged = 0;
  const codec::JsonValue vectors = stir::JsonVector("judged_passports.json");
  for (const codec::JsonValue& row : *vectors.if_array()) {
    if (stir::TextOf(row, "name") == "two headers in one") continue;  // sti-vs takes those apart
    IncomingCall call;
    call.identity = {stir::TextOf(row, "identity")};
    call.from = stir::TextOf(row, "orig");
    call.to = stir::TextOf(row, "dest");
    if (const codec::JsonValue* date = row.Find("date")) call.date = absl::FromUnixSeconds(*date->if_int());
    clock_.Set(absl::FromUnixSeconds(*row.Find("at")->if_int()));
    EXPECT_EQ(Reasoned(call), stir::TextOf(row, "reason")) << stir::TextOf(row, "name");
    ++judged;
  }
  EXPECT_GE(judged, 150);
}

TEST_F(VerifierTest, NoIdentityIsAVerdict) {
  const Answer verdict = Verify(DemoCall({}));
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->reason, Reason::kIdentityMissing);
  EXPECT_EQ(verdict->verstat, Verstat::kNoTnValidation);
}

TEST_F(VerifierTest, ARevokedSignerFails) {
  ServeDemo();
  EXPECT_EQ(Reasoned(DemoCall({RevokedIdentity()})), "CERTIFICATE_REVOKED");
}

TEST_F(VerifierTest, ANewTrustVersionCountsAtOnceForACachedChain) {
  ServeDemo();
  trust_.Publish(0, DemoTrust(/*with_crl=*/false));
  EXPECT_EQ(Reasoned(DemoCall({RevokedIdentity()})), "NONE");
  trust_.Publish(0, DemoTrust(/*with_crl=*/true));
  EXPECT_EQ(Reasoned(DemoCall({RevokedIdentity()})), "CERTIFICATE_REVOKED");
  trust_.Publish(0, EmptyTrust());
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_UNTRUSTED");
  EXPECT_EQ(fetcher_.fetches(kRevokedUrl), 1);
}

TEST_F(VerifierTest, ATrustChangeDuringTheDownloadCounts) {
  Answer result = absl::UnknownError("no answer");
  verifier_->Verify(DemoCall({DemoIdentity()}), profile_, [&](Answer answer) { result = std::move(answer); });
  trust_.Publish(0, EmptyTrust());
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  EXPECT_EQ(result.value().reason, Reason::kCertificateUntrusted);
}

TEST_F(VerifierTest, DownloadFailuresAreVerdicts) {
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateFetchTimeout, "slow"));
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_FETCH_TIMEOUT");
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_FETCH_TIMEOUT");
  EXPECT_EQ(fetcher_.fetches(), 1);  // the second time out of the negative cache
  clock_.Advance(absl::Seconds(10));
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateAddressRefused, "loopback"));
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_ADDRESS_REFUSED");
  clock_.Advance(absl::Seconds(10));
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kOverloaded, "busy"));
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_UNAVAILABLE");
  fetcher_.ServeBody(kDemoUrl, "junk");
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_MALFORMED");
}

TEST_F(VerifierTest, OneGoodHeaderOfSeveralSuffices) {
  ServeDemo();
  const Answer verdict = Verify(DemoCall({"", RevokedIdentity() + "," + DemoIdentity()}));
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->reason, Reason::kNone);
  ASSERT_EQ(verdict->headers.size(), 3u);
  EXPECT_EQ(verdict->headers[0].reason, Reason::kIdentityMalformed);
  EXPECT_EQ(verdict->headers[1].reason, Reason::kCertificateRevoked);
  EXPECT_EQ(verdict->headers[2].reason, Reason::kNone);
}

TEST_F(VerifierTest, SeveralDownloadsOfOneCallGoOnAtOnce) {
  Answer result = absl::UnknownError("no answer");
  verifier_->Verify(DemoCall({DemoIdentity(), RevokedIdentity()}), profile_,
                    [&](Answer answer) { result = std::move(answer); });
  EXPECT_EQ(fetcher_.fetches(), 2);
  ASSERT_TRUE(fetcher_.Release(kRevokedUrl, Ok(RevokedChainPem())));
  EXPECT_FALSE(result.ok());
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->headers[0].reason, Reason::kNone);
  EXPECT_EQ(result->headers[1].reason, Reason::kCertificateRevoked);
}

TEST_F(VerifierTest, AHeaderThatFailsCheaplyCausesNoDownload) {
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "IAT_STALE");
  EXPECT_EQ(fetcher_.fetches(), 0);
}

TEST_F(VerifierTest, WarmCallsGoOnWhileADownloadHangs) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Verify(DemoCall({DemoIdentity()})).value();
  bool cold_answered = false;
  verifier_->Verify(DemoCall({RevokedIdentity()}), profile_, [&](const Answer&) { cold_answered = true; });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
  EXPECT_FALSE(cold_answered);
  EXPECT_EQ(verifier_->pending(), 1u);
  ASSERT_TRUE(fetcher_.Release(kRevokedUrl, Ok(RevokedChainPem())));
  EXPECT_TRUE(cold_answered);
  EXPECT_EQ(verifier_->pending(), 0u);
}

TEST_F(VerifierTest, TooManyWaitingCallsAreRefusedAndWarmOnesAreNot) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  VerifierOptions options;
  options.max_pending = 2;
  Use(options);
  Verify(DemoCall({DemoIdentity()})).value();
  int answered = 0;
  for (int i = 0; i < 2; ++i)
    verifier_->Verify(DemoCall({RevokedIdentity()}), profile_, [&](const Answer&) { ++answered; });
  EXPECT_EQ(Reasoned(DemoCall({RevokedIdentity()})), "OVERLOADED");
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
  ASSERT_TRUE(fetcher_.Release(kRevokedUrl, Ok(RevokedChainPem())));
  EXPECT_EQ(answered, 2);
  EXPECT_EQ(Reasoned(DemoCall({RevokedIdentity()})), "CERTIFICATE_REVOKED");
}

TEST_F(VerifierTest, WithoutATrustListNothingIsJudged) {
  const TrustBoard none({TrustDomainRules()});
  Verifier verifier(cache_, none, clock_, [](const std::function<void()>& task) { task(); }, {});
  Answer result;
  verifier.Verify(DemoCall({DemoIdentity()}), profile_, [&](Answer answer) { result = std::move(answer); });
  EXPECT_EQ(ReasonOf(result.status()), Reason::kNotReady);
}

TEST_F(VerifierTest, UnusableFactsAreAnError) {
  IncomingCall call = DemoCall({DemoIdentity()});
  call.from.clear();
  EXPECT_EQ(Reasoned(call), "MISSING_FIELD");
}

TEST_F(VerifierTest, JudgesOnManyThreadsWhileTheTrustChanges) {
  ServeDemo();
  CompletionPool pool(2);
  Verifier verifier(cache_, trust_, clock_,
                    [&pool](std::function<void()> task) { pool.Run(std::move(task)); }, {});
  std::atomic<int> answers{0}, odd{0};
  std::vector<std::thread> threads;
  constexpr int kCalls = 100, kThreads = 4;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) {
        verifier.Verify(DemoCall({DemoIdentity()}), profile_, [&](const Answer& answer) {
          const bool known = answer.ok() && (answer->reason == Reason::kNone ||
                                             answer->reason == Reason::kCertificateUntrusted);
          if (!known) ++odd;
          ++answers;
        });
      }
    });
  }
  for (int change = 0; change < 40; ++change) {
    trust_.Publish(0, change % 2 == 0 ? EmptyTrust() : DemoTrust(false));
  }
  for (std::thread& thread : threads) thread.join();
  while (answers.load() < kCalls * kThreads) std::this_thread::yield();
  EXPECT_EQ(odd.load(), 0);
}

}  // namespace
}  // namespace sti::vs

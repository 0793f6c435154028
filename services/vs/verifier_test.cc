#include "services/vs/verifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/reason.h"
#include "common/jose/jws.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/crl.h"
#include "common/pki/profile_lint.h"
#include "common/stir/identity_header.h"
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

// The demo PASSporT's claims and signature under a header that names another x5u.
std::string ForgedIdentity(const std::string& url) {
  const std::string header =
      absl::StrCat(R"({"alg":"ES256","ppt":"shaken","typ":"passport","x5u":")", url, R"("})");
  const std::string rest = DemoIdentity().substr(DemoIdentity().find('.'));
  return absl::StrCat(absl::WebSafeBase64Escape(header), rest.substr(0, rest.find(';')), ";info=<", url,
                      ">;alg=ES256;ppt=shaken");
}

TEST_F(VerifierTest, OneCallStartsFourDownloadsAndTheOtherHeadersFailAtOnce) {
  fetcher_.ServeBody(kRevokedUrl, RevokedChainPem());
  Verify(DemoCall({RevokedIdentity()})).value();  // cached: costs nothing below
  verifier_->Verify(DemoCall({ForgedIdentity("https://evil.example/0")}), profile_, [](const Answer&) {});
  const int before = fetcher_.fetches();
  std::vector<std::string> identity = {RevokedIdentity()};
  for (int i = 0; i < 8; ++i) identity.push_back(ForgedIdentity(absl::StrCat("https://evil.example/", i)));
  Answer result = absl::UnknownError("no answer");
  verifier_->Verify(DemoCall(identity), profile_, [&](Answer answer) { result = std::move(answer); });
  EXPECT_EQ(fetcher_.fetches(), before + CertificateCache::kDownloadsPerCall);
  for (int i = 0; i < 5; ++i) {  // the first of them is the other call's
    ASSERT_TRUE(fetcher_.Release(absl::StrCat("https://evil.example/", i), Ok(DemoChainPem()))) << i;
  }
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->headers.size(), 9u);
  EXPECT_EQ(result->headers[0].reason, Reason::kCertificateRevoked);
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(result->headers[i].reason, Reason::kSignatureInvalid) << i;
  for (int i = 6; i <= 8; ++i) EXPECT_EQ(result->headers[i].reason, Reason::kCertificateUnavailable) << i;
}

TEST_F(VerifierTest, AChainThatNoTrustDomainKnowsIsForgottenSoon) {
  trust_.Publish(0, EmptyTrust());
  ServeDemo();
  const codec::Url url = codec::Url::Parse(kDemoUrl).value();
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_UNTRUSTED");
  EXPECT_NE(cache_.Peek(url), nullptr);
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(cache_.Peek(url), nullptr);
  trust_.Publish(0, DemoTrust());
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
  clock_.Advance(absl::Hours(23));
  EXPECT_NE(cache_.Peek(url), nullptr);
}

TEST_F(VerifierTest, AChainThatOnlyAnotherProfilesTrustDomainKnowsIsKept) {
  ServeDemo();
  TrustBoard board({TrustDomainRules(), TrustDomainRules()});
  board.Publish(0, EmptyTrust());
  board.Publish(1, DemoTrust());
  Verifier verifier(cache_, board, clock_, [](const std::function<void()>& task) { task(); }, {});
  profile_.trust_domains = {0};
  Answer result = absl::UnknownError("no answer");
  verifier.Verify(DemoCall({DemoIdentity()}), profile_, [&](Answer answer) { result = std::move(answer); });
  EXPECT_EQ(result.value().reason, Reason::kCertificateUntrusted);
  clock_.Advance(absl::Hours(1));
  EXPECT_NE(cache_.Peek(codec::Url::Parse(kDemoUrl).value()), nullptr);
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

// An error would let the call through at an SBC that fails open.
TEST_F(VerifierTest, TooManyOrTooLongHeadersAreAVerdict) {
  const Answer many = Verify(DemoCall(std::vector<std::string>(17, "junk")));
  ASSERT_TRUE(many.ok()) << many.status();
  EXPECT_FALSE(many->passed());
  ASSERT_EQ(many->headers.size(), 17u);
  EXPECT_NE(many->headers[15].reason, Reason::kIdentityTooLarge);
  EXPECT_EQ(many->headers[16].reason, Reason::kIdentityTooLarge);
  const Answer joined = Verify(DemoCall({std::string(300 * 1024, ',')}));
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->reason, Reason::kIdentityTooLarge);
  // The good one among the first sixteen still counts.
  ServeDemo();
  std::vector<std::string> identity(16, "junk");
  identity.insert(identity.begin() + 3, DemoIdentity());
  EXPECT_EQ(Reasoned(DemoCall(identity)), "NONE");
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

// Another certificate under the URL: what the call was signed with, after what is cached.
class SwappedCertificateTest : public VerifierTest {
 protected:
  SwappedCertificateTest() {
    fetcher_.ServeBody(kDemoUrl, RevokedChainPem());
    trust_.Publish(0, DemoTrust(/*with_crl=*/false));
    cache_.Get(codec::Url::Parse(kDemoUrl).value(), [](const CachedCertificatePtr&) {});
    clock_.Advance(kRefetchAge);
    fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  }
};

TEST_F(SwappedCertificateTest, IsFetchedOnceAndTheCallJudgedAgain) {
  const Answer verdict = Verify(DemoCall({DemoIdentity()}));
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->reason, Reason::kNone);
  EXPECT_EQ(verdict->signer.spc, "1234");
  EXPECT_FALSE(verdict->headers[0].certificate_cached);
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 2);
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 2);
}

TEST_F(SwappedCertificateTest, IsLookedForAlsoWhenTheCachedOneWasRevoked) {
  trust_.Publish(0, DemoTrust());
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
}

TEST_F(SwappedCertificateTest, WithoutOneTheVerdictStands) {
  fetcher_.ServeBody(kDemoUrl, RevokedChainPem());
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "SIGNATURE_INVALID");
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 2);
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateUnavailable, "404"));
  clock_.Advance(kRefetchAge);
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "SIGNATURE_INVALID");
}

TEST_F(SwappedCertificateTest, CallsThatWaitForItHoldNoThreadAndArePending) {
  fetcher_.Hold(kDemoUrl);
  Answer result = absl::UnknownError("no answer");
  verifier_->Verify(DemoCall({DemoIdentity()}), profile_, [&](Answer answer) { result = std::move(answer); });
  EXPECT_EQ(verifier_->pending(), 1u);
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  EXPECT_EQ(result.value().reason, Reason::kNone);
  EXPECT_EQ(verifier_->pending(), 0u);
}

TEST_F(SwappedCertificateTest, WithoutAPlaceToWaitTheVerdictStands) {
  VerifierOptions options;
  options.max_pending = 0;
  Use(options);
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "SIGNATURE_INVALID");
}

TEST_F(SwappedCertificateTest, ADryRunDoesNotFetchAgain) {
  IncomingCall call = DemoCall({DemoIdentity()});
  call.dry_run = true;
  EXPECT_EQ(Reasoned(call), "SIGNATURE_INVALID");
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 1);
}

// The demo signer under a CA that nobody knows, with the same key: what a signer serves who changed the CA
// too early.
std::string ForeignChainPem() {
  pki::CertificateTemplate contents;
  contents.subject = pki::DistinguishedName::Create({"US", "Foreign", "SHAKEN 1234"}).value();
  contents.public_key = stir::DemoKey("leaf1234.key")->public_key();
  contents.serial_hex = "1F";
  contents.not_before = stir::DemoTime() - absl::Hours(1);
  contents.not_after = stir::DemoTime() + absl::Hours(1000);
  contents.key_usage.digital_signature = true;
  contents.tn_auth_list = pki::TnAuthList::ForSpc("1234").value();
  return pki::SelfSign(contents, *stir::DemoKey("leaf1234.key")).value().Pem();
}

TEST_F(VerifierTest, AProvenChainThatLostItsTrustIsLookedForAnew) {
  // The signer's old CA leaves the list; it has a certificate of another under the same URL by now.
  cache_.Restore(codec::Url::Parse(kDemoUrl).value(), pki::CertificateChain::Parse(ForeignChainPem()).value(),
                 clock_.TimeNow(), clock_.TimeNow() + absl::Hours(20));
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_UNTRUSTED")
      << "too fresh to be asked for again";
  clock_.Advance(kRefetchAge);
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 1);
}

TEST_F(VerifierTest, AnotherCrlIssuerIsNoted) {
  ServeDemo();
  const auto noted = [&] {
    const Answer answer = Verify(DemoCall({DemoIdentity()}));
    EXPECT_EQ(answer->reason, Reason::kNone);
    const auto& notes = answer->headers[0].notes;
    return std::count_if(notes.begin(), notes.end(), [](const std::string& note) {
      return absl::StrContains(note, "names another CRL issuer");
    });
  };
  EXPECT_EQ(noted(), 0);
  auto other = std::make_shared<TrustState>(*DemoTrust());
  const auto key = stir::DemoKey("pa-crl-signer.key");
  pki::CertificateTemplate signer;
  signer.subject = pki::DistinguishedName::Create({"US", "Other STI-PA", "Other CRL"}).value();
  signer.public_key = key->public_key();
  signer.serial_hex = "1F";
  signer.not_before = stir::DemoTime() - absl::Hours(1);
  signer.not_after = stir::DemoTime() + absl::Hours(1000);
  signer.key_usage.crl_sign = true;
  const pki::Certificate pinned = pki::SelfSign(signer, *key).value();
  pki::CrlContents contents;
  contents.number = 1;
  contents.this_update = stir::DemoTime();
  contents.next_update = stir::DemoTime() + absl::Hours(1);
  other->crl = pki::VerifiedCrl::Verify(pki::BuildCrl(contents, pinned, *key).value(), {pinned}, pinned,
                                        stir::DemoTime())
                   .value();
  trust_.Publish(0, other);
  EXPECT_EQ(noted(), 1);
}

TEST_F(VerifierTest, AChainThatStaysUntrustedIsAskedForOnceInAWhile) {
  cache_.Restore(codec::Url::Parse(kDemoUrl).value(), pki::CertificateChain::Parse(ForeignChainPem()).value(),
                 clock_.TimeNow(), clock_.TimeNow() + absl::Hours(20));
  fetcher_.ServeBody(kDemoUrl, ForeignChainPem());
  clock_.Advance(kRefetchAge);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "CERTIFICATE_UNTRUSTED");
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 1);
}

// As the daemon sets it up.
class VouchedRenewalTest : public VerifierTest {
 protected:
  VouchedRenewalTest() {
    CertificateCacheOptions options;
    options.vouched = [this](const CachedCertificate& certificate) {
      return certificate.judge.Judge(*certificate.chain, *trust_.Get(), {}, clock_.TimeNow()).status.ok();
    };
    vouching_.emplace(fetcher_, clock_, options);
    verifier_.emplace(
        *vouching_, trust_, clock_, [](const std::function<void()>& task) { task(); }, VerifierOptions());
    fetcher_.ServeBody(kDemoUrl, DemoChainPem());
    EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
  }
  void Renew(const std::string& pem) {
    clock_.Advance(absl::Hours(22));  // the last tenth
    fetcher_.ServeBody(kDemoUrl, pem);
    vouching_->Find(codec::Url::Parse(kDemoUrl).value());
    EXPECT_EQ(fetcher_.fetches(kDemoUrl), 2);
  }
  std::string Serial() {
    return vouching_->Peek(codec::Url::Parse(kDemoUrl).value())->chain->leaf().serial();
  }
  std::optional<CertificateCache> vouching_;
};

TEST_F(VouchedRenewalTest, AnUntrustedOneDoesNotDisplaceAProvenChain) {
  Renew(ForeignChainPem());
  EXPECT_EQ(Serial(), DemoSerial());
  clock_.Set(stir::DemoTime());
  EXPECT_EQ(Reasoned(DemoCall({DemoIdentity()})), "NONE");
}

TEST_F(VouchedRenewalTest, DoesDisplaceAChainThatIsTrustedNoLonger) {
  trust_.Publish(0, EmptyTrust());
  Renew(ForeignChainPem());
  EXPECT_NE(Serial(), DemoSerial());
}

TEST_F(VouchedRenewalTest, ATrustedOneDisplacesIt) {
  trust_.Publish(0, DemoTrust(/*with_crl=*/false));
  Renew(RevokedChainPem());
  EXPECT_NE(Serial(), DemoSerial());
}

class ReplayedCallTest : public VerifierTest {
 protected:
  ReplayedCallTest() {
    ServeDemo();
    verifier_.emplace(
        cache_, trust_, clock_, [](const std::function<void()>& task) { task(); }, VerifierOptions(),
        &replay_);
  }
  Answer Call(const std::string& call_id, bool dry_run = false) {
    IncomingCall call = DemoCall({DemoIdentity()});
    call.call_id = call_id;
    call.dry_run = dry_run;
    return Verify(call);
  }

  ReplayGuard replay_{1024, clock_, nullptr};
};

TEST_F(ReplayedCallTest, IsReportedAndPassesByDefault) {
  EXPECT_FALSE(Call("a@x")->replay_suspected);
  EXPECT_FALSE(Call("a@x")->replay_suspected);
  const Answer replayed = Call("b@x");
  EXPECT_TRUE(replayed->replay_suspected);
  EXPECT_TRUE(replayed->headers[0].replay_suspected);
  EXPECT_EQ(replayed->reason, Reason::kNone);
}

TEST_F(ReplayedCallTest, FailsWhereThePolicyRejects) {
  profile_.replay = ReplayPolicy::kReject;
  EXPECT_EQ(Call("a@x")->reason, Reason::kNone);
  const Answer replayed = Call("b@x");
  EXPECT_EQ(replayed->reason, Reason::kReplaySuspected);
  EXPECT_EQ(replayed->attestation, stir::Attestation::kNone);
}

std::string SignedIdentity(const std::string& ppt, const std::string& claims, const char* key) {
  const std::string header =
      R"({"alg":"ES256","ppt":")" + ppt + R"(","typ":"passport","x5u":")" + kDemoUrl + R"("})";
  return stir::FormatIdentityHeader(jose::SignJws(header, claims, *stir::DemoKey(key)).value(), kDemoUrl,
                                    ppt);
}

TEST_F(ReplayedCallTest, IsNotHiddenInAForgedDivO) {
  profile_.replay = ReplayPolicy::kReject;
  EXPECT_EQ(Call("a@x")->reason, Reason::kNone);
  const size_t begin = DemoIdentity().find("eyJ");  // after the name of the header
  const std::string token = DemoIdentity().substr(begin, DemoIdentity().find(';') - begin);
  // The key of another: anybody can make this.
  IncomingCall call = DemoCall({SignedIdentity(
      "div-o",
      absl::StrCat(R"({"dest":{"tn":["12155550131"]},"div":{"tn":"12155550131"},"iat":1735689600,)",
                   R"("opt":")", token, R"(","orig":{"tn":"12155550121"}})"),
      "leaf5678.key")});
  call.call_id = "b@x";
  const Answer answer = Verify(call);
  ASSERT_EQ(answer->headers.size(), 2u);
  EXPECT_EQ(answer->headers[1].reason, Reason::kReplaySuspected);
  EXPECT_FALSE(answer->passed());
}

TEST_F(ReplayedCallTest, IsExcusedOnlyByADiversionThatItLedTo) {
  profile_.replay = ReplayPolicy::kReject;
  EXPECT_EQ(Call("a@x")->reason, Reason::kNone);
  const std::string forged = SignedIdentity(
      "shaken",
      R"({"attest":"A","dest":{"tn":["12155550177"]},"iat":1735689600,"orig":{"tn":"12155550121"},)"
      R"("origid":"123e4567-e89b-12d3-a456-426655440000"})",
      "leaf5678.key");
  const auto diverted = [](const char* from, const char* to) {
    return SignedIdentity("div",
                          absl::StrCat(R"({"dest":{"tn":[")", to, R"("]},"div":{"tn":")", from,
                                       R"("},"iat":1735689600,"orig":{"tn":"12155550121"}})"),
                          "leaf1234.key");
  };
  IncomingCall call = DemoCall({DemoIdentity(), forged, diverted("12155550177", "12155550131")});
  call.call_id = "b@x";
  const Answer replayed = Verify(call);
  EXPECT_EQ(replayed->headers[0].reason, Reason::kReplaySuspected);
  EXPECT_TRUE(replayed->headers[2].passed());
  EXPECT_FALSE(replayed->passed());
  // A B2BUA that diverts: the call that came to 0131 goes on to 0199.
  IncomingCall onward = DemoCall({DemoIdentity(), diverted("12155550131", "12155550199")});
  onward.to = "<sip:+12155550199@sp.example;user=phone>";
  onward.call_id = "c@x";
  EXPECT_EQ(Verify(onward)->reason, Reason::kNone);
  onward.call_id = "d@x";
  EXPECT_FALSE(Verify(onward)->passed()) << "the diversion is known as well by now";
}

TEST_F(VerifierTest, AForgedDivDoesNotBreakAGoodChain) {
  ServeDemo();
  const auto diverted = [](const char* from, const char* to, const char* key) {
    return SignedIdentity("div",
                          absl::StrCat(R"({"dest":{"tn":[")", to, R"("]},"div":{"tn":")", from,
                                       R"("},"iat":1735689600,"orig":{"tn":"12155550121"}})"),
                          key);
  };
  // Onwards, back to where it came from, and on the spot; the key is another's.
  for (const char* to : {"12155550177", "12155550131", "12155550199"}) {
    std::vector<std::string> identity = {DemoIdentity(),
                                         diverted("12155550131", "12155550199", "leaf1234.key"),
                                         diverted("12155550199", to, "leaf5678.key")};
    std::sort(identity.begin(), identity.end());
    do {
      IncomingCall call = DemoCall(identity);
      call.to = "<sip:+12155550199@sp.example;user=phone>";
      const Answer answer = Verify(call);
      ASSERT_TRUE(answer.ok()) << answer.status();
      EXPECT_EQ(answer->reason, Reason::kNone) << to;
      ASSERT_TRUE(answer->div.has_value());
      EXPECT_EQ(answer->div->reason, Reason::kNone) << to;
      EXPECT_EQ(answer->div->hops.size(), 1u);
    } while (std::next_permutation(identity.begin(), identity.end()));
  }
  // One that is signed as it should closes a circle: there is no chain any more.
  IncomingCall circle = DemoCall({DemoIdentity(), diverted("12155550131", "12155550199", "leaf1234.key"),
                                  diverted("12155550199", "12155550131", "leaf1234.key")});
  circle.to = "<sip:+12155550199@sp.example;user=phone>";
  const Answer answer = Verify(circle);
  EXPECT_EQ(answer->headers[1].reason, Reason::kDivChainInvalid);
  EXPECT_EQ(answer->headers[2].reason, Reason::kDivChainInvalid);
  EXPECT_FALSE(answer->passed());
}

// Profiles differ in what they take for fresh: a PASSporT that a strict one saw may be used with a lenient
// one.
TEST_F(ReplayedCallTest, IsRememberedForAsLongAsAnyProfileTakesIt) {
  ClientProfile lenient;
  lenient.name = "lenient";
  lenient.policy.freshness = absl::Hours(3);
  const ProfileTable profiles = ProfileTable::Create({profile_, lenient}).value();
  EXPECT_GE(profiles.LongestUse(), absl::Hours(3));
  VerifierOptions options;
  options.replay_time = profiles.LongestUse();
  verifier_.emplace(
      cache_, trust_, clock_, [](const std::function<void()>& task) { task(); }, options, &replay_);
  EXPECT_EQ(Call("a@x")->reason, Reason::kNone);
  clock_.Advance(absl::Hours(2));
  profile_ = lenient;
  const Answer replayed = Call("b@x");
  EXPECT_EQ(replayed->reason, Reason::kNone);
  EXPECT_TRUE(replayed->replay_suspected);
}

TEST_F(ReplayedCallTest, IsNotLookedForWithoutCallIdOrWhenOff) {
  Call("a@x").value();
  EXPECT_FALSE(Call("")->replay_suspected);
  profile_.replay = ReplayPolicy::kOff;
  EXPECT_FALSE(Call("b@x")->replay_suspected);
}

TEST_F(ReplayedCallTest, AFailedCallIsNotRemembered) {
  trust_.Publish(0, EmptyTrust());
  Call("a@x").value();
  EXPECT_EQ(replay_.remembered(), 0u);
}

TEST_F(ReplayedCallTest, ADryRunLeavesNoTrace) {
  EXPECT_EQ(Call("a@x", /*dry_run=*/true)->reason, Reason::kNone);
  EXPECT_EQ(replay_.remembered(), 0u);
  EXPECT_EQ(cache_.Proven().size(), 0u);
  EXPECT_FALSE(Call("b@x")->replay_suspected);
  EXPECT_EQ(cache_.Proven().size(), 1u);
}

TEST_F(VerifierTest, AGivenTimeCountsForTokenAndChain) {
  ServeDemo();
  const absl::Time then = clock_.TimeNow();
  clock_.Advance(absl::Hours(1));
  IncomingCall call = DemoCall({DemoIdentity()});
  EXPECT_EQ(Reasoned(call), "IAT_STALE");
  call.at = then;
  EXPECT_EQ(Reasoned(call), "NONE");
  call.at = stir::DemoCertificate("leaf1234.pem").not_after() + absl::Seconds(1);
  profile_.policy.freshness = absl::InfiniteDuration();
  EXPECT_EQ(Reasoned(call), "CERTIFICATE_EXPIRED");
  call.at = then;
  EXPECT_EQ(Reasoned(call), "NONE");
}

TEST_F(VerifierTest, TheProfileSaysWhichTrustDomainsCount) {
  ServeDemo();
  TrustDomainRules us, fr;
  us.name = "us";
  fr.name = "fr";
  TrustBoard board({us, fr});
  Verifier verifier(cache_, board, clock_, [](const std::function<void()>& task) { task(); }, {});
  const auto judged = [&](std::vector<size_t> domains) {
    profile_.trust_domains = std::move(domains);
    Answer result = absl::UnknownError("no answer");
    verifier.Verify(DemoCall({DemoIdentity()}), profile_, [&](Answer answer) { result = std::move(answer); });
    return result.ok() ? std::string(ReasonName(result->reason)) + " " + result->signer.trust_domain
                       : std::string(ReasonName(ReasonOf(result.status())));
  };
  EXPECT_EQ(judged({}), "NOT_READY");
  board.Publish(1, DemoTrust());
  EXPECT_EQ(judged({}), "NONE fr");
  EXPECT_EQ(judged({0}), "NOT_READY");
  board.Publish(0, EmptyTrust());
  EXPECT_EQ(judged({0}), "CERTIFICATE_UNTRUSTED ");
  EXPECT_EQ(judged({1}), "NONE fr");
  EXPECT_EQ(judged({0, 1}), "NONE fr");
}

TEST_F(VerifierTest, TheNumberAuthorityListCountsAsTheDomainSays) {
  ServeDemo();
  for (const auto& [mode, spc, reason] :
       {std::tuple{stir::NumberAuthorityMode::kEnforce, "1234", "NONE"},
        std::tuple{stir::NumberAuthorityMode::kEnforce, "5678", "NUMBER_NOT_AUTHORIZED"},
        std::tuple{stir::NumberAuthorityMode::kReport, "5678", "NONE"},
        std::tuple{stir::NumberAuthorityMode::kOff, "5678", "NONE"}}) {
    TrustDomainRules rules;
    rules.numbers = mode;
    TrustBoard board({rules});
    auto state = std::make_shared<TrustState>(*DemoTrust());
    stir::NumberAuthorityContents contents;
    contents.sequence = 1;
    contents.expires = absl::InfiniteFuture();
    contents.ranges.push_back({spc, "12155550121", 1});
    state->numbers = stir::NumberAuthority::Create(contents).value();
    board.Publish(0, state);
    Verifier verifier(cache_, board, clock_, [](const std::function<void()>& task) { task(); }, {});
    Answer result = absl::UnknownError("no answer");
    verifier.Verify(DemoCall({DemoIdentity()}), profile_, [&](Answer answer) { result = std::move(answer); });
    EXPECT_EQ(ReasonName(result.value().reason), reason) << spc;
  }
}

TEST_F(VerifierTest, DeparturesFromTheProfileAreNotedAndNoReasonToFail) {
  ServeDemo();
  const Answer verdict = Verify(DemoCall({DemoIdentity()}));
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->reason, Reason::kNone);
  const auto notes = pki::LintChain(pki::CertificateChain::Parse(DemoChainPem()).value());
  for (const std::string& note : notes) {
    const auto& all = verdict->headers[0].notes;
    EXPECT_NE(std::find(all.begin(), all.end(), note), all.end()) << note;
  }
}

}  // namespace
}  // namespace sti::vs

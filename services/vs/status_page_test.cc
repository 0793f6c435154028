#include "services/vs/status_page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/vs/testing/demo_trust.h"
#include "services/vs/testing/fake_fetcher.h"

namespace sti::vs {
namespace {

constexpr char kHostile[] = "\"'></textarea><script>alert(1)</script><img src=x onerror=alert(1)>";

std::string Encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) absl::StrAppend(&out, "%", absl::Hex(c, absl::kZeroPad2));
  return out;
}

// For a look at it.
void Keep(const std::string& name, const std::string& html) {
  const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (folder != nullptr) std::ofstream(absl::StrCat(folder, "/", name)) << html;
}

class StatusPageTest : public ::testing::Test {
 protected:
  StatusPageTest() {
    trust_.Publish(0, DemoTrust());
    fetcher_.ServeBody(kDemoUrl, DemoChainPem());
    fetcher_.ServeBody(kRevokedUrl, RevokedChainPem());
  }

  StatusPage MakePage() {
    status::DaemonFacts facts = status::FactsOfThisDaemon("sti-vs", "1.2.3", "/etc/stir-shaken/vs.yaml",
                                                          clock_.TimeNow() - absl::Hours(30), mask_);
    return StatusPage(
        {std::move(facts),
         [this] {
           return status::Health{lacking_, {}};
         },
         trust_,
         [] { return std::vector<std::shared_ptr<const DomainHealth>>{std::make_shared<DomainHealth>()}; },
         cache_,
         &replay_,
         verifier_,
         ProfileTable(),
         tally_,
         clock_,
         {{"grpc", dir_.Write("grpc.pem", DemoChainPem())}, {"admin_port", "/no/such/file.pem"}}});
  }
  http::HttpResponse Ask(http::HttpRequest request) {
    http::HttpResponse got;
    got.status = 0;
    const StatusPage page = MakePage();
    page.Handle(request,
                http::HttpAnswer([&got](http::HttpResponse response) { got = std::move(response); }));
    return got;
  }
  http::HttpResponse Get(const std::string& target) {
    http::HttpRequest request;
    request.method = "GET";
    request.target = target;
    return Ask(request);
  }
  http::HttpRequest FormOf(const std::vector<std::pair<std::string, std::string>>& fields) {
    http::HttpRequest request;
    request.method = "POST";
    request.target = "/explain";
    request.headers = {{"host", "vs.example:9443"},
                       {"origin", "https://vs.example:9443"},
                       {"content-type", "application/x-www-form-urlencoded"}};
    for (const auto& [name, value] : fields) absl::StrAppend(&request.body, name, "=", Encoded(value), "&");
    return request;
  }
  http::HttpResponse Explain(const std::string& pasted, const std::string& from = "+12155550121",
                             const std::string& to = "+12155550131") {
    return Ask(FormOf({{"pasted", pasted}, {"from", from}, {"to", to}}));
  }

  const testing::TempDir dir_;
  bool mask_ = false;
  std::vector<std::string> lacking_;
  testing::FakeClock clock_{stir::DemoTime() + absl::Hours(1)};
  TrustBoard trust_{{TrustDomainRules()}};
  FakeFetcher fetcher_;
  CertificateCache cache_{fetcher_, clock_, {}};
  ReplayGuard replay_{1000, clock_, nullptr};
  Verifier verifier_{
      cache_, trust_, clock_, [](const std::function<void()>& task) { task(); }, VerifierOptions{}, &replay_};
  VerdictTally tally_;
};

TEST_F(StatusPageTest, SaysWhoItIsAndHow) {
  tally_.errors.Record(Reason::kOrigMismatch, absl::StrCat("12155550121 ", kHostile), clock_.TimeNow());
  tally_.failed.Add(clock_.TimeNow());
  http::HttpResponse response = Get("/");
  EXPECT_EQ(response.status, 200);
  for (const char* text :
       {"sti-vs 1.2.3", "/etc/stir-shaken/vs.yaml", "serving", "Trust domain default", "CRL", "ORIG_MISMATCH",
        "12155550121", "/no/such/file.pem", "Certificate chains in memory"}) {
    EXPECT_TRUE(absl::StrContains(response.body, text)) << text;
  }
  EXPECT_FALSE(absl::StrContains(response.body, "<script"));
  EXPECT_FALSE(absl::StrContains(response.body, "<img"));
  Keep("overview.html", response.body);
  lacking_ = {"a trust list"};
  mask_ = true;
  response = Get("/?x");
  EXPECT_TRUE(absl::StrContains(response.body, "not serving"));
  EXPECT_TRUE(absl::StrContains(response.body, "*******0121"));
  EXPECT_FALSE(absl::StrContains(response.body, "12155550121 "));
}

TEST_F(StatusPageTest, AnHonestCallIsExplainedAsOfItsSignature) {
  const http::HttpResponse response = Explain(stir::DemoToken("shaken_identity"));
  EXPECT_EQ(response.status, 200);
  for (const char* text : {"TN-Validation-Passed", "The caller&#39;s number is verified", "SPC 1234",
                           "iat_fresh", "Attestation", "Certificate chain", "Judged as of"}) {
    EXPECT_TRUE(absl::StrContains(response.body, text)) << text;
  }
  EXPECT_FALSE(absl::StrContains(response.body, "failed</span>"));
  Keep("passed.html", response.body);
}

TEST_F(StatusPageTest, AsOfNowAnOldCallIsStale) {
  const http::HttpResponse response = Ask(FormOf({{"pasted", stir::DemoToken("shaken_identity")},
                                                  {"from", "+12155550121"},
                                                  {"to", "+12155550131"},
                                                  {"as_of", "now"}}));
  EXPECT_TRUE(absl::StrContains(response.body, "IAT_STALE"));
  Keep("stale.html", response.body);
}

TEST_F(StatusPageTest, AForgedCallFailsWhereItIsForged) {
  const http::HttpResponse other = Explain(stir::DemoToken("shaken_identity"), "+12155550199");
  EXPECT_TRUE(absl::StrContains(other.body, "ORIG_MISMATCH"));
  std::string forged = stir::DemoToken("shaken_identity");
  char& first = forged[forged.rfind('.', forged.find(';')) + 1];  // of the signature
  first = first == 'A' ? 'B' : 'A';
  const http::HttpResponse bad = Explain(forged);
  EXPECT_TRUE(absl::StrContains(bad.body, "SIGNATURE_INVALID"));
  EXPECT_TRUE(absl::StrContains(bad.body, "TN-Validation-Failed"));
  const http::HttpResponse revoked =
      Explain(absl::StrCat(stir::DemoToken("shaken_revoked_signer"), ";info=<", kRevokedUrl, ">;alg=ES256"));
  EXPECT_TRUE(absl::StrContains(revoked.body, "IDENTITY_PPT_UNSUPPORTED"));
  Keep("failed.html", bad.body);
}

// No call, nothing remembered: the same call passes afterwards, and counts then.
TEST_F(StatusPageTest, WhatIsExplainedLeavesNoTrace) {
  for (int i = 0; i < 3; ++i) Explain(stir::DemoToken("shaken_identity"));
  EXPECT_EQ(replay_.remembered(), 0);
  EXPECT_TRUE(tally_.errors.Rows().empty());
  EXPECT_EQ(tally_.passed.InMinute(clock_.TimeNow(), 0), 0);
}

TEST_F(StatusPageTest, HostileTextStaysText) {
  for (const std::string& pasted :
       {std::string(kHostile), absl::StrCat("Identity: ", kHostile), absl::StrCat("eyJ;ppt=", kHostile),
        absl::StrCat(stir::DemoToken("shaken_identity"), ";x=", kHostile)}) {
    const http::HttpResponse response = Explain(pasted);
    EXPECT_EQ(response.status, 200) << pasted;
    EXPECT_FALSE(absl::StrContains(response.body, "<script")) << pasted;
    EXPECT_FALSE(absl::StrContains(response.body, "<img")) << pasted;
  }
  const http::HttpResponse response = Explain(stir::DemoToken("shaken_identity"), kHostile);
  EXPECT_EQ(response.status, 400);
  EXPECT_FALSE(absl::StrContains(response.body, "<script"));
}

TEST_F(StatusPageTest, NumbersAreMaskedWhereThatIsSet) {
  mask_ = true;
  const http::HttpResponse response = Explain(stir::DemoToken("shaken_identity"));
  // What the reader has written himself is in the form below; the rest is not.
  const std::string verdict = response.body.substr(0, response.body.find("<form"));
  EXPECT_TRUE(absl::StrContains(verdict, "*******0121"));
  EXPECT_FALSE(absl::StrContains(verdict, "12155550121"));
}

TEST_F(StatusPageTest, OtherSitesFormsAreRefused) {
  http::HttpRequest request = FormOf({{"pasted", stir::DemoToken("shaken_identity")}});
  request.headers[1].second = "https://evil.example";
  EXPECT_EQ(Ask(request).status, 403);
  request.headers[1].second = "null";
  EXPECT_EQ(Ask(request).status, 403);
  EXPECT_EQ(fetcher_.fetches(), 0);
}

TEST_F(StatusPageTest, OtherMethodsAndBadFieldsAreRefused) {
  EXPECT_EQ(Get("/explain").status, 303);
  http::HttpRequest request = FormOf({});
  request.target = "/";
  EXPECT_EQ(Ask(request).status, 405);
  EXPECT_EQ(Ask(FormOf({{"from", "1"}, {"to", "2"}, {"profile", "none"}})).status, 400);
  EXPECT_EQ(Ask(FormOf({{"as_of", "given"}, {"at", "noon"}})).status, 400);
  EXPECT_EQ(Ask(FormOf({{"pasted", "x"}})).status, 400);  // without numbers
}

TEST(VerdictTallyTest, CountsByOutcome) {
  VerdictTally tally;
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  stir::CallVerdict verdict;
  tally.Note(verdict, now);  // no Identity
  verdict.verstat = Verstat::kTnValidationFailed;
  verdict.reason = Reason::kSignatureInvalid;
  tally.Note(verdict, now);
  verdict.verstat = Verstat::kTnValidationPassed;
  verdict.reason = Reason::kNone;
  tally.Note(verdict, now);
  tally.Note(MakeError(Reason::kNotReady, "no trust list"), now);
  EXPECT_EQ(tally.unvalidated.InMinute(now, 0), 1);
  EXPECT_EQ(tally.failed.InMinute(now, 0), 1);
  EXPECT_EQ(tally.passed.InMinute(now, 0), 1);
  EXPECT_EQ(tally.refused.InMinute(now, 0), 1);
  EXPECT_EQ(tally.errors.Rows().size(), 3);
}

}  // namespace
}  // namespace sti::vs

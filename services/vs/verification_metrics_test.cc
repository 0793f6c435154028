#include "services/vs/verification_metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/pki/certificate.h"
#include "common/stir/vectors_testing.h"
#include "services/vs/certificate_cache.h"
#include "services/vs/host_tally.h"

namespace sti::vs {
namespace {

class VerificationMetricsTest : public ::testing::Test {
 protected:
  // A verdict that rests on a header of this signer.
  static stir::CallVerdict Verdict(Reason reason, const std::string& spc, const std::string& domain) {
    stir::CallVerdict verdict;
    verdict.reason = reason;
    verdict.verstat = Verstat::kTnValidationFailed;
    verdict.headers.resize(1);
    verdict.headers[0].signer.spc = spc;
    verdict.headers[0].signer.trust_domain = domain;
    verdict.decided_by = 0;
    return verdict;
  }
  void Expect(const std::string& line) {
    const std::string text = metrics_.Text();
    EXPECT_TRUE(absl::StrContains(text, absl::StrCat(line, "\n"))) << line;
  }

  metrics::Metrics metrics_;
  VerificationMetrics counted_{metrics_, SystemClock::Instance()};
};

TEST_F(VerificationMetricsTest, CallsAreCountedByVerdictReasonAndSigner) {
  counted_.Judged(Verdict(Reason::kDestMismatch, "1234", "default"));
  counted_.Judged(Verdict(Reason::kDestMismatch, "1234", "default"));
  Expect("sti_vs_calls_total{reason=\"DEST_MISMATCH\",signer=\"1234\",verdict=\"TN-Validation-Failed\"} 2");
}

TEST_F(VerificationMetricsTest, AnUnvouchedSignerIsNotNamed) {
  counted_.Judged(Verdict(Reason::kCertificateUntrusted, "66\"6", ""));
  Expect(
      "sti_vs_calls_total{reason=\"CERTIFICATE_UNTRUSTED\",signer=\"none\",verdict=\"TN-Validation-Failed\"} "
      "1");
}

TEST_F(VerificationMetricsTest, AThousandSignersStayBounded) {
  for (int i = 0; i < 1000; ++i) {
    counted_.Judged(Verdict(Reason::kOrigMismatch, absl::StrCat(1000 + i), "default"));
  }
  int series = 0;
  for (const auto line : absl::StrSplit(metrics_.Text(), '\n')) {
    if (absl::StartsWith(line, "sti_vs_calls_total{")) ++series;
  }
  EXPECT_EQ(series, static_cast<int>(VerificationMetrics::kSigners) + 1);
  Expect(
      "sti_vs_calls_total{reason=\"ORIG_MISMATCH\",signer=\"other\",verdict=\"TN-Validation-Failed\"} 500");
}

TEST_F(VerificationMetricsTest, RequestsWithoutVerdictAndReplaysAreCounted) {
  counted_.Judged(MakeError(Reason::kOverloaded, "full"));
  stir::CallVerdict replayed = Verdict(Reason::kNone, "1234", "default");
  replayed.replay_suspected = true;
  counted_.Judged(replayed);
  Expect("sti_vs_refusals_total{reason=\"OVERLOADED\"} 1");
  Expect("sti_vs_replays_total 1");
}

TEST_F(VerificationMetricsTest, ADomainWithoutDocumentsShowsZeroAndItsTrouble) {
  TrustSet trust;
  TrustDomainRules rules;
  rules.name = "us";
  trust.domains.push_back({std::make_shared<const TrustDomainRules>(rules), nullptr});
  auto health = std::make_shared<DomainHealth>();
  health->trouble = "no answer";
  counted_.ReportTrust(trust, {health});
  Expect("sti_vs_trust_list_expiry_timestamp_seconds{domain=\"us\"} 0");
  Expect("sti_vs_crl_confirmed_timestamp_seconds{domain=\"us\"} 0");
  Expect("sti_vs_number_list_expiry_timestamp_seconds{domain=\"us\"} 0");
  Expect("sti_vs_trust_trouble{domain=\"us\"} 1");
}

TEST_F(VerificationMetricsTest, OnlyHostsThatACallPassedWithAreNamed) {
  HostTally tally(metrics_);
  for (int i = 0; i < 1000; ++i) tally.Note(absl::StrCat("x", i, ".attacker.example"), Reason::kNone);
  tally.Know("cr.example.com");
  tally.Note("cr.example.com", Reason::kCertificateUnavailable);
  Expect("sti_vs_host_fetches_total{host=\"other\",result=\"NONE\"} 1000");
  Expect("sti_vs_host_fetches_total{host=\"cr.example.com\",result=\"CERTIFICATE_UNAVAILABLE\"} 1");
  EXPECT_FALSE(absl::StrContains(metrics_.Text(), "attacker"));
}

TEST_F(VerificationMetricsTest, AThousandHostsStayBounded) {
  HostTally tally(metrics_);
  for (int i = 0; i < 1000; ++i) {
    tally.Know(absl::StrCat("h", i, ".example"));
    tally.Note(absl::StrCat("h", i, ".example"), Reason::kNone);
  }
  int series = 0;
  for (const auto line : absl::StrSplit(metrics_.Text(), '\n')) {
    if (absl::StartsWith(line, "sti_vs_host_fetches_total{")) ++series;
  }
  EXPECT_EQ(series, static_cast<int>(HostTally::kHosts) + 1);
  Expect("sti_vs_host_fetches_total{host=\"other\",result=\"NONE\"} 800");
}

TEST_F(VerificationMetricsTest, OfSeveralRootsTheLastEndCounts) {
  const auto pa = pki::Certificate::ParsePem(stir::ReadVector("demo-pki/pa-root.pem"));
  const auto leaf = pki::Certificate::ParsePem(stir::ReadVector("demo-pki/leaf1234.pem"));
  ASSERT_TRUE(pa.ok() && leaf.ok());
  ASSERT_LT(leaf->not_after(), pa->not_after());
  counted_.ReportRoots("us", {*pa, *leaf});
  // `openssl x509 -enddate` of pa-root.pem: Jan  1 00:00:00 2049 GMT.
  Expect("sti_vs_pa_root_expiry_timestamp_seconds{domain=\"us\"} 2493072000");
}

TEST_F(VerificationMetricsTest, OfCachedChainsTheEldestDownloadAndTheFirstEndCount) {
  counted_.ReportCertificates({});
  Expect("sti_vs_certificate_oldest_fetch_timestamp_seconds 0");
  Expect("sti_vs_certificate_first_expiry_timestamp_seconds 0");
  const auto kept = [](const std::string& file, absl::Time fetched) {
    return CertificateCache::Kept{"https://cr.example.com/" + file,
                                  std::make_shared<const CachedCertificate>(
                                      pki::CertificateChain::Parse(stir::ReadVector("demo-pki/" + file)),
                                      fetched, absl::InfiniteFuture(), absl::InfiniteFuture())};
  };
  counted_.ReportCertificates({kept("pa-root.pem", absl::FromUnixSeconds(1700000000)),
                               kept("leaf1234.pem", absl::FromUnixSeconds(1700000600))});
  Expect("sti_vs_certificate_oldest_fetch_timestamp_seconds 1700000000");
  Expect("sti_vs_certificate_first_expiry_timestamp_seconds 1988150400");
}

class OneAnswer final : public http::HttpFetcher {
 public:
  void Fetch(const codec::Url&, Callback done) override {
    done(MakeError(Reason::kCertificateFetchTimeout, "too late"));
  }
};

TEST_F(VerificationMetricsTest, DownloadsAreCountedByPurposeAndResult) {
  const auto fetcher = counted_.Count("call", std::make_unique<OneAnswer>());
  Reason reason = Reason::kNone;
  fetcher->Fetch(*codec::Url::Parse("https://cr.example.com/a.pem"),
                 [&](const absl::StatusOr<http::FetchResponse>& got) { reason = ReasonOf(got.status()); });
  EXPECT_EQ(reason, Reason::kCertificateFetchTimeout);
  Expect("sti_vs_fetches_total{purpose=\"call\",result=\"CERTIFICATE_FETCH_TIMEOUT\"} 1");
  Expect("sti_vs_fetch_seconds_count{purpose=\"call\"} 1");
}

}  // namespace
}  // namespace sti::vs

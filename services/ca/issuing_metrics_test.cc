#include "services/ca/issuing_metrics.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/metrics/metrics.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_issuer.h"
#include "services/ca/revoker.h"

namespace sti::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);

class IssuingMetricsTest : public ::testing::Test {
 protected:
  absl::StatusOr<CertificateRecord> Issue(const char* csr, const char* token) {
    return issuer_.Issue({requests_.Csr(csr), requests_.Token(token), {}, {"client.example", "request-1"}});
  }
  void Expect(const std::string& line) {
    const std::string text = metrics_.Text();
    EXPECT_TRUE(absl::StrContains(text, line + "\n")) << line << "\n" << text;
  }

  const Requests requests_{kNow};
  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  IssuingAuthority authority_ = DemoAuthority();
  TokenVerifier tokens_{authority_.pa_roots, TokenSigners({}), FingerprintForm::kThumbprint};
  metrics::Metrics metrics_;
  IssuingMetrics issuing_{metrics_};
  CertificateIssuer issuer_{database_, authority_, tokens_, {}, {}, clock_, crypto::SystemRandom::Instance(),
                            &issuing_};
};

TEST_F(IssuingMetricsTest, CertificatesAndRefusalsAreCounted) {
  Expect("sti_ca_certificates_issued_total{via=\"grpc\"} 0");
  ASSERT_TRUE(Issue("good", "good1").ok());
  EXPECT_EQ(ReasonOf(Issue("good", "good1").status()), Reason::kSpcTokenReplayed);
  EXPECT_FALSE(issuer_.IssueDelegate({}).ok());
  Expect("sti_ca_certificates_issued_total{via=\"grpc\"} 1");
  Expect("sti_ca_certificates_issued_total{via=\"delegate\"} 0");
  Expect("sti_ca_refusals_total{reason=\"SPC_TOKEN_REPLAYED\"} 1");
  Expect("sti_ca_refusals_total{reason=\"CSR_INVALID\"} 1");
}

TEST_F(IssuingMetricsTest, AcmeProblemsAreCountedByType) {
  issuing_.AcmeProblem(acme::ErrorType::kBadNonce);
  issuing_.AcmeProblem(acme::ErrorType::kBadNonce);
  Expect("sti_ca_acme_errors_total{type=\"badNonce\"} 2");
}

TEST_F(IssuingMetricsTest, RevocationsThatAreNotConfirmedAreSampled) {
  const auto issued = Issue("good", "good1");
  ASSERT_TRUE(issued.ok());
  issuing_.SampleReports(database_);
  Expect("sti_ca_revocation_reports_pending 0");
  const Revoker revoker(*real_, clock_, [] {});
  ASSERT_TRUE(revoker.Revoke({"admin", "r1"}, issued->serial, 4).ok());
  issuing_.SampleReports(database_);
  Expect("sti_ca_revocation_reports_pending 1");
}

TEST_F(IssuingMetricsTest, WhatTheDatabaseDoesNotSayStaysAsItWas) {
  issuing_.SampleReports(database_);
  database_.FailReads(true);
  issuing_.SampleReports(database_);
  Expect("sti_ca_revocation_reports_pending 0");
}

}  // namespace
}  // namespace sti::ca

#include "services/as/signing_metrics.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/match.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"

namespace sti::as {
namespace {

class SigningMetricsTest : public ::testing::Test {
 protected:
  SigningMetricsTest() {
    std::vector<SigningProviderOptions> providers(2);
    providers[0].name = "acme";
    providers[0].spc = "1234";
    providers[0].clients = {"sbc"};
    providers[1].name = "other";
    providers[1].spc = "5678";
    providers[1].clients = {"pbx"};
    auto table = ProviderTable::Create(std::move(providers));
    EXPECT_TRUE(table.ok()) << table.status();
    providers_ = std::make_unique<ProviderTable>(*std::move(table));
    CallLogOptions options;
    options.folder = dir_.File("calls");
    options.queue = 2;
    auto log = CallLog::Open(options, clock_, nullptr);
    EXPECT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    signing_ = std::make_unique<SigningMetrics>(metrics_, *providers_, *log_);
  }

  void Record(const std::string& provider, const std::string& ppt, stir::Attestation attest) {
    CallRecord record;
    record.time = clock_.TimeNow();
    record.provider = provider;
    record.ppt = ppt;
    record.attest = attest;
    signing_->Record(std::move(record));
  }

  void Expect(const std::string& line) {
    const std::string text = metrics_.Text();
    EXPECT_TRUE(absl::StrContains(text, line + "\n")) << line << "\n" << text;
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{absl::FromUnixSeconds(1735689600)};
  std::unique_ptr<ProviderTable> providers_;
  std::unique_ptr<CallLog> log_;
  metrics::Metrics metrics_;
  std::unique_ptr<SigningMetrics> signing_;
};

TEST_F(SigningMetricsTest, SignaturesAreCountedByProviderTypeAndAttest) {
  Record("acme", "shaken", stir::Attestation::kA);
  Record("acme", "shaken", stir::Attestation::kA);
  Record("acme", "shaken", stir::Attestation::kC);
  Record("other", "div", stir::Attestation::kNone);
  Record("other", "base", stir::Attestation::kNone);
  Expect("sti_as_signatures_total{attest=\"A\",ppt=\"shaken\",provider=\"acme\"} 2");
  Expect("sti_as_signatures_total{attest=\"C\",ppt=\"shaken\",provider=\"acme\"} 1");
  Expect("sti_as_signatures_total{attest=\"B\",ppt=\"shaken\",provider=\"acme\"} 0");
  Expect("sti_as_signatures_total{attest=\"none\",ppt=\"div\",provider=\"other\"} 1");
  Expect("sti_as_signatures_total{attest=\"none\",ppt=\"base\",provider=\"other\"} 1");
}

TEST_F(SigningMetricsTest, RecordsThatWaitOrAreLostAreTold) {
  for (int i = 0; i < 3; ++i) Record("acme", "shaken", stir::Attestation::kB);
  signing_->ReportRecords();
  Expect("sti_as_call_records_waiting 2");
  Expect("sti_as_call_records_lost 1");
  ASSERT_TRUE(log_->Flush().ok());
  signing_->ReportRecords();
  Expect("sti_as_call_records_waiting 0");
  Expect("sti_as_call_records_lost 1");
}

TEST_F(SigningMetricsTest, RefusalsAreCountedByReason) {
  signing_->Refused(MakeError(Reason::kCustomerUnknown, "customer", "no such customer"));
  Expect("sti_as_refusals_total{reason=\"CUSTOMER_UNKNOWN\"} 1");
  Expect("sti_as_refusals_total{reason=\"CLOCK_WRONG\"} 0");
}

TEST_F(SigningMetricsTest, TheClockAndWhatIsUnderWayAreTold) {
  signing_->ReportClock(absl::Milliseconds(-1500), true);
  signing_->ReportInFlight(3);
  Expect("sti_as_clock_offset_seconds -1.5");
  Expect("sti_as_clock_reference 1");
  Expect("sti_as_calls_in_flight 3");
}

TEST_F(SigningMetricsTest, ASignerWithoutCertificateIsTold) {
  SignerState state;
  state.lacking = {"no certificate: sti-ca unavailable"};
  state.failed_enrolments = 3;
  state.token_expires = absl::FromUnixSeconds(1735693200);
  signing_->ReportSigner(0, &state, nullptr);
  Expect("sti_as_certificate_not_after_timestamp_seconds{provider=\"acme\"} 0");
  Expect("sti_as_lacking{provider=\"acme\"} 1");
  Expect("sti_as_failed_enrolments{provider=\"acme\"} 3");
  Expect("sti_as_spc_token_expiry_timestamp_seconds{provider=\"acme\"} 1735693200");
  EXPECT_FALSE(absl::StrContains(metrics_.Text(), "sti_as_x5u_reachable"));
  SelfCheckResult check;
  check.time = clock_.TimeNow();
  check.findings.emplace_back();
  signing_->ReportSigner(0, &state, &check);
  Expect("sti_as_x5u_reachable{provider=\"acme\"} 0");
  Expect("sti_as_self_check_findings{provider=\"acme\"} 1");
}

}  // namespace
}  // namespace sti::as

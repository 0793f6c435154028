#include "services/pa/register_metrics.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/metrics/metrics.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/pa/pa_testing.h"
#include "services/pa/pending_change_records.h"
#include "services/pa/provider_registry.h"
#include "services/pa/spc_revocation_records.h"
#include "services/pa/token_issuer.h"

namespace sti::pa {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};

class RegisterMetricsTest : public ::testing::Test {
 protected:
  void Expect(const std::string& line) {
    const std::string text = metrics_.Text();
    EXPECT_TRUE(absl::StrContains(text, line + "\n")) << line << "\n" << text;
  }
  void Insert(SpcRevocation revocation) {
    EXPECT_TRUE(database_
                    ->Write([&](store::Transaction& transaction) {
                      return InsertSpcRevocation(transaction, revocation);
                    })
                    .ok());
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ = OpenScratchDatabase(dir_);
  testing::FakeClock clock_{kNow};
  metrics::Metrics metrics_;
};

TEST_F(RegisterMetricsTest, TokensAndRefusalsAreCounted) {
  const ProviderRegistry registry(*database_, clock_);
  ASSERT_TRUE(registry.Register(kAdmin, {"acme", "Acme", {"1234"}, {"acme-as"}, {}}).ok());
  const DocumentSigner signer = DemoSigner("pa-token-signer");
  const TokenIssuer issuer(*database_, signer, absl::Hours(1), clock_, crypto::SystemRandom::Instance(),
                           CountTokens(metrics_));
  Expect("sti_pa_tokens_issued_total 0");
  TokenRequest request;
  request.client_identity = "acme-as";
  request.tn_auth_list = absl::HexStringToBytes("3008a006160431323334");
  request.fingerprint =
      "SHA256 "
      "65:3A:93:EA:F1:25:21:D3:E1:44:F9:42:54:83:92:9B:09:74:47:D2:31:05:9B:F7:BF:3A:23:07:82:83:77:92";
  ASSERT_TRUE(issuer.Issue(kAdmin, request).ok());
  request.client_identity = "stranger";
  EXPECT_EQ(ReasonOf(issuer.Issue(kAdmin, request).status()), Reason::kProviderUnknown);
  Expect("sti_pa_tokens_issued_total 1");
  Expect("sti_pa_token_refusals_total{reason=\"PROVIDER_UNKNOWN\"} 1");
}

TEST_F(RegisterMetricsTest, ChangesThatWaitForASecondPersonAreSampled) {
  SampleRegister(metrics_, *database_, kNow);
  Expect("sti_pa_pending_approvals 0");
  PendingChange change;
  change.id = "c-1";
  change.action = "provider.revoke";
  change.requested = kNow;
  change.expires = kNow + absl::Hours(1);
  ASSERT_TRUE(
      database_
          ->Write([&](store::Transaction& transaction) { return InsertPendingChange(transaction, change); })
          .ok());
  SampleRegister(metrics_, *database_, kNow);
  Expect("sti_pa_pending_approvals 1");
}

TEST_F(RegisterMetricsTest, OnlyRevocationsThatAreDueWait) {
  SpcRevocation revocation;
  revocation.provider_id = "acme";
  revocation.spc = "1234";
  revocation.authority = "ca.example:7003";
  revocation.due = kNow;
  revocation.requested = kNow;
  revocation.requested_by = kAdmin;
  Insert(revocation);
  revocation.spc = "5678";
  revocation.due = kNow + absl::Seconds(1);
  Insert(revocation);
  SampleRegister(metrics_, *database_, kNow);
  Expect("sti_pa_spc_revocations_pending 1");
  SampleRegister(metrics_, *database_, kNow + absl::Seconds(1));
  Expect("sti_pa_spc_revocations_pending 2");
}

}  // namespace
}  // namespace sti::pa

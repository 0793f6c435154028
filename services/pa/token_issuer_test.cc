#include "services/pa/token_issuer.h"

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/system_random.h"
#include "common/store/audit_log.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"
#include "services/pa/provider_registry.h"

namespace sti::pa {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kAdmin{"admin.example", "request-1"};
const Actor kClient{"acme-as", "request-2"};
// acme_pa.md s2.2, the fingerprint of the demo account key.
constexpr char kFingerprint[] =
    "SHA256 65:3A:93:EA:F1:25:21:D3:E1:44:F9:42:54:83:92:9B:09:74:47:D2:31:05:9B:F7:BF:3A:23:07:82:83:77:92";

// certificates.md s3.
std::string Spc1234() { return absl::HexStringToBytes("3008a006160431323334"); }
std::string Spc587L() { return absl::HexStringToBytes("3008a00616043538374c"); }

class TokenIssuerTest : public ::testing::Test {
 protected:
  TokenIssuerTest() {
    const ProviderRegistry registry(*real_, clock_);
    EXPECT_TRUE(registry.Register(kAdmin, {"acme", "Acme", {"1234", "818H"}, {"acme-as"}, {}}).ok());
    EXPECT_TRUE(registry.Register(kAdmin, {"other", "Other", {"587L"}, {"other-as"}, {}}).ok());
  }

  TokenRequest Good() const { return {"acme-as", Spc1234(), kFingerprint, false}; }
  std::string Refusal(const TokenRequest& request) const {
    const absl::Status status = issuer_.Issue(kClient, request).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }
  size_t Logged() const { return issuer_.List("", 0, "")->tokens.size(); }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow + absl::Milliseconds(999)};
  const DocumentSigner signer_ = DemoSigner("pa-token-signer");
  const TokenIssuer issuer_{database_, signer_, absl::Hours(1), clock_, crypto::SystemRandom::Instance()};
};

TEST_F(TokenIssuerTest, IndependentJudgeVerifiesTheTokenAndFindsTheClaims) {
  const absl::StatusOr<IssuedToken> issued = issuer_.Issue(kClient, Good());
  ASSERT_TRUE(issued.ok()) << issued.status();
  const testing::Finished judged =
      testing::Run({"/usr/bin/python3", "services/pa/testdata/judge_jws.py",
                    dir_.Write("token", issued->token), "tests/vectors/demo-pki/pa-root.pem"});
  EXPECT_EQ(judged.exit_code, 0) << judged.err;
  EXPECT_EQ(judged.out,
            absl::StrCat(R"({"atc":{"ca":false,"fingerprint":")", kFingerprint,
                         R"(","tktype":"TNAuthList","tkvalue":"MAigBhYEMTIzNA"},"exp":1750003600,"jti":")",
                         issued->record.jti, "\"}\n"));
}

TEST_F(TokenIssuerTest, JtiIsAUuidAndNeverTheSame) {
  const std::string first = issuer_.Issue(kClient, Good())->record.jti;
  EXPECT_EQ(first.size(), 36u);
  EXPECT_EQ(first[14], '4');
  EXPECT_NE(issuer_.Issue(kClient, Good())->record.jti, first);
}

TEST_F(TokenIssuerTest, CallerMustBeAProviderAndOwnTheCode) {
  TokenRequest request = Good();
  request.client_identity = "stranger";
  EXPECT_EQ(Refusal(request), "PROVIDER_UNKNOWN ");
  request.client_identity = "";
  EXPECT_EQ(Refusal(request), "PROVIDER_UNKNOWN ");
  request = Good();
  request.tn_auth_list = Spc587L();
  EXPECT_EQ(Refusal(request), "SPC_NOT_ASSIGNED tn_auth_list");
  request.client_identity = "other-as";
  EXPECT_EQ(Refusal(request), "NONE ");
  EXPECT_EQ(Logged(), 1u);
}

TEST_F(TokenIssuerTest, TnAuthListIsExactlyOneCode) {
  TokenRequest request = Good();
  const auto refusal = [&](absl::string_view hex) {
    request.tn_auth_list = absl::HexStringToBytes(hex);
    return Refusal(request);
  };
  EXPECT_EQ(refusal(""), "MISSING_FIELD tn_auth_list");
  EXPECT_EQ(refusal("3000"), "TN_AUTH_LIST_INVALID tn_auth_list");
  EXPECT_EQ(refusal("3008a0c71604383138480000"), "TN_AUTH_LIST_INVALID tn_auth_list");
  EXPECT_EQ(refusal("3006800431323334"), "TN_AUTH_LIST_INVALID tn_auth_list");  // implicit tag
  EXPECT_EQ(refusal("3008a00616043132333400"), "TN_AUTH_LIST_INVALID tn_auth_list");
  EXPECT_EQ(refusal("3010a006160431323334a006160438313848"),
            "INVALID_FIELD tn_auth_list");  // two codes, both own
  EXPECT_EQ(refusal("300fa20d160b3132313535353531323132"), "INVALID_FIELD tn_auth_list");  // a number
  request.tn_auth_list = std::string(5000, '0');
  EXPECT_EQ(Refusal(request), "TOO_LARGE tn_auth_list");
  EXPECT_EQ(Logged(), 0u);
}

TEST_F(TokenIssuerTest, FingerprintHasItsOneForm) {
  TokenRequest request = Good();
  const std::string good = kFingerprint;
  for (const std::string& bad :
       {absl::AsciiStrToLower(good), good.substr(0, good.size() - 1), good + ":00",
        "SHA-256 " + good.substr(7), good.substr(7), std::string("SHA256 ") + std::string(64, 'A')}) {
    request.fingerprint = bad;
    EXPECT_EQ(Refusal(request), "INVALID_FIELD fingerprint") << bad;
  }
  request.fingerprint = "";
  EXPECT_EQ(Refusal(request), "MISSING_FIELD fingerprint");
}

TEST_F(TokenIssuerTest, TokenThatCannotBeLoggedIsNotGivenOut) {
  database_.FailWrite(1);
  EXPECT_EQ(Refusal(Good()), "STORAGE_FAILED ");
  EXPECT_EQ(Logged(), 0u);
  EXPECT_EQ(Refusal(Good()), "NONE ");
  EXPECT_EQ(Logged(), 1u);
}

TEST_F(TokenIssuerTest, WithoutRandomnessThereIsNoToken) {
  const testing::FailingRandom broken;
  const TokenIssuer issuer(database_, signer_, absl::Hours(1), clock_, broken);
  EXPECT_FALSE(issuer.Issue(kClient, Good()).ok());
  EXPECT_EQ(Logged(), 0u);
}

TEST_F(TokenIssuerTest, TokenEndsWithItsSigner) {
  const absl::Time end = signer_.certificate().not_after();
  clock_.Set(end - absl::Seconds(10));
  EXPECT_EQ(issuer_.Issue(kClient, Good())->record.expires, end);
  clock_.Set(end + absl::Seconds(1));
  EXPECT_EQ(Refusal(Good()), "NOT_READY ");
}

TEST_F(TokenIssuerTest, LogIsNewestFirstInPagesAndByProvider) {
  std::string expected;
  for (int i = 0; i < 3; ++i) {
    TokenRequest request = Good();
    request.ca = i == 1;
    expected = absl::StrCat(issuer_.Issue(kClient, request)->record.jti, "\n", expected);
  }
  ASSERT_TRUE(issuer_.Issue(kClient, {"other-as", Spc587L(), kFingerprint, false}).ok());
  std::string seen, token;
  do {
    const absl::StatusOr<TokenPage> page = issuer_.List("acme", 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const TokenRecord& record : page->tokens) absl::StrAppend(&seen, record.jti, "\n");
    token = page->next_page_token;
  } while (!token.empty());
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(Logged(), 4u);
  const TokenRecord record = issuer_.List("acme", 0, "")->tokens[1];
  EXPECT_TRUE(record.ca);
  EXPECT_EQ(record.provider_id, "acme");
  EXPECT_EQ(record.spcs, std::vector<std::string>{"1234"});
  EXPECT_EQ(record.fingerprint, kFingerprint);
  EXPECT_EQ(record.issued, kNow);
  EXPECT_EQ(record.expires, kNow + absl::Hours(1));
}

// Lets `before` happen before each write, after whatever its body read elsewhere.
class InterferedDatabase final : public store::Database {
 public:
  explicit InterferedDatabase(store::Database& real) : real_(real) {}
  void BeforeWrites(std::function<void()> before) { before_ = std::move(before); }

  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& body) override {
    if (before_) before_();
    return real_.Write(body);
  }
  absl::Status Read(const std::function<absl::Status(store::Transaction&)>& body) override {
    return real_.Read(body);
  }

 private:
  store::Database& real_;
  std::function<void()> before_;
};

TEST_F(TokenIssuerTest, OnlyAnApprovedProviderGetsTokens) {
  const ProviderRegistry registry(*real_, clock_);
  ASSERT_TRUE(registry.Suspend(kAdmin, "acme", "fraud", false, RunMode::kReal).ok());
  EXPECT_EQ(Refusal(Good()), "PROVIDER_NOT_APPROVED ");
  ASSERT_TRUE(registry.Reinstate(kAdmin, "acme", "", RunMode::kReal).ok());
  EXPECT_EQ(Refusal(Good()), "NONE ");
  ASSERT_TRUE(registry.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  EXPECT_EQ(Refusal(Good()), "PROVIDER_NOT_APPROVED ");
  Provider pending{"pending", "Pending", {"1234"}, {"acme-as"}, {}};
  pending.state = ProviderState::kPending;
  ASSERT_TRUE(registry.Register(kAdmin, pending).ok());
  EXPECT_EQ(Refusal(Good()), "PROVIDER_NOT_APPROVED ");
  EXPECT_EQ(Logged(), 1u);
}

TEST_F(TokenIssuerTest, CallerMayBeKnownByItsProviderInstead) {
  const auto refusal = [&](const std::string& provider) {
    TokenRequest request = Good();
    request.client_identity = "";
    request.provider_id = provider;
    return Refusal(request);
  };
  EXPECT_EQ(refusal("acme"), "NONE ");
  EXPECT_EQ(refusal("other"), "SPC_NOT_ASSIGNED tn_auth_list");
  EXPECT_EQ(refusal("nobody"), "PROVIDER_UNKNOWN ");
  const ProviderRegistry registry(*real_, clock_);
  ASSERT_TRUE(registry.Revoke(kAdmin, "acme", "gone", RunMode::kReal).ok());
  EXPECT_EQ(refusal("acme"), "PROVIDER_NOT_APPROVED ");
}

TEST_F(TokenIssuerTest, CodeThatWasTakenAwayGetsNoToken) {
  const ProviderRegistry registry(*real_, clock_);
  ASSERT_TRUE(registry.Update(kAdmin, {"acme", "Acme", {"818H"}, {"acme-as"}, {}}, RunMode::kReal).ok());
  EXPECT_EQ(Refusal(Good()), "SPC_NOT_ASSIGNED tn_auth_list");
}

TEST_F(TokenIssuerTest, SuspensionJustBeforeTheTokenIsLoggedStopsIt) {
  InterferedDatabase database(*real_);
  const TokenIssuer issuer(database, signer_, absl::Hours(1), clock_, crypto::SystemRandom::Instance());
  const ProviderRegistry registry(*real_, clock_);
  database.BeforeWrites(
      [&] { EXPECT_TRUE(registry.Suspend(kAdmin, "acme", "fraud", false, RunMode::kReal).ok()); });
  EXPECT_EQ(ReasonOf(issuer.Issue(kClient, Good()).status()), Reason::kProviderNotApproved);
  EXPECT_EQ(Logged(), 0u);
}

TEST_F(TokenIssuerTest, NoTokenComesAfterTheSuspensionHoweverManyAsk) {
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 25; ++j) issuer_.Issue(kClient, Good()).status().IgnoreError();
    });
  }
  const ProviderRegistry registry(*real_, clock_);
  while (Logged() < 5) std::this_thread::yield();
  EXPECT_TRUE(registry.Suspend(kAdmin, "acme", "fraud", false, RunMode::kReal).ok());
  for (std::thread& client : clients) client.join();
  std::vector<store::AuditRecord> audit;
  ASSERT_TRUE(real_
                  ->Read([&](store::Transaction& transaction) -> absl::Status {
                    STI_ASSIGN_OR_RETURN(audit, store::ListAudit(transaction, {}, 0, 1000));
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(audit.back().event.action, "provider.suspend");
  EXPECT_EQ(audit.size(), Logged() + 3);  // two registrations and the suspension
}

TEST_F(TokenIssuerTest, EachTokenIsInTheAudit) {
  const absl::StatusOr<IssuedToken> issued = issuer_.Issue(kClient, Good());
  ASSERT_TRUE(issued.ok());
  std::vector<store::AuditRecord> audit;
  ASSERT_TRUE(real_
                  ->Read([&](store::Transaction& transaction) -> absl::Status {
                    STI_ASSIGN_OR_RETURN(audit, store::ListAudit(transaction, {}, 0, 1000));
                    return absl::OkStatus();
                  })
                  .ok());
  const store::AuditRecord& last = audit.back();
  EXPECT_EQ(last.event.action, "token.issue");
  EXPECT_EQ(last.event.object, absl::StrCat("token/", issued->record.jti));
  EXPECT_EQ(last.event.spcs, std::vector<std::string>{"1234"});
  EXPECT_EQ(last.event.before, "");
  EXPECT_EQ(last.event.after,
            absl::StrCat(R"({"ca":false,"expires":"2025-06-15T16:06:40+00:00","fingerprint":")", kFingerprint,
                         R"(","provider":"acme"})"));
  EXPECT_EQ(last.actor.client, "acme-as");
  EXPECT_EQ(last.actor.request_id, "request-2");
}

}  // namespace
}  // namespace sti::pa

// Certificates by ACME, with the server of common/acme's tests behind the HTTP client.
#include "services/as/acme_certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/acme/fake_server_testing.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
#include "common/jose/jwk.h"
#include "common/pki/certificate_builder.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"

namespace sti::as {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The fake server as an HTTP client.
class FakeClient final : public http::HttpClient {
 public:
  explicit FakeClient(acme::FakeServer& server) : server_(server) {}
  absl::StatusOr<http::ClientAnswer> Send(const http::ClientRequest& request) override {
    if (cancelled_) return MakeError(Reason::kUnavailable, "cancelled");
    if (request.method == "POST") {
      EXPECT_EQ(request.headers.back().second, "application/jose+json");
    }
    STI_ASSIGN_OR_RETURN(const acme::TransportAnswer answer,
                         server_.Send({request.method, request.url, "", request.body}));
    http::ClientAnswer received{answer.status, {{"content-type", answer.content_type}}, answer.body};
    if (!answer.nonce.empty()) received.headers.emplace_back("replay-nonce", answer.nonce);
    if (!answer.location.empty()) received.headers.emplace_back("location", answer.location);
    if (!answer.retry_after.empty()) received.headers.emplace_back("retry-after", answer.retry_after);
    for (const std::string& link : answer.links) received.headers.emplace_back("link", link);
    return received;
  }
  void Cancel() override { cancelled_ = true; }

 private:
  acme::FakeServer& server_;
  bool cancelled_ = false;
};

class AcmeCertificatesTest : public ::testing::Test {
 protected:
  // As after a start of the daemon.
  std::unique_ptr<AcmeCertificates> Open() {
    AcmeOptions options;
    options.directory_url = directory_url_;
    options.account_key_file = folder_.File("account.pem");
    options.passphrase = Secret(passphrase_);
    options.order_file = folder_.File("order");
    return std::make_unique<AcmeCertificates>(std::move(options), std::make_unique<FakeClient>(server_),
                                              clock_);
  }
  absl::StatusOr<PublishedChain> Certify(AcmeCertificates& source) {
    return source.Certify({list_, key_->public_key(), "csr"}, [this](const std::string& fingerprint) {
      fingerprint_ = fingerprint;
      return token_;
    });
  }
  absl::StatusOr<PublishedChain> Certify() { return Certify(*Open()); }
  std::string Chain(const crypto::VerifyingKey& key, absl::string_view spc) {
    pki::CertificateTemplate contents;
    contents.subject = pki::DistinguishedName::Create({"US", "Example", "SHAKEN 1234"}).value();
    contents.public_key = key;
    contents.serial_hex = pki::MakeSerial(random_).value();
    contents.not_before = clock_.TimeNow();
    contents.not_after = clock_.TimeNow() + absl::Hours(100);
    contents.key_usage.digital_signature = true;
    contents.tn_auth_list = pki::TnAuthList::ForSpc(spc).value();
    const pki::Certificate issuer = stir::DemoCertificate("int.pem");
    return pki::IssueCertificate(contents, issuer, *stir::DemoKey("int.key"))->Pem() + issuer.Pem();
  }

  testing::TempDir folder_;
  testing::SequenceRandom random_;
  testing::FakeClock clock_{stir::DemoTime()};
  acme::FakeServer server_{clock_};
  std::string directory_url_ = server_.directory_url();
  const pki::TnAuthList list_ = pki::TnAuthList::ForSpc("1234").value();
  std::shared_ptr<const crypto::SigningKey> key_ = crypto::SigningKey::Generate().value();
  absl::StatusOr<std::string> token_ = std::string("a.b.c");
  std::string fingerprint_, passphrase_;

  void SetUp() override { server_.chain = Chain(key_->public_key(), "1234"); }
};

TEST_F(AcmeCertificatesTest, ChainComesWithItsPublicUrl) {
  const auto published = Certify();
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(published->chain_pem, server_.chain);
  EXPECT_EQ(published->x5u, "https://cr.test/1.pem");
}

TEST_F(AcmeCertificatesTest, TokenIsBoundToTheAccountsKeyWhichIsNotTheCertificates) {
  ASSERT_TRUE(Certify().ok());
  const auto account =
      crypto::LoadPrivateKeyFile(folder_.File("account.pem"));  // mode 0600, or it were refused
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_EQ(fingerprint_, jose::Fingerprint((*account)->public_key()));
  EXPECT_NE(fingerprint_, jose::Fingerprint(key_->public_key()));
}

TEST_F(AcmeCertificatesTest, NewAccountKeyIsEncryptedWithThePassphraseAndOpenedWithNoOther) {
  passphrase_ = "correct horse";
  ASSERT_TRUE(Certify().ok());
  EXPECT_THAT(folder_.Read("account.pem"), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  ASSERT_TRUE(Certify().ok());
  EXPECT_EQ(server_.accounts, 1) << "the same key after a restart";
  passphrase_ = "wrong horse";
  const absl::Status refused = Certify().status();
  EXPECT_EQ(ReasonOf(refused), Reason::kKeyInvalid);
  EXPECT_THAT(std::string(refused.message()), StartsWith("own state: "));
  EXPECT_THAT(std::string(refused.message()), ::testing::Not(HasSubstr("horse")));
  passphrase_ = "";
  EXPECT_EQ(ReasonOf(Certify().status()), Reason::kKeyInvalid);
}

TEST_F(AcmeCertificatesTest, AccountKeyFromBeforeThePassphraseStillServes) {
  ASSERT_TRUE(Certify().ok());
  const std::string before = folder_.Read("account.pem");
  passphrase_ = "correct horse";
  ASSERT_TRUE(Certify().ok());
  EXPECT_EQ(server_.accounts, 1);
  EXPECT_EQ(folder_.Read("account.pem"), before);
}

TEST_F(AcmeCertificatesTest, RenewalUsesTheSameAccountAndAnotherOrder) {
  const auto source = Open();
  ASSERT_TRUE(Certify(*source).ok());
  source->Forget();
  key_ = crypto::SigningKey::Generate().value();
  server_.chain = Chain(key_->public_key(), "1234");
  ASSERT_TRUE(Certify().ok());
  EXPECT_EQ(server_.accounts, 1);
  EXPECT_EQ(server_.orders, 2);
}

TEST_F(AcmeCertificatesTest, RestartInTheMiddleTakesTheOrderUp) {
  token_ = MakeError(Reason::kUnavailable, "no STI-PA");
  EXPECT_EQ(ReasonOf(Certify().status()), Reason::kUnavailable);
  token_ = std::string("a.b.c");
  server_.order_delay = 1'000'000;
  {
    const auto source = Open();
    source->Cancel();  // before the wait, at the latest
    EXPECT_FALSE(Certify(*source).ok());
  }
  server_.order_delay = 0;
  const auto published = Certify();
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(server_.accounts, 1);
  EXPECT_EQ(server_.orders, 1);
}

TEST_F(AcmeCertificatesTest, IssuedCertificateIsFetchedAgainUntilItIsForgotten) {
  const auto source = Open();
  ASSERT_TRUE(Certify(*source).ok());
  ASSERT_TRUE(Certify().ok());  // the daemon ended before it had stored the chain
  EXPECT_EQ(server_.orders, 1);
  EXPECT_EQ(server_.finalizes, 1);
  source->Forget();
  ASSERT_TRUE(Certify().ok());
  EXPECT_EQ(server_.orders, 2);
}

TEST_F(AcmeCertificatesTest, OrderForAnotherKeyOrCaIsNotTakenUp) {
  ASSERT_TRUE(Certify().ok());
  key_ = crypto::SigningKey::Generate().value();
  server_.chain = Chain(key_->public_key(), "1234");
  ASSERT_TRUE(Certify().ok());
  EXPECT_EQ(server_.orders, 2);
  folder_.Write("order", "https://other.test/directory\nhttps://ca.test/order/1\n" +
                             jose::Fingerprint(key_->public_key()) + "\n");
  ASSERT_TRUE(Certify().ok());
  EXPECT_EQ(server_.orders, 3);
  folder_.Write("order", "junk");
  ASSERT_TRUE(Certify().ok());
  EXPECT_EQ(server_.orders, 4);
}

TEST_F(AcmeCertificatesTest, OrderThatHasComeToNothingIsReplacedAtOnce) {
  token_ = MakeError(Reason::kUnavailable, "no STI-PA");
  EXPECT_FALSE(Certify().ok());
  token_ = std::string("a.b.c");
  server_.order_status = "invalid";
  EXPECT_TRUE(Certify().ok());
  EXPECT_EQ(server_.orders, 2);
  EXPECT_EQ(server_.accounts, 1);
}

TEST_F(AcmeCertificatesTest, ChainForAnotherKeyIsRefusedAndOrderedAnew) {
  server_.chain = Chain(crypto::SigningKey::Generate().value()->public_key(), "1234");
  const absl::Status refused = Certify().status();
  EXPECT_EQ(ReasonOf(refused), Reason::kKeyMismatch);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("for another key"));
  server_.chain = Chain(key_->public_key(), "1234");
  EXPECT_TRUE(Certify().ok());
  EXPECT_EQ(server_.orders, 2);
}

TEST_F(AcmeCertificatesTest, ChainForAnotherSpcIsRefused) {
  server_.chain = Chain(key_->public_key(), "9999");
  EXPECT_EQ(ReasonOf(Certify().status()), Reason::kTnAuthListInvalid);
}

TEST_F(AcmeCertificatesTest, TruncatedChainIsRefused) {
  const std::string whole = server_.chain;
  server_.chain = whole.substr(0, whole.size() / 3);
  EXPECT_FALSE(Certify().ok());
  server_.chain = whole;
  EXPECT_TRUE(Certify().ok());
}

TEST_F(AcmeCertificatesTest, AlternateChainServesWhereTheFirstDoesNot) {
  server_.alternate_chain = server_.chain;
  server_.chain = Chain(key_->public_key(), "9999");
  const auto published = Certify();
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(published->chain_pem, server_.alternate_chain);
}

TEST_F(AcmeCertificatesTest, CaThatAsksToWaitIsLeftAlone) {
  server_.instead["/order"] = {{429, "", "", "", "600", {}, ""}};
  const auto source = Open();
  EXPECT_EQ(ReasonOf(Certify(*source).status()), Reason::kOverloaded);
  const size_t requests = server_.requests.size();
  clock_.Advance(absl::Seconds(599));
  const absl::Status refused = Certify(*source).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kOverloaded);
  EXPECT_EQ(RetryAfterOf(refused), absl::Seconds(1));
  EXPECT_EQ(server_.requests.size(), requests);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Certify(*source).ok());
}

TEST_F(AcmeCertificatesTest, CaThatAsksForAWeekGetsADay) {
  server_.instead["/account"] = {{503, "", "", "", "604800", {}, ""}};
  const auto source = Open();
  EXPECT_EQ(ReasonOf(Certify(*source).status()), Reason::kUnavailable);
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_EQ(ReasonOf(Certify(*source).status()), Reason::kOverloaded);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Certify(*source).ok());
}

TEST_F(AcmeCertificatesTest, WhatThePaAsksForIsNotTheCas) {
  token_ = WithRetryAfter(MakeError(Reason::kOverloaded, "no STI-PA"), absl::Hours(1));
  const auto source = Open();
  EXPECT_EQ(RetryAfterOf(Certify(*source).status()), absl::Hours(1));
  token_ = std::string("a.b.c");
  EXPECT_TRUE(Certify(*source).ok());
}

TEST_F(AcmeCertificatesTest, AccountKeyMustBeTheOwnersAndNoCertificates) {
  folder_.Write("account.pem", "x", 0644);
  absl::Status refused = Certify().status();
  EXPECT_EQ(ReasonOf(refused), Reason::kKeyPermissions);
  EXPECT_THAT(std::string(refused.message()), StartsWith("own state: "));
  EXPECT_TRUE(server_.requests.empty());
  ASSERT_EQ(std::remove(folder_.File("account.pem").c_str()), 0);
  ASSERT_TRUE(crypto::WritePrivateKeyFile(folder_.File("account.pem"), *key_).ok());
  refused = Certify().status();
  EXPECT_EQ(ReasonOf(refused), Reason::kKeyInvalid);
  EXPECT_TRUE(server_.requests.empty());
}

TEST_F(AcmeCertificatesTest, CancelledSourceFailsAtOnce) {
  const auto source = Open();
  source->Cancel();
  EXPECT_EQ(ReasonOf(Certify(*source).status()), Reason::kUnavailable);
}

}  // namespace
}  // namespace sti::as

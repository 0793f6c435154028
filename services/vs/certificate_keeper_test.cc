#include "services/vs/certificate_keeper.h"

#include <gtest/gtest.h>

#include <future>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/crypto/digest.h"
#include "common/pki/certificate_builder.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/vs/certificate_file.h"
#include "services/vs/testing/demo_trust.h"
#include "services/vs/testing/fake_fetcher.h"

namespace sti::vs {
namespace {

codec::Url UrlOf(const std::string& text) { return codec::Url::Parse(text).value(); }

class CertificateKeeperTest : public ::testing::Test {
 protected:
  CertificateKeeperTest() {
    fetcher_.ServeBody(kDemoUrl, DemoChainPem());
    fetcher_.ServeBody(kRevokedUrl, RevokedChainPem());
  }
  void Fetch(const char* url, bool proven) {
    cache_->Get(UrlOf(url), [&](const CachedCertificatePtr& certificate) {
      if (proven) cache_->MarkProven(UrlOf(url), *certificate);
    });
  }
  // A new process over the same folder.
  absl::Status Restart() {
    cache_.emplace(fetcher_, clock_, CertificateCacheOptions{});
    return CertificateKeeper(*cache_, dir_.path()).Load();
  }
  std::string RestartReason() { return std::string(ReasonName(ReasonOf(Restart()))); }

  testing::TempDir dir_;
  testing::FakeClock clock_{stir::DemoTime()};
  FakeFetcher fetcher_;
  std::optional<CertificateCache> cache_{std::in_place, fetcher_, clock_, CertificateCacheOptions{}};
};

TEST_F(CertificateKeeperTest, ProvenChainsOutliveARestartAndOthersDoNot) {
  Fetch(kDemoUrl, true);
  Fetch(kRevokedUrl, false);
  ASSERT_TRUE(CertificateKeeper(*cache_, dir_.path()).Save().ok());
  ASSERT_TRUE(Restart().ok());
  const auto kept = cache_->Peek(UrlOf(kDemoUrl));
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->chain->sha256(), pki::CertificateChain::Parse(DemoChainPem())->sha256());
  EXPECT_EQ(kept->expires, stir::DemoTime() + absl::Hours(24));
  EXPECT_EQ(kept->fetched, stir::DemoTime());
  EXPECT_EQ(cache_->Peek(UrlOf(kRevokedUrl)), nullptr);
  EXPECT_EQ(cache_->Proven().size(), 1u);
}

TEST_F(CertificateKeeperTest, WhatExpiredMeanwhileIsNotPutBack) {
  Fetch(kDemoUrl, true);
  ASSERT_TRUE(CertificateKeeper(*cache_, dir_.path()).Save().ok());
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(cache_->size(), 1u);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_F(CertificateKeeperTest, NothingOnDiskIsNoError) {
  EXPECT_TRUE(Restart().ok());
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_F(CertificateKeeperTest, AFileIsWrittenOnlyWhenSomethingChanged) {
  CertificateKeeper keeper(*cache_, dir_.path());
  Fetch(kDemoUrl, true);
  ASSERT_TRUE(keeper.Save().ok());
  dir_.Write("certificates", "marker");
  ASSERT_TRUE(keeper.Save().ok());
  EXPECT_EQ(dir_.Read("certificates"), "marker");
  Fetch(kRevokedUrl, true);
  ASSERT_TRUE(keeper.Save().ok());
  EXPECT_NE(dir_.Read("certificates"), "marker");
}

TEST_F(CertificateKeeperTest, APurgeCountsAsAChange) {
  CertificateKeeper keeper(*cache_, dir_.path());
  Fetch(kDemoUrl, true);
  ASSERT_TRUE(keeper.Save().ok());
  EXPECT_EQ(cache_->Purge([](const std::string&) { return true; }), 1u);
  ASSERT_TRUE(keeper.Save().ok());
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_F(CertificateKeeperTest, StoppingSavesAndStartingLoads) {
  {
    CertificateKeeper keeper(*cache_, dir_.path());
    keeper.Start(absl::Hours(1));
    Fetch(kDemoUrl, true);
    keeper.Stop();
  }
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(cache_->size(), 1u);
}

TEST_F(CertificateKeeperTest, APurgeIsOnDiskAtOnceWhenAskedFor) {
  Fetch(kDemoUrl, true);
  ASSERT_TRUE(CertificateKeeper(*cache_, dir_.path()).Save().ok());
  CertificateKeeper keeper(*cache_, dir_.path());
  keeper.Start(absl::InfiniteDuration());
  cache_->Purge([](const std::string&) { return true; });
  std::promise<absl::Status> saved;
  keeper.SaveSoon([&](const absl::Status& status) { saved.set_value(status); });
  EXPECT_TRUE(saved.get_future().get().ok());
  // As a crash would leave it.
  ASSERT_TRUE(ParseCertificates(dir_.Read("certificates")).ok());
  EXPECT_TRUE(ParseCertificates(dir_.Read("certificates"))->empty());
  keeper.Stop();
  int answers = 0;
  keeper.SaveSoon([&](const absl::Status& status) {
    EXPECT_EQ(ReasonOf(status), Reason::kUnavailable);
    ++answers;
  });
  EXPECT_EQ(answers, 1);
}

TEST_F(CertificateKeeperTest, ADamagedFileIsRefusedAsAWhole) {
  Fetch(kDemoUrl, true);
  Fetch(kRevokedUrl, true);
  ASSERT_TRUE(CertificateKeeper(*cache_, dir_.path()).Save().ok());
  const std::string good = dir_.Read("certificates");
  ASSERT_EQ(ParseCertificates(good)->size(), 2u);
  for (size_t at = 0; at < good.size(); at += 37) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    dir_.Write("certificates", bad);
    EXPECT_EQ(RestartReason(), "STORAGE_FAILED") << at;
    EXPECT_EQ(cache_->size(), 0u);
  }
  for (const size_t length : {size_t{0}, size_t{10}, good.size() / 2, good.size() - 1}) {
    dir_.Write("certificates", good.substr(0, length));
    EXPECT_EQ(RestartReason(), "STORAGE_FAILED") << length;
  }
}

// `body` behind a digest that fits: that alone proves nothing.
std::string Sealed(const std::string& body) {
  return absl::StrCat("sti-vs certificates 1 ", absl::BytesToHexString(crypto::Sha256(body)), "\n", body);
}

TEST_F(CertificateKeeperTest, WhatWasNeverWrittenIsRefusedThoughItsDigestFits) {
  const std::string pem = DemoChainPem();
  const auto entry = [&](const std::string& url, const std::string& times, size_t length) {
    return absl::StrCat(url, " ", times, " ", length, "\n", pem);
  };
  EXPECT_EQ(ParseCertificates(Sealed(entry(kDemoUrl, "1 2", pem.size())))->size(), 1u);
  for (const std::string& body : {entry("http://x/", "1 2", pem.size()), entry(kDemoUrl, "1 x", pem.size()),
                                  entry(kDemoUrl, "1", pem.size()), entry(kDemoUrl, "1 2", pem.size() + 1),
                                  entry(kDemoUrl, "1 2", pem.size() - 1), entry(kDemoUrl, "1 2", 0),
                                  std::string("x"), absl::StrCat(kDemoUrl, " 1 2 18446744073709551615\n")}) {
    EXPECT_EQ(ReasonOf(ParseCertificates(Sealed(body)).status()), Reason::kStorageFailed)
        << body.substr(0, 60);
  }
}

// Two certificates, together just within limits::kChainBody when each is one line of base64.
pki::CertificateChain LargeChain() {
  const auto key = stir::DemoKey("leaf1234.key");
  pki::CertificateTemplate contents;
  contents.subject = pki::DistinguishedName::Create({"US", "Large", "SHAKEN 1234"}).value();
  contents.public_key = key->public_key();
  contents.serial_hex = "1F";
  contents.not_before = stir::DemoTime() - absl::Hours(1);
  contents.not_after = stir::DemoTime() + absl::Hours(1000);
  contents.key_usage.digital_signature = true;
  for (int i = 0; i < 226; ++i) {
    contents.dns_names.push_back(absl::StrFormat("%06d.%s.example", i, std::string(35, 'x')));
  }
  const pki::Certificate certificate = pki::SelfSign(contents, *key).value();
  return pki::CertificateChain::FromCertificates({certificate, certificate}).value();
}

std::string InLongLines(const pki::CertificateChain& chain) {
  std::string pem;
  for (const pki::Certificate& certificate : chain.certificates()) {
    absl::StrAppend(&pem, "-----BEGIN CERTIFICATE-----\n", absl::Base64Escape(certificate.der()),
                    "\n-----END CERTIFICATE-----\n");
  }
  return pem;
}

TEST_F(CertificateKeeperTest, AChainTooLongAsPemDoesNotCostTheOthers) {
  const pki::CertificateChain large = LargeChain();
  ASSERT_LE(InLongLines(large).size(), limits::kChainBody);
  ASSERT_GT(large.Pem().size(), limits::kChainBody);
  const char* url = "https://large.example/x.pem";
  fetcher_.ServeBody(url, InLongLines(large));
  Fetch(url, true);
  Fetch(kDemoUrl, true);
  ASSERT_EQ(cache_->Proven().size(), 2u);
  ASSERT_TRUE(CertificateKeeper(*cache_, dir_.path()).Save().ok());
  EXPECT_EQ(dir_.Read("certificates").find(url), std::string::npos);
  ASSERT_TRUE(Restart().ok());
  EXPECT_NE(cache_->Peek(UrlOf(kDemoUrl)), nullptr);
  EXPECT_EQ(cache_->size(), 1u);
}

TEST_F(CertificateKeeperTest, AnEntryWhoseChainCanNotBeUsedIsPassedOver) {
  const std::string pem = DemoChainPem(), large = LargeChain().Pem();
  const std::string good = absl::StrCat(kDemoUrl, " 1 2 ", pem.size(), "\n", pem);
  for (const std::string& chain : {large, std::string("junk\n"), std::string()}) {
    const std::string bad = absl::StrCat("https://x/a 1 2 ", chain.size(), "\n", chain);
    for (const std::string& body : {bad + good, good + bad}) {
      const auto stored = ParseCertificates(Sealed(body));
      ASSERT_TRUE(stored.ok()) << stored.status();
      ASSERT_EQ(stored->size(), 1u);
      EXPECT_EQ(stored->front().url.text(), kDemoUrl);
    }
  }
}

}  // namespace
}  // namespace sti::vs

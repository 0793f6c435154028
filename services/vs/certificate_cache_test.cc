#include "services/vs/certificate_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "services/vs/testing/demo_trust.h"
#include "services/vs/testing/fake_fetcher.h"

namespace sti::vs {
namespace {

codec::Url UrlOf(const std::string& text) { return codec::Url::Parse(text).value(); }

class CertificateCacheTest : public ::testing::Test {
 protected:
  void Use(const CertificateCacheOptions& options) { cache_.emplace(fetcher_, clock_, options); }

  // The outcome, which must come at once.
  CachedCertificatePtr Fetch(const std::string& url) {
    CachedCertificatePtr result;
    int calls = 0;
    cache_->Get(UrlOf(url), [&](CachedCertificatePtr certificate) {
      result = std::move(certificate);
      ++calls;
    });
    EXPECT_EQ(calls, 1);
    return result;
  }
  bool Has(const std::string& url) { return cache_->Find(UrlOf(url)) != nullptr; }

  testing::FakeClock clock_{stir::DemoTime()};
  FakeFetcher fetcher_;
  std::optional<CertificateCache> cache_{std::in_place, fetcher_, clock_, CertificateCacheOptions{}};
};

TEST_F(CertificateCacheTest, DownloadsOnceAndThenFinds) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  EXPECT_FALSE(Has(kDemoUrl));
  const auto first = Fetch(kDemoUrl);
  ASSERT_TRUE(first->chain.ok());
  EXPECT_EQ(first->chain->leaf().serial(), DemoSerial());
  EXPECT_EQ(cache_->Find(UrlOf(kDemoUrl)), first);
  EXPECT_EQ(Fetch(kDemoUrl), first);
  EXPECT_EQ(fetcher_.fetches(), 1);
  EXPECT_EQ(cache_->size(), 1u);
}

TEST_F(CertificateCacheTest, TheExactUrlIsTheKey) {
  fetcher_.ServeBody("https://cr.example.net/a.pem", DemoChainPem());
  Fetch("https://cr.example.net/a.pem");
  EXPECT_FALSE(Has("https://cr.example.net:443/a.pem"));
  EXPECT_FALSE(Has("https://CR.example.net/a.pem"));
}

TEST_F(CertificateCacheTest, ManyWaitersShareOneDownload) {
  std::vector<CachedCertificatePtr> results;
  for (int i = 0; i < 100; ++i) {
    cache_->Get(UrlOf(kDemoUrl),
                [&](CachedCertificatePtr certificate) { results.push_back(std::move(certificate)); });
  }
  EXPECT_EQ(fetcher_.fetches(), 1);
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  ASSERT_EQ(results.size(), 100u);
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

TEST_F(CertificateCacheTest, ACallbackMayAskTheCacheAgain) {
  CachedCertificatePtr inner;
  cache_->Get(UrlOf(kDemoUrl), [&](const CachedCertificatePtr&) { inner = Fetch(kDemoUrl); });
  fetcher_.Release(kDemoUrl, Ok(DemoChainPem()));
  ASSERT_NE(inner, nullptr);
  EXPECT_EQ(fetcher_.fetches(), 1);
}

TEST_F(CertificateCacheTest, KeepsAChainForADayWhenTheRepositorySaysNothing) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Fetch(kDemoUrl);
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_TRUE(Has(kDemoUrl));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, AShorterMaxAgeDoesNotCount) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem(), "max-age=1");
  Fetch(kDemoUrl);
  clock_.Advance(absl::Hours(23));
  EXPECT_TRUE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, ALongerMaxAgeCounts) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem(), "public, max-age=172800");
  Fetch(kDemoUrl);
  clock_.Advance(absl::Hours(48) - absl::Seconds(1));
  EXPECT_TRUE(Has(kDemoUrl));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, NoChainIsKeptBeyondItsNotAfter) {
  const absl::Time end = stir::DemoCertificate("leaf1234.pem").not_after();
  clock_.Set(end - absl::Hours(1));
  fetcher_.ServeBody(kDemoUrl, DemoChainPem(), "max-age=99999999999");
  Fetch(kDemoUrl);
  clock_.Set(end - absl::Seconds(1));
  EXPECT_TRUE(Has(kDemoUrl));
  clock_.Set(end);
  EXPECT_FALSE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, AnExpiredChainIsRememberedAsBrieflyAsAFailure) {
  clock_.Set(stir::DemoCertificate("leaf1234.pem").not_after() + absl::Hours(1));
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Fetch(kDemoUrl);
  clock_.Advance(absl::Seconds(9));
  EXPECT_TRUE(Has(kDemoUrl));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, FailuresAreRememberedBriefly) {
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateFetchTimeout, "slow"));
  EXPECT_EQ(ReasonOf(Fetch(kDemoUrl)->chain.status()), Reason::kCertificateFetchTimeout);
  clock_.Advance(absl::Seconds(10) - absl::Nanoseconds(1));
  EXPECT_TRUE(Has(kDemoUrl));
  EXPECT_EQ(cache_->size(), 0u);
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_FALSE(Has(kDemoUrl));
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  EXPECT_TRUE(Fetch(kDemoUrl)->chain.ok());
}

TEST_F(CertificateCacheTest, ABodyThatIsNoChainIsAFailure) {
  fetcher_.ServeBody(kDemoUrl, "<html>not found</html>");
  EXPECT_EQ(ReasonOf(Fetch(kDemoUrl)->chain.status()), Reason::kCertificateMalformed);
  EXPECT_EQ(cache_->size(), 0u);
}

TEST_F(CertificateCacheTest, ARefusalForWantOfCapacityIsNotRememberedAgainstTheUrl) {
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kOverloaded, "64 downloads"));
  EXPECT_EQ(ReasonOf(Fetch(kDemoUrl)->chain.status()), Reason::kCertificateUnavailable);
  EXPECT_FALSE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, UnusedChainsGoFirst) {
  Use({absl::Hours(24), absl::Seconds(10), 4});
  for (const char* name : {"a", "b", "c", "d"}) {
    fetcher_.ServeBody(absl::StrCat("https://x/", name), DemoChainPem());
    Fetch(absl::StrCat("https://x/", name));
  }
  EXPECT_TRUE(Has("https://x/a"));  // a use
  fetcher_.ServeBody("https://x/e", DemoChainPem());
  Fetch("https://x/e");
  EXPECT_EQ(cache_->size(), 4u);
  EXPECT_TRUE(Has("https://x/a"));
  EXPECT_FALSE(Has("https://x/b"));
}

TEST_F(CertificateCacheTest, AFloodOfInventedUrlsLeavesProvenChainsAlone) {
  Use({absl::Hours(24), absl::Seconds(10), 20});
  for (int i = 0; i < 10; ++i) {
    const std::string url = absl::StrCat("https://good/", i);
    fetcher_.ServeBody(url, DemoChainPem());
    cache_->MarkProven(UrlOf(url), *Fetch(url));
  }
  for (int i = 0; i < 100; ++i) {
    const std::string url = absl::StrCat("https://evil/", i);
    fetcher_.ServeBody(url, DemoChainPem());
    Fetch(url);
    EXPECT_TRUE(Has(url));  // used twice, yet no call passed with it
  }
  EXPECT_LE(cache_->size(), 20u);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Has(absl::StrCat("https://good/", i))) << i;
}

TEST_F(CertificateCacheTest, AFloodOfFailuresLeavesChainsAlone) {
  Use({absl::Hours(24), absl::Hours(1), 10});
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Fetch(kDemoUrl);
  for (int i = 0; i < 1000; ++i) {
    const std::string url = absl::StrCat("https://evil/", i);
    fetcher_.Serve(url, MakeError(Reason::kCertificateUnavailable, "404"));
    Fetch(url);
  }
  EXPECT_TRUE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, ProvenChainsLeaveRoomForNewOnes) {
  Use({absl::Hours(24), absl::Seconds(10), 10});
  for (int i = 0; i < 30; ++i) {
    const std::string url = absl::StrCat("https://good/", i);
    fetcher_.ServeBody(url, DemoChainPem());
    cache_->MarkProven(UrlOf(url), *Fetch(url));
    EXPECT_TRUE(Has(url));
  }
  EXPECT_LE(cache_->size(), 10u);
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Fetch(kDemoUrl);
  EXPECT_TRUE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, WaitersAreAnsweredWhenTheFetcherStops) {
  std::vector<CachedCertificatePtr> results;
  {
    FakeFetcher fetcher;
    CertificateCache cache(fetcher, clock_, {});
    cache.Get(UrlOf(kDemoUrl),
              [&](CachedCertificatePtr certificate) { results.push_back(std::move(certificate)); });
  }
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ReasonOf(results[0]->chain.status()), Reason::kCertificateUnavailable);
}

TEST_F(CertificateCacheTest, ServesManyThreadsAtOnce) {
  Use({absl::Hours(24), absl::Seconds(10), 8});
  for (int i = 0; i < 20; ++i) fetcher_.ServeBody(absl::StrCat("https://x/", i), DemoChainPem());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 100; ++i) {
        const codec::Url url = UrlOf(absl::StrCat("https://x/", (i * (t + 3)) % 20));
        cache_->Get(url, [&](const CachedCertificatePtr& certificate) {
          if (i % 3 == 0) cache_->MarkProven(url, *certificate);
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache_->size(), 8u);
}

TEST(MaxAgeOfTest, ReadsTheDirective) {
  EXPECT_EQ(MaxAgeOf("max-age=60"), absl::Seconds(60));
  EXPECT_EQ(MaxAgeOf("public, MAX-AGE=\"60\" , immutable"), absl::Seconds(60));
  EXPECT_EQ(MaxAgeOf(""), absl::ZeroDuration());
  EXPECT_EQ(MaxAgeOf("no-store"), absl::ZeroDuration());
  EXPECT_EQ(MaxAgeOf("s-maxage=60"), absl::ZeroDuration());
  EXPECT_EQ(MaxAgeOf("max-age=-1"), absl::ZeroDuration());
  EXPECT_EQ(MaxAgeOf("max-age=x"), absl::ZeroDuration());
  EXPECT_EQ(MaxAgeOf("max-age=99999999999999999999999"), absl::ZeroDuration());
}

}  // namespace
}  // namespace sti::vs

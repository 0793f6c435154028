#include "services/vs/certificate_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "services/vs/refetch_limiter.h"
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
  CachedCertificatePtr FetchProven(const std::string& url) {
    CachedCertificatePtr certificate = Fetch(url);
    cache_->MarkProven(UrlOf(url), *certificate);
    return certificate;
  }
  // The same without being a use.
  bool Holds(const std::string& url) { return cache_->Peek(UrlOf(url)) != nullptr; }
  bool Has(const std::string& url) { return cache_->Find(UrlOf(url)) != nullptr; }

  testing::FakeClock clock_{stir::DemoTime()};
  FakeFetcher fetcher_;
  std::optional<CertificateCache> cache_{std::in_place, fetcher_, clock_, CertificateCacheOptions{}};
};

TEST_F(CertificateCacheTest, WhoWantsToKnowIsToldOnceWhichUrlsAreProven) {
  std::vector<std::string> told;
  CertificateCacheOptions options;
  options.proven = [&told](const codec::Url& url) { told.push_back(url.text()); };
  Use(options);
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Fetch(kDemoUrl);
  EXPECT_TRUE(told.empty());
  FetchProven(kDemoUrl);
  FetchProven(kDemoUrl);
  cache_->Restore(UrlOf("https://restored/"), *Fetch(kDemoUrl)->chain, clock_.TimeNow(),
                  clock_.TimeNow() + absl::Hours(1));
  EXPECT_EQ(told, (std::vector<std::string>{kDemoUrl, "https://restored/"}));
}

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
  EXPECT_TRUE(Holds(kDemoUrl));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Holds(kDemoUrl));
}

TEST_F(CertificateCacheTest, AShorterMaxAgeDoesNotCount) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem(), "max-age=1");
  Fetch(kDemoUrl);
  clock_.Advance(absl::Hours(23));
  EXPECT_TRUE(Holds(kDemoUrl));
}

TEST_F(CertificateCacheTest, ALongerMaxAgeCounts) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem(), "public, max-age=172800");
  Fetch(kDemoUrl);
  clock_.Advance(absl::Hours(48) - absl::Seconds(1));
  EXPECT_TRUE(Holds(kDemoUrl));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Holds(kDemoUrl));
}

TEST_F(CertificateCacheTest, NoChainIsKeptBeyondItsNotAfter) {
  const absl::Time end = stir::DemoCertificate("leaf1234.pem").not_after();
  clock_.Set(end - absl::Hours(1));
  fetcher_.ServeBody(kDemoUrl, DemoChainPem(), "max-age=99999999999");
  Fetch(kDemoUrl);
  clock_.Set(end - absl::Seconds(1));
  EXPECT_TRUE(Holds(kDemoUrl));
  clock_.Set(end);
  EXPECT_FALSE(Holds(kDemoUrl));
}

TEST_F(CertificateCacheTest, AnExpiredChainIsRememberedAsBrieflyAsAFailure) {
  clock_.Set(stir::DemoCertificate("leaf1234.pem").not_after() + absl::Hours(1));
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  Fetch(kDemoUrl);
  clock_.Advance(absl::Seconds(9));
  EXPECT_TRUE(Holds(kDemoUrl));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Holds(kDemoUrl));
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
  Use({absl::Hours(24), absl::Seconds(10), 20});  // four of them for unproven chains
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

TEST_F(CertificateCacheTest, UnprovenChainsGetAFifthThoughNothingElseIsThere) {
  Use({absl::Hours(24), absl::Seconds(10), 20});
  for (int i = 0; i < 100; ++i) {
    const std::string url = absl::StrCat("https://evil/", i);
    fetcher_.ServeBody(url, DemoChainPem());
    Fetch(url);
  }
  EXPECT_EQ(cache_->size(), 4u);
  for (int i = 0; i < 100; ++i) {
    const std::string url = absl::StrCat("https://good/", i);
    fetcher_.ServeBody(url, DemoChainPem());
    FetchProven(url);
  }
  EXPECT_EQ(cache_->Proven().size(), 16u);
}

TEST_F(CertificateCacheTest, AnUntrustedChainIsKeptAsBrieflyAsAFailure) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  const auto chain = Fetch(kDemoUrl);
  cache_->MarkUntrusted(UrlOf(kDemoUrl), *chain);
  clock_.Advance(absl::Seconds(9));
  EXPECT_TRUE(Has(kDemoUrl));
  cache_->MarkUntrusted(UrlOf(kDemoUrl), *chain);  // does not count again
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Has(kDemoUrl));
  EXPECT_NE(Fetch(kDemoUrl), chain);
}

TEST_F(CertificateCacheTest, AChainThatPassedIsKeptThoughUntrustedBeforeOrLater) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  const auto chain = Fetch(kDemoUrl);
  cache_->MarkUntrusted(UrlOf(kDemoUrl), *chain);
  cache_->MarkProven(UrlOf(kDemoUrl), *chain);
  cache_->MarkUntrusted(UrlOf(kDemoUrl), *chain);
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_TRUE(Holds(kDemoUrl));
}

TEST_F(CertificateCacheTest, UntrustedChainsGoBeforeOtherUnprovenOnesHoweverUsed) {
  Use({absl::Hours(24), absl::Seconds(10), 20});
  for (const char* name : {"a", "b", "c", "d"}) {
    fetcher_.ServeBody(absl::StrCat("https://x/", name), DemoChainPem());
    Fetch(absl::StrCat("https://x/", name));
  }
  for (int i = 0; i < 10; ++i) {
    const std::string url = absl::StrCat("https://evil/", i);
    fetcher_.ServeBody(url, DemoChainPem());
    cache_->MarkUntrusted(UrlOf(url), *Fetch(url));
    EXPECT_TRUE(Has(url));
  }
  for (const char* name : {"b", "c", "d"}) EXPECT_TRUE(Holds(absl::StrCat("https://x/", name)));
}

TEST_F(CertificateCacheTest, ABudgetCountsDownloadsThatStartAndNothingElse) {
  int budget = 2;
  std::vector<CachedCertificatePtr> results;
  const auto get = [&](const std::string& url) {
    cache_->Get(UrlOf(url), budget,
                [&](CachedCertificatePtr certificate) { results.push_back(std::move(certificate)); });
  };
  get("https://x/a");
  get("https://x/a");  // joins
  EXPECT_EQ(budget, 1);
  get("https://x/b");
  EXPECT_EQ(budget, 0);
  get("https://x/b");
  EXPECT_TRUE(results.empty());
  get("https://x/c");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(ReasonOf(results[0]->chain.status()), Reason::kCertificateUnavailable);
  EXPECT_FALSE(Has("https://x/c"));  // says nothing about the URL
  EXPECT_EQ(fetcher_.fetches(), 2);
  ASSERT_TRUE(fetcher_.Release("https://x/a", Ok(DemoChainPem())));
  get("https://x/a");  // cached
  EXPECT_EQ(results.size(), 4u);
  EXPECT_TRUE(results.back()->chain.ok());
  EXPECT_EQ(budget, 0);
  ASSERT_TRUE(fetcher_.Release("https://x/b", Ok(DemoChainPem())));
  EXPECT_EQ(results.size(), 6u);
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

class RenewalTest : public CertificateCacheTest {
 protected:
  RenewalTest() { fetcher_.ServeBody(kDemoUrl, DemoChainPem()); }
  CachedCertificatePtr Find() { return cache_->Find(UrlOf(kDemoUrl)); }
};

TEST_F(RenewalTest, AChainInUseIsRenewedBeforeItsEndAndServedMeanwhile) {
  const auto first = FetchProven(kDemoUrl);
  clock_.Advance(absl::Hours(24) * 0.79);
  EXPECT_EQ(Find(), first);
  EXPECT_EQ(fetcher_.fetches(), 1);
  clock_.Advance(absl::Hours(24) * 0.12);
  fetcher_.Hold(kDemoUrl);
  EXPECT_EQ(Find(), first);
  EXPECT_EQ(fetcher_.fetches(), 2);
  EXPECT_EQ(Find(), first);
  EXPECT_EQ(fetcher_.fetches(), 2);  // one renewal at a time
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  const auto second = Find();
  EXPECT_NE(second, first);
  EXPECT_EQ(second->expires, clock_.TimeNow() + absl::Hours(24));
}

TEST_F(RenewalTest, AChainThatNoCallPassedWithIsNot) {
  Fetch(kDemoUrl);
  clock_.Advance(absl::Hours(23));
  EXPECT_NE(Find(), nullptr);
  EXPECT_EQ(fetcher_.fetches(), 1);
  cache_->MarkProven(UrlOf(kDemoUrl), *Find());
  Find();
  EXPECT_EQ(fetcher_.fetches(), 2);
}

TEST_F(RenewalTest, AChainThatNobodyUsesIsNot) {
  FetchProven(kDemoUrl);
  clock_.Advance(absl::Hours(23));
  EXPECT_NE(cache_->Peek(UrlOf(kDemoUrl)), nullptr);
  EXPECT_EQ(fetcher_.fetches(), 1);
}

TEST_F(RenewalTest, ARenewalThatFailsLeavesTheChainInUseUntilItsEndAndIsTriedAgain) {
  const auto first = FetchProven(kDemoUrl);
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateFetchTimeout, "slow"));
  clock_.Advance(absl::Hours(22));
  EXPECT_EQ(Find(), first);
  EXPECT_EQ(fetcher_.fetches(), 2);
  clock_.Advance(kRenewalPause - absl::Seconds(1));
  EXPECT_EQ(Find(), first);
  EXPECT_EQ(fetcher_.fetches(), 2);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Find(), first);
  EXPECT_EQ(fetcher_.fetches(), 3);
  clock_.Set(first->expires);
  EXPECT_EQ(Find(), nullptr);
}

TEST_F(RenewalTest, ARenewedChainKeepsItsRank) {
  cache_->MarkProven(UrlOf(kDemoUrl), *Fetch(kDemoUrl));
  clock_.Advance(absl::Hours(23));
  Find();
  EXPECT_EQ(fetcher_.fetches(), 2);
  EXPECT_EQ(cache_->Proven().size(), 1u);
}

TEST_F(RenewalTest, ACallThatComesAfterTheEndWaitsForTheRenewalUnderWay) {
  FetchProven(kDemoUrl);
  clock_.Advance(absl::Hours(23));
  fetcher_.Hold(kDemoUrl);
  Find();
  clock_.Advance(absl::Hours(2));
  CachedCertificatePtr late;
  cache_->Get(UrlOf(kDemoUrl), [&](CachedCertificatePtr certificate) { late = std::move(certificate); });
  EXPECT_EQ(fetcher_.fetches(), 2);
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  ASSERT_NE(late, nullptr);
  EXPECT_TRUE(late->chain.ok());
}

TEST_F(RenewalTest, RenewalsHaveAFetcherOfTheirOwn) {
  FakeFetcher renewals;
  CertificateCache cache(fetcher_, renewals, clock_, CertificateCacheOptions{});
  cache.Get(UrlOf(kDemoUrl), [&cache](const CachedCertificatePtr& certificate) {
    cache.MarkProven(UrlOf(kDemoUrl), *certificate);
  });
  clock_.Advance(absl::Hours(23));
  cache.Find(UrlOf(kDemoUrl));
  EXPECT_EQ(fetcher_.fetches(), 1);
  EXPECT_EQ(renewals.fetches(), 1);
}

class RefetchTest : public RenewalTest {
 protected:
  CachedCertificatePtr Refetch(const CachedCertificatePtr& known) {
    CachedCertificatePtr result;
    int calls = 0;
    cache_->Refetch(UrlOf(kDemoUrl), known, [&](CachedCertificatePtr certificate) {
      result = std::move(certificate);
      ++calls;
    });
    EXPECT_EQ(calls, 1);
    return result;
  }
};

TEST_F(RefetchTest, BringsTheCertificateThatStandsThereNow) {
  const auto old = Fetch(kDemoUrl);
  clock_.Advance(kRefetchAge);
  fetcher_.ServeBody(kDemoUrl, RevokedChainPem());
  const auto fresh = Refetch(old);
  ASSERT_TRUE(fresh->chain.ok());
  EXPECT_NE(fresh->chain->leaf().serial(), DemoSerial());
  EXPECT_EQ(Find(), fresh);
}

TEST_F(RefetchTest, WhoComesLaterGetsTheNewOneWithoutADownload) {
  const auto old = Fetch(kDemoUrl);
  clock_.Advance(kRefetchAge);
  const auto fresh = Refetch(old);
  EXPECT_EQ(Refetch(old), fresh);
  EXPECT_EQ(fetcher_.fetches(), 2);
}

TEST_F(RefetchTest, AFreshOneIsNotFetchedAgain) {
  const auto known = Fetch(kDemoUrl);
  clock_.Advance(kRefetchAge - absl::Milliseconds(1));
  EXPECT_EQ(Refetch(known), known);
  EXPECT_EQ(fetcher_.fetches(), 1);
}

TEST_F(RefetchTest, AFailedOneLeavesTheOldInUseAndIsNotTriedAgainAtOnce) {
  const auto old = FetchProven(kDemoUrl);
  clock_.Advance(kRefetchAge);
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateUnavailable, "404"));
  EXPECT_EQ(Refetch(old), old);
  EXPECT_EQ(Find(), old);
  clock_.Advance(kRefetchAge - absl::Milliseconds(1));
  EXPECT_EQ(Refetch(old), old);
  EXPECT_EQ(fetcher_.fetches(), 2);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Refetch(old), old);
  EXPECT_EQ(fetcher_.fetches(), 3);
}

TEST_F(RefetchTest, HoweverManyWaitForOneDownloadEachGetsTheNewChain) {
  const auto old = FetchProven(kDemoUrl);
  clock_.Advance(kRefetchAge);
  fetcher_.Hold(kDemoUrl);
  std::vector<CachedCertificatePtr> results;
  constexpr size_t kCalls = 2 * RefetchLimiter::kPerMinute;
  for (size_t i = 0; i < kCalls; ++i) {
    cache_->Refetch(UrlOf(kDemoUrl), old,
                    [&](CachedCertificatePtr certificate) { results.push_back(std::move(certificate)); });
  }
  EXPECT_EQ(fetcher_.fetches(), 2);
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(RevokedChainPem())));
  ASSERT_EQ(results.size(), kCalls);
  for (const auto& result : results) EXPECT_EQ(result, Find());
  EXPECT_NE(Find(), old);
}

TEST_F(RefetchTest, BadSignaturesForOneUrlOfAHostLeaveTheOthersTheirDownload) {
  const std::string other = "https://cr.example.net/other.pem";
  fetcher_.ServeBody(other, DemoChainPem());
  const auto attacked = FetchProven(kDemoUrl);
  const auto swapped = FetchProven(other);
  clock_.Advance(kRefetchAge);
  fetcher_.Serve(kDemoUrl, MakeError(Reason::kCertificateUnavailable, "busy"));
  for (int i = 0; i < 2 * RefetchLimiter::kPerMinute; ++i) Refetch(attacked);
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 2);
  fetcher_.ServeBody(other, RevokedChainPem());
  CachedCertificatePtr found;
  cache_->Refetch(UrlOf(other), swapped,
                  [&](CachedCertificatePtr certificate) { found = std::move(certificate); });
  EXPECT_NE(found, swapped);
}

TEST_F(RefetchTest, ChainsThatNoCallPassedWithShareOneAllowance) {
  // Each under a host of its own, where a host's allowance would be no bound.
  const auto url = [](int i) { return absl::StrCat("https://evil", i, ".example/x.pem"); };
  constexpr int kMost = RefetchLimiter::kPerMinute;
  const auto good = FetchProven(kDemoUrl);
  for (int i = 0; i <= kMost; ++i) {
    fetcher_.ServeBody(url(i), DemoChainPem());
    Fetch(url(i));
  }
  clock_.Advance(kRefetchAge);
  for (int i = 0; i <= kMost; ++i) {
    const CachedCertificatePtr known = cache_->Peek(UrlOf(url(i)));
    ASSERT_NE(known, nullptr);
    cache_->Refetch(UrlOf(url(i)), known, [](const CachedCertificatePtr&) {});
    EXPECT_EQ(fetcher_.fetches(url(i)), i < kMost ? 2 : 1) << i;
  }
  EXPECT_NE(Refetch(good), good);
}

TEST_F(RefetchTest, TakesItsDownloadOffTheCallsBudget) {
  const auto old = FetchProven(kDemoUrl);
  clock_.Advance(kRefetchAge);
  CachedCertificatePtr found;
  const auto keep = [&](CachedCertificatePtr certificate) { found = std::move(certificate); };
  int budget = 0;
  cache_->Refetch(UrlOf(kDemoUrl), old, budget, keep);
  EXPECT_EQ(found, old);
  budget = 1;
  cache_->Refetch(UrlOf(kDemoUrl), old, budget, keep);
  EXPECT_NE(found, old);
  EXPECT_EQ(budget, 0);
}

TEST(RefetchLimiterTest, OneHostHasSoMuchAMinute) {
  RefetchLimiter limiter;
  const absl::Time now = stir::DemoTime();
  for (int i = 0; i < RefetchLimiter::kPerMinute; ++i) EXPECT_TRUE(limiter.Admit("a", now));
  EXPECT_FALSE(limiter.Admit("a", now + absl::Minutes(1) - absl::Milliseconds(1)));
  EXPECT_TRUE(limiter.Admit("b", now));
  EXPECT_TRUE(limiter.Admit("a", now + absl::Minutes(1)));
}

TEST(RefetchLimiterTest, ManyHostsAreBounded) {
  RefetchLimiter limiter;
  const absl::Time now = stir::DemoTime();
  for (int i = 0; i < 1024; ++i) EXPECT_TRUE(limiter.Admit(absl::StrCat("host", i), now));
  EXPECT_FALSE(limiter.Admit("one more", now));
  EXPECT_TRUE(limiter.Admit("host7", now));
  EXPECT_TRUE(limiter.Admit("one more", now + absl::Minutes(1)));
}

TEST_F(CertificateCacheTest, ExpiresCountsWhereThereIsNoMaxAge) {
  auto response = Ok(DemoChainPem());
  response.date = "Mon, 23 Nov 2026 10:00:00 GMT";
  response.expires = "Wed, 25 Nov 2026 10:00:00 GMT";
  response.age = "3600";
  fetcher_.Serve(kDemoUrl, response);
  EXPECT_EQ(Fetch(kDemoUrl)->expires, clock_.TimeNow() + absl::Hours(47));
}

TEST_F(CertificateCacheTest, NoStoreIsObeyedOnlyWhenAsked) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem(), "no-store");
  EXPECT_TRUE(Fetch(kDemoUrl)->chain.ok());
  EXPECT_TRUE(Has(kDemoUrl));
  CertificateCacheOptions obeying;
  obeying.obey_no_store = true;
  Use(obeying);
  EXPECT_TRUE(Fetch(kDemoUrl)->chain.ok());
  EXPECT_FALSE(Has(kDemoUrl));
}

TEST_F(CertificateCacheTest, WhatIsDownloadedDuringAPurgeIsNotRemembered) {
  CachedCertificatePtr before, after;
  cache_->Get(UrlOf(kDemoUrl), [&](CachedCertificatePtr certificate) { before = std::move(certificate); });
  cache_->Purge([](const std::string& url) { return url == kRevokedUrl; });
  cache_->Purge([](const std::string& url) { return url == kDemoUrl; });
  cache_->Get(UrlOf(kDemoUrl), [&](CachedCertificatePtr certificate) { after = std::move(certificate); });
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 2) << "who comes later does not join the old download";
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(RevokedChainPem())));
  ASSERT_NE(before, nullptr);
  EXPECT_TRUE(before->chain.ok());
  EXPECT_EQ(after, nullptr);
  EXPECT_FALSE(Holds(kDemoUrl));
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->chain->leaf().serial(), DemoSerial());
  EXPECT_TRUE(Holds(kDemoUrl));
}

TEST_F(CertificateCacheTest, APurgeOfOthersLeavesADownloadAlone) {
  int answers = 0;
  for (int i = 0; i < 2; ++i) {
    cache_->Get(UrlOf(kDemoUrl), [&](const CachedCertificatePtr&) { ++answers; });
    cache_->Purge([](const std::string& url) { return url == kRevokedUrl; });
  }
  EXPECT_EQ(fetcher_.fetches(kDemoUrl), 1);
  ASSERT_TRUE(fetcher_.Release(kDemoUrl, Ok(DemoChainPem())));
  EXPECT_EQ(answers, 2);
  EXPECT_TRUE(Holds(kDemoUrl));
}

TEST_F(CertificateCacheTest, APurgeForgetsChainsAndFailures) {
  fetcher_.ServeBody(kDemoUrl, DemoChainPem());
  fetcher_.ServeBody("https://other/x", DemoChainPem());
  fetcher_.Serve("https://other/y", MakeError(Reason::kCertificateUnavailable, "404"));
  cache_->MarkProven(UrlOf(kDemoUrl), *Fetch(kDemoUrl));
  Fetch("https://other/x");
  Fetch("https://other/y");
  EXPECT_EQ(cache_->Purge([](const std::string& url) { return url.rfind("https://other/", 0) == 0; }), 2u);
  EXPECT_TRUE(Has(kDemoUrl));
  EXPECT_FALSE(Has("https://other/x"));
  EXPECT_FALSE(Has("https://other/y"));
  EXPECT_EQ(cache_->Purge([](const std::string&) { return true; }), 1u);
  EXPECT_EQ(cache_->size(), 0u);
}

}  // namespace
}  // namespace sti::vs

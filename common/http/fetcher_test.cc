#include "common/http/fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/http/testing/hostile_server.h"
#include "common/http/testing/name_service.h"
#include "common/testing/tls_material.h"

namespace sti::http {
namespace {

using ::testing::HasSubstr;
using testing::HostileServer;
using testing::NameService;
using ::testing::Not;
using testing::TlsFiles;
using testing::TlsMaterial;

using Outcome = absl::StatusOr<FetchResponse>;

// One server for all tests of this file: it holds no state that they could see of each other.
struct World {
  TlsMaterial tls;
  HostileServer server{tls.Server()};
};

World& GetWorld() {
  static World& world = *new World;
  return world;
}

class FetcherTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { GetWorld(); }
  static void TearDownTestSuite() { NameService::Release(); }

  // Loopback allowed, and so long a timeout that only a test that wants one meets it.
  static FetcherOptions Options() {
    FetcherOptions options;
    options.ca_file = GetWorld().tls.ca_file();
    options.allowed_ports = GetWorld().server.ports();
    options.allowed_special_addresses = {"127.0.0.0/8"};
    options.timeout = absl::Minutes(5);
    options.max_body = 1000;
    options.max_header = 1000;
    return options;
  }
  static std::unique_ptr<HttpFetcher> Create(const FetcherOptions& options) {
    return CreateFetcher(options).value();
  }
  static codec::Url Url(absl::string_view path, absl::string_view host = "127.0.0.1",
                        const std::string& kind = "tls") {
    return codec::Url::Parse(absl::StrCat("https://", host, ":", GetWorld().server.port(kind), path)).value();
  }
  static std::future<Outcome> Begin(HttpFetcher& fetcher, const codec::Url& url) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    // set_value throws when called twice, which would end the test program.
    fetcher.Fetch(url, [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
    return promise->get_future();
  }
  static Outcome Fetch(HttpFetcher& fetcher, const codec::Url& url) { return Begin(fetcher, url).get(); }
  static Outcome Fetch(const codec::Url& url, const FetcherOptions& options = Options()) {
    return Fetch(*Create(options), url);
  }
  static int Connections(HttpFetcher& fetcher) { return std::stoi(Fetch(fetcher, Url("/count"))->body); }

  static void ExpectUnavailable(const Outcome& outcome, absl::string_view text) {
    EXPECT_EQ(ReasonOf(outcome.status()), Reason::kCertificateUnavailable) << outcome.status();
    EXPECT_THAT(std::string(outcome.status().message()), HasSubstr(std::string(text)));
    EXPECT_THAT(std::string(outcome.status().message()), Not(HasSubstr("SECRET")));
  }
  static void ExpectRefused(const Outcome& outcome, absl::string_view text) {
    EXPECT_EQ(ReasonOf(outcome.status()), Reason::kCertificateAddressRefused) << outcome.status();
    EXPECT_THAT(std::string(outcome.status().message()), HasSubstr(std::string(text)));
  }
};

TEST_F(FetcherTest, AnswerComesWithItsCachingAndType) {
  const Outcome outcome = Fetch(Url("/chain"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->status, 200);
  EXPECT_EQ(outcome->body, "a chain");
  EXPECT_EQ(outcome->content_type, "application/pem-certificate-chain");
  EXPECT_EQ(outcome->cache_control, "public, max-age=86400");
}

TEST_F(FetcherTest, AnswerWithoutTypeAndCachingLeavesThemEmpty) {
  const Outcome outcome = Fetch(Url("/bare"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->content_type, "");
  EXPECT_EQ(outcome->cache_control, "");
  EXPECT_EQ(outcome->expires + outcome->age + outcome->date, "");
}

TEST_F(FetcherTest, AnswerComesWithItsAge) {
  const Outcome outcome = Fetch(Url("/dated"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->date, "Mon, 23 Nov 2026 10:00:00 GMT");  // the first of two
  EXPECT_EQ(outcome->age, "7");
  EXPECT_EQ(outcome->expires, "Tue, 24 Nov 2026 10:00:00 GMT");
}

TEST_F(FetcherTest, RequestSaysNoMoreThanItMust) {
  const auto fetcher = Create(Options());
  ASSERT_TRUE(Fetch(*fetcher, Url("/echo/first")).ok());
  const Outcome outcome = Fetch(*fetcher, Url("/echo/a/../b%2Fc"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(outcome->body, HasSubstr("GET /echo/a/../b%2Fc HTTP/1.1\r\n"));
  EXPECT_THAT(outcome->body,
              HasSubstr(absl::StrCat("Host: 127.0.0.1:", GetWorld().server.port("tls"), "\r\n")));
  for (const char* unwanted : {"Cookie", "Authorization", "Accept-Encoding", "Upgrade", "Referer"}) {
    EXPECT_THAT(outcome->body, Not(HasSubstr(unwanted)));
  }
}

TEST_F(FetcherTest, ConnectionIsUsedAgain) {
  const auto fetcher = Create(Options());
  const Outcome first = Fetch(*fetcher, Url("/number"));
  const Outcome second = Fetch(*fetcher, Url("/number"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->body, second->body);
}

TEST_F(FetcherTest, BodyMayBeAsLargeAsTheLimit) {
  EXPECT_EQ(Fetch(Url("/body/1000"))->body.size(), 1000u);
  ExpectUnavailable(Fetch(Url("/body/1001")), "larger than the limit");
  EXPECT_EQ(Fetch(Url("/chunked/1000"))->body.size(), 1000u);
  ExpectUnavailable(Fetch(Url("/chunked/1001")), "larger than the limit");
}

TEST_F(FetcherTest, EndlessAnswersAreCutOff) {
  ExpectUnavailable(Fetch(Url("/endless")), "larger than the limit");
  ExpectUnavailable(Fetch(Url("/headers")), "larger than the limit");
  ExpectUnavailable(Fetch(Url("/continue")), "larger than the limit");
}

TEST_F(FetcherTest, HeaderMayBeAsLargeAsTheLimit) {
  EXPECT_TRUE(Fetch(Url("/header/900")).ok());
  ExpectUnavailable(Fetch(Url("/header/1000")), "larger than the limit");
  EXPECT_TRUE(Fetch(Url("/trailer/900")).ok());
  ExpectUnavailable(Fetch(Url("/trailer/1000")), "larger than the limit");
}

TEST_F(FetcherTest, StatusOtherThan200IsNamedAndItsBodyNotQuoted) {
  for (const char* status : {"201", "206", "400", "401", "404", "410", "500", "503"}) {
    ExpectUnavailable(Fetch(Url(absl::StrCat("/status/", status))), absl::StrCat("HTTP status ", status));
  }
  ExpectUnavailable(Fetch(Url("/empty")), "HTTP status 204");
}

TEST_F(FetcherTest, RedirectIsNotFollowed) {
  for (const char* status : {"301", "302", "303", "307", "308"}) {
    ExpectUnavailable(Fetch(Url(absl::StrCat("/redirect/", status))),
                      absl::StrCat("HTTP status ", status, "; redirects are not followed"));
  }
}

TEST_F(FetcherTest, BrokenAnswersAreUnavailable) {
  for (const char* path : {"/truncated", "/garbage", "/reset", "/hangup"}) {
    ExpectUnavailable(Fetch(Url(path)), path);
  }
}

TEST_F(FetcherTest, CertificateOfAnotherHostIsRefused) {
  NameService::Set("wrong.test", {"127.0.0.1"});
  ExpectUnavailable(Fetch(Url("/chain", "wrong.test")), "certificate is for another host");
}

TEST_F(FetcherTest, CertificateOfAnUntrustedCaIsRefused) {
  TlsMaterial other;
  FetcherOptions options = Options();
  options.ca_file = other.ca_file();
  ExpectUnavailable(Fetch(Url("/chain"), options), "TLS certificate: ");
  // The web's roots do not know the test's CA.
  options.ca_file.clear();
  ExpectUnavailable(Fetch(Url("/chain"), options), "TLS certificate: ");
}

TEST_F(FetcherTest, OldTlsAndNoTlsAreRefused) {
  ExpectUnavailable(Fetch(Url("/chain", "127.0.0.1", "old")), "SSL");
  ExpectUnavailable(Fetch(Url("/chain", "127.0.0.1", "plain")), "SSL");
}

TEST_F(FetcherTest, SilenceEndsWithTheTimeout) {
  FetcherOptions options = Options();
  options.timeout = absl::Milliseconds(300);
  for (const codec::Url& url : {Url("/tarpit"), Url("/drip"), Url("/chain", "127.0.0.1", "mute")}) {
    const Outcome outcome = Fetch(url, options);
    EXPECT_EQ(ReasonOf(outcome.status()), Reason::kCertificateFetchTimeout) << outcome.status();
    EXPECT_THAT(std::string(outcome.status().message()), HasSubstr("300ms"));
  }
}

TEST_F(FetcherTest, NameThatDoesNotResolveIsUnavailable) {
  ExpectUnavailable(Fetch(Url("/chain", "nowhere.test")), "resolve");
}

TEST_F(FetcherTest, NameServiceThatHangsHoldsUpNobodyElse) {
  NameService::Block("slow.test");
  FetcherOptions options = Options();
  options.timeout = absl::Milliseconds(300);
  const auto fetcher = Create(options);
  EXPECT_EQ(ReasonOf(Fetch(*fetcher, Url("/chain", "slow.test")).status()), Reason::kCertificateFetchTimeout);
  // That look-up hangs until the end of the suite.
  while (!Fetch(*fetcher, Url("/chain")).ok()) {  // on a busy machine the time may be too short for this one
  }
  const auto under_way = Create(Options());
  auto pending = Begin(*under_way, Url("/chain", "slow.test"));
  EXPECT_TRUE(Fetch(*under_way, Url("/chain")).ok());
}

TEST_F(FetcherTest, SpecialAddressesAreRefused) {
  FetcherOptions options = Options();
  options.allowed_special_addresses.clear();
  const auto fetcher = Create(options);
  ExpectRefused(Fetch(*fetcher, Url("/chain", "127.0.0.1")), "loopback");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "[::1]")), "loopback");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "[::ffff:127.0.0.1]")), "loopback");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "[::ffff:7f00:1]")), "loopback");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "[64:ff9b::127.0.0.1]")), "NAT64");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "[2002:7f00:1::1]")), "6to4");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "10.0.0.1")), "private");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "169.254.169.254")), "link local");
  ExpectRefused(Fetch(*fetcher, Url("/chain", "0.0.0.0")), "this network");
}

TEST_F(FetcherTest, NamesOfSpecialAddressesAreRefused) {
  FetcherOptions options = Options();
  options.allowed_special_addresses.clear();
  const auto fetcher = Create(options);
  NameService::Set("private.test", {"10.0.0.1"});
  NameService::Set("loopback.test", {"127.0.0.1"});
  NameService::Set("loopback6.test", {"::1"});
  NameService::Set("mapped.test", {"::ffff:127.0.0.1"});
  NameService::Set("all.test", {"192.168.0.1", "fe80::1", "127.0.0.1"});
  for (const char* name :
       {"private.test", "loopback.test", "loopback6.test", "mapped.test", "all.test", "localhost"}) {
    ExpectRefused(Fetch(*fetcher, Url("/chain", name)), "its address is special");
  }
}

TEST_F(FetcherTest, RefusedAddressIsNeverConnectedTo) {
  const auto watcher = Create(Options());
  const int before = Connections(*watcher);
  FetcherOptions options = Options();
  options.allowed_special_addresses = {"10.0.0.0/8"};
  ExpectRefused(Fetch(Url("/chain"), options), "loopback");
  EXPECT_EQ(Connections(*watcher), before);
}

TEST_F(FetcherTest, OddSpellingsOfAddressesDoNotPass) {
  for (const char* host :
       {"2130706433", "0x7f.1", "0x7f000001", "127.1", "0177.0.0.1", "017700000001", "127.0.0.1."}) {
    const auto url =
        codec::Url::Parse(absl::StrCat("https://", host, ":", GetWorld().server.port("tls"), "/chain"));
    if (!url.ok()) continue;
    FetcherOptions options = Options();
    options.allowed_special_addresses.clear();
    EXPECT_FALSE(Fetch(*url, options).ok()) << host;
  }
}

TEST_F(FetcherTest, OnlyTheAllowedAddressOfANameIsConnectedTo) {
  NameService::Set("mixed.test", {"10.0.0.1", "127.0.0.1"});
  // It got through to the TLS of 127.0.0.1, which has no certificate for that name.
  ExpectUnavailable(Fetch(Url("/chain", "mixed.test")), "certificate is for another host");
}

TEST_F(FetcherTest, NameThatMovesToASpecialAddressIsRefused) {
  FetcherOptions options = Options();
  options.allowed_special_addresses = {"127.0.0.1/32"};
  NameService::Set("rebind.test", {"127.0.0.1"});
  ExpectUnavailable(Fetch(Url("/chain", "rebind.test"), options), "certificate is for another host");
  EXPECT_EQ(NameService::LookUps("rebind.test"), 1);  // what was judged is what was connected to
  NameService::Set("rebind.test", {"127.0.0.2"});
  ExpectRefused(Fetch(Url("/chain", "rebind.test"), options), "loopback");
}

TEST_F(FetcherTest, PortThatIsNotAllowedIsRefusedBeforeTheLookUp) {
  FetcherOptions options = Options();
  options.allowed_ports = {443, 8443};
  const codec::Url url = Url("/chain", "port.test");
  ExpectUnavailable(Fetch(url, options), absl::StrCat("port ", url.port(), " is not allowed"));
  EXPECT_EQ(NameService::LookUps("port.test"), 0);
}

TEST_F(FetcherTest, ProxyOfTheEnvironmentIsIgnored) {
  const std::string mute = absl::StrCat("http://127.0.0.1:", GetWorld().server.port("mute"));
  constexpr const char* kNames[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  // NOLINTBEGIN(concurrency-mt-unsafe): no fetcher runs.
  for (const char* name : kNames) setenv(name, mute.c_str(), 1);
  EXPECT_TRUE(Fetch(Url("/chain")).ok());
  for (const char* name : kNames) unsetenv(name);
  // NOLINTEND(concurrency-mt-unsafe)
}

TEST_F(FetcherTest, DownloadsBeyondTheCapAreRefusedAtOnce) {
  FetcherOptions options = Options();
  options.max_downloads = 3;
  options.max_downloads_per_host = 2;
  const auto fetcher = Create(options);
  NameService::Set("other.test", {"127.0.0.1"});
  const auto first = Begin(*fetcher, Url("/tarpit"));
  const auto second = Begin(*fetcher, Url("/tarpit"));
  const Outcome of_host = Fetch(*fetcher, Url("/chain"));
  EXPECT_EQ(ReasonOf(of_host.status()), Reason::kOverloaded) << of_host.status();
  const auto third = Begin(*fetcher, Url("/chain", "other.test", "mute"));
  const Outcome of_all = Fetch(*fetcher, Url("/chain", "another.test"));
  EXPECT_EQ(ReasonOf(of_all.status()), Reason::kOverloaded) << of_all.status();
}

// As a wildcard in the DNS makes them.
TEST_F(FetcherTest, ManyNamesOfOneAddressShareItsCap) {
  FetcherOptions options = Options();
  options.max_downloads_per_host = 1;
  options.max_downloads_per_address = 2;
  auto fetcher = Create(options);
  for (const char* name : {"one.test", "two.test", "three.test"}) NameService::Set(name, {"127.0.0.1"});
  auto first = Begin(*fetcher, Url("/", "one.test", "mute"));
  auto second = Begin(*fetcher, Url("/", "two.test", "mute"));
  // Which of the three comes last is up to the resolver.
  auto third = Begin(*fetcher, Url("/", "three.test", "mute"));
  int refused = 0;
  while (refused == 0) {
    for (auto* pending : {&first, &second, &third}) {
      if (pending->wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) continue;
      const Outcome outcome = pending->get();
      EXPECT_EQ(ReasonOf(outcome.status()), Reason::kOverloaded) << outcome.status();
      ++refused;
      break;
    }
  }
  // Nor is there a place for an address in the URL.
  EXPECT_EQ(ReasonOf(Fetch(*fetcher, Url("/chain")).status()), Reason::kOverloaded);
  fetcher.reset();
}

TEST_F(FetcherTest, AConnectionUsedAgainCounts) {
  FetcherOptions options = Options();
  options.max_downloads_per_address = 1;
  const auto fetcher = Create(options);
  // One after the other there is always a place, on whichever connection.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Fetch(*fetcher, Url("/chain")).ok());
  const auto hanging = Begin(*fetcher, Url("/tarpit"));
  EXPECT_EQ(ReasonOf(Fetch(*fetcher, Url("/chain")).status()), Reason::kOverloaded);
}

TEST_F(FetcherTest, PlaceIsFreeAgainHoweverADownloadEnds) {
  FetcherOptions options = Options();
  options.max_downloads = options.max_downloads_per_host = options.max_downloads_per_address = 1;
  const auto fetcher = Create(options);
  for (const char* path : {"/chain", "/status/404", "/reset", "/endless"}) {
    EXPECT_NE(ReasonOf(Fetch(*fetcher, Url(path)).status()), Reason::kOverloaded) << path;
  }
  ExpectRefused(Fetch(*fetcher, Url("/chain", "10.0.0.1")), "private");
  ExpectUnavailable(Fetch(*fetcher, Url("/chain", "nowhere.test")), "resolve");
  EXPECT_TRUE(Fetch(*fetcher, Url("/chain")).ok());
}

TEST_F(FetcherTest, ManyDownloadsFinishWhileOthersHang) {
  FetcherOptions options = Options();
  options.max_downloads = options.max_downloads_per_host = options.max_downloads_per_address = 200;
  auto fetcher = Create(options);
  std::vector<std::future<Outcome>> hanging, quick;
  for (int i = 0; i < 20; ++i) hanging.push_back(Begin(*fetcher, Url(i % 2 == 0 ? "/tarpit" : "/drip")));
  for (int i = 0; i < 20; ++i) hanging.push_back(Begin(*fetcher, Url("/", "127.0.0.1", "mute")));
  for (int i = 0; i < 100; ++i) quick.push_back(Begin(*fetcher, Url("/chain")));
  for (auto& pending : quick) {
    const Outcome outcome = pending.get();
    EXPECT_TRUE(outcome.ok()) << outcome.status();
  }
  fetcher.reset();
  int stopped = 0;
  for (auto& pending : hanging) {
    // A drip may have reached the limit of the body before.
    if (ReasonOf(pending.get().status()) == Reason::kCertificateUnavailable) ++stopped;
  }
  EXPECT_EQ(stopped, 40);
}

TEST_F(FetcherTest, DestructorFailsWhatIsUnderWay) {
  auto fetcher = Create(Options());
  auto connecting = Begin(*fetcher, Url("/", "127.0.0.1", "mute"));
  auto waiting = Begin(*fetcher, Url("/tarpit"));
  fetcher.reset();
  ExpectUnavailable(connecting.get(), "shutting down");
  ExpectUnavailable(waiting.get(), "shutting down");
}

TEST_F(FetcherTest, CallbackMayFetchAgainEvenWhileTheFetcherGoes) {
  auto fetcher = Create(Options());
  HttpFetcher* const raw = fetcher.get();
  std::promise<Outcome> second, last;
  fetcher->Fetch(Url("/chain"), [&](const Outcome&) {
    raw->Fetch(Url("/chain"), [&](Outcome outcome) { second.set_value(std::move(outcome)); });
  });
  EXPECT_TRUE(second.get_future().get().ok());
  fetcher->Fetch(Url("/tarpit"), [&](const Outcome&) {
    raw->Fetch(Url("/chain"), [&](Outcome outcome) { last.set_value(std::move(outcome)); });
  });
  fetcher.reset();
  ExpectUnavailable(last.get_future().get(), "shutting down");
}

TEST_F(FetcherTest, ThreadsMayFetchAtTheSameTime) {
  FetcherOptions options = Options();
  options.max_downloads = options.max_downloads_per_host = options.max_downloads_per_address = 100;
  const auto fetcher = Create(options);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10; ++k) good += Fetch(*fetcher, Url("/chain")).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
}

TEST_F(FetcherTest, BadOptionsAreNamed) {
  const auto field = [](auto change) {
    FetcherOptions options = Options();
    change(options);
    const absl::Status status = CreateFetcher(options).status();
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << status;
    return FieldOf(status);
  };
  EXPECT_EQ(field([](FetcherOptions& o) { o.ca_file = "/nonexistent"; }), "ca_file");
  EXPECT_EQ(field([](FetcherOptions& o) { o.ca_file = "/dev/null"; }), "ca_file");
  EXPECT_EQ(field([](FetcherOptions& o) { o.allowed_ports.clear(); }), "allowed_ports");
  EXPECT_EQ(field([](FetcherOptions& o) { o.allowed_special_addresses = {"x"}; }),
            "allowed_special_addresses[0]");
  EXPECT_EQ(field([](FetcherOptions& o) { o.timeout = absl::ZeroDuration(); }), "timeout");
  EXPECT_EQ(field([](FetcherOptions& o) { o.timeout = absl::InfiniteDuration(); }), "timeout");
  EXPECT_EQ(field([](FetcherOptions& o) { o.max_downloads = 0; }), "max_downloads");
  EXPECT_EQ(field([](FetcherOptions& o) { o.max_downloads_per_host = 0; }), "max_downloads_per_host");
  EXPECT_EQ(field([](FetcherOptions& o) { o.max_downloads_per_address = 0; }), "max_downloads_per_address");
}

}  // namespace
}  // namespace sti::http

#include "common/metrics/metrics.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/answer.h"
#include "common/http/message.h"
#include "common/http/server.h"
#include "common/metrics/admin_routes.h"
#include "common/metrics/http_metrics.h"
#include "common/metrics/process_metrics.h"

namespace sti::metrics {
namespace {

TEST(MetricsTest, WhatWasCountedIsExposed) {
  Metrics metrics;
  metrics.CounterOf("sti_calls_total", "Calls.", {{"verdict", "passed"}}).Add(2);
  metrics.CounterOf("sti_calls_total", "Calls.", {{"verdict", "passed"}}).Increment();
  metrics.CounterOf("sti_calls_total", "Calls.", {{"verdict", "failed"}}).Increment();
  metrics.GaugeOf("sti_age_seconds", "Age.").Set(7.5);
  Histogram& latency = metrics.HistogramOf("sti_latency_seconds", "Latency.", {0.1, 1});
  latency.Observe(0.1);  // bounds are inclusive
  latency.Observe(0.11);
  latency.Observe(5);
  const std::string text = metrics.Text();
  for (const char* line :
       {"# HELP sti_calls_total Calls.\n", "# TYPE sti_calls_total counter\n",
        "sti_calls_total{verdict=\"passed\"} 3\n", "sti_calls_total{verdict=\"failed\"} 1\n",
        "# TYPE sti_age_seconds gauge\n", "sti_age_seconds 7.5\n",
        "sti_latency_seconds_bucket{le=\"0.1\"} 1\n", "sti_latency_seconds_bucket{le=\"1\"} 2\n",
        "sti_latency_seconds_bucket{le=\"+Inf\"} 3\n", "sti_latency_seconds_count 3\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << "\n" << text;
  }
}

TEST(MetricsTest, AScrapeAsksForWhatIsOnlyKnownThen) {
  Metrics metrics;
  Gauge& gauge = metrics.GaugeOf("sti_scrapes", "Scrapes.");
  metrics.OnScrape([&] { gauge.Add(1); });
  EXPECT_TRUE(absl::StrContains(metrics.Text(), "sti_scrapes 1\n"));
  EXPECT_TRUE(absl::StrContains(metrics.Text(), "sti_scrapes 2\n"));
}

TEST(MetricsTest, ManyThreadsLoseNothing) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) metrics.CounterOf("sti_n_total", "N.").Increment();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(absl::StrContains(metrics.Text(), "sti_n_total 4000\n"));
}

TEST(MetricsDeathTest, AMistakenNameEndsTheProgram) {
  Metrics metrics;
  EXPECT_DEATH(metrics.CounterOf("not a name", "Help."), "not a name");
  metrics.CounterOf("sti_total", "Help.");
  EXPECT_DEATH(metrics.GaugeOf("sti_total", "Help."), "sti_total");
}

class AdminRoutesTest : public ::testing::Test {
 protected:
  http::HttpResponse Get(const std::string& target, const std::string& method = "GET") const {
    http::HttpRequest request;
    request.method = method;
    request.target = target;
    return routes_.Handle(request);
  }

  Metrics metrics_;
  std::vector<std::string> lacking_;
  std::vector<std::string> trouble_;
  const AdminRoutes routes_{metrics_, [this] { return lacking_; }, {}, [this] { return trouble_; }};
};

TEST_F(AdminRoutesTest, ReadinessSaysWhatIsLacking) {
  EXPECT_EQ(Get("/readyz").status, 200);
  lacking_ = {"a trust list", "a CRL"};
  const http::HttpResponse response = Get("/readyz?verbose");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "a trust list\na CRL\n");
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(AdminRoutesTest, TroubleIsNamedAndDoesNotEndReadiness) {
  trouble_ = {"Redis is away", "a file"};
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(Get("/readyz").body, "ok\ntrouble: Redis is away\ntrouble: a file\n");
  lacking_ = {"a trust list"};
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(Get("/readyz").body, "a trust list\ntrouble: Redis is away\ntrouble: a file\n");
}

TEST_F(AdminRoutesTest, MetricsAreText) {
  metrics_.GaugeOf("sti_up", "Up.").Set(1);
  const http::HttpResponse response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(absl::StrContains(response.body, "sti_up 1\n"));
  EXPECT_EQ(response.headers[0].second, "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(AdminRoutesTest, PagesOfTheDaemonAnswerAlsoPosts) {
  const AdminRoutes routes(metrics_, [] { return std::vector<std::string>(); },
                           {{"/", [](const http::HttpRequest& request) {
                               http::HttpResponse response;
                               response.body = request.method;
                               return response;
                             }}});
  http::HttpRequest request;
  request.method = "POST";
  request.target = "/?x=1";
  EXPECT_EQ(routes.Handle(request).body, "POST");
  request.target = "/x";
  EXPECT_EQ(routes.Handle(request).status, 404);
}

TEST(HttpMetricsTest, AnswersAreCountedByStatusAlsoForgottenOnes) {
  Metrics metrics;
  const auto sync =
      CountRequests(metrics, "public", http::HttpHandler([&](const http::HttpRequest&) {
                      EXPECT_TRUE(absl::StrContains(metrics.Text(),
                                                    "sti_http_requests_in_flight{interface=\"public\"} 1\n"));
                      http::HttpResponse response;
                      response.status = 404;
                      return response;
                    }));
  EXPECT_EQ(sync({}).status, 404);
  const auto forgets = CountRequests(
      metrics, "rest", http::AsyncHttpHandler([](const http::HttpRequest&, const http::HttpAnswer&) {}));
  int status = 0;
  forgets({}, http::HttpAnswer([&](const http::HttpResponse& response) { status = response.status; }));
  EXPECT_EQ(status, 503);
  const std::string text = metrics.Text();
  for (const char* line : {"sti_http_requests_total{code=\"404\",interface=\"public\"} 1\n",
                           "sti_http_requests_total{code=\"503\",interface=\"rest\"} 1\n",
                           "sti_http_requests_in_flight{interface=\"public\"} 0\n",
                           "sti_http_requests_in_flight{interface=\"rest\"} 0\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << "\n" << text;
  }
}

TEST(ProcessMetricsTest, TheProcessIsSeen) {
  Metrics metrics;
  ExposeProcess(metrics);
  const std::string text = metrics.Text();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                           "process_max_fds", "process_start_time_seconds"}) {
    EXPECT_TRUE(absl::StrContains(text, absl::StrCat("\n", name, " "))) << name;
    EXPECT_FALSE(absl::StrContains(text, absl::StrCat("\n", name, " 0\n"))) << name;
  }
}

TEST_F(AdminRoutesTest, OtherPathsAndMethodsAreRefused) {
  EXPECT_EQ(Get("/").status, 404);
  EXPECT_EQ(Get("/metricsx").status, 404);
  EXPECT_EQ(Get("/metrics", "POST").status, 405);
}

}  // namespace
}  // namespace sti::metrics

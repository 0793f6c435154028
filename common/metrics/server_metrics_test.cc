// What a daemon's ports tell Prometheus: RPCs, refusals at the gate, the ends of TLS certificates.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/files/certificate_end.h"
#include "common/metrics/metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/sampler.h"
#include "common/metrics/tls_metrics.h"
#include "common/testing/tls_material.h"

namespace sti::metrics {
namespace {

void ExpectLine(Metrics& metrics, const std::string& line) {
  const std::string text = metrics.Text();
  EXPECT_TRUE(absl::StrContains(text, line + "\n")) << line << "\n" << text;
}

TEST(RpcMetricsTest, RpcsAreCountedByCodeAndTimed) {
  Metrics metrics;
  const rpc::CallHook hook = CountRpcs(metrics);
  hook({"s/A", absl::StatusCode::kOk, false, absl::Milliseconds(2)});
  hook({"s/A", absl::StatusCode::kOk, false, absl::Milliseconds(2)});
  hook({"s/A", absl::StatusCode::kUnavailable, false, absl::Seconds(20)});
  ExpectLine(metrics, "sti_grpc_requests_total{code=\"OK\",rpc=\"s/A\"} 2");
  ExpectLine(metrics, "sti_grpc_requests_total{code=\"UNAVAILABLE\",rpc=\"s/A\"} 1");
  ExpectLine(metrics, "sti_grpc_seconds_bucket{rpc=\"s/A\",le=\"0.0025\"} 2");
  ExpectLine(metrics, "sti_grpc_seconds_bucket{rpc=\"s/A\",le=\"10\"} 2");
  ExpectLine(metrics, "sti_grpc_seconds_count{rpc=\"s/A\"} 3");
}

TEST(RpcMetricsTest, TheTimeOfAStreamIsNobodys) {
  Metrics metrics;
  CountRpcs(metrics)({"s/Watch", absl::StatusCode::kCancelled, true, absl::Hours(1)});
  ExpectLine(metrics, "sti_grpc_requests_total{code=\"CANCELLED\",rpc=\"s/Watch\"} 1");
  EXPECT_FALSE(absl::StrContains(metrics.Text(), "sti_grpc_seconds"));
}

TEST(RpcMetricsTest, RefusalsThatWereNotToldAreCountedWithTheNext) {
  Metrics metrics;
  int told = 0;
  const rpc::RefusalHook hook = CountAccessRefusals(metrics, [&told](const rpc::AccessRefusal&) { ++told; });
  ExpectLine(metrics, "sti_grpc_access_refusals_total 0");
  hook({"a", "s/A", 0});
  hook({"a", "s/A", 41});
  ExpectLine(metrics, "sti_grpc_access_refusals_total 43");
  EXPECT_EQ(told, 2);
}

TEST(TlsMetricsTest, EndsAreThoseOfTheFilesAsTheyAre) {
  Metrics metrics;
  testing::TlsMaterial tls;
  const testing::TlsFiles files = tls.Server();
  ExposeTlsFiles(metrics, {{"grpc", files.certificate_file}, {"rest", "/nonexistent"}, {"none", ""}});
  const auto end = files::ReadEnd(files.certificate_file);
  ASSERT_TRUE(end.ok());
  ExpectLine(metrics, "sti_tls_certificate_expiry_timestamp_seconds{use=\"rest\"} 0");
  ExpectLine(metrics, absl::StrCat("sti_tls_certificate_expiry_timestamp_seconds{use=\"grpc\"} ",
                                   absl::ToUnixSeconds(*end)));
  EXPECT_FALSE(absl::StrContains(metrics.Text(), "none"));
}

TEST(SamplerTest, SamplesAreTakenAtOnceAndAgainUntilItStops) {
  std::atomic<int> first{0}, second{0};
  Sampler sampler(absl::Milliseconds(1));
  sampler.Start({[&first] { ++first; }, [&second] { ++second; }});
  while (second < 3) absl::SleepFor(absl::Milliseconds(1));  // lint-ok: between two looks
  sampler.Stop();
  const int taken = first;
  EXPECT_GE(taken, 3);
  sampler.Stop();
  EXPECT_EQ(first, taken);
}

}  // namespace
}  // namespace sti::metrics

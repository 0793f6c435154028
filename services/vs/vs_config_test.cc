#include "services/vs/vs_config.h"

#include <gtest/gtest.h>

#include "common/base/reason.h"
#include "common/daemon/config_loader.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/temp_dir.h"

namespace sti::vs {
namespace {

sti::config::v1::VerificationServer Config(const std::string& pa_root_file) {
  sti::config::v1::VerificationServer config;
  config.set_pa_root_file(pa_root_file);
  config.set_country_code("1");
  config.set_freshness_seconds(15);
  config.set_future_skew_seconds(2);
  config.set_refresh_seconds(30);
  config.mutable_download()->add_allowed_ports(9443);
  config.mutable_download()->add_allowed_special_addresses("127.0.0.0/8");
  config.mutable_download()->set_timeout_ms(700);
  config.mutable_download()->set_cache_seconds(60);
  config.mutable_download()->set_negative_cache_seconds(3);
  config.mutable_download()->set_cache_entries(5);
  config.mutable_download()->set_max_downloads(2);
  return config;
}

TEST(VsConfigTest, EveryKeyArrives) {
  const auto options = OptionsFrom(Config("tests/vectors/demo-pki/pa-root.pem"));
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->pa_root.serial(), stir::DemoCertificate("pa-root.pem").serial());
  EXPECT_EQ(options->verifier.policy.freshness, absl::Seconds(15));
  EXPECT_EQ(options->verifier.policy.future_skew, absl::Seconds(2));
  EXPECT_EQ(options->verifier.policy.x5u_ports, std::vector<uint16_t>{9443});
  EXPECT_EQ(options->fetcher.allowed_ports, std::vector<uint16_t>{9443});
  EXPECT_EQ(options->fetcher.allowed_special_addresses, std::vector<std::string>{"127.0.0.0/8"});
  EXPECT_EQ(options->fetcher.timeout, absl::Milliseconds(700));
  EXPECT_EQ(options->fetcher.max_downloads, 2);
  EXPECT_EQ(options->cache.lifetime, absl::Minutes(1));
  EXPECT_EQ(options->cache.negative_lifetime, absl::Seconds(3));
  EXPECT_EQ(options->cache.entries, 5u);
  EXPECT_EQ(options->refresher.interval, absl::Seconds(30));
}

TEST(VsConfigTest, APinnedRootThatIsNoneIsRefused) {
  for (const char* file : {"tests/vectors/demo-pki/pa-crl-signer.pem", "tests/vectors/demo-pki/crl.pem"}) {
    const auto options = OptionsFrom(Config(file));
    EXPECT_EQ(ReasonOf(options.status()), Reason::kConfigInvalid) << file;
    EXPECT_EQ(FieldOf(options.status()), "pa_root_file") << file;
  }
}

TEST(VsConfigTest, ABadCountryCodeIsRefused) {
  auto config = Config("tests/vectors/demo-pki/pa-root.pem");
  config.set_country_code("US");
  EXPECT_EQ(FieldOf(OptionsFrom(config).status()), "country_code");
}

// The example must stay true to the schema: only what needs the operator's own files may be complained about.
TEST(VsConfigTest, TheExampleConfigurationFitsTheSchema) {
  sti::config::v1::VerificationServer config;
  for (const daemon::ConfigProblem& problem : daemon::ReadConfig("deploy/config/sti-vs.yaml", config)) {
    const std::string& path = problem.path;
    EXPECT_TRUE(path.size() > 5 && path.substr(path.size() - 5) == "_file") << path << ": " << problem.text;
  }
  EXPECT_EQ(config.grpc().listen(), "0.0.0.0:7002");
}

}  // namespace
}  // namespace sti::vs

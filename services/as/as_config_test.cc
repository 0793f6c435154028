#include "services/as/as_config.h"

#include <gtest/gtest.h>

#include "common/base/reason.h"
#include "common/daemon/config_loader.h"

namespace sti::as {
namespace {

sti::config::v1::AuthenticationServer Config() {
  sti::config::v1::AuthenticationServer config;
  config.set_spc("1234");
  config.set_organization("Example Telecom");
  config.set_country("CA");
  config.set_country_code("33");
  config.set_freshness_seconds(15);
  config.set_retry_seconds(2);
  config.set_renew_percent(50);
  return config;
}

TEST(AsConfigTest, EveryKeyArrives) {
  const auto options = OptionsFrom(Config());
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->applicant.spc, "1234");
  EXPECT_EQ(options->applicant.organization, "Example Telecom");
  EXPECT_EQ(options->applicant.country, "CA");
  EXPECT_EQ(options->signer.plan.country_code, "33");
  EXPECT_EQ(options->signer.freshness, absl::Seconds(15));
  EXPECT_EQ(options->enrolment.first_retry, absl::Seconds(2));
  EXPECT_EQ(options->enrolment.longest_retry, absl::Minutes(10));
  EXPECT_EQ(options->enrolment.renew_percent, 50);
}

TEST(AsConfigTest, WhatCannotBeEnrolledForIsRefused) {
  auto config = Config();
  config.set_spc("12 34");
  EXPECT_EQ(ReasonOf(OptionsFrom(config).status()), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(OptionsFrom(config).status()), "spc");
  config = Config();
  config.set_country("USA");
  EXPECT_EQ(ReasonOf(OptionsFrom(config).status()), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(OptionsFrom(config).status()), "country");
  config = Config();
  config.set_country_code("");
  EXPECT_EQ(FieldOf(OptionsFrom(config).status()), "country_code");
}

// The example must stay true to the schema: only what needs the operator's own files may be complained about.
TEST(AsConfigTest, TheExampleConfigurationFitsTheSchema) {
  sti::config::v1::AuthenticationServer config;
  for (const daemon::ConfigProblem& problem : daemon::ReadConfig("deploy/config/sti-as.yaml", config)) {
    const std::string& path = problem.path;
    EXPECT_TRUE(path.size() > 5 && path.substr(path.size() - 5) == "_file") << path << ": " << problem.text;
  }
  EXPECT_EQ(config.grpc().listen(), "0.0.0.0:7001");
  EXPECT_TRUE(OptionsFrom(config).ok());
}

}  // namespace
}  // namespace sti::as

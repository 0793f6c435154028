#include "services/as/as_config.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/daemon/config_loader.h"
#include "common/testing/temp_dir.h"

namespace sti::as {
namespace {

constexpr char kPeers[] =
    "enrolment: {pa: {target: \"localhost:1\", plaintext_without_authentication: true}, "
    "ca: {target: \"localhost:2\", plaintext_without_authentication: true}, ";

// A configuration as the schema makes it from YAML: with the defaults filled in.
class AsConfigTest : public ::testing::Test {
 protected:
  static std::string Provider(const std::string& more, const std::string& enrolment = "",
                              const std::string& spc = "1234") {
    return absl::StrCat("  - {name: p", spc, ", spc: \"", spc, "\", organization: Example Telecom, ", more,
                        kPeers, enrolment, "}}\n");
  }
  absl::StatusOr<AsOptions> Options(const std::string& providers, const std::string& more = "") {
    sti::config::v1::AuthenticationServer config;
    const std::string file = dir_.Write(
        "as.yaml", absl::StrCat("grpc: {listen: \"localhost:0\", plaintext_without_authentication: "
                                "true}\nstate_dir: state\n",
                                more, "providers:\n", providers));
    const absl::Status loaded = daemon::LoadConfig(file, config);
    if (!loaded.ok()) return loaded;
    return OptionsFrom(config);
  }
  // "REASON key"
  std::string Refused(const std::string& providers) {
    const absl::Status status = Options(providers).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }

  testing::TempDir dir_;
};

TEST_F(AsConfigTest, EveryKeyArrives) {
  const auto options = Options(
      Provider(
          "country: CA, country_code: \"33\", clients: [a, b, c], attesting_clients: [b], "
          "diverting_clients: [c], operators: [o], attestation: {unknown_number: C, foreign_number: refuse, "
          "unknown_customer: B, requested_attest: decided, origid: trunk}, ",
          "retry_seconds: 2, renew_percent: 50"),
      "freshness_seconds: 15\n");
  ASSERT_TRUE(options.ok()) << options.status();
  ASSERT_EQ(options->providers.all().size(), 1u);
  const SigningProviderOptions& provider = options->providers.all()[0];
  EXPECT_EQ(provider.name, "p1234");
  EXPECT_EQ(provider.spc, "1234");
  EXPECT_EQ(provider.organization, "Example Telecom");
  EXPECT_EQ(provider.country, "CA");
  EXPECT_EQ(provider.plan.country_code, "33");
  EXPECT_EQ(provider.operators, std::vector<std::string>{"o"});
  EXPECT_TRUE(options->providers.ClientOf("b")->attests);
  EXPECT_TRUE(options->providers.ClientOf("c")->diverts);
  EXPECT_FALSE(options->providers.ClientOf("d").has_value());
  EXPECT_EQ(provider.attestation.unknown_number, Fallback::kC);
  EXPECT_EQ(provider.attestation.foreign_number, Fallback::kRefuse);
  EXPECT_EQ(provider.attestation.unknown_customer, Fallback::kB);
  EXPECT_FALSE(provider.attestation.refuse_requested);
  EXPECT_EQ(provider.attestation.origid, AttestationDefaults::Origid::kTrunk);
  EXPECT_EQ(options->signer.freshness, absl::Seconds(15));
  const ProviderEnrolment& enrolment = options->enrolments[0];
  EXPECT_EQ(enrolment.applicant.spc, "1234");
  EXPECT_EQ(enrolment.applicant.organization, "Example Telecom");
  EXPECT_EQ(enrolment.applicant.country, "CA");
  EXPECT_EQ(enrolment.schedule.first_retry, absl::Seconds(2));
  EXPECT_EQ(enrolment.schedule.longest_retry, absl::Minutes(10));
  EXPECT_EQ(enrolment.schedule.renew_percent, 50);
}

TEST_F(AsConfigTest, DefaultsAreThoseOfTheStructs) {
  const auto options = Options(Provider(""));
  ASSERT_TRUE(options.ok()) << options.status();
  const AttestationDefaults ours, &theirs = options->providers.all()[0].attestation;
  EXPECT_EQ(theirs.unknown_number, ours.unknown_number);
  EXPECT_EQ(theirs.foreign_number, ours.foreign_number);
  EXPECT_EQ(theirs.unknown_customer, ours.unknown_customer);
  EXPECT_EQ(theirs.refuse_requested, ours.refuse_requested);
  EXPECT_EQ(theirs.origid, ours.origid);
  EXPECT_EQ(options->signer.freshness, CallSignerOptions().freshness);
  EXPECT_EQ(options->enrolments[0].schedule.first_retry, EnrolmentOptions().first_retry);
}

TEST_F(AsConfigTest, WhatCannotBeSignedForIsRefusedByItsPlace) {
  EXPECT_EQ(Refused(Provider("clients: [a], ") + Provider("clients: [b], ", "", "12 34")),
            "CONFIG_INVALID providers[1].spc");
  EXPECT_EQ(Refused(Provider("country: USA, ")), "CONFIG_INVALID providers[0].country");
  EXPECT_EQ(Refused(Provider("country_code: \"0\", ")), "CONFIG_INVALID providers[0].country_code");
  EXPECT_EQ(Refused(Provider("clients: [a], ") + Provider("clients: [a], ", "", "5678")),
            "CONFIG_INVALID providers[1].clients[0]");
  EXPECT_EQ(Refused("  []\n"), "CONFIG_INVALID ");
}

// The example must stay true to the schema: only what needs the operator's own files may be complained about.
TEST_F(AsConfigTest, TheExampleConfigurationFitsTheSchema) {
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

#include "services/vs/vs_config.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/daemon/config_loader.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/temp_dir.h"

namespace sti::vs {
namespace {

using sti::config::v1::VerificationServer;

constexpr char kDemoRoot[] = "tests/vectors/demo-pki/pa-root.pem";

// A configuration as the schema makes it from YAML: with the defaults filled in.
class VsConfigTest : public ::testing::Test {
 protected:
  VsConfigTest() {
    dir_.Write("pa-root.pem", stir::ReadVector("demo-pki/pa-root.pem"));
    dir_.Write("other.pem", stir::ReadVector("demo-pki/pa-crl-signer.pem"));
    dir_.Write("crl.pem", stir::ReadVector("demo-pki/crl.pem"));
  }

  static std::string Domain(const std::string& more) {
    return absl::StrCat("  - {pa: {target: \"localhost:1\", plaintext_without_authentication: true}, ",
                        "pa_root_file: pa-root.pem", more, "}\n");
  }
  absl::StatusOr<VsOptions> Options(const std::string& domains, const std::string& more = "") {
    VerificationServer config;
    const std::string file = dir_.Write(
        "vs.yaml", absl::StrCat("grpc: {listen: \"localhost:0\", plaintext_without_authentication: "
                                "true}\nstate_dir: state\ntrust_domains:\n",
                                domains, more));
    const absl::Status loaded = daemon::LoadConfig(file, config);
    if (!loaded.ok()) return loaded;
    return OptionsFrom(config);
  }
  // "REASON key"
  std::string Refused(const std::string& domains, const std::string& more = "") {
    const absl::Status status = Options(domains, more).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }

  testing::TempDir dir_;
};

TEST_F(VsConfigTest, DefaultsAreThoseOfAProfileThatNobodyWrote) {
  const auto options = Options(Domain(""), "profiles: [{name: written}]\n");
  ASSERT_TRUE(options.ok()) << options.status();
  const auto unwritten = Options(Domain(""));
  ASSERT_TRUE(unwritten.ok()) << unwritten.status();
  ASSERT_EQ(unwritten->profiles.profiles().size(), 1u);
  const ClientProfile& theirs = options->profiles.profiles()[0];
  const ClientProfile& ours = unwritten->profiles.profiles()[0];
  EXPECT_EQ(ours.name, "default");
  EXPECT_EQ(ours.clients, theirs.clients);
  EXPECT_EQ(ours.trust_domains, theirs.trust_domains);
  EXPECT_EQ(ours.policy.freshness, theirs.policy.freshness);
  EXPECT_EQ(ours.policy.future_skew, theirs.policy.future_skew);
  EXPECT_EQ(ours.policy.diverted_freshness, theirs.policy.diverted_freshness);
  EXPECT_EQ(ours.policy.types, theirs.policy.types);
  EXPECT_EQ(ours.policy.compact_form, theirs.policy.compact_form);
  EXPECT_EQ(ours.policy.caller, theirs.policy.caller);
  EXPECT_EQ(ours.policy.called, theirs.policy.called);
  EXPECT_EQ(ours.policy.table, theirs.policy.table);
  EXPECT_EQ(ours.reply.verstat, theirs.reply.verstat);
  EXPECT_EQ(ours.reply.reason, theirs.reply.reason);
  EXPECT_EQ(ours.reply.reject_unsigned, theirs.reply.reject_unsigned);
  EXPECT_EQ(ours.reply.reject_failed, theirs.reply.reject_failed);
  EXPECT_EQ(ours.policy.x5u_ports, theirs.policy.x5u_ports);
  EXPECT_EQ(ours.replay, theirs.replay);
}

TEST_F(VsConfigTest, EveryKeyOfADownloadArrives) {
  const auto options = Options(
      Domain(""),
      "download: {allowed_ports: [9443], allowed_special_addresses: [\"127.0.0.0/8\"], timeout_ms: 700, "
      "cache_seconds: 60, negative_cache_seconds: 3, cache_entries: 5, max_downloads: 2, "
      "max_downloads_per_host: 1, max_downloads_per_address: 3, obey_no_store: true}\n");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->profiles.profiles()[0].policy.x5u_ports, std::vector<uint16_t>{9443});
  EXPECT_EQ(options->fetcher.allowed_ports, std::vector<uint16_t>{9443});
  EXPECT_EQ(options->fetcher.allowed_special_addresses, std::vector<std::string>{"127.0.0.0/8"});
  EXPECT_EQ(options->fetcher.timeout, absl::Milliseconds(700));
  EXPECT_EQ(options->fetcher.max_downloads, 2);
  EXPECT_EQ(options->fetcher.max_downloads_per_host, 1);
  EXPECT_EQ(options->fetcher.max_downloads_per_address, 3);
  EXPECT_EQ(options->cache.lifetime, absl::Minutes(1));
  EXPECT_EQ(options->cache.negative_lifetime, absl::Seconds(3));
  EXPECT_TRUE(options->cache.obey_no_store);
  EXPECT_EQ(options->cache.entries, 5u);
}

TEST_F(VsConfigTest, EveryKeyOfATrustDomainArrives) {
  const auto options =
      Options(Domain(", name: us") +
              Domain(", name: fr, refresh_seconds: 30, policy_oids: [\"1.2.3\", \"2.16.840.1\"], "
                     "delegates: false, number_authority: enforce, rph_signers: [\"1234\"], "
                     "trust_list_grace_seconds: 7, crl_grace_seconds: 8, "
                     "more_pa_root_files: [pa-root.pem]"));
  ASSERT_TRUE(options.ok()) << options.status();
  ASSERT_EQ(options->trust_domains.size(), 2u);
  const TrustDomainOptions& us = options->trust_domains[0];
  EXPECT_EQ(us.rules.name, "us");
  ASSERT_EQ(us.pa_roots.size(), 1u);
  EXPECT_EQ(us.pa_roots.front().serial(), stir::DemoCertificate("pa-root.pem").serial());
  EXPECT_EQ(us.refresh_interval, absl::Minutes(10));
  EXPECT_TRUE(us.rules.delegates);
  EXPECT_EQ(us.rules.trust_list_grace, absl::InfiniteDuration());
  EXPECT_EQ(us.rules.crl_grace, absl::InfiniteDuration());
  const TrustDomainOptions& fr = options->trust_domains[1];
  EXPECT_EQ(fr.rules.name, "fr");
  EXPECT_EQ(fr.pa_roots.size(), 2u);
  EXPECT_EQ(fr.refresh_interval, absl::Seconds(30));
  EXPECT_EQ(fr.rules.policy_oids, (std::vector<std::string>{"1.2.3", "2.16.840.1"}));
  EXPECT_FALSE(fr.rules.delegates);
  EXPECT_EQ(us.rules.numbers, stir::NumberAuthorityMode::kOff);
  EXPECT_EQ(fr.rules.numbers, stir::NumberAuthorityMode::kEnforce);
  EXPECT_EQ(fr.rules.rph_signers, std::vector<std::string>{"1234"});
  EXPECT_EQ(fr.rules.trust_list_grace, absl::Seconds(7));
  EXPECT_EQ(fr.rules.crl_grace, absl::Seconds(8));
}

TEST_F(VsConfigTest, EveryKeyOfAProfileArrives) {
  const auto options = Options(
      Domain(", name: us") + Domain(", name: fr"),
      "profiles:\n  - {name: strict, clients: [sbc1, sbc2], trust_domains: [fr], freshness_seconds: 15, "
      "future_skew_seconds: 2, country_code: \"33\", replay: reject, diverted_freshness_seconds: 99, "
      "caller: from, called: to_or_request_uri, passport_types: [base, rcd], compact_form: true, "
      "error_table: man, "
      "unsigned_calls: reject, failed_calls: reject, verstat: parameters, reason_header: sip}\n  - {replay: "
      "\"off\"}\n");
  ASSERT_TRUE(options.ok()) << options.status();
  ASSERT_EQ(options->profiles.profiles().size(), 2u);
  const ClientProfile& strict = options->profiles.profiles()[0];
  EXPECT_EQ(strict.name, "strict");
  EXPECT_EQ(strict.clients, (std::vector<std::string>{"sbc1", "sbc2"}));
  EXPECT_EQ(strict.trust_domains, std::vector<size_t>{1});
  EXPECT_EQ(strict.policy.freshness, absl::Seconds(15));
  EXPECT_EQ(strict.policy.future_skew, absl::Seconds(2));
  EXPECT_EQ(strict.plan.country_code, "33");
  EXPECT_EQ(strict.replay, ReplayPolicy::kReject);
  EXPECT_EQ(strict.policy.diverted_freshness, absl::Seconds(99));
  EXPECT_EQ(strict.policy.caller, stir::CallerRule::kFrom);
  EXPECT_EQ(strict.policy.called, stir::CalledRule::kToOrRequestUri);
  EXPECT_EQ(strict.policy.types,
            (std::vector<stir::PassportType>{stir::PassportType::kBase, stir::PassportType::kRcd}));
  EXPECT_TRUE(strict.policy.compact_form);
  EXPECT_EQ(strict.policy.table, stir::ErrorTable::kMan);
  EXPECT_TRUE(strict.reply.reject_unsigned);
  EXPECT_TRUE(strict.reply.reject_failed);
  EXPECT_EQ(strict.reply.verstat, stir::VerstatForm::kParameters);
  EXPECT_EQ(strict.reply.reason, stir::ReasonForm::kSip);
  EXPECT_EQ(options->profiles.profiles()[1].replay, ReplayPolicy::kOff);
}

TEST_F(VsConfigTest, WithoutTrustDomainItDoesNotStart) {
  EXPECT_TRUE(absl::StrContains(Options("").status().message(), "trust_domains")) << Options("").status();
  VerificationServer config;  // made without the schema
  EXPECT_EQ(ReasonOf(OptionsFrom(config).status()), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(OptionsFrom(config).status()), "trust_domains");
}

TEST_F(VsConfigTest, TrustDomainsAreNamedPlainlyAndDifferently) {
  EXPECT_EQ(Refused(Domain("") + Domain("")), "CONFIG_INVALID trust_domains[1].name");
  EXPECT_EQ(Refused(Domain(", name: us") + Domain(", name: us")), "CONFIG_INVALID trust_domains[1].name");
  EXPECT_EQ(Refused(Domain(", name: \"../us\"")), "CONFIG_INVALID trust_domains[0].name");
  EXPECT_EQ(Refused(Domain(", name: US")), "CONFIG_INVALID trust_domains[0].name");
  EXPECT_EQ(Refused(Domain(", name: certificates")), "CONFIG_INVALID trust_domains[0].name")
      << "the file of the certificate cache has this name";
}

TEST_F(VsConfigTest, APolicyIsAnObjectIdentifier) {
  for (const char* oid : {"1", "1.", ".1", "1..2", "1.02", "a.b", "1.2 "}) {
    EXPECT_EQ(Refused(Domain(absl::StrCat(", policy_oids: [\"1.2\", \"", oid, "\"]"))),
              "CONFIG_INVALID trust_domains[0].policy_oids[1]")
        << oid;
  }
}

TEST_F(VsConfigTest, AProfileOfAnUnknownTrustDomainIsRefused) {
  EXPECT_EQ(Refused(Domain(", name: us"), "profiles: [{trust_domains: [us, fr]}]\n"),
            "CONFIG_INVALID profiles[0].trust_domains[1]");
}

TEST_F(VsConfigTest, ProfilesAreNamedPlainlyAndDifferently) {
  EXPECT_EQ(Refused(Domain(""), "profiles: [{}, {}]\n"), "CONFIG_INVALID profiles[1].name");
  EXPECT_EQ(Refused(Domain(""), "profiles: [{name: A}]\n"), "CONFIG_INVALID profiles[0].name");
}

TEST_F(VsConfigTest, APinnedRootThatIsNoneIsRefused) {
  for (const char* file : {"other.pem", "crl.pem"}) {
    dir_.Write("pa-root.pem", dir_.Read(file));
    EXPECT_EQ(Refused(Domain("")), "CONFIG_INVALID trust_domains[0].pa_root_file") << file;
  }
}

TEST_F(VsConfigTest, ASecondPinnedRootStandsBesideTheFirst) {
  const auto with = [](const std::string& files) { return Domain(", more_pa_root_files: [" + files + "]"); };
  EXPECT_EQ(Refused(with("pa-root.pem, other.pem")), "CONFIG_INVALID trust_domains[0].more_pa_root_files[1]");
}

TEST_F(VsConfigTest, ABadCountryCodeIsRefused) {
  EXPECT_EQ(Refused(Domain(""), "profiles: [{country_code: US}]\n"),
            "CONFIG_INVALID profiles[0].country_code");
}

// The example must stay true to the schema: only what needs the operator's own files may be complained about.
TEST(VsExampleTest, TheExampleConfigurationFitsTheSchema) {
  VerificationServer config;
  for (const daemon::ConfigProblem& problem : daemon::ReadConfig("deploy/config/sti-vs.yaml", config)) {
    const std::string& path = problem.path;
    EXPECT_TRUE(path.size() > 5 && path.substr(path.size() - 5) == "_file") << path << ": " << problem.text;
  }
  EXPECT_EQ(config.grpc().listen(), "0.0.0.0:7002");
  ASSERT_EQ(config.trust_domains_size(), 1);
  config.mutable_trust_domains(0)->set_pa_root_file(kDemoRoot);
  const auto options = OptionsFrom(config);
  EXPECT_TRUE(options.ok()) << options.status();
}

}  // namespace
}  // namespace sti::vs

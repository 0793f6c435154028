#include "services/pa/pa_config.h"

#include <functional>
#include <string>

#include "common/base/reason.h"
#include "common/daemon/config_loader.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/pa_testing.h"

namespace sti::pa {
namespace {

using ::testing::HasSubstr;
using Config = sti::config::v1::PolicyAdministratorServer;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);

class PaConfigTest : public ::testing::Test {
 protected:
  PaConfigTest() {
    good_.set_root_certificate_file(Copy("pa-root.pem"));
    good_.set_signer_certificate_file(Copy("pa-token-signer.pem"));
    good_.set_signer_key_file(Copy("pa-token-signer.key"));
    good_.set_crl_signer_certificate_file(Copy("pa-crl-signer.pem"));
    good_.set_crl_signer_key_file(Copy("pa-crl-signer.key"));
    good_.set_token_seconds(3600);
    good_.set_document_seconds(86400);
    good_.add_admins("admin");
  }
  std::string Copy(const std::string& name) { return dir_.Write(name, ReadDemo(name)); }
  absl::Status Load(const std::function<void(Config&)>& change, absl::Time now = kNow) {
    Config config = good_;
    change(config);
    return LoadPaSettings(config, now).status();
  }

  testing::TempDir dir_;
  Config good_;
};

TEST_F(PaConfigTest, GoodConfigurationBecomesSettings) {
  const absl::StatusOr<PaSettings> settings = LoadPaSettings(good_, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->token_lifetime, absl::Hours(1));
  EXPECT_EQ(settings->publisher.lifetime, absl::Hours(24));
  EXPECT_EQ(settings->signer.certificate().subject().CommonName(), "Demo STI-PA Token Signer");
  EXPECT_EQ(settings->crl_signer.certificate().subject().CommonName(), "STI-PA CRL");
}

TEST_F(PaConfigTest, DatabaseIsAFileInTheStateFolderUnlessTheConfigurationSaysPostgres) {
  Config config = good_;
  config.set_state_dir("state");
  absl::StatusOr<PaSettings> settings = LoadPaSettings(config, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(std::get<store::SqliteOptions>(settings->database).file, "state/pa.sqlite");
  config.mutable_database()->set_engine("postgres");
  EXPECT_EQ(FieldOf(LoadPaSettings(config, kNow).status()), "database.postgres");
  config.mutable_database()->mutable_postgres()->set_host("/run/postgresql");
  settings = LoadPaSettings(config, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(std::get<store::PostgresOptions>(settings->database).host, "/run/postgresql");
}

TEST_F(PaConfigTest, KeyOfAnotherCertificateIsAMismatchThatNamesTheFiles) {
  const absl::Status status = Load([](Config& c) { c.set_signer_key_file(c.crl_signer_key_file()); });
  EXPECT_EQ(ReasonOf(status), Reason::kKeyMismatch);
  EXPECT_EQ(FieldOf(status), "signer_key_file");
  EXPECT_THAT(std::string(status.message()), HasSubstr("pa-crl-signer.key"));
  EXPECT_EQ(FieldOf(Load([](Config& c) { c.set_crl_signer_key_file(c.signer_key_file()); })),
            "crl_signer_key_file");
}

TEST_F(PaConfigTest, SignersMustHaveTheirRolesUnderTheRoot) {
  const auto field = [&](const std::function<void(Config&)>& change, absl::Time now = kNow) {
    const absl::Status status = Load(change, now);
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << status;
    return FieldOf(status);
  };
  EXPECT_EQ(field([](Config& c) {
              c.set_signer_certificate_file(c.crl_signer_certificate_file());
              c.set_signer_key_file(c.crl_signer_key_file());
            }),
            "signer_certificate_file");
  EXPECT_EQ(field([](Config& c) {
              c.set_crl_signer_certificate_file(c.signer_certificate_file());
              c.set_crl_signer_key_file(c.signer_key_file());
            }),
            "crl_signer_certificate_file");
  const std::string other_root = Copy("root.pem");
  EXPECT_EQ(field([&](Config& c) { c.set_root_certificate_file(other_root); }), "signer_certificate_file");
  EXPECT_EQ(field([](Config& c) { c.set_root_certificate_file(c.signer_certificate_file()); }),
            "root_certificate_file");
  EXPECT_EQ(field([&](Config& c) { c.set_root_certificate_file(dir_.File("absent")); }),
            "root_certificate_file");
  // The signers end on 2034-01-01, the root later.
  EXPECT_EQ(field([](Config&) {}, absl::FromUnixSeconds(2020000000)), "signer_certificate_file");
}

TEST_F(PaConfigTest, ReporterOfRevocationsNeedsACaCertificate) {
  const auto with = [&](const std::string& file) {
    return Load([&](Config& c) {
      c.add_revocation_reporters()->set_client("ca");
      c.mutable_revocation_reporters(0)->set_issuing_certificate_file(Copy(file));
    });
  };
  EXPECT_TRUE(with("int.pem").ok());
  const absl::Status leaf = with("leaf1234.pem");
  EXPECT_EQ(ReasonOf(leaf), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(leaf), "revocation_reporters[0].issuing_certificate_file");
}

TEST_F(PaConfigTest, KeyThatOthersMayReadAndUrlThatIsNoneAreRefused) {
  const std::string open = dir_.Write("open.key", ReadDemo("pa-token-signer.key"), 0644);
  EXPECT_EQ(ReasonOf(Load([&](Config& c) { c.set_signer_key_file(open); })), Reason::kKeyPermissions);
  EXPECT_EQ(FieldOf(Load([](Config& c) { c.set_crl_url("ftp://x"); })), "crl_url");
}

TEST(DeployedConfig, FitsTheSchema) {
  Config config;
  for (const daemon::ConfigProblem& problem : daemon::ReadConfig("deploy/config/sti-pa.yaml", config)) {
    EXPECT_THAT(problem.path, HasSubstr("_file")) << problem.text;  // the files are the operator's
  }
  EXPECT_EQ(config.token_seconds(), 3600);
}

}  // namespace
}  // namespace sti::pa

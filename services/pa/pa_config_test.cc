#include "services/pa/pa_config.h"

#include <functional>
#include <string>

#include "common/admin/roles_config.h"
#include "common/base/reason.h"
#include "common/daemon/config_loader.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/document_signer.h"
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

TEST_F(PaConfigTest, FourEyesNeedTwoWhoCanAgree) {
  const auto with = [&](const std::function<void(Config&)>& change) {
    return Load([&](Config& c) {
      c.set_four_eyes(true);
      c.set_approval_hours(72);
      change(c);
    });
  };
  const absl::Status alone = with([](Config&) {});
  EXPECT_EQ(ReasonOf(alone), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(alone), "four_eyes");
  EXPECT_THAT(std::string(alone.message()), HasSubstr("roles.approvers"));
  EXPECT_THAT(std::string(alone.message()), HasSubstr("four_eyes: false"));
  EXPECT_EQ(FieldOf(with([](Config& c) { c.mutable_roles()->add_approvers("admin"); })), "four_eyes");
  EXPECT_EQ(FieldOf(with([](Config& c) { c.mutable_roles()->add_auditors("auditor"); })), "four_eyes");
  EXPECT_TRUE(with([](Config& c) { c.mutable_roles()->add_approvers("approver"); }).ok());
  EXPECT_TRUE(with([](Config& c) { c.add_admins("another"); }).ok());
  EXPECT_TRUE(with([](Config& c) { c.set_four_eyes(false); }).ok());
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

TEST_F(PaConfigTest, EachAuthorityStandsThereOnce) {
  const auto with = [&](const std::string& second) {
    return Load([&](Config& c) {
      c.add_authorities()->set_target("ca.example.net:7002");
      c.add_authorities()->set_target(second);
    });
  };
  EXPECT_TRUE(with("other-ca.example.net:7002").ok());
  EXPECT_EQ(ReasonOf(with("ca.example.net:7002")), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(with("ca.example.net:7002")), "authorities[1].target");
}

TEST_F(PaConfigTest, KeyThatOthersMayReadAndUrlThatIsNoneAreRefused) {
  const std::string open = dir_.Write("open.key", ReadDemo("pa-token-signer.key"), 0644);
  EXPECT_EQ(ReasonOf(Load([&](Config& c) { c.set_signer_key_file(open); })), Reason::kKeyPermissions);
  EXPECT_EQ(FieldOf(Load([](Config& c) { c.set_crl_url("ftp://x"); })), "crl_url");
}

TEST_F(PaConfigTest, NextSignersMayBeOfEitherRoleAndOfAnotherTime) {
  const auto with = [&](const std::string& file, absl::Time now = kNow) {
    return Load([&](Config& c) { c.add_next_signers()->set_certificate_file(Copy(file)); }, now);
  };
  EXPECT_TRUE(with("pa-token-signer.pem").ok());
  EXPECT_TRUE(with("pa-crl-signer.pem").ok());
  for (const char* file : {"leaf1234.pem", "int.pem"}) {
    const absl::Status other = with(file);
    EXPECT_EQ(ReasonOf(other), Reason::kConfigInvalid) << file;
    EXPECT_EQ(FieldOf(other), "next_signers[0].certificate_file");
  }
  const pki::Certificate root = DemoCertificate("pa-root"), signer = DemoCertificate("pa-token-signer");
  const std::string file = Copy("pa-token-signer.pem");
  for (const absl::Time now : {signer.not_before() - absl::Hours(1), signer.not_after() + absl::Hours(1)}) {
    const auto chain = LoadSignerChain(file, root, "next", now);
    ASSERT_TRUE(chain.ok()) << chain.status();
    EXPECT_EQ(chain->size(), 1u);
  }
  EXPECT_EQ(FieldOf(LoadSignerChain(file, DemoCertificate("root"), "next", kNow).status()), "next");
}

TEST_F(PaConfigTest, WhatIsSignedSaysWhereItsSignerStands) {
  good_.mutable_https()->mutable_server()->set_listen("pa.example.net:8444");
  absl::StatusOr<PaSettings> settings = LoadPaSettings(good_, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->signer.x5u, "");
  PublishAt(*settings, "https://pa.example.net");
  EXPECT_EQ(settings->publisher.crl_url, "https://pa.example.net/download/v1/crl");
  EXPECT_EQ(settings->signer.x5u.rfind("https://pa.example.net/download/v1/certificate/", 0), 0u);
  EXPECT_NE(settings->signer.x5u, settings->crl_signer.x5u);
  EXPECT_TRUE(settings->signer.token_naming().x5c);
  EXPECT_EQ(settings->signer.token_naming().x5u, settings->signer.x5u);

  good_.set_crl_url("https://crl.example.net/crl");
  good_.mutable_https()->set_token_x5u_only(true);
  settings = LoadPaSettings(good_, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_TRUE(settings->signer.token_naming().x5c) << "without a URL there is only x5c";
  PublishAt(*settings, "https://pa.example.net");
  EXPECT_EQ(settings->publisher.crl_url, "https://crl.example.net/crl");
  EXPECT_FALSE(settings->signer.token_naming().x5c);
  EXPECT_TRUE(settings->signer.list_naming().x5c) << "sti-vs fetches nothing";
}

TEST(DeployedConfig, FitsTheSchema) {
  Config config;
  for (const daemon::ConfigProblem& problem : daemon::ReadConfig("deploy/config/sti-pa.yaml", config)) {
    EXPECT_THAT(problem.path, HasSubstr("_file")) << problem.text;  // the files are the operator's
  }
  EXPECT_EQ(config.token_seconds(), 3600);
  EXPECT_TRUE(config.four_eyes());
  EXPECT_EQ(config.approval_hours(), 72);
  const auto roles = admin::LoadRoles(config.roles(), config.admins());
  ASSERT_TRUE(roles.ok()) << roles.status();
  EXPECT_TRUE(roles->TwoCanAgree());
}

}  // namespace
}  // namespace sti::pa

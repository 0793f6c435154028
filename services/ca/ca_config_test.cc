#include "services/ca/ca_config.h"

#include <functional>
#include <string>
#include <vector>

#include "common/base/reason.h"
#include "common/daemon/config_loader.h"
#include "common/testing/temp_dir.h"
#include "common/testing/tls_material.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ca/ca_daemon_testing.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {
namespace {

using ::testing::HasSubstr;
using Config = sti::config::v1::CertificateAuthorityServer;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);

class CaConfigTest : public ::testing::Test {
 protected:
  absl::Status Load(const std::function<void(Config&)>& change, absl::Time now = kNow) {
    Config config = good_;
    change(config);
    return LoadCaSettings(config, now).status();
  }

  testing::TempDir dir_;
  testing::TlsMaterial tls_;
  const Config good_ = DemoConfig(dir_, tls_);
};

TEST_F(CaConfigTest, GoodConfigurationBecomesSettings) {
  Config config = good_;
  config.mutable_repository()->set_public_url("https://certs.example.net:8443/");
  config.set_crl_url("https://pa.example.net/crl");
  config.set_crl_issuer_file(dir_.Write("crl.pem", ReadDemo("pa-crl-signer.pem")));
  const absl::StatusOr<CaSettings> settings = LoadCaSettings(config, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->public_url, "https://certs.example.net:8443");
  EXPECT_EQ(settings->profile.lifetime, absl::Hours(24 * 90));
  EXPECT_EQ(settings->profile.crl->issuer.CommonName(), "STI-PA CRL");
  EXPECT_TRUE(settings->roles.Has("admin", admin::Role::kOperator));
}

TEST_F(CaConfigTest, ProfilesAreThoseThatTheIssuingCertificateCanIssue) {
  const Requests made(kNow);
  const auto load = [&](const std::string& issuer, const std::vector<std::string>& profiles) {
    return Load([&](Config& config) {
      if (!issuer.empty()) {
        config.set_issuing_certificate_file(made.PathOf(issuer + ".pem"));
        config.set_issuing_key_file(made.PathOf(issuer + ".key"));
        config.set_root_certificate_file(made.PathOf("root1.pem"));
      }
      for (const std::string& profile : profiles) config.add_profiles(profile);
    });
  };
  EXPECT_EQ(load("", {"shaken"}), absl::OkStatus());
  EXPECT_EQ(load("int1", {"shaken", "delegate_ca"}), absl::OkStatus());
  EXPECT_EQ(load("int0", {"shaken"}), absl::OkStatus());
  for (const absl::Status& refused :
       {load("int0", {"delegate_ca"}),  // pathLenConstraint 0
        load("int1", {"delegate"}), load("int1", {"other"}), load("int1", {""})}) {
    EXPECT_EQ(ReasonOf(refused), Reason::kConfigInvalid) << refused;
    EXPECT_EQ(FieldOf(refused), "profiles");
  }
}

TEST_F(CaConfigTest, OtherIssuersAreCheckedButMayHaveExpired) {
  const Requests made(kNow - absl::Hours(24 * 365 * 11));  // its CAs last ten years
  const auto load = [&](const std::string& certificate, const std::string& key, const std::string& root) {
    return Load([&](Config& config) {
      sti::config::v1::OtherIssuer& other = *config.add_other_issuers();
      other.set_certificate_file(made.PathOf(certificate));
      if (!key.empty()) other.set_key_file(made.PathOf(key));
      other.set_root_certificate_file(made.PathOf(root));
    });
  };
  EXPECT_EQ(load("int1.pem", "int1.key", "root1.pem"), absl::OkStatus());
  EXPECT_EQ(load("int1.pem", "", "root1.pem"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(load("int1.pem", "root1.key", "root1.pem")), Reason::kKeyMismatch);
  EXPECT_EQ(FieldOf(load("int1.pem", "root1.key", "root1.pem")), "other_issuers[0].key_file");
  EXPECT_EQ(FieldOf(load("int1.pem", "", "int1.pem")), "other_issuers[0].root_certificate_file");
  EXPECT_EQ(FieldOf(load("sub_ca.key", "", "root1.pem")), "other_issuers[0].certificate_file");
}

TEST_F(CaConfigTest, ClaimsThatDelegatesMustNotHaveAreClaims) {
  const auto load = [&](const std::string& claim) {
    return Load([&](Config& config) { config.add_delegate_must_exclude(claim); });
  };
  EXPECT_EQ(load("attest"), absl::OkStatus());
  EXPECT_EQ(FieldOf(load("orig")), "delegate_must_exclude");
  EXPECT_EQ(FieldOf(load("")), "delegate_must_exclude");
}

TEST_F(CaConfigTest, EmptyPolicyAdministratorIsRefused) {
  const absl::Status status = Load([](Config& config) { config.add_policy_administrators(""); });
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "policy_administrators");
}

TEST_F(CaConfigTest, KeyOfAnotherCertificateIsAMismatchThatNamesTheFiles) {
  const std::string other = dir_.Write("other.key", ReadDemo("root.key"));
  const absl::Status status = Load([&](Config& config) { config.set_issuing_key_file(other); });
  EXPECT_EQ(ReasonOf(status), Reason::kKeyMismatch);
  EXPECT_EQ(FieldOf(status), "issuing_key_file");
  EXPECT_THAT(std::string(status.message()), HasSubstr("other.key"));
}

TEST_F(CaConfigTest, KeyThatOthersMayReadIsRefused) {
  const std::string open = dir_.Write("open.key", ReadDemo("int.key"), 0640);
  EXPECT_EQ(ReasonOf(Load([&](Config& config) { config.set_issuing_key_file(open); })),
            Reason::kKeyPermissions);
}

TEST_F(CaConfigTest, CertificatesThatDoNotFitTogetherAreNamed) {
  const auto field = [&](const std::function<void(Config&)>& change, absl::Time now = kNow) {
    const absl::Status status = Load(change, now);
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << status;
    return FieldOf(status);
  };
  const std::string pa_root = dir_.Write("p.pem", ReadDemo("pa-root.pem"));
  const std::string leaf = dir_.Write("l.pem", ReadDemo("leaf1234.pem"));
  const std::string issuing = dir_.Write("i.pem", ReadDemo("int.pem"));
  const auto nothing = [](Config&) {};
  EXPECT_EQ(field([&](Config& c) { c.set_root_certificate_file(pa_root); }), "issuing_certificate_file");
  EXPECT_EQ(field([&](Config& c) { c.set_root_certificate_file(issuing); }), "root_certificate_file");
  EXPECT_EQ(field([&](Config& c) { c.set_issuing_certificate_file(leaf); }), "issuing_certificate_file");
  EXPECT_EQ(field([&](Config& c) { c.set_pa_root_file(leaf); }), "pa_root_file");
  EXPECT_EQ(field([&](Config& c) { c.set_pa_root_file(dir_.File("absent.pem")); }), "pa_root_file");
  EXPECT_EQ(field([&](Config& c) { c.set_pa_root_file(dir_.Write("x.pem", "x")); }), "pa_root_file");
  // int.pem ends on 2034-01-01, the roots later.
  EXPECT_EQ(field(nothing, absl::FromUnixSeconds(2020000000)), "issuing_certificate_file");
  EXPECT_EQ(field(nothing, absl::FromUnixSeconds(1600000000)), "root_certificate_file");
}

TEST_F(CaConfigTest, ValuesThatNoCertificateCouldHaveAreNamed) {
  const auto field = [&](const std::function<void(Config&)>& change) { return FieldOf(Load(change)); };
  EXPECT_EQ(field([](Config& c) { c.set_country("usa"); }), "country");
  EXPECT_EQ(field([](Config& c) { c.set_policy_oid("1.2.x"); }), "policy_oid");
  EXPECT_EQ(field([](Config& c) { c.set_crl_url("https://pa.example.net/crl"); }), "crl_issuer_file");
  EXPECT_EQ(field([](Config& c) { c.mutable_repository()->set_public_url("https://h.example/?q"); }),
            "repository.public_url");
  EXPECT_EQ(field([](Config& c) { c.mutable_repository()->set_public_url("http://h.example"); }),
            "repository.public_url");
}

TEST_F(CaConfigTest, PublicUrlIsNeededWhenTheListenAddressIsNoName) {
  for (const char* listen : {"0.0.0.0:8443", "[::]:8443", ":8443"}) {
    EXPECT_EQ(FieldOf(Load([&](Config& c) { c.mutable_repository()->mutable_https()->set_listen(listen); })),
              "repository.public_url")
        << listen;
  }
  EXPECT_EQ(*DefaultPublicUrl("127.0.0.1:0", 8443), "https://127.0.0.1:8443");
  EXPECT_EQ(*DefaultPublicUrl("[::1]:0", 443), "https://[::1]:443");
  EXPECT_EQ(*DefaultPublicUrl("certs.example.net:8443", 8443), "https://certs.example.net:8443");
}

TEST_F(CaConfigTest, DatabaseIsAFileInTheStateFolderUnlessTheConfigurationSaysPostgres) {
  Config config = good_;
  config.clear_database();
  absl::StatusOr<CaSettings> settings = LoadCaSettings(config, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(std::get<store::SqliteOptions>(settings->database).file, config.state_dir() + "/ca.sqlite");
  config.mutable_database()->set_engine("postgres");
  EXPECT_EQ(FieldOf(LoadCaSettings(config, kNow).status()), "database.postgres");
  config.mutable_database()->mutable_postgres()->set_host("/run/postgresql");
  settings = LoadCaSettings(config, kNow);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(std::get<store::PostgresOptions>(settings->database).host, "/run/postgresql");
}

TEST_F(CaConfigTest, TokenSignersAreReadAndEachUrlStandsOnce) {
  const std::string signer = dir_.Write("signer.pem", ReadDemo("pa-token-signer.pem"));
  const auto add = [&](Config& config, const std::string& x5u, const std::string& file) {
    sti::config::v1::TokenSigner& entry = *config.add_token_signers();
    entry.set_x5u(x5u);
    entry.set_certificate_file(file);
  };
  const std::string url = "https://pa.example.net/signer.pem";
  EXPECT_TRUE(Load([&](Config& config) { add(config, url, signer); }).ok());
  const absl::Status twice = Load([&](Config& config) {
    add(config, url, signer);
    add(config, url, signer);
  });
  EXPECT_EQ(FieldOf(twice), "token_signers[1].x5u");
  EXPECT_EQ(FieldOf(Load([&](Config& config) { add(config, "https://pa.example.net/?x", signer); })),
            "token_signers[0].x5u");
  EXPECT_EQ(FieldOf(Load([&](Config& config) { add(config, url, dir_.File("none.pem")); })),
            "token_signers[0].certificate_file");
}

TEST_F(CaConfigTest, AcmeUrlsHaveNoPathOfTheirOwn) {
  const auto load = [&](const std::string& url) {
    return Load([&](Config& config) { config.mutable_acme()->set_public_url(url); });
  };
  EXPECT_TRUE(load("https://acme.example.net").ok());
  EXPECT_TRUE(load("https://acme.example.net:8443/").ok());
  EXPECT_EQ(FieldOf(load("https://acme.example.net/ca")), "acme.public_url");
}

TEST(DeployedConfig, FitsTheSchema) {
  Config config;
  for (const daemon::ConfigProblem& problem : daemon::ReadConfig("deploy/config/sti-ca.yaml", config)) {
    EXPECT_THAT(problem.path, HasSubstr("_file")) << problem.text;  // the files are the operator's
  }
  EXPECT_EQ(config.repository().public_url(), "https://certs.example.net:8443");
}

}  // namespace
}  // namespace sti::ca

#include "common/store/database_config.h"

#include <functional>
#include <string>
#include <variant>

#include "common/base/reason.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::store {
namespace {

using sti::config::v1::Database;
using ::testing::HasSubstr;

class DatabaseConfigTest : public ::testing::Test {
 protected:
  DatabaseConfigTest() {
    postgres_.set_engine("postgres");
    postgres_.mutable_postgres()->set_host("/run/postgresql");
    postgres_.mutable_postgres()->set_port(5433);
    postgres_.mutable_postgres()->set_name("sti_ca");
    postgres_.mutable_postgres()->set_user("ca");
    postgres_.mutable_postgres()->set_connections(4);
  }
  static absl::StatusOr<DatabaseOptions> Load(const Database& config) {
    return LoadDatabaseOptions(config, "state/ca.sqlite", "sti-ca");
  }
  // The key that is refused.
  std::string Refused(const std::function<void(Database&)>& change) {
    Database config = postgres_;
    change(config);
    const absl::Status status = Load(config).status();
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << status;
    return FieldOf(status);
  }

  Database postgres_;
  const testing::TempDir dir_;
};

TEST_F(DatabaseConfigTest, NothingSaidIsSqliteInTheStateFolder) {
  EXPECT_EQ(std::get<SqliteOptions>(*Load(Database())).file, "state/ca.sqlite");
  Database config;
  config.set_engine("sqlite");
  config.set_file("/srv/other.sqlite");
  EXPECT_EQ(std::get<SqliteOptions>(*Load(config)).file, "/srv/other.sqlite");
}

TEST_F(DatabaseConfigTest, EveryKeyOfPostgresArrives) {
  Database config = postgres_;
  config.mutable_postgres()->set_password_file(dir_.Write("password", "x\n"));
  const auto options = std::get<PostgresOptions>(*Load(config));
  EXPECT_EQ(options.host, "/run/postgresql");
  EXPECT_EQ(options.port, 5433);
  EXPECT_EQ(options.database, "sti_ca");
  EXPECT_EQ(options.user, "ca");
  EXPECT_EQ(options.password_file, dir_.File("password"));
  EXPECT_EQ(options.connections, 4U);
  EXPECT_EQ(options.application, "sti-ca");
}

TEST_F(DatabaseConfigTest, KeysOfTheOtherEngineAreRefused) {
  EXPECT_EQ(Refused([](Database& c) { c.set_engine("sqlite"); }), "database.postgres");
  EXPECT_EQ(Refused([](Database& c) { c.set_file("x"); }), "database.file");
  EXPECT_EQ(Refused([](Database& c) { c.clear_postgres(); }), "database.postgres");
}

TEST_F(DatabaseConfigTest, NetworkNeedsTlsOrAWordThatItMayGoWithout) {
  const auto refused = [&](const char* host, const char* ca_file, bool plaintext) {
    return Refused([&](Database& c) {
      c.mutable_postgres()->set_host(host);
      c.mutable_postgres()->set_ca_file(ca_file);
      c.mutable_postgres()->set_plaintext_without_tls(plaintext);
    });
  };
  EXPECT_EQ(refused("db.example.net", "", false), "database.postgres.ca_file");
  EXPECT_EQ(refused("127.0.0.1", "", false), "database.postgres.ca_file");
  EXPECT_EQ(refused("db.example.net", "ca.pem", true), "database.postgres.ca_file");
  EXPECT_EQ(refused("/run/postgresql", "ca.pem", false), "database.postgres.ca_file");
  EXPECT_EQ(refused("/run/postgresql", "", true), "database.postgres.plaintext_without_tls");

  Database config = postgres_;
  config.mutable_postgres()->set_host("db.example.net");
  config.mutable_postgres()->set_ca_file("ca.pem");
  EXPECT_EQ(std::get<PostgresOptions>(*Load(config)).ca_file, "ca.pem");
  config.mutable_postgres()->clear_ca_file();
  config.mutable_postgres()->set_plaintext_without_tls(true);
  EXPECT_TRUE(Load(config).ok());
}

TEST_F(DatabaseConfigTest, ConnectionStringsWithTheirPasswordsAreRefused) {
  for (const char* name : {"postgres://ca:secret@db/x", "dbname=x password=secret", "a,b", "a'b", "a\\b"}) {
    EXPECT_EQ(Refused([&](Database& c) { c.mutable_postgres()->set_name(name); }), "database.postgres.name");
    EXPECT_EQ(Refused([&](Database& c) { c.mutable_postgres()->set_host(name); }), "database.postgres.host");
    EXPECT_EQ(Refused([&](Database& c) { c.mutable_postgres()->set_user(name); }), "database.postgres.user");
  }
}

TEST_F(DatabaseConfigTest, PasswordFileIsCheckedAtOnce) {
  const auto set = [&](const std::string& path) {
    Database config = postgres_;
    config.mutable_postgres()->set_password_file(path);
    return Load(config).status();
  };
  EXPECT_EQ(FieldOf(set(dir_.File("missing"))), "database.postgres.password_file");
  EXPECT_EQ(FieldOf(set(dir_.Write("empty", ""))), "database.postgres.password_file");
  const absl::Status open = set(dir_.Write("open", "secret\n", 0604));
  EXPECT_EQ(ReasonOf(open), Reason::kKeyPermissions);
  EXPECT_EQ(FieldOf(open), "database.postgres.password_file");
  EXPECT_THAT(std::string(open.message()), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace sti::store

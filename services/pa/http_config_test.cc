#include "services/pa/http_config.h"

#include <functional>
#include <string>

#include "common/base/reason.h"
#include "gtest/gtest.h"

namespace sti::pa {
namespace {

using Config = sti::config::v1::PolicyHttps;

Config Good() {
  Config config;
  config.mutable_server()->set_listen("pa.example.net:8444");
  config.mutable_server()->set_certificate_file("https.pem");
  config.mutable_server()->set_key_file("https.key");
  config.set_session_seconds(60);
  config.set_refresh_seconds(120);
  config.set_failed_logins(7);
  return config;
}

TEST(HttpConfig, GoodConfigurationBecomesSettings) {
  const absl::StatusOr<HttpSettings> settings = LoadHttpSettings(Good());
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->server.listen, "pa.example.net:8444");
  EXPECT_EQ(settings->sessions.access_life, absl::Minutes(1));
  EXPECT_EQ(settings->sessions.refresh_life, absl::Minutes(2));
  EXPECT_EQ(settings->sessions.failed_logins, 7);
  EXPECT_LT(settings->places, settings->server.threads) << "downloads keep threads";
  EXPECT_LT(settings->sessions.hashes_at_once, settings->places) << "tokens keep places";
  EXPECT_FALSE(settings->token_x5u_only);
}

TEST(HttpConfig, PublicUrlIsTheConfiguredOneElseThatOfTheListener) {
  Config config = Good();
  config.mutable_server()->set_listen("pa.example.net:0");
  EXPECT_EQ(PublicUrl(*LoadHttpSettings(config), 9123), "https://pa.example.net:9123");
  config.mutable_server()->set_listen("[::1]:0");
  EXPECT_EQ(PublicUrl(*LoadHttpSettings(config), 9123), "https://[::1]:9123");
  config.set_public_url("https://pa.example.net/");
  EXPECT_EQ(PublicUrl(*LoadHttpSettings(config), 9123), "https://pa.example.net");
  config.set_public_url("https://pa.example.net/base");
  EXPECT_EQ(PublicUrl(*LoadHttpSettings(config), 9123), "https://pa.example.net/base");
}

TEST(HttpConfig, UrlsThatOthersCannotUseAreRefused) {
  const auto field = [](const std::function<void(Config&)>& change) {
    Config config = Good();
    change(config);
    const absl::Status status = LoadHttpSettings(config).status();
    EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid) << status;
    return FieldOf(status);
  };
  for (const char* listen : {"0.0.0.0:8444", "[::]:8444", ":8444"})
    EXPECT_EQ(field([&](Config& c) { c.mutable_server()->set_listen(listen); }), "https.public_url")
        << listen;
  for (const char* url : {"http://pa.example.net", "https://pa.example.net/?q", "https://u@pa.example.net"})
    EXPECT_EQ(field([&](Config& c) { c.set_public_url(url); }), "https.public_url") << url;
  Config config = Good();
  config.mutable_server()->set_listen("0.0.0.0:8444");
  config.set_public_url("https://pa.example.net:8444");
  EXPECT_TRUE(LoadHttpSettings(config).ok());
}

}  // namespace
}  // namespace sti::pa

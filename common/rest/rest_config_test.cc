#include "common/rest/rest_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/api_key.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"

namespace sti::rest {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RestConfigTest : public ::testing::Test {
 protected:
  RestConfigTest() {
    config_.set_listen("127.0.0.1:0");
    config_.set_threads(3);
    config_.set_max_connections(7);
  }
  // "REASON key"
  std::string Refused() const {
    const absl::Status status = RestOptionsFrom(config_).status();
    return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
  }

  testing::TempDir dir_;
  const crypto::ApiKey key_ = crypto::MakeApiKey("sbc", testing::SequenceRandom()).value();
  sti::config::v1::RestServer config_;
};

TEST_F(RestConfigTest, ClientsMustHaveAWayToSayWhoTheyAre) {
  EXPECT_EQ(Refused(), "CONFIG_INVALID rest");
  config_.set_client_ca_file("ca.pem");
  EXPECT_EQ(Refused(), "NONE ");
}

TEST_F(RestConfigTest, CertificateIsDemandedUnlessThereAreKeys) {
  config_.set_client_ca_file("ca.pem");
  EXPECT_FALSE(RestOptionsFrom(config_)->https.client_certificate_optional);
  config_.set_api_keys_file(dir_.Write("keys", key_.line));
  const auto options = RestOptionsFrom(config_);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_TRUE(options->https.client_certificate_optional);
  EXPECT_EQ(options->https.client_ca_file, "ca.pem");
  EXPECT_EQ(options->https.threads, 3);
  EXPECT_EQ(options->https.max_connections, 7u);
  EXPECT_EQ(options->api_keys.Now()->NameOf(key_.text.RevealForUse()), "sbc");
}

TEST_F(RestConfigTest, FileWithKeysIsTheOwnersAlone) {
  for (const mode_t mode : {0640, 0604, 0620, 0610}) {
    config_.set_api_keys_file(dir_.Write(absl::StrCat("keys", mode), key_.line, mode));
    EXPECT_EQ(Refused(), "KEY_PERMISSIONS rest.api_keys_file") << std::oct << mode;
  }
  config_.set_api_keys_file(dir_.Write("mine", key_.line, 0400));
  EXPECT_EQ(Refused(), "NONE ");
}

TEST_F(RestConfigTest, BadFileIsNamedAndNotQuoted) {
  config_.set_api_keys_file(dir_.File("absent"));
  EXPECT_EQ(Refused(), "CONFIG_INVALID rest.api_keys_file");
  config_.set_api_keys_file(dir_.path());
  EXPECT_EQ(Refused(), "CONFIG_INVALID rest.api_keys_file");
  config_.set_api_keys_file(dir_.Write("large", std::string(256 * 1024 + 1, '\n')));
  EXPECT_EQ(Refused(), "CONFIG_INVALID rest.api_keys_file");
  const std::string key(key_.text.RevealForUse());
  config_.set_api_keys_file(dir_.Write("key", key));
  EXPECT_EQ(Refused(), "CONFIG_INVALID rest.api_keys_file");
  const std::string text(RestOptionsFrom(config_).status().message());
  EXPECT_THAT(text, HasSubstr("line 1"));
  EXPECT_THAT(text, Not(HasSubstr(key)));
}

}  // namespace
}  // namespace sti::rest

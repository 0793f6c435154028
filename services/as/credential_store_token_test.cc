// Keys in a SoftHSM token, made by pkcs11-tool, as the keys of certificates.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "services/as/credential_store.h"

namespace sti::as {
namespace {

constexpr char kModule[] = "/usr/lib/softhsm/libsofthsm2.so";
constexpr char kPin[] = "918273";
constexpr char kUrl[] = "https://cr.example.net/1234.pem";
const absl::Time kSince = absl::FromUnixSeconds(1750000000);

void Must(const std::vector<std::string>& command) {
  const auto finished = testing::Run(command);
  ASSERT_EQ(finished.exit_code, 0) << command[0] << ": " << finished.out << finished.err;
}

class TokenStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(dir_.File("tokens"));
    std::filesystem::create_directory(dir_.File("state"));
    const std::string config =
        dir_.Write("softhsm2.conf",
                   absl::StrCat("directories.tokendir = ", dir_.File("tokens"), "\nlog.level = ERROR\n"));
    setenv("SOFTHSM2_CONF", config.c_str(), 1);
    dir_.Write("pin", absl::StrCat(kPin, "\n"));
    Must({"softhsm2-util", "--init-token", "--free", "--label", "as", "--pin", kPin, "--so-pin", "5678"});
    for (const char* key : {"one", "two"}) {
      Must({"pkcs11-tool", "--module", kModule, "--token-label", "as", "--login", "--pin", kPin,
            "--keypairgen", "--key-type", "EC:prime256v1", "--label", key, "--id",
            key == std::string("one") ? "01" : "02"});
    }
  }
  std::string Uri(const std::string& key) const {
    return absl::StrCat("pkcs11:token=as;object=", key, "?module-path=", kModule,
                        "&pin-source=file:", dir_.File("pin"));
  }
  CredentialStore Open() const { return CredentialStore(dir_.File("state"), {Uri("one"), Uri("two")}); }

  testing::TempDir dir_;
  const pki::CertificateChain chain_ =
      pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
};

// One test: the library looks for its tokens once a process.
TEST_F(TokenStoreTest, KeysInATokenAreUsedInTurnAndNeverLeaveIt) {
  CredentialStore store = Open();
  std::vector<crypto::VerifyingKey> used;
  for (int i = 0; i < 4; ++i) {
    const auto key = store.PendingKey();
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_TRUE((*store.PendingKey())->public_key() == (*key)->public_key()) << "asked again: the same";
    used.push_back((*key)->public_key());
    ASSERT_TRUE(store.Save(**key, chain_, kUrl, kSince).ok());
    ASSERT_TRUE(store.Promote().ok());
  }
  EXPECT_FALSE(used[0] == used[1]);
  EXPECT_TRUE(used[0] == used[2]);
  EXPECT_TRUE(used[1] == used[3]);

  CredentialStore restarted = Open();
  const auto current = restarted.Load().value().current;
  ASSERT_TRUE(current && current->ok()) << current->status();
  EXPECT_TRUE((**current).key->public_key() == used[3]);
  EXPECT_TRUE((**current).key->Sign("a call").ok());
  for (const auto& entry : std::filesystem::directory_iterator(dir_.File("state"))) {
    EXPECT_FALSE(absl::StartsWith(entry.path().filename().string(), "key-")) << entry.path();
  }
  EXPECT_FALSE(absl::StrContains(dir_.Read("state/credentials"), kPin));

  // While one is next, the current one has the other: there is none left.
  ASSERT_TRUE(restarted.Save(**restarted.PendingKey(), chain_, kUrl, kSince).ok());
  EXPECT_EQ(ReasonOf(restarted.PendingKey().status()), Reason::kConfigInvalid);

  // For a certificate to be bought: those of the configuration and no other, whatever it names to load.
  EXPECT_TRUE((*restarted.RequestedKey(Uri("two")))->public_key() == used[1]);
  EXPECT_TRUE((*restarted.KeyAwaitingImport("pkcs11:token=as;object=two"))->public_key() == used[1]);
  for (const std::string& other :
       {std::string("pkcs11:token=as;object=three"), std::string("two"),
        absl::StrCat("pkcs11:token=as;object=two?module-path=/tmp/evil.so&pin-source=file:",
                     dir_.File("pin"))}) {
    const absl::Status refused = restarted.RequestedKey(other).status();
    EXPECT_EQ(ReasonOf(refused), Reason::kInvalidField) << other;
    EXPECT_EQ(FieldOf(refused), "token_key");
  }
}

}  // namespace
}  // namespace sti::as

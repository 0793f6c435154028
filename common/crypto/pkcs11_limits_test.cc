// Tokens with few sessions and few tries for the PIN: SoftHSM behind a library that is stingy with both.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/es256.h"
#include "common/crypto/pkcs11_module.h"
#include "common/crypto/pkcs11_token.h"
#include "common/crypto/pkcs11_uri.h"
#include "common/crypto/signer_source.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"

namespace sti::crypto {
namespace {

using ::testing::HasSubstr;

constexpr char kSoftHsm[] = "/usr/lib/softhsm/libsofthsm2.so";
constexpr char kStingy[] = "common/crypto/libstingy_pkcs11.so";
constexpr char kPin[] = "918273";

int Counted(const char* name) {
  void* const library = dlopen(kStingy, RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return -1;
  return reinterpret_cast<int (*)()>(dlsym(library, name))();
}

class Pkcs11LimitsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new sti::testing::TempDir;
    std::filesystem::create_directory(folder_->File("tokens"));
    const std::string config =
        folder_->Write("softhsm2.conf", absl::StrCat("directories.tokendir = ", folder_->File("tokens"),
                                                     "\nobjectstore.backend = file\nlog.level = ERROR\n"));
    setenv("SOFTHSM2_CONF", config.c_str(), 1);
    folder_->Write("pin", kPin);
    Must({"softhsm2-util", "--init-token", "--free", "--label", "main", "--pin", kPin, "--so-pin", "5678"});
    for (const char* id : {"01", "02", "03"}) {
      Must({"pkcs11-tool", "--module", kSoftHsm, "--token-label", "main", "--login", "--pin", kPin,
            "--keypairgen", "--key-type", "EC:prime256v1", "--label", absl::StrCat("key", id), "--id", id});
    }
  }
  static void TearDownTestSuite() { delete folder_; }
  static void Must(const std::vector<std::string>& command) {
    const auto finished = sti::testing::Run(command);
    ASSERT_EQ(finished.exit_code, 0) << command[0] << ": " << finished.out << finished.err;
  }
  static std::string Uri(const std::string& id, const std::string& pin = "pin") {
    return absl::StrCat("pkcs11:token=main;id=%", id,
                        "?module-path=", std::filesystem::absolute(kStingy).string(),
                        "&pin-source=file:", folder_->File(pin));
  }
  static std::shared_ptr<Pkcs11Token> Token() {
    return Pkcs11Token::Find(*Pkcs11Module::Load(kStingy).value(), Pkcs11Uri::Parse(Uri("01")).value())
        .value();
  }

  static sti::testing::TempDir* folder_;
};
sti::testing::TempDir* Pkcs11LimitsTest::folder_ = nullptr;

TEST_F(Pkcs11LimitsTest, MoreThreadsThanSessionsAllGetTheirSignature) {
  const auto signer = LoadSigner(Uri("01")).value();
  const auto token = Token();
  const int logins = Counted("stingy_logins");
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 12; ++thread) {
    threads.emplace_back([&signer, &good, thread] {
      for (int i = 0; i < 40; ++i) {
        const std::string message = absl::StrCat(thread, "/", i);
        auto signature = signer->Sign(message);
        // Whose turn does not come in time hears so, and may ask again.
        for (int more = 0; more < 100 && ReasonOf(signature.status()) == Reason::kOverloaded; ++more)
          signature = signer->Sign(message);
        if (signature.ok() && signer->public_key().Verify(message, *signature)) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 12 * 40);
  EXPECT_GT(Counted("stingy_refused"), 0) << "the test must run into the limit";
  EXPECT_FALSE(token->IsLost());
  EXPECT_EQ(Counted("stingy_logins"), logins) << "nobody took the token for lost";
}

TEST_F(Pkcs11LimitsTest, WithoutASessionItIsOverloadedSoonAndNotLost) {
  const auto signer = LoadSigner(Uri("01")).value();
  const auto token = Token();
  {
    const auto first = token->Take().value();
    const auto second = token->Take().value();
    const auto begin = std::chrono::steady_clock::now();
    const absl::Status busy = signer->Sign("x").status();
    const auto waited = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(ReasonOf(busy), Reason::kOverloaded);
    EXPECT_GE(waited, std::chrono::milliseconds(50)) << "a session that comes back soon is worth waiting for";
    EXPECT_LT(waited, std::chrono::milliseconds(1000)) << "a call waits";
    EXPECT_THAT(std::string(busy.message()), HasSubstr("CKR_SESSION_COUNT"));
    EXPECT_FALSE(token->IsLost());
  }
  EXPECT_TRUE(signer->public_key().Verify("x", signer->Sign("x").value()));
}

// Each refused try brings the token nearer to being locked.
TEST_F(Pkcs11LimitsTest, AWrongPinIsTriedOnceForAllKeysOfTheToken) {
  folder_->Write("changing-pin", kPin);
  std::vector<std::shared_ptr<const Signer>> signers;
  for (const char* id : {"01", "02", "03"}) signers.push_back(LoadSigner(Uri(id, "changing-pin")).value());
  folder_->Write("changing-pin", "447755");
  std::filesystem::rename(folder_->File("tokens"), folder_->File("away"));
  for (const auto& signer : signers) EXPECT_FALSE(signer->Sign("away").ok());
  std::filesystem::rename(folder_->File("away"), folder_->File("tokens"));
  const int before = Counted("stingy_logins");
  for (const auto& signer : signers) {
    EXPECT_THAT(std::string(signer->Sign("back").status().message()), HasSubstr("refuses the PIN"));
  }
  EXPECT_THAT(std::string(LoadSigner(Uri("01", "changing-pin")).status().message()),
              HasSubstr("not tried again"));
  EXPECT_EQ(Counted("stingy_logins"), before + 1);
  // Another PIN is another try; the right one ends it.
  folder_->Write("changing-pin", kPin);
  EXPECT_TRUE(LoadSigner(Uri("01", "changing-pin")).value()->Sign("x").ok());
  EXPECT_EQ(Counted("stingy_logins"), before + 2);
}

}  // namespace
}  // namespace sti::crypto

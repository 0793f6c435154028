// Keys in SoftHSM tokens, made by pkcs11-tool and softhsm2-util; openssl judges the signatures.
#include "common/crypto/pkcs11_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/ecdsa_der.h"
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
using ::testing::Not;

constexpr char kModule[] = "/usr/lib/softhsm/libsofthsm2.so";
constexpr char kPin[] = "918273";

std::string Must(const std::vector<std::string>& command) {
  const auto finished = sti::testing::Run(command);
  if (finished.exit_code != 0) {
    ADD_FAILURE() << command[0] << " failed: " << finished.out << finished.err;
    std::abort();
  }
  return finished.out;
}

void InitToken(const std::string& label) {
  Must({"softhsm2-util", "--init-token", "--free", "--label", label, "--pin", kPin, "--so-pin", "5678"});
}

void Tool(const std::string& token, std::vector<std::string> arguments) {
  std::vector<std::string> command = {"pkcs11-tool", "--module", kModule, "--token-label",
                                      token,         "--login",  "--pin", kPin};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Must(command);
}

void MakeKey(const std::string& token, const std::string& label, const std::string& id,
             const std::string& type = "EC:prime256v1") {
  Tool(token, {"--keypairgen", "--key-type", type, "--label", label, "--id", id});
}

// Tokens must be there before the library looks for them first, so the tests share them.
class Pkcs11SignerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new sti::testing::TempDir;
    std::filesystem::create_directory(folder_->File("tokens"));
    const std::string config =
        folder_->Write("softhsm2.conf", absl::StrCat("directories.tokendir = ", folder_->File("tokens"),
                                                     "\nobjectstore.backend = file\nlog.level = ERROR\n"));
    setenv("SOFTHSM2_CONF", config.c_str(), 1);
    folder_->Write("pin", absl::StrCat(kPin, "\n"));
    folder_->Write("wrong-pin", "447755\n");
    folder_->Write("open-pin", kPin, 0644);
    folder_->Write("empty-pin", "\n");
    InitToken("main");
    InitToken("twin");
    InitToken("twin");
    MakeKey("main", "good", "01");
    MakeKey("main", "double", "02");
    MakeKey("main", "double", "03");
    MakeKey("main", "p384", "04", "EC:secp384r1");
    MakeKey("main", "rsa", "05", "rsa:2048");
    MakeKey("main", "alone", "06");
    Tool("main", {"--delete-object", "--type", "pubkey", "--id", "06"});
    MakeSwapped();
  }
  static void TearDownTestSuite() { delete folder_; }

  // The public key object with the id of the key "swapped" is another key's.
  static void MakeSwapped() {
    MakeKey("main", "swapped", "07");
    Tool("main", {"--delete-object", "--type", "pubkey", "--id", "07"});
    Tool("main",
         {"--read-object", "--type", "pubkey", "--id", "01", "--output-file", folder_->File("other.der")});
    Tool("main", {"--write-object", folder_->File("other.der"), "--type", "pubkey", "--id", "07", "--label",
                  "swapped"});
  }

  static std::string Uri(const std::string& path, const std::string& pin = "pin") {
    return absl::StrCat("pkcs11:", path, "?module-path=", kModule, "&pin-source=file:", folder_->File(pin));
  }
  static absl::Status Refusal(const std::string& uri) {
    const absl::Status status = LoadSigner(uri).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(kPin)));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("447755")));
    return status;
  }
  static void ExpectRefused(const std::string& uri, Reason reason, const std::string& text) {
    const absl::Status status = Refusal(uri);
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
  }

  static sti::testing::TempDir* folder_;
};
sti::testing::TempDir* Pkcs11SignerTest::folder_ = nullptr;

TEST_F(Pkcs11SignerTest, OpensslVerifiesWhatTheTokenSigned) {
  const auto signer = LoadSigner(Uri("token=main;object=good")).value();
  const std::string raw = signer->Sign("the message").value();
  ASSERT_EQ(raw.size(), kEs256SignatureSize);
  EcdsaDer der;
  ASSERT_TRUE(EcdsaRawToDer(raw, der));
  folder_->Write("signature", absl::string_view(reinterpret_cast<const char*>(der.octets.data()), der.size));
  folder_->Write("message", "the message");
  folder_->Write("other-message", "another message");
  // The key as pkcs11-tool reads it, not as the signer says it is.
  Tool("main",
       {"--read-object", "--type", "pubkey", "--id", "01", "--output-file", folder_->File("key.der")});
  Must({"openssl", "pkey", "-pubin", "-inform", "DER", "-in", folder_->File("key.der"), "-out",
        folder_->File("key.pem")});
  Must({"openssl", "dgst", "-sha256", "-verify", folder_->File("key.pem"), "-signature",
        folder_->File("signature"), folder_->File("message")});
  EXPECT_NE(sti::testing::Run({"openssl", "dgst", "-sha256", "-verify", folder_->File("key.pem"),
                               "-signature", folder_->File("signature"), folder_->File("other-message")})
                .exit_code,
            0);
  EXPECT_EQ(signer->public_key().Spki(), folder_->Read("key.der"));
}

TEST_F(Pkcs11SignerTest, AKeyIsNamedByLabelOrIdAndATokenByLabelOrSerial) {
  const std::string key = LoadSigner(Uri("token=main;object=good")).value()->public_key().Spki();
  EXPECT_EQ(LoadSigner(Uri("token=main;id=%01")).value()->public_key().Spki(), key);
  EXPECT_EQ(LoadSigner(Uri("token=main;id=%01;object=good;type=private;manufacturer=SoftHSM%20project;"
                           "model=SoftHSM%20v2"))
                .value()
                ->public_key()
                .Spki(),
            key);
  EXPECT_EQ(LoadSigner(Uri("token=main;object=double;id=%03")).value()->Sign("x").status(), absl::OkStatus());
}

TEST_F(Pkcs11SignerTest, AnImportedKeySigns) {
  Must({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
        folder_->File("own.pem")});
  Must({"softhsm2-util", "--import", folder_->File("own.pem"), "--token", "main", "--label", "imported",
        "--id", "0a", "--pin", kPin});
  const auto in_file = LoadSigner(folder_->File("own.pem")).value();
  const auto in_token = LoadSigner(Uri("token=main;object=imported")).value();
  EXPECT_EQ(in_token->public_key(), in_file->public_key());
  EXPECT_TRUE(in_file->public_key().Verify("m", in_token->Sign("m").value()));
}

TEST_F(Pkcs11SignerTest, WhatCannotBeUsedIsRefusedByName) {
  ExpectRefused(Uri("token=nobody;object=good"), Reason::kKeyInvalid, "no such token");
  ExpectRefused(Uri("token=main;object=good;model=other"), Reason::kKeyInvalid, "no such token");
  ExpectRefused(Uri("token=mai;object=good"), Reason::kKeyInvalid, "no such token");
  ExpectRefused(Uri("token=twin;object=good"), Reason::kKeyInvalid, "several tokens");
  ExpectRefused(Uri("token=main;object=nobody"), Reason::kKeyInvalid, "no such private key");
  ExpectRefused(Uri("token=main;object=good;id=%02"), Reason::kKeyInvalid, "no such private key");
  ExpectRefused(Uri("token=main;object=double"), Reason::kKeyInvalid, "several private keys");
  ExpectRefused(Uri("token=main;object=p384"), Reason::kKeyInvalid, "P-256");
  ExpectRefused(Uri("token=main;object=rsa"), Reason::kKeyInvalid, "P-256");
  ExpectRefused(Uri("token=main;object=alone"), Reason::kKeyInvalid, "public key");
  ExpectRefused(Uri("token=main;object=swapped"), Reason::kKeyMismatch, "another key");
}

TEST_F(Pkcs11SignerTest, APinFileMustBeTheOwnersAloneAndHoldAPin) {
  ExpectRefused(Uri("token=main;object=good", "open-pin"), Reason::kKeyPermissions, "0644");
  ExpectRefused(Uri("token=main;object=good", "no-pin"), Reason::kNotFound, "no-pin");
  ExpectRefused(Uri("token=main;object=good", "empty-pin"), Reason::kKeyInvalid, "no PIN");
}

TEST_F(Pkcs11SignerTest, ALibraryThatIsNoneIsRefused) {
  const std::string query = absl::StrCat("&pin-source=file:", folder_->File("pin"));
  ExpectRefused(absl::StrCat("pkcs11:token=main;object=good?module-path=", folder_->File("pin"), query),
                Reason::kConfigInvalid, "cannot be used");
  ExpectRefused(
      absl::StrCat("pkcs11:token=main;object=good?module-path=/lib/x86_64-linux-gnu/libc.so.6", query),
      Reason::kConfigInvalid, "no PKCS#11 library");
}

TEST_F(Pkcs11SignerTest, ManyThreadsSignAtOnce) {
  const auto signer = LoadSigner(Uri("token=main;object=good")).value();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 20; ++thread) {
    threads.emplace_back([&signer, &good, thread] {
      for (int i = 0; i < 50; ++i) {
        const std::string message = absl::StrCat(thread, "/", i);
        const auto signature = signer->Sign(message);
        if (signature.ok() && signer->public_key().Verify(message, *signature)) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 20 * 50);
}

// Two keys of one token: what one finds out, the other must know, and neither may keep the library from
// starting again.
TEST_F(Pkcs11SignerTest, ATokenThatWentAwayIsUsedAgainWhenItComesBack) {
  const auto signer = LoadSigner(Uri("token=main;object=good")).value();
  const auto other = LoadSigner(Uri("token=main;id=%02")).value();
  ASSERT_TRUE(signer->Sign("before").ok());
  ASSERT_TRUE(other->Sign("before").ok());
  for (int round = 0; round < 3; ++round) {
    std::filesystem::rename(folder_->File("tokens"), folder_->File("away"));
    EXPECT_EQ(ReasonOf(signer->Sign("while it is away").status()), Reason::kUnavailable);
    EXPECT_EQ(ReasonOf(signer->Sign("still away").status()), Reason::kUnavailable);
    std::filesystem::rename(folder_->File("away"), folder_->File("tokens"));
    for (const auto& each : {signer, other}) {
      const auto signature = each->Sign("after");
      ASSERT_TRUE(signature.ok()) << signature.status();
      EXPECT_TRUE(each->public_key().Verify("after", *signature));
    }
  }
}

TEST_F(Pkcs11SignerTest, SessionsThatTheTokenClosedAreOpenedAgain) {
  const auto signer = LoadSigner(Uri("token=main;object=good")).value();
  Pkcs11Module* const module = Pkcs11Module::Load(kModule).value();
  const auto token =
      Pkcs11Token::Find(*module, Pkcs11Uri::Parse(Uri("token=main;object=good")).value()).value();
  auto session = token->Take().value();
  CK_SESSION_INFO info = {};
  ASSERT_EQ(session->C_GetSessionInfo(session.handle(), &info), CKR_OK);
  // As a token does that was reset: no session is left, and nobody logged in.
  ASSERT_EQ(session->C_CloseAllSessions(info.slotID), CKR_OK);
  EXPECT_TRUE(signer->public_key().Verify("after", signer->Sign("after").value()));
}

TEST_F(Pkcs11SignerTest, AnotherKeyUnderTheSameNameIsNotTakenForTheFirst) {
  MakeKey("main", "changing", "0b");
  const auto signer = LoadSigner(Uri("token=main;object=changing")).value();
  Tool("main", {"--delete-object", "--type", "privkey", "--id", "0b"});
  Tool("main", {"--delete-object", "--type", "pubkey", "--id", "0b"});
  EXPECT_EQ(ReasonOf(signer->Sign("x").status()), Reason::kUnavailable);
  MakeKey("main", "changing", "0b");
  const absl::Status status = signer->Sign("x").status();
  EXPECT_EQ(ReasonOf(status), Reason::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("another key"));
}

// A token that refuses the PIN counts the tries.
TEST_F(Pkcs11SignerTest, AfterARefusedPinTheTokenIsLeftAlone) {
  folder_->Write("changing-pin", kPin);
  const auto signer = LoadSigner(Uri("token=main;object=good", "changing-pin")).value();
  folder_->Write("changing-pin", "447755");
  std::filesystem::rename(folder_->File("tokens"), folder_->File("away"));
  EXPECT_FALSE(signer->Sign("away").ok());
  std::filesystem::rename(folder_->File("away"), folder_->File("tokens"));
  EXPECT_THAT(std::string(signer->Sign("back").status().message()), HasSubstr("refuses the PIN"));
  folder_->Write("changing-pin", kPin);
  EXPECT_THAT(std::string(signer->Sign("again").status().message()), HasSubstr("refuses the PIN"));
  EXPECT_TRUE(LoadSigner(Uri("token=main;object=good", "changing-pin")).value()->Sign("x").ok());
}

// Last, and in a process of its own: the process must not have logged in already.
TEST_F(Pkcs11SignerTest, AWrongPinIsRefusedInWordsWithoutThePin) {
  const auto load = [] {
    const absl::Status status = Refusal(Uri("token=main;object=good", "wrong-pin"));
    fputs(status.ToString().c_str(), stderr);
    exit(ReasonOf(status) == Reason::kKeyInvalid ? 7 : 1);
  };
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(load(), ::testing::ExitedWithCode(7), "refuses the PIN.*wrong-pin.*CKR_PIN_INCORRECT");
}

}  // namespace
}  // namespace sti::crypto

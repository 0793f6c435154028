#include "common/crypto/key_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

using ::testing::HasSubstr;

class KeyFileTest : public ::testing::Test {
 protected:
  static Reason Loading(const std::string& path) { return ReasonOf(LoadPrivateKeyFile(path).status()); }
  mode_t Mode(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  size_t Files() {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }

  const testing::TempDir folder_;
  const std::string path_ = folder_.File("key.pem");
  const std::shared_ptr<const SigningKey> key_ = SigningKey::Generate().value();
};

TEST_F(KeyFileTest, WhatIsWrittenIsLoaded) {
  ASSERT_TRUE(WritePrivateKeyFile(path_, *key_).ok());
  const auto loaded = LoadPrivateKeyFile(path_);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE((*loaded)->public_key() == key_->public_key());
  EXPECT_EQ(Files(), 1u);
}

TEST_F(KeyFileTest, TheFileIsPkcs8ForTheOwnerOnly) {
  const mode_t before = umask(0);
  ASSERT_TRUE(WritePrivateKeyFile(path_, *key_).ok());
  umask(before);
  EXPECT_EQ(Mode(path_), 0600u);
  EXPECT_THAT(folder_.Read("key.pem"), ::testing::StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  const testing::Finished judge =
      testing::Run({"/usr/bin/openssl", "pkey", "-in", path_, "-check", "-noout"});
  EXPECT_EQ(judge.exit_code, 0) << judge.err;
}

TEST_F(KeyFileTest, AKeyThatIsThereStays) {
  ASSERT_TRUE(WritePrivateKeyFile(path_, *key_).ok());
  const std::string before = folder_.Read("key.pem");
  EXPECT_EQ(ReasonOf(WritePrivateKeyFile(path_, *SigningKey::Generate().value())), Reason::kAlreadyExists);
  EXPECT_EQ(folder_.Read("key.pem"), before);
  EXPECT_EQ(Files(), 1u);
}

TEST_F(KeyFileTest, ADanglingLinkIsNotFollowedWhenWriting) {
  ASSERT_EQ(symlink(folder_.File("elsewhere").c_str(), path_.c_str()), 0);
  EXPECT_EQ(ReasonOf(WritePrivateKeyFile(path_, *key_)), Reason::kAlreadyExists);
  EXPECT_EQ(Files(), 1u);
}

TEST_F(KeyFileTest, WithoutFolderNothingIsWritten) {
  EXPECT_EQ(ReasonOf(WritePrivateKeyFile(folder_.File("no/key.pem"), *key_)), Reason::kStorageFailed);
  EXPECT_EQ(Files(), 0u);
}

TEST_F(KeyFileTest, AnyRightOfGroupOrOthersIsRefused) {
  ASSERT_TRUE(WritePrivateKeyFile(path_, *key_).ok());
  for (const mode_t mode : {0400, 0600, 0700}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(Loading(path_), Reason::kNone) << mode;
  }
  for (const mode_t mode : {0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(Loading(path_), Reason::kKeyPermissions) << mode;
  }
  EXPECT_THAT(std::string(LoadPrivateKeyFile(path_).status().message()), HasSubstr("mode 0666"));
}

// As Kubernetes mounts secrets. The rights of the file count, not those of the link.
TEST_F(KeyFileTest, LinksAreFollowedWhenLoading) {
  ASSERT_TRUE(WritePrivateKeyFile(path_, *key_).ok());
  const std::string link = folder_.File("link.pem");
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(Loading(link), Reason::kNone);
  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  EXPECT_EQ(Loading(link), Reason::kKeyPermissions);
}

TEST_F(KeyFileTest, AMissingFileIsNotFound) { EXPECT_EQ(Loading(path_), Reason::kNotFound); }

TEST_F(KeyFileTest, OnlyRegularFiles) {
  EXPECT_EQ(Loading(folder_.path()), Reason::kKeyInvalid);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(Loading(path_), Reason::kKeyInvalid);  // and does not wait for a writer
}

TEST_F(KeyFileTest, SizeHasABound) {
  ASSERT_TRUE(WritePrivateKeyFile(path_, *key_).ok());
  std::string text = folder_.Read("key.pem");
  text.resize(limits::kKeyFile, '\n');
  EXPECT_EQ(Loading(folder_.Write("full.pem", text)), Reason::kNone);
  EXPECT_EQ(Loading(folder_.Write("large.pem", text + "\n")), Reason::kTooLarge);
}

TEST_F(KeyFileTest, WhatIsNoKeyNamesTheFile) {
  const auto key = LoadPrivateKeyFile(folder_.Write("junk.pem", "junk"));
  EXPECT_EQ(ReasonOf(key.status()), Reason::kKeyInvalid);
  EXPECT_THAT(std::string(key.status().message()), HasSubstr("junk.pem: no private key"));
  EXPECT_EQ(Loading(folder_.Write("empty.pem", "")), Reason::kKeyInvalid);
}

class EncryptedKeyFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Must({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", plain_});
    Must({"openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", plain_, "-passout", "pass:open sesame",
          "-out", path_});
    ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  }
  static void Must(const std::vector<std::string>& command) {
    const auto finished = sti::testing::Run(command);
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
  }
  void ExpectRefused(Reason reason, const std::string& text) const {
    const absl::Status status = LoadPrivateKeyFile(path_).status();
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
    EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("sesame")));
  }

  const sti::testing::TempDir folder_;
  const std::string plain_ = folder_.File("plain.pem");
  const std::string path_ = folder_.File("encrypted.pem");
};

TEST_F(EncryptedKeyFileTest, OpensWithThePassphraseBesideIt) {
  folder_.Write("encrypted.pem.passphrase", "open sesame\n");
  const auto key = LoadPrivateKeyFile(path_);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ((*key)->public_key(), LoadPrivateKeyFile(plain_).value()->public_key());
}

TEST_F(EncryptedKeyFileTest, IsRefusedWithoutTheRightPassphrase) {
  ExpectRefused(Reason::kKeyInvalid, "encrypted.pem.passphrase");
  folder_.Write("encrypted.pem.passphrase", "close sesame\n");
  ExpectRefused(Reason::kKeyInvalid, "does not open it");
  folder_.Write("encrypted.pem.passphrase", "");
  ExpectRefused(Reason::kKeyInvalid, "does not open it");
  folder_.Write("encrypted.pem.passphrase", std::string(2000, 'x'));
  ExpectRefused(Reason::kKeyInvalid, "does not open it");
  folder_.Write("encrypted.pem.passphrase", "open sesame\n", 0640);
  ExpectRefused(Reason::kKeyPermissions, "0640");
}

TEST_F(EncryptedKeyFileTest, TheOldEncryptionOfPemIsRefused) {
  Must({"openssl", "ec", "-in", plain_, "-aes256", "-passout", "pass:open sesame", "-out", path_});
  folder_.Write("encrypted.pem.passphrase", "open sesame\n");
  ExpectRefused(Reason::kKeyInvalid, "encrypted");
}

TEST_F(EncryptedKeyFileTest, OpensWithTheCallersPassphraseAndNoOther) {
  EXPECT_TRUE(LoadPrivateKeyFile(path_, Secret("open sesame")).ok());
  for (const char* wrong : {"", "open sesame\n", "close sesame"}) {
    const absl::Status status = LoadPrivateKeyFile(path_, Secret(wrong)).status();
    EXPECT_EQ(ReasonOf(status), Reason::kKeyInvalid);
    EXPECT_THAT(std::string(status.message()), HasSubstr("encrypted.pem: the passphrase does not open it"));
    EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("sesame")));
  }
  EXPECT_TRUE(LoadPrivateKeyFile(plain_, Secret("open sesame")).ok()) << "not encrypted: taken as it is";
}

TEST_F(EncryptedKeyFileTest, WhatIsWrittenOpensslOpensWithThePassphraseOnly) {
  const auto key = LoadPrivateKeyFile(plain_).value();
  const std::string written = folder_.File("written.pem");
  ASSERT_TRUE(WritePrivateKeyFile(written, *key, Secret("open sesame")).ok());
  struct stat status {};
  ASSERT_EQ(stat(written.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_THAT(folder_.Read("written.pem"), ::testing::StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  Must({"openssl", "pkey", "-in", written, "-passin", "pass:open sesame", "-out", folder_.File("judge.pem")});
  EXPECT_EQ(folder_.Read("judge.pem"), folder_.Read("plain.pem"));
  EXPECT_NE(
      testing::Run({"openssl", "pkey", "-in", written, "-passin", "pass:close sesame", "-noout"}).exit_code,
      0);
  const testing::Finished parsed = testing::Run({"openssl", "asn1parse", "-in", written});
  EXPECT_THAT(parsed.out, HasSubstr("scrypt"));
  EXPECT_THAT(parsed.out, HasSubstr("aes-256-cbc"));
  EXPECT_THAT(parsed.out, HasSubstr(":4000"));  // N
  EXPECT_EQ(LoadPrivateKeyFile(written, Secret("open sesame")).value()->public_key(), key->public_key());
  EXPECT_EQ(ReasonOf(WritePrivateKeyFile(written, *key, Secret("x"))), Reason::kAlreadyExists);
}

TEST_F(EncryptedKeyFileTest, TwoFilesOfOneKeyHaveNothingInCommon) {
  const auto key = LoadPrivateKeyFile(plain_).value();
  for (const char* name : {"a.pem", "b.pem"}) {
    ASSERT_TRUE(WritePrivateKeyFile(folder_.File(name), *key, Secret("open sesame")).ok());
  }
  EXPECT_NE(folder_.Read("a.pem"), folder_.Read("b.pem"));
}

TEST_F(EncryptedKeyFileTest, APassphraseFileHasOneLineOfItsOwnersAlone) {
  const auto read = [&](const std::string& contents, mode_t mode = 0600) {
    return ReadPassphraseFile(folder_.Write("passphrase", contents, mode));
  };
  EXPECT_EQ(read("open sesame\n").value().RevealForUse(), "open sesame");
  EXPECT_EQ(read("open sesame").value().RevealForUse(), "open sesame");
  EXPECT_TRUE(read(std::string(1024, 'x')).ok());
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("a\nb\n"), std::string(1025, 'x')}) {
    EXPECT_EQ(ReasonOf(read(bad).status()), Reason::kConfigInvalid);
  }
  EXPECT_EQ(ReasonOf(read("open sesame", 0640).status()), Reason::kKeyPermissions);
  EXPECT_EQ(ReasonOf(ReadPassphraseFile(folder_.File("none")).status()), Reason::kNotFound);
}

}  // namespace
}  // namespace sti::crypto

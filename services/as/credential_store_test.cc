#include "services/as/credential_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "common/base/reason.h"
#include "common/crypto/key_file.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/temp_dir.h"

namespace sti::as {
namespace {

constexpr char kUrl[] = "https://cr.example.net/1234.pem";

pki::CertificateChain DemoChain() {
  return pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
}

class CredentialStoreTest : public ::testing::Test {
 protected:
  int Count(const std::string& prefix) const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      if (entry.path().filename().string().rfind(prefix, 0) == 0) ++count;
    }
    return count;
  }
  std::string FileOf(const std::string& prefix) const {
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      if (entry.path().filename().string().rfind(prefix, 0) == 0) return entry.path().string();
    }
    return "";
  }
  std::string LoadReason() const { return std::string(ReasonName(ReasonOf(store_.Load().status()))); }
  void SaveOne() {
    const auto key = store_.PendingKey().value();
    ASSERT_TRUE(store_.Save(*key, DemoChain(), kUrl).ok());
  }

  testing::TempDir dir_;
  CredentialStore store_{dir_.path()};
};

TEST_F(CredentialStoreTest, StartsEmpty) { EXPECT_FALSE(store_.Load().value().has_value()); }

TEST_F(CredentialStoreTest, ThePendingKeyIsMadeOnceAndKept) {
  const auto key = store_.PendingKey().value();
  EXPECT_TRUE(CredentialStore(dir_.path()).PendingKey().value()->public_key() == key->public_key());
}

TEST_F(CredentialStoreTest, KeysAreReadableByTheirOwnerOnly) {
  const mode_t mask = umask(0);
  SaveOne();
  store_.PendingKey().value();
  umask(mask);
  for (const char* prefix : {"key-", "pending-key"}) {
    struct stat info = {};
    ASSERT_EQ(stat(FileOf(prefix).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0600u) << prefix;
  }
}

TEST_F(CredentialStoreTest, WhatWasSavedIsLoaded) {
  const auto key = store_.PendingKey().value();
  ASSERT_TRUE(store_.Save(*key, DemoChain(), kUrl).ok());
  const auto stored = CredentialStore(dir_.path()).Load().value();
  ASSERT_TRUE(stored.has_value());
  EXPECT_TRUE(stored->key->public_key() == key->public_key());
  EXPECT_EQ(stored->chain.sha256(), DemoChain().sha256());
  EXPECT_EQ(stored->x5u, kUrl);
}

TEST_F(CredentialStoreTest, EachCertificateHasItsOwnKey) {
  SaveOne();
  const auto first = store_.Load().value()->key;
  SaveOne();
  EXPECT_FALSE(store_.Load().value()->key->public_key() == first->public_key());
}

TEST_F(CredentialStoreTest, OldPairsAreRemovedAndTheOneInUseIsNot) {
  SaveOne();
  SaveOne();
  store_.PendingKey().value();
  EXPECT_EQ(Count("key-"), 2);
  store_.RemoveUnused();
  EXPECT_EQ(Count("key-"), 1);
  EXPECT_EQ(Count("chain-"), 1);
  EXPECT_EQ(Count("pending-key"), 1);
  EXPECT_TRUE(store_.Load().value().has_value());
}

// The steps of Save, each followed by a crash.
TEST_F(CredentialStoreTest, ACrashAfterTheKeyGotItsNameLeavesTheOldPairInUse) {
  SaveOne();
  const auto in_use = store_.Load().value()->key;
  store_.PendingKey().value();
  std::filesystem::rename(dir_.File("pending-key.pem"), dir_.File("key-0123456789abcdef.pem"));
  CredentialStore restarted(dir_.path());
  EXPECT_TRUE(restarted.Load().value()->key->public_key() == in_use->public_key());
  restarted.RemoveUnused();
  EXPECT_EQ(Count("key-"), 1);
  EXPECT_TRUE(restarted.PendingKey().ok());
}

TEST_F(CredentialStoreTest, ACrashBeforeTheFileCurrentLeavesTheOldPairInUse) {
  SaveOne();
  const std::string current = dir_.Read("current");
  const auto in_use = store_.Load().value()->key;
  SaveOne();
  dir_.Write("current", current);
  EXPECT_TRUE(store_.Load().value()->key->public_key() == in_use->public_key());
}

TEST_F(CredentialStoreTest, AKeyThatOthersMayReadIsRefused) {
  SaveOne();
  chmod(FileOf("key-").c_str(), 0640);
  EXPECT_EQ(LoadReason(), "KEY_PERMISSIONS");
  store_.PendingKey().value();
  chmod(dir_.File("pending-key.pem").c_str(), 0604);
  EXPECT_EQ(ReasonOf(store_.PendingKey().status()), Reason::kKeyPermissions);
}

TEST_F(CredentialStoreTest, DamagedFilesAreAnErrorAndNoCrash) {
  SaveOne();
  dir_.Write("current", "");
  EXPECT_EQ(LoadReason(), "STORAGE_FAILED");
  dir_.Write("current", "key-/../../etc/passwd.pem\nchain-1.pem\nhttps://x\n");
  EXPECT_EQ(LoadReason(), "STORAGE_FAILED");
  dir_.Write("current", "key-none.pem\nchain-none.pem\nhttps://x\n");
  EXPECT_EQ(LoadReason(), "NOT_FOUND");
}

TEST_F(CredentialStoreTest, AMissingPendingKeyIsAStorageFailure) {
  const auto key = crypto::SigningKey::Generate().value();
  EXPECT_EQ(ReasonOf(store_.Save(*key, DemoChain(), kUrl)), Reason::kStorageFailed);
  EXPECT_FALSE(store_.Load().value().has_value());
}

}  // namespace
}  // namespace sti::as

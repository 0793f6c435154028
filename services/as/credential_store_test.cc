#include "services/as/credential_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/crypto/key_file.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"

namespace sti::as {
namespace {

constexpr char kUrl[] = "https://cr.example.net/1234.pem";
const absl::Time kSince = absl::FromUnixSeconds(1750000000);
constexpr char kOtherUrl[] = "https://cr.example.net/1235.pem";

// The store does not judge chains: any will do.
pki::CertificateChain DemoChain() {
  return pki::CertificateChain::Parse(stir::ReadVector("demo-pki/chain1234.pem")).value();
}
pki::CertificateChain OtherChain() {
  return pki::CertificateChain::Parse(stir::ReadVector("demo-pki/int.pem")).value();
}

class CredentialStoreTest : public ::testing::Test {
 protected:
  int Count(const std::string& prefix) const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      if (absl::StartsWith(entry.path().filename().string(), prefix)) ++count;
    }
    return count;
  }
  std::string FileOf(const std::string& prefix) const {
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      if (absl::StartsWith(entry.path().filename().string(), prefix)) return entry.path().string();
    }
    return "";
  }
  std::string LoadReason() const {
    const auto stored = store_.Load();
    return std::string(
        ReasonName(ReasonOf(!stored.ok() || !stored->current ? stored.status() : stored->current->status())));
  }
  StoredCredential Current() const { return **store_.Load().value().current; }
  void SaveOne() {
    const auto key = store_.PendingKey().value();
    ASSERT_TRUE(store_.Save(*key, DemoChain(), kUrl, kSince).ok());
  }
  void UseOne() {
    SaveOne();
    ASSERT_TRUE(store_.Promote().ok());
  }

  testing::TempDir dir_;
  CredentialStore store_{dir_.path()};
};

TEST_F(CredentialStoreTest, StartsEmpty) {
  const StoredCredentials stored = store_.Load().value();
  EXPECT_FALSE(stored.current || stored.next || stored.previous);
}

TEST_F(CredentialStoreTest, ThePendingKeyIsMadeOnceAndKept) {
  const auto key = store_.PendingKey().value();
  EXPECT_TRUE(CredentialStore(dir_.path()).PendingKey().value()->public_key() == key->public_key());
}

TEST_F(CredentialStoreTest, KeysAreReadableByTheirOwnerOnly) {
  const mode_t mask = umask(0);
  SaveOne();
  store_.PendingKey().value();
  store_.RequestedKey("").value();
  umask(mask);
  for (const char* prefix : {"key-", "pending-key", "requested-key", "credentials"}) {
    struct stat info = {};
    ASSERT_EQ(stat(FileOf(prefix).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0600u) << prefix;
  }
}

TEST_F(CredentialStoreTest, WhatWasSavedComesNextAndIsInUseWhenPromoted) {
  const auto key = store_.PendingKey().value();
  ASSERT_TRUE(store_.Save(*key, DemoChain(), kUrl, kSince, true).ok());
  StoredCredentials stored = CredentialStore(dir_.path()).Load().value();
  EXPECT_FALSE(stored.current);
  ASSERT_TRUE(stored.next.has_value());
  const StoredCredential& next = **stored.next;
  EXPECT_TRUE(next.key->public_key() == key->public_key());
  EXPECT_EQ(next.chain.sha256(), DemoChain().sha256());
  EXPECT_EQ(next.x5u, kUrl);
  EXPECT_EQ(next.since, kSince);
  EXPECT_TRUE(next.imported);
  ASSERT_TRUE(store_.Promote().ok());
  stored = CredentialStore(dir_.path()).Load().value();
  EXPECT_FALSE(stored.next || stored.previous);
  EXPECT_EQ((**stored.current).x5u, kUrl);
  EXPECT_EQ(ReasonOf(store_.Promote()), Reason::kNotFound);
}

TEST_F(CredentialStoreTest, WhatWasInUseIsTheOneBefore) {
  UseOne();
  const auto first = Current().key;
  const auto key = store_.PendingKey().value();
  ASSERT_TRUE(store_.Save(*key, OtherChain(), kOtherUrl, kSince).ok());
  EXPECT_EQ(Current().x5u, kUrl) << "the next one is not in use yet";
  ASSERT_TRUE(store_.Promote().ok());
  const StoredCredentials stored = store_.Load().value();
  EXPECT_EQ((**stored.current).x5u, kOtherUrl);
  EXPECT_TRUE((**stored.previous).key->public_key() == first->public_key());
  EXPECT_FALSE((**stored.current).key->public_key() == first->public_key()) << "each has its own key";
}

TEST_F(CredentialStoreTest, ANewerNextTakesThePlaceOfTheNext) {
  UseOne();
  SaveOne();
  const auto key = store_.PendingKey().value();
  ASSERT_TRUE(store_.Save(*key, OtherChain(), kOtherUrl, kSince).ok());
  EXPECT_EQ((**store_.Load().value().next).x5u, kOtherUrl);
  EXPECT_EQ(Count("key-"), 2);
}

TEST_F(CredentialStoreTest, ThreePairsStayAndNoMore) {
  for (int i = 0; i < 5; ++i) UseOne();
  SaveOne();
  store_.PendingKey().value();
  EXPECT_EQ(Count("key-"), 3);
  EXPECT_EQ(Count("pending-key"), 1);
  dir_.Write("credentials.Ab3dE9", "half");
  dir_.Write("pending-key.pem.0011.tmp", "half");
  store_.RemoveUnused();
  EXPECT_EQ(Count("credentials"), 1);
  EXPECT_EQ(Count("pending-key"), 1);
}

TEST_F(CredentialStoreTest, TheRequestedKeyStaysUntilItsCertificateIsSaved) {
  EXPECT_EQ(ReasonOf(store_.KeyAwaitingImport("").status()), Reason::kKeyMismatch);
  const auto key = store_.RequestedKey("").value();
  UseOne();  // an enrolment in between
  CredentialStore restarted(dir_.path());
  EXPECT_TRUE(restarted.RequestedKey("").value()->public_key() == key->public_key());
  const auto waiting = restarted.KeyAwaitingImport("").value();
  EXPECT_TRUE(waiting->public_key() == key->public_key());
  ASSERT_TRUE(restarted.Save(*waiting, OtherChain(), kOtherUrl, kSince, true).ok());
  EXPECT_EQ(ReasonOf(restarted.KeyAwaitingImport("").status()), Reason::kKeyMismatch);
  EXPECT_FALSE(restarted.RequestedKey("").value()->public_key() == key->public_key());
}

TEST_F(CredentialStoreTest, AKeyFromElsewhereIsNotSaved) {
  const auto key = crypto::SigningKey::Generate().value();
  EXPECT_EQ(ReasonOf(store_.Save(*key, DemoChain(), kUrl, kSince)), Reason::kKeyMismatch);
  EXPECT_FALSE(store_.Load().value().next);
}

TEST_F(CredentialStoreTest, KeysAreEncryptedWithThePassphraseAndOpenedWithNoOther) {
  CredentialStore store(dir_.path(), {}, Secret("open sesame"));
  ASSERT_TRUE(store.Save(*store.PendingKey().value(), DemoChain(), kUrl, kSince).ok());
  const std::string file = FileOf("key-");
  EXPECT_EQ(testing::Run({"openssl", "pkey", "-in", file, "-passin", "pass:open sesame", "-noout"}).exit_code,
            0);
  EXPECT_TRUE((*CredentialStore(dir_.path(), {}, Secret("open sesame")).Load().value().next).ok());
  const absl::Status wrong =
      (*CredentialStore(dir_.path(), {}, Secret("guess")).Load().value().next).status();
  EXPECT_EQ(ReasonOf(wrong), Reason::kKeyInvalid);
  EXPECT_TRUE(absl::StrContains(wrong.message(), file)) << wrong;
  EXPECT_FALSE(absl::StrContains(wrong.message(), "guess")) << wrong;
  EXPECT_EQ(ReasonOf(CredentialStore(dir_.path()).Load().value().next->status()), Reason::kKeyInvalid);
}

TEST_F(CredentialStoreTest, APassphraseMayBeIntroducedLater) {
  UseOne();
  CredentialStore store(dir_.path(), {}, Secret("open sesame"));
  EXPECT_TRUE((*store.Load().value().current).ok());
}

TEST_F(CredentialStoreTest, AKeyThatOthersMayReadIsRefused) {
  UseOne();
  chmod(FileOf("key-").c_str(), 0640);
  EXPECT_EQ(LoadReason(), "KEY_PERMISSIONS");
  store_.PendingKey().value();
  chmod(dir_.File("pending-key.pem").c_str(), 0604);
  EXPECT_EQ(ReasonOf(store_.PendingKey().status()), Reason::kKeyPermissions);
}

TEST_F(CredentialStoreTest, DamagedFilesAreAnErrorThatSavingAnewMends) {
  for (const char* junk : {"", "current",
                           "current key-1.pem chain-1.pem enrolled 1 https://x\ncurrent key-1.pem "
                           "chain-1.pem enrolled 1 https://x\n",
                           "current key-/../../etc/passwd.pem chain-1.pem enrolled 1 https://x\n",
                           "current /etc/passwd chain-1.pem enrolled 1 https://x\n",
                           "current key-1.pem chain-1.pem stolen 1 https://x\n",
                           "current key-1.pem chain-1.pem enrolled one https://x\n",
                           "last key-1.pem chain-1.pem enrolled 1 https://x\n"}) {
    dir_.Write("credentials", junk);
    EXPECT_EQ(LoadReason(), "STORAGE_FAILED") << junk;
    UseOne();
    EXPECT_EQ(LoadReason(), "NONE");
  }
  dir_.Write("credentials", "current key-none.pem chain-none.pem enrolled 1 https://x\n");
  EXPECT_EQ(LoadReason(), "NOT_FOUND");
}

TEST_F(CredentialStoreTest, OneDamagedPairDoesNotTakeTheOtherWithIt) {
  UseOne();
  const std::string damaged = FileOf("key-");
  ASSERT_TRUE(store_.Save(*store_.PendingKey().value(), OtherChain(), kOtherUrl, kSince).ok());
  std::filesystem::remove(damaged);
  const StoredCredentials stored = store_.Load().value();
  EXPECT_FALSE(stored.current->ok());
  EXPECT_TRUE(stored.next->ok());
}

// Every change of the folder, followed by a crash; then a new process.
TEST_F(CredentialStoreTest, ACrashBetweenAnyTwoStepsLosesNothing) {
  const auto work = [](CredentialStore& store) {
    if (!store.Save(*store.PendingKey().value(), OtherChain(), kOtherUrl, kSince).ok() ||
        !store.Promote().ok())
      abort();
  };
  bool finished = false;
  int steps = 0;
  for (int crash_at = 1; !finished; ++crash_at) {
    testing::TempDir dir;
    CredentialStore before(dir.path());
    for (int i = 0; i < 2; ++i) {  // so that there is something to clean up
      ASSERT_TRUE(before.Save(*before.PendingKey().value(), DemoChain(), kUrl, kSince).ok());
      ASSERT_TRUE(before.Promote().ok());
    }
    const pid_t child = fork();
    if (child == 0) {
      CredentialStore store(dir.path());
      int step = 0;
      store.OnStep([&] {
        if (++step == crash_at) _exit(9);
      });
      work(store);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    finished = WEXITSTATUS(status) == 0;
    steps = crash_at;

    CredentialStore after(dir.path());
    StoredCredentials stored = after.Load().value();
    ASSERT_TRUE(stored.current && stored.current->ok()) << crash_at;
    if (stored.next) {
      ASSERT_TRUE(stored.next->ok()) << crash_at;
      EXPECT_EQ((**stored.next).x5u, kOtherUrl);
      // What was certified is not certified again.
      EXPECT_FALSE(after.PendingKey().value()->public_key() == (**stored.next).key->public_key()) << crash_at;
    } else {
      work(after);
      stored = after.Load().value();
      EXPECT_EQ((**stored.current).x5u, kOtherUrl) << crash_at;
    }
    after.RemoveUnused();
    EXPECT_TRUE(after.Load().value().current->ok()) << crash_at;
  }
  EXPECT_GE(steps, 7);  // key, second name, chain, listing, first name away, old files away, listing
}

}  // namespace
}  // namespace sti::as

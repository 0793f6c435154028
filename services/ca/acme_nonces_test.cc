#include "services/ca/acme_nonces.h"

#include <memory>
#include <string>

#include "common/acme/error.h"
#include "common/base/reason.h"
#include "common/crypto/system_random.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {
namespace {

class AcmeNoncesTest : public ::testing::Test {
 protected:
  std::unique_ptr<AcmeNonces> Open() {
    return AcmeNonces::Open(database_, absl::Hours(1), clock_, crypto::SystemRandom::Instance()).value();
  }
  static bool IsBadNonce(const absl::Status& status) {
    return !status.ok() && acme::ProblemOf(status).type == acme::ErrorType::kBadNonce;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{absl::FromUnixSeconds(1750000000)};
};

TEST_F(AcmeNoncesTest, ServesOnce) {
  const auto nonces = Open();
  const std::string nonce = nonces->Make().value();
  EXPECT_TRUE(nonces->Redeem(nonce).ok());
  EXPECT_TRUE(IsBadNonce(nonces->Redeem(nonce)));
}

TEST_F(AcmeNoncesTest, OfOneReplicaServesOnceAtAnother) {
  const auto one = Open(), other = Open();
  const std::string nonce = one->Make().value();
  EXPECT_TRUE(other->Redeem(nonce).ok());
  EXPECT_TRUE(IsBadNonce(one->Redeem(nonce)));
}

TEST_F(AcmeNoncesTest, GoodUntilItExpiresAndUnusableForEverAfter) {
  const auto nonces = Open();
  const std::string early = nonces->Make().value(), late = nonces->Make().value();
  clock_.Advance(absl::Hours(1) - absl::Seconds(1));
  EXPECT_TRUE(nonces->Redeem(early).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(IsBadNonce(nonces->Redeem(late)));
  // Its use is forgotten by now, which must not matter.
  clock_.Advance(absl::Hours(3));
  EXPECT_TRUE(nonces->Redeem(nonces->Make().value()).ok());
  EXPECT_TRUE(IsBadNonce(nonces->Redeem(early)));
}

TEST_F(AcmeNoncesTest, EveryChangedCharacterMakesItUnknown) {
  const auto nonces = Open();
  const std::string nonce = nonces->Make().value();
  for (size_t i = 0; i < nonce.size(); ++i) {
    std::string changed = nonce;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(IsBadNonce(nonces->Redeem(changed))) << i;
  }
  EXPECT_TRUE(IsBadNonce(nonces->Redeem("")));
  EXPECT_TRUE(nonces->Redeem(nonce).ok());
}

TEST_F(AcmeNoncesTest, IsNotUsedUpWhenTheDiskFails) {
  const auto nonces = Open();
  const std::string nonce = nonces->Make().value();
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(nonces->Redeem(nonce)), Reason::kStorageFailed);
  EXPECT_TRUE(nonces->Redeem(nonce).ok());
}

}  // namespace
}  // namespace sti::ca

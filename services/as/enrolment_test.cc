// Enrolment and renewal against working authorities.
#include "services/as/enrolment.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "absl/strings/match.h"
#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"
#include "services/as/testing/fake_authorities.h"

namespace sti::as {
namespace {

class EnrolmentTest : public ::testing::Test {
 protected:
  EnrolmentTest() { Restart(); }

  // A new process over the same folder.
  void Restart() {
    enrolment_.reset();
    ring_.Set(nullptr);
    lacking_ = {"never told"};
    enrolment_.emplace(
        enroller_, store_, "1234", ring_, clock_, random_,
        [this](const std::vector<std::string>& lacking) { lacking_ = lacking; }, EnrolmentOptions{});
  }
  SigningCredentialPtr Current() const { return ring_.Get() == nullptr ? nullptr : ring_.Get()->current; }
  // What a call would be signed with.
  absl::StatusOr<SigningCredentialPtr> Pick(absl::Duration age = absl::ZeroDuration()) {
    const auto ring = ring_.Get();
    if (ring == nullptr) return MakeError(Reason::kNotReady, "no ring");
    return ring->Pick(clock_.TimeNow() - age, clock_.TimeNow());
  }
  absl::Status Sign() { return Pick().status(); }
  std::string Lacking() const { return lacking_.empty() ? "" : lacking_[0]; }

  testing::TempDir dir_;
  testing::FakeClock clock_{stir::DemoTime()};
  testing::SequenceRandom random_;
  FakeAuthorities authorities_{clock_};
  CredentialStore store_{dir_.path()};
  Enroller enroller_{authorities_, store_, clock_, {"1234", "Example Telecom", "US"}};
  KeyRingSnapshot ring_;
  std::vector<std::string> lacking_;
  std::optional<Enrolment> enrolment_;
};

TEST_F(EnrolmentTest, FirstStartEndsWithACertificate) {
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_EQ(Lacking(), "no certificate: sti-pa and sti-ca were not asked yet");
  enrolment_->Step();
  ASSERT_NE(Current(), nullptr);
  EXPECT_EQ(Current()->spc, "1234");
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem");
  EXPECT_EQ(Lacking(), "");
  EXPECT_TRUE(Sign().ok());
}

TEST_F(EnrolmentTest, AsksForTheSubjectOfTheProfile) {
  enrolment_->Step();
  const auto stored = store_.Load().value();
  EXPECT_EQ(stored->chain.leaf().subject().CommonName(), "SHAKEN 1234");
  EXPECT_EQ(stored->chain.leaf().subject().Organization(), "Example Telecom");
  EXPECT_EQ(stored->chain.leaf().subject().Country(), "US");
}

TEST_F(EnrolmentTest, SaysThatThePaIsAwayAndEnrolsWhenItComes) {
  authorities_.SetPa(MakeError(Reason::kUnavailable, "connection refused"));
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "no certificate: PA unavailable: connection refused");
  EXPECT_EQ(ReasonOf(Sign()), Reason::kNotReady);
  authorities_.SetPa(absl::OkStatus());
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
}

TEST_F(EnrolmentTest, SaysWhyTheCaRefused) {
  authorities_.SetCa(MakeError(Reason::kSpcTokenUntrusted, "unknown root"));
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "no certificate: CA refused: SPC_TOKEN_UNTRUSTED: unknown root");
  authorities_.SetCa(absl::OkStatus());
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_EQ(authorities_.tokens(), 2);  // a new token for each attempt
}

TEST_F(EnrolmentTest, ACertificateThatDoesNotFitIsNeitherUsedNorStored) {
  using Defect = FakeAuthorities::Defect;
  for (const Defect defect : {Defect::kOtherKey, Defect::kOtherSpc, Defect::kNoTnAuthList, Defect::kExpired,
                              Defect::kCaCertificate, Defect::kJunk, Defect::kBadUrl}) {
    authorities_.set_defect(defect);
    enrolment_->Step();
    EXPECT_TRUE(absl::StartsWith(Lacking(), "no certificate: CA issued an unusable certificate: "))
        << Lacking();
    EXPECT_EQ(Current(), nullptr);
    EXPECT_FALSE(store_.Load().value().has_value());
  }
}

TEST_F(EnrolmentTest, ARestartServesAtOnceWithoutPaAndCa) {
  enrolment_->Step();
  const std::string x5u = Current()->signer.x5u();
  authorities_.SetPa(MakeError(Reason::kUnavailable, "gone"));
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_EQ(Lacking(), "");
  EXPECT_EQ(Current()->signer.x5u(), x5u);
  EXPECT_TRUE(Sign().ok());
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_EQ(authorities_.certificates(), 1);
}

TEST_F(EnrolmentTest, AnExpiredStoredCertificateDoesNotServe) {
  authorities_.set_lifetime(absl::Hours(1));
  enrolment_->Step();
  clock_.Advance(absl::Hours(2));
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_TRUE(absl::StrContains(Lacking(), "expired")) << Lacking();
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_EQ(authorities_.certificates(), 2);
}

TEST_F(EnrolmentTest, AStoredKeyThatOthersMayReadStopsTheStart) {
  enrolment_->Step();
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
    std::filesystem::permissions(entry, std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
  }
  Restart();
  EXPECT_EQ(ReasonOf(enrolment_->LoadStored()), Reason::kKeyPermissions);
}

TEST_F(EnrolmentTest, DamagedStateIsMendedByEnrollingAnew) {
  enrolment_->Step();
  dir_.Write("current", "junk");
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_TRUE(absl::StrContains(Lacking(), "stored credential unusable")) << Lacking();
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
}

TEST_F(EnrolmentTest, RenewsWhenAThirdOfTheLifetimeIsLeftAndNotBefore) {
  enrolment_->Step();  // 100 hours
  clock_.Advance(absl::Hours(67) - absl::Seconds(1));
  EXPECT_GE(enrolment_->Step(), absl::Seconds(1));
  EXPECT_EQ(authorities_.certificates(), 1);
  clock_.Advance(absl::Seconds(1));
  enrolment_->Step();
  EXPECT_EQ(authorities_.certificates(), 2);
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
}

TEST_F(EnrolmentTest, WaitsUntilTheRenewalIsDue) { EXPECT_EQ(enrolment_->Step(), absl::Hours(67)); }

TEST_F(EnrolmentTest, ARenewedCertificateHasANewKey) {
  enrolment_->Step();
  const auto first = store_.Load().value()->key;
  clock_.Advance(absl::Hours(70));
  enrolment_->Step();
  EXPECT_FALSE(store_.Load().value()->key->public_key() == first->public_key());
}

TEST_F(EnrolmentTest, SigningGoesOnWithTheOldKeyWhileRenewalFails) {
  enrolment_->Step();
  clock_.Advance(absl::Hours(70));
  authorities_.SetCa(MakeError(Reason::kUnavailable, "gone"));
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_TRUE(Sign().ok());
  clock_.Advance(absl::Hours(30));
  EXPECT_TRUE(Sign().ok());  // its last second
  clock_.Advance(absl::Seconds(1));
  enrolment_->Step();
  EXPECT_TRUE(absl::StartsWith(Lacking(), "certificate expired at 2025-01-05T")) << Lacking();
  EXPECT_EQ(ReasonOf(Sign()), Reason::kCertificateExpired);
}

TEST_F(EnrolmentTest, ACallFromBeforeTheRenewalIsStillSigned) {
  enrolment_->Step();
  clock_.Advance(absl::Hours(70));
  enrolment_->Step();
  const auto credential = Pick(absl::Seconds(30));
  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ((*credential)->signer.x5u(), "https://cr.example.net/1.pem");
}

TEST_F(EnrolmentTest, ACaWhoseClockIsAheadIsForgiven) {
  authorities_.set_skew(absl::Seconds(20));
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_EQ(ReasonOf(Sign()), Reason::kCertificateNotYetValid);
  clock_.Advance(absl::Seconds(20));
  EXPECT_TRUE(Sign().ok());
}

TEST_F(EnrolmentTest, RetriesDoubleWithJitterUpToTenMinutes) {
  authorities_.SetPa(MakeError(Reason::kUnavailable, "gone"));
  absl::Duration nominal = absl::Seconds(30);
  for (int i = 0; i < 8; ++i) {
    const absl::Duration wait = enrolment_->Step();
    EXPECT_GE(wait, nominal * 0.8) << i;
    EXPECT_LE(wait, nominal * 1.2) << i;
    nominal = std::min(nominal * 2, absl::Minutes(10));
  }
  authorities_.SetPa(absl::OkStatus());
  enrolment_->Step();
  clock_.Advance(absl::Hours(70));
  authorities_.SetPa(MakeError(Reason::kUnavailable, "gone"));
  EXPECT_LE(enrolment_->Step(), absl::Seconds(36));  // success brought the first wait back
}

TEST_F(EnrolmentTest, WakesWhenTheCertificateEnds) {
  enrolment_->Step();
  clock_.Advance(absl::Hours(100) - absl::Seconds(2));
  authorities_.SetPa(MakeError(Reason::kUnavailable, "gone"));
  EXPECT_LE(enrolment_->Step(), absl::Seconds(3));
}

TEST_F(EnrolmentTest, OldPairsGoWithTheNextRenewal) {
  for (int i = 0; i < 4; ++i) {
    enrolment_->Step();
    clock_.Advance(absl::Hours(70));
  }
  int keys = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
    if (absl::StartsWith(entry.path().filename().string(), "key-")) ++keys;
  }
  EXPECT_EQ(keys, 2);
}

TEST_F(EnrolmentTest, RenewsOnItsOwnThreadWithoutAFailedSign) {
  std::atomic<int> failures{0};
  std::atomic<bool> done{false};
  enrolment_->Step();
  std::thread caller([&] {
    while (!done) {
      if (!Sign().ok()) ++failures;
    }
  });
  for (int i = 2; i < 6; ++i) {
    clock_.Advance(absl::Hours(70));
    enrolment_->Step();
  }
  done = true;
  caller.join();
  EXPECT_EQ(failures, 0);
  enrolment_->Start();
  enrolment_->Stop();
}

}  // namespace
}  // namespace sti::as

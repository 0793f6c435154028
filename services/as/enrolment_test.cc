// Enrolment and renewal against working authorities.
#include "services/as/enrolment.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/base/mutex.h"
#include "common/base/reason.h"
#include "common/codec/pem.h"
#include "common/jose/jwk.h"
#include "common/pki/csr.h"
#include "common/pki/tn_auth_list.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"
#include "services/as/testing/fake_authorities.h"

namespace sti::as {
namespace {

const Applicant kApplicant = {"1234", "Example Telecom", "US"};

class EnrolmentTest : public ::testing::Test {
 protected:
  EnrolmentTest() { Restart(); }

  // A new process over the same folder.
  void Restart(absl::Duration overlap = absl::ZeroDuration()) {
    enrolment_.reset();
    ring_.Set(nullptr);
    lacking_ = {"never told"};
    EnrolmentOptions options;
    options.overlap = overlap;
    enrolment_.emplace(
        EnrolmentParts{enrols_ ? &enroller_ : nullptr, store_, kApplicant, ring_, clock_, random_,
                       [this](const std::vector<std::string>& lacking, const std::vector<std::string>&) {
                         MutexLock lock(mutex_);
                         lacking_ = lacking;
                       },
                       seen_, publisher_, [this] { ++tidied_; }},
        options);
  }
  StoredCredential Stored() const { return **store_.Load().value().current; }
  SigningCredentialPtr Next() const { return ring_.Get() == nullptr ? nullptr : ring_.Get()->next; }
  std::string Trouble() const {
    const auto state = enrolment_->state().Get();
    return state->trouble.empty() ? "" : state->trouble[0];
  }
  SigningCredentialPtr Current() const { return ring_.Get() == nullptr ? nullptr : ring_.Get()->current; }
  // What a call would be signed with.
  absl::StatusOr<SigningCredentialPtr> Pick(absl::Duration age = absl::ZeroDuration()) {
    const auto ring = ring_.Get();
    if (ring == nullptr) return MakeError(Reason::kNotReady, "no ring");
    return ring->Pick(clock_.TimeNow() - age, clock_.TimeNow());
  }
  absl::Status Sign() { return Pick().status(); }
  std::string Lacking() const {
    MutexLock lock(mutex_);
    return lacking_.empty() ? "" : lacking_[0];
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{stir::DemoTime()};
  testing::SequenceRandom random_;
  FakeAuthorities authorities_{clock_};
  CredentialStore store_{dir_.path()};
  Enroller enroller_{authorities_, store_, clock_, kApplicant};
  bool enrols_ = true;
  std::atomic<int> tidied_ = 0;
  SeenAtUrl seen_;
  Enroller::Publisher publisher_;
  KeyRingSnapshot ring_;
  mutable Mutex mutex_;
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
  const auto leaf = Stored().chain.leaf();
  EXPECT_EQ(leaf.subject().CommonName(), "SHAKEN 1234");
  EXPECT_EQ(leaf.subject().Organization(), "Example Telecom");
  EXPECT_EQ(leaf.subject().Country(), "US");
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
    EXPECT_FALSE(store_.Load().value().next.has_value());
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
  dir_.Write("credentials", "junk");
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_TRUE(absl::StrContains(Lacking(), "stored credential unusable")) << Lacking();
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
}

TEST_F(EnrolmentTest, RenewsWhenAThirdOfTheLifetimeIsLeftAndNotBefore) {
  enrolment_->Step();  // 100 hours
  const absl::Time renewal = enrolment_->state().Get()->renewal.value();
  EXPECT_LE(renewal, clock_.TimeNow() + absl::Hours(67));
  EXPECT_GT(renewal, clock_.TimeNow() + absl::Hours(67) - absl::Hours(33) / 10);
  clock_.Set(renewal - absl::Seconds(1));
  EXPECT_GE(enrolment_->Step(), absl::Seconds(1));
  EXPECT_EQ(authorities_.certificates(), 1);
  clock_.Advance(absl::Seconds(1));
  enrolment_->Step();
  EXPECT_EQ(authorities_.certificates(), 2);
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
}

TEST_F(EnrolmentTest, AFleetDoesNotRenewTogether) {
  std::set<absl::Duration> left;
  for (int i = 0; i < 20; ++i) {
    enrolment_->Step();
    left.insert(Current()->not_after - enrolment_->state().Get()->renewal.value());
    clock_.Advance(absl::Hours(70));
  }
  EXPECT_GE(left.size(), 19u);
  EXPECT_GT(*left.rbegin() - *left.begin(), absl::Hours(1)) << "of 3.3 hours";
}

TEST_F(EnrolmentTest, CertificatesOfAWeekAreRenewedInTime) {
  authorities_.set_lifetime(absl::Hours(24 * 7));
  enrolment_->Step();
  clock_.Advance(absl::Hours(24 * 5));
  enrolment_->Step();
  EXPECT_EQ(authorities_.certificates(), 2);
  EXPECT_EQ(Trouble(), "");
}

TEST_F(EnrolmentTest, TheRenewalIsAtTheSameTimeAfterARestart) {
  enrolment_->Step();
  const absl::Time renewal = enrolment_->state().Get()->renewal.value();
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  enrolment_->Step();
  EXPECT_EQ(enrolment_->state().Get()->renewal, renewal);
}

TEST_F(EnrolmentTest, LooksAtTheTimeEveryHour) {
  EXPECT_EQ(enrolment_->Step(), absl::Hours(1));
  clock_.Set(enrolment_->state().Get()->renewal.value() - absl::Minutes(7));
  EXPECT_EQ(enrolment_->Step(), absl::Minutes(7));
}

TEST_F(EnrolmentTest, ARenewedCertificateHasANewKey) {
  enrolment_->Step();
  const auto first = Stored().key;
  clock_.Advance(absl::Hours(70));
  enrolment_->Step();
  EXPECT_FALSE(Stored().key->public_key() == first->public_key());
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
  std::atomic<int> failures{0}, calls{0};
  std::atomic<bool> done{false};
  enrolment_->Step();
  std::thread caller([&] {
    while (!done) {
      if (!Sign().ok()) ++failures;
      ++calls;
    }
  });
  for (int i = 2; i < 6; ++i) {
    // No call takes as long as two renewals, which are 70 hours apart.
    const int before = calls;
    while (calls < before + 2) std::this_thread::yield();
    clock_.Advance(absl::Hours(70));
    enrolment_->Step();
  }
  done = true;
  caller.join();
  EXPECT_EQ(failures, 0);
  enrolment_->Start();
  enrolment_->Stop();
}

// --- a new certificate is published before it is signed with

TEST_F(EnrolmentTest, TheNextCertificateIsPublishedForTheOverlapBeforeItIsUsed) {
  Restart(absl::Hours(1));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem") << "nothing else to sign with";
  clock_.Advance(absl::Hours(70));
  EXPECT_EQ(enrolment_->Step(), absl::Hours(1));
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem");
  EXPECT_EQ(Next()->signer.x5u(), "https://cr.example.net/2.pem");
  clock_.Advance(absl::Hours(1) - absl::Seconds(1));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem");
  clock_.Advance(absl::Seconds(1));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
  EXPECT_EQ(Next(), nullptr);
  EXPECT_EQ(authorities_.certificates(), 2);
}

TEST_F(EnrolmentTest, TheNextCertificateSurvivesARestart) {
  Restart(absl::Hours(1));
  enrolment_->Step();
  clock_.Advance(absl::Hours(70));
  enrolment_->Step();
  Restart(absl::Hours(1));
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem");
  EXPECT_EQ(Next()->signer.x5u(), "https://cr.example.net/2.pem");
  clock_.Advance(absl::Minutes(59));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem")
      << "the overlap goes on, it does not begin anew";
  clock_.Advance(absl::Minutes(1));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
  EXPECT_EQ(authorities_.certificates(), 2);
  Restart(absl::Hours(1));
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
  EXPECT_EQ(ring_.Get()->previous->signer.x5u(), "https://cr.example.net/1.pem");
}

TEST_F(EnrolmentTest, ANextCertificateThatIsNotSeenAtItsUrlIsNotUsedUntilTheLastMoment) {
  bool there = false;
  std::vector<std::string> asked;
  seen_ = [&](const SigningCredential& credential) {
    asked.push_back(credential.signer.x5u());
    return there ? absl::OkStatus() : MakeError(Reason::kCertificateUnavailable, "404");
  };
  Restart();
  enrolment_->Step();
  EXPECT_TRUE(asked.empty()) << "nothing else to sign with";
  clock_.Advance(absl::Hours(70));
  EXPECT_LE(enrolment_->Step(), absl::Seconds(5));
  EXPECT_EQ(asked, std::vector<std::string>{"https://cr.example.net/2.pem"});
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem");
  EXPECT_EQ(Lacking(), "");
  EXPECT_EQ(Trouble(), "the next certificate is not seen at https://cr.example.net/2.pem: 404");
  clock_.Set(Current()->not_after - absl::Seconds(61));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem");
  clock_.Advance(absl::Seconds(1));  // a minute before the old one ends
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
  EXPECT_TRUE(Sign().ok());
  there = true;
  clock_.Advance(absl::Hours(70));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/3.pem");
  EXPECT_EQ(Trouble(), "");
}

TEST_F(EnrolmentTest, ANextCertificateThatHasNotBegunFailsNoCall) {
  enrolment_->Step();
  clock_.Advance(absl::Hours(70));
  authorities_.set_skew(absl::Seconds(20));
  EXPECT_EQ(enrolment_->Step(), absl::Seconds(20));
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/1.pem");
  EXPECT_TRUE(Sign().ok());
  clock_.Advance(absl::Seconds(20));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
}

TEST_F(EnrolmentTest, AFailedRenewalIsTroubleAndLeavesTheCurrentOneAlone) {
  enrolment_->Step();
  clock_.Advance(absl::Hours(70));
  authorities_.SetCa(MakeError(Reason::kUnavailable, "gone"));
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_EQ(Trouble(), "certificate ends at 2025-01-05T04:00:00+00:00, renewal fails: CA unavailable: gone");
  EXPECT_EQ(enrolment_->state().Get()->failed_enrolments, 1);
  authorities_.SetCa(absl::OkStatus());
  enrolment_->Step();
  EXPECT_EQ(Trouble(), "");
  EXPECT_EQ(enrolment_->state().Get()->enrolments, 2);
}

TEST_F(EnrolmentTest, WhatTheDiskDidNotTakeIsNotedDownLater) {
  enrolment_->Step();
  clock_.Advance(absl::Hours(70));
  Restart(absl::Hours(1));
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  enrolment_->Step();
  clock_.Advance(absl::Hours(1));
  const std::string credentials = dir_.Read("credentials");
  std::filesystem::remove(dir_.File("credentials"));
  std::filesystem::create_directory(dir_.File("credentials"));
  enrolment_->Step();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem") << "calls come first";
  EXPECT_EQ(Trouble(), "the certificate in use could not be noted down");
  std::filesystem::remove(dir_.File("credentials"));
  dir_.Write("credentials", credentials);
  enrolment_->Step();
  EXPECT_EQ(Trouble(), "");
  EXPECT_EQ(Stored().x5u, "https://cr.example.net/2.pem");
}

TEST_F(EnrolmentTest, TellsWhenTheLastTokenEnds) {
  enrolment_->Step();
  EXPECT_EQ(enrolment_->state().Get()->token_expires, clock_.TimeNow() + absl::Hours(1));
}

TEST_F(EnrolmentTest, EachPassTidiesUp) {
  EXPECT_LE(enrolment_->Step(), absl::Hours(1));
  EXPECT_EQ(tidied_, 1);
  authorities_.SetPa(MakeError(Reason::kUnavailable, "gone"));
  clock_.Advance(absl::Hours(70));
  EXPECT_LE(enrolment_->Step(), absl::Hours(1));
  EXPECT_EQ(tidied_, 2);
}

// --- what admins ask for

class AskedEnrolmentTest : public EnrolmentTest {
 protected:
  void Begin() {
    ASSERT_TRUE(enrolment_->LoadStored().ok());
    enrolment_->Start();
  }
  // The certificate that FakeAuthorities make for the request, bought elsewhere.
  std::string Buy(const std::string& csr_pem) {
    const std::string der = codec::ParsePem(csr_pem, 1).value().at(0).der;
    const pki::Csr csr = pki::Csr::ParseDer(der).value();
    const std::string token =
        authorities_.IssueToken(csr.tn_auth_list->der(), jose::Fingerprint(csr.public_key)).value();
    return authorities_.IssueCertificate(der, token).value().chain_pem;
  }
  Reason Importing(const CertificateImport& import) { return ReasonOf(enrolment_->Import(import).status()); }
  // Another pass of the thread has ended.
  void Settle() { enrolment_->MakeRequest("").value(); }
};

TEST_F(AskedEnrolmentTest, RenewsWhenAskedTo) {
  Begin();
  Settle();
  const auto renewed = enrolment_->Renew();
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(renewed->credential->signer.x5u(), "https://cr.example.net/2.pem");
  Settle();
  Settle();
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
  authorities_.SetPa(MakeError(Reason::kSpcNotAssigned, "who?"));
  EXPECT_EQ(ReasonOf(enrolment_->Renew().status()), Reason::kSpcNotAssigned);
  EXPECT_EQ(Current()->signer.x5u(), "https://cr.example.net/2.pem");
}

TEST_F(AskedEnrolmentTest, NobodyWaitsForAThreadThatHasStopped) {
  Begin();
  enrolment_->Stop();
  EXPECT_EQ(ReasonOf(enrolment_->Renew().status()), Reason::kUnavailable);
}

TEST_F(AskedEnrolmentTest, WhatWasBoughtElsewhereIsSignedWith) {
  enrols_ = false;
  Restart();
  Begin();
  EXPECT_EQ(Lacking(), "no certificate: the next one must be imported");
  const std::string csr = enrolment_->MakeRequest("").value();
  EXPECT_EQ(pki::Csr::ParseDer(codec::ParsePem(csr, 1).value().at(0).der).value().subject.CommonName(),
            "SHAKEN 1234");
  const auto imported = enrolment_->Import({Buy(csr), "https://elsewhere.example.net/1.pem", ""});
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_TRUE(imported->imported);
  Settle();
  Settle();
  EXPECT_EQ(Current()->signer.x5u(), "https://elsewhere.example.net/1.pem");
  EXPECT_EQ(Lacking(), "");
  EXPECT_TRUE(Sign().ok());
  EXPECT_FALSE(enrolment_->state().Get()->renewal.has_value());
  EXPECT_EQ(ReasonOf(enrolment_->Renew().status()), Reason::kNotFound);
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_EQ(Current()->signer.x5u(), "https://elsewhere.example.net/1.pem");
  EXPECT_TRUE(enrolment_->state().Get()->current->imported);
}

TEST_F(AskedEnrolmentTest, TheRequestIsForTheSameKeyAlsoAfterARestart) {
  Begin();
  const auto key_of = [](const std::string& pem) {
    return pki::Csr::ParseDer(codec::ParsePem(pem, 1).value().at(0).der).value().public_key;
  };
  const auto key = key_of(enrolment_->MakeRequest("").value());
  EXPECT_TRUE(key_of(enrolment_->MakeRequest("").value()) == key);
  Restart();
  Begin();
  EXPECT_TRUE(key_of(enrolment_->MakeRequest("").value()) == key);
}

TEST_F(AskedEnrolmentTest, WithoutUrlItIsPublishedHere) {
  std::vector<std::string> published;
  publisher_ = [&](const pki::CertificateChain& chain) -> absl::StatusOr<std::string> {
    published.push_back(chain.leaf().serial());
    return std::string("https://certs.example.com/certs/1.pem");
  };
  Restart();
  Begin();
  const std::string chain = Buy(enrolment_->MakeRequest("").value());
  const auto imported = enrolment_->Import({chain, "", ""});
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->credential->signer.x5u(), "https://certs.example.com/certs/1.pem");
  EXPECT_EQ(published, std::vector<std::string>{imported->credential->serial});
}

TEST_F(AskedEnrolmentTest, WhatCannotBeSignedWithIsRefusedAndChangesNothing) {
  Begin();
  const std::string url = "https://elsewhere.example.net/1.pem";
  const std::string demo = stir::ReadVector("demo-pki/chain1234.pem");
  EXPECT_EQ(Importing({demo, url, ""}), Reason::kKeyMismatch) << "no request";
  const std::string csr = enrolment_->MakeRequest("").value();
  const std::string x5u = Current()->signer.x5u();
  EXPECT_EQ(Importing({demo, url, ""}), Reason::kKeyMismatch) << "another key";
  EXPECT_EQ(Importing({"junk", url, ""}), Reason::kCertificateMalformed);
  EXPECT_EQ(Importing({Buy(csr), "", ""}), Reason::kInvalidField);
  EXPECT_EQ(Importing({Buy(csr), "http://elsewhere.example.net/1.pem", ""}), Reason::kInvalidField);
  EXPECT_EQ(Importing({Buy(csr), url, "pkcs12:object=key"}), Reason::kInvalidField);
  using Defect = FakeAuthorities::Defect;
  for (const auto& [defect, reason] :
       std::vector<std::pair<Defect, Reason>>{{Defect::kOtherKey, Reason::kKeyMismatch},
                                              {Defect::kOtherSpc, Reason::kTnAuthListInvalid},
                                              {Defect::kNoTnAuthList, Reason::kTnAuthListMissing},
                                              {Defect::kExpired, Reason::kCertificateExpired},
                                              {Defect::kCaCertificate, Reason::kCertificateNotLeaf}}) {
    authorities_.set_defect(defect);
    const auto refused = enrolment_->Import({Buy(csr), url, ""});
    EXPECT_EQ(ReasonOf(refused.status()), reason);
    EXPECT_EQ(FieldOf(refused.status()), "chain_pem");
  }
  Settle();
  EXPECT_EQ(Current()->signer.x5u(), x5u);
  EXPECT_EQ(Next(), nullptr);
  authorities_.set_defect(Defect::kNone);
  EXPECT_EQ(Importing({Buy(csr), url, ""}), Reason::kNone) << "the key is still there";
}

TEST_F(AskedEnrolmentTest, ACertificateThatBeginsAfterTheCurrentOneEndsIsNotImported) {
  Begin();
  const std::string csr = enrolment_->MakeRequest("").value();
  const std::string url = "https://elsewhere.example.net/1.pem";
  const absl::Duration left = Current()->not_after - clock_.TimeNow();
  authorities_.set_skew(left + absl::Seconds(1));
  const absl::Status refused = enrolment_->Import({Buy(csr), url, ""}).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kCertificateNotYetValid);
  EXPECT_EQ(FieldOf(refused), "chain_pem");
  EXPECT_EQ(refused.message(),
            "the certificate begins at 2025-01-05T04:00:01+00:00, but the one in use ends at "
            "2025-01-05T04:00:00+00:00");
  EXPECT_EQ(Next(), nullptr);
  authorities_.set_skew(left);
  const auto imported = enrolment_->Import({Buy(csr), url, ""});
  ASSERT_TRUE(imported.ok()) << imported.status();
  Settle();
  EXPECT_EQ(Next()->signer.x5u(), url);
}

TEST_F(AskedEnrolmentTest, WithoutACertificateInUseOneThatBeginsLaterIsNotImported) {
  enrols_ = false;
  Restart();
  Begin();
  const std::string csr = enrolment_->MakeRequest("").value();
  const std::string url = "https://elsewhere.example.net/1.pem";
  authorities_.set_skew(absl::Seconds(61));
  EXPECT_EQ(Importing({Buy(csr), url, ""}), Reason::kCertificateNotYetValid);
  authorities_.set_skew(absl::Seconds(60));
  EXPECT_EQ(Importing({Buy(csr), url, ""}), Reason::kNone) << "the CA's clock may be ahead by a minute";
}

// What a version before this rule may have left on the disk.
class LateNextTest : public EnrolmentTest {
 protected:
  void SetUp() override {
    enrolment_->Step();
    const auto key = store_.PendingKey().value();
    const auto scope = pki::TnAuthList::ForSpc("1234").value();
    const std::string csr = pki::BuildCsr(SubjectOf(kApplicant).value(), scope, *key).value();
    const std::string token =
        authorities_.IssueToken(scope.der(), jose::Fingerprint(key->public_key())).value();
    end_ = Current()->not_after;
    authorities_.set_skew(end_ - clock_.TimeNow() + absl::Hours(10));
    const auto chain =
        pki::CertificateChain::Parse(authorities_.IssueCertificate(csr, token).value().chain_pem).value();
    authorities_.set_skew(absl::ZeroDuration());
    const auto saved =
        store_.Save(*key, chain, "https://elsewhere.example.net/1.pem", clock_.TimeNow(), true);
    ASSERT_TRUE(saved.ok()) << saved;
  }
  absl::Time end_;
};

TEST_F(LateNextTest, KeepsNoRenewalAway) {
  Restart(absl::Hours(1));
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  ASSERT_NE(Next(), nullptr);
  clock_.Set(enrolment_->state().Get()->renewal.value() - absl::Seconds(1));
  EXPECT_EQ(enrolment_->Step(), absl::Seconds(1));
  EXPECT_EQ(authorities_.certificates(), 2);
  clock_.Advance(absl::Seconds(1));
  enrolment_->Step();
  EXPECT_EQ(authorities_.certificates(), 3);
  clock_.Set(end_ + absl::Seconds(1));
  enrolment_->Step();
  EXPECT_TRUE(Sign().ok()) << Sign();
}

TEST_F(LateNextTest, IsNoCertificateInUseBeforeItBegins) {
  clock_.Set(end_ + absl::Seconds(1));
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_EQ(Current(), nullptr);
  EXPECT_NE(Lacking(), "");
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_TRUE(Sign().ok()) << Sign();
}

TEST_F(LateNextTest, IsWaitedForWhereNobodyEnrols) {
  enrols_ = false;
  clock_.Set(end_ + absl::Hours(10) - absl::Minutes(10));
  Restart();
  ASSERT_TRUE(enrolment_->LoadStored().ok());
  EXPECT_NE(Lacking(), "");
  EXPECT_EQ(enrolment_->Step(), absl::Minutes(10));
  EXPECT_NE(Lacking(), "");
  clock_.Advance(absl::Minutes(10));
  enrolment_->Step();
  EXPECT_EQ(Lacking(), "");
  EXPECT_TRUE(Sign().ok()) << Sign();
}

}  // namespace
}  // namespace sti::as

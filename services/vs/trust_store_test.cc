#include "services/vs/trust_store.h"

#include <gtest/gtest.h>

#include "common/base/reason.h"
#include "common/crypto/es256.h"
#include "common/crypto/system_random.h"
#include "common/pki/ceremony.h"
#include "common/stir/trust_list.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/vs/testing/demo_trust.h"

namespace sti::vs {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

class TrustStoreTest : public ::testing::Test {
 protected:
  absl::Time Now() const { return clock_.TimeNow(); }
  std::string List(int64_t sequence) const { return DemoTrustList(sequence, Now() + kDay); }
  SignedCrl Crl(int64_t number, const std::vector<std::string>& revoked = {}) const {
    return DemoCrl(number, Now(), Now() + kDay, revoked);
  }
  static std::string Name(const absl::Status& status) { return std::string(ReasonName(ReasonOf(status))); }
  std::string OfferList(const std::string& list) {
    return Name(store_->Offer(list, std::nullopt).trust_list);
  }
  std::string OfferCrl(const SignedCrl& crl) { return Name(store_->Offer(std::nullopt, crl).crl); }
  // A new process over the same folder.
  absl::Status Restart() {
    store_.reset();
    board_.emplace(std::vector<TrustDomainRules>{{}});
    store_.emplace(dir_.path(), roots_, clock_, *board_, 0);
    return store_->Load();
  }
  int64_t Sequence() const { return board_->state(0) == nullptr ? 0 : board_->state(0)->sequence; }
  int64_t CrlNumber() const {
    const auto trust = board_->state(0);
    return trust == nullptr || trust->crl == nullptr ? 0 : trust->crl->number();
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{stir::DemoTime()};
  std::optional<TrustBoard> board_{std::in_place, std::vector<TrustDomainRules>{{}}};
  std::vector<pki::Certificate> roots_ = {stir::DemoCertificate("pa-root.pem")};
  std::optional<TrustStore> store_{std::in_place, dir_.path(), roots_, clock_, *board_, 0};
};

TEST_F(TrustStoreTest, StartsWithNothing) {
  EXPECT_TRUE(store_->Load().ok());
  EXPECT_EQ(board_->state(0), nullptr);
}

TEST_F(TrustStoreTest, PublishesBothInOneSwap) {
  const auto outcome = store_->Offer(List(5), Crl(7));
  EXPECT_TRUE(outcome.trust_list.ok()) << outcome.trust_list;
  EXPECT_TRUE(outcome.crl.ok()) << outcome.crl;
  const auto trust = board_->state(0);
  ASSERT_NE(trust, nullptr);
  EXPECT_EQ(trust->sequence, 5);
  EXPECT_EQ(trust->anchors.roots().size(), 1u);
  EXPECT_EQ(board_->Get()->version, 1u);
  EXPECT_EQ(CrlNumber(), 7);
}

TEST_F(TrustStoreTest, TheDemoCrlOfTheVectorsIsAccepted) {
  const SignedCrl crl{stir::ReadVector("demo-pki/crl.pem"),
                      {stir::DemoCertificate("pa-crl-signer.pem").der()}};
  ASSERT_TRUE(store_->Offer(List(1), crl).crl.ok());
  EXPECT_EQ(CrlNumber(), 7);
  EXPECT_TRUE(Restart().ok());
  EXPECT_EQ(CrlNumber(), 7);
}

TEST_F(TrustStoreTest, AnOlderListIsRefusedAndTheNewerKept) {
  EXPECT_EQ(OfferList(List(5)), "NONE");
  EXPECT_EQ(OfferList(List(4)), "TRUST_LIST_ROLLBACK");
  EXPECT_EQ(Sequence(), 5);
  EXPECT_EQ(OfferList(DemoTrustList(5, Now() + 2 * kDay)), "NONE");  // the same list, renewed
  EXPECT_EQ(OfferList(List(6)), "NONE");
  EXPECT_EQ(Sequence(), 6);
}

TEST_F(TrustStoreTest, ARestartDoesNotOpenTheDoorToAnOlderList) {
  ASSERT_EQ(OfferList(List(5)), "NONE");
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(OfferList(List(4)), "TRUST_LIST_ROLLBACK");
  EXPECT_EQ(Sequence(), 5);
}

TEST_F(TrustStoreTest, AnOlderCrlIsRefusedAndTheNewerKept) {
  ASSERT_EQ(OfferList(List(1)), "NONE");
  EXPECT_EQ(OfferCrl(Crl(7, {DemoSerial()})), "NONE");
  EXPECT_EQ(OfferCrl(Crl(6)), "CRL_ROLLBACK");
  EXPECT_TRUE(board_->state(0)->crl->IsRevoked(stir::DemoCertificate("leaf1234.pem")));
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(OfferCrl(Crl(6)), "CRL_ROLLBACK");
  EXPECT_EQ(OfferCrl(Crl(8)), "NONE");
  EXPECT_FALSE(board_->state(0)->crl->IsRevoked(stir::DemoCertificate("leaf1234.pem")));
}

TEST_F(TrustStoreTest, AForgedListIsRefused) {
  ASSERT_EQ(OfferList(List(5)), "NONE");
  std::string forged = List(6);
  const size_t place = forged.rfind('.') + 10;
  forged[place] = forged[place] == 'A' ? 'B' : 'A';
  EXPECT_EQ(OfferList(forged), "TRUST_LIST_INVALID");
  EXPECT_EQ(OfferList(""), "TRUST_LIST_INVALID");
  EXPECT_EQ(Sequence(), 5);
}

TEST_F(TrustStoreTest, ACrlOfAnotherSignerIsRefused) {
  ASSERT_EQ(OfferList(List(1)), "NONE");
  SignedCrl crl = Crl(7);
  crl.signer_chain = {stir::DemoCertificate("pa-token-signer.pem").der()};
  EXPECT_EQ(OfferCrl(crl), "CRL_INVALID");
  crl.signer_chain = {"junk"};
  EXPECT_EQ(OfferCrl(crl), "CERTIFICATE_MALFORMED");
  crl.signer_chain = {};
  EXPECT_EQ(OfferCrl(crl), "CRL_INVALID");
  EXPECT_EQ(board_->state(0)->crl, nullptr);
}

TEST_F(TrustStoreTest, ABadDocumentDoesNotHoldUpTheOther) {
  const auto outcome = store_->Offer("junk", Crl(7));
  EXPECT_FALSE(outcome.trust_list.ok());
  EXPECT_TRUE(outcome.crl.ok());
  EXPECT_EQ(board_->state(0), nullptr);
  ASSERT_EQ(OfferList(List(1)), "NONE");
  EXPECT_EQ(CrlNumber(), 7);  // was waiting for the first list
}

TEST_F(TrustStoreTest, ARestartWithoutTheStiPaServesTheLastGoodCopies) {
  store_->Offer(List(5), Crl(7, {DemoSerial()}));
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Sequence(), 5);
  EXPECT_EQ(CrlNumber(), 7);
  EXPECT_TRUE(board_->state(0)->crl->IsRevoked(stir::DemoCertificate("leaf1234.pem")));
}

TEST_F(TrustStoreTest, CopiesThatExpiredMeanwhileStayInUse) {
  store_->Offer(List(5), Crl(7));
  clock_.Advance(30 * kDay);
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(Sequence(), 5);
  EXPECT_LT(board_->state(0)->expires, Now());
}

TEST_F(TrustStoreTest, AnExpiredDocumentIsNotAccepted) {
  EXPECT_EQ(OfferList(DemoTrustList(5, Now() - kDay)), "TRUST_LIST_EXPIRED");
  EXPECT_EQ(OfferCrl(DemoCrl(7, Now() - 2 * kDay, Now() - kDay)), "CRL_EXPIRED");
  EXPECT_EQ(board_->state(0), nullptr);
}

TEST_F(TrustStoreTest, ADocumentOfferedAgainChangesNothing) {
  const std::string list = List(5);
  const SignedCrl crl = Crl(7);
  store_->Offer(list, crl);
  const auto before = board_->state(0);
  const auto outcome = store_->Offer(list, crl);
  EXPECT_TRUE(outcome.trust_list.ok());
  EXPECT_TRUE(outcome.crl.ok());
  EXPECT_EQ(board_->state(0), before);
}

TEST_F(TrustStoreTest, ANumberListIsPublishedStoredAndNeverGoesBack) {
  const auto numbers = [&](int64_t sequence) {
    return DemoNumberList(sequence, Now() + kDay, "12155550121", "1234");
  };
  const auto offer = [&](const std::string& list) {
    return Name(store_->Offer(std::nullopt, std::nullopt, list).numbers);
  };
  const auto sequence = [&] {
    const auto trust = board_->state(0);
    return trust == nullptr || trust->numbers == nullptr ? 0 : trust->numbers->sequence();
  };
  EXPECT_EQ(offer(numbers(4)), "NONE");  // waits for the first trust list
  EXPECT_EQ(sequence(), 0);
  ASSERT_EQ(OfferList(List(1)), "NONE");
  EXPECT_EQ(sequence(), 4);
  EXPECT_EQ(offer(numbers(3)), "NUMBER_LIST_ROLLBACK");
  EXPECT_EQ(offer("junk"), "NUMBER_LIST_INVALID");
  EXPECT_EQ(offer(DemoNumberList(5, Now() - kDay, "12155550121", "1234")), "NUMBER_LIST_EXPIRED");
  EXPECT_EQ(sequence(), 4);
  clock_.Advance(3 * kDay);
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(sequence(), 4);
  EXPECT_EQ(offer(numbers(3)), "NUMBER_LIST_ROLLBACK");
  EXPECT_EQ(offer(numbers(5)), "NONE");
  EXPECT_EQ(sequence(), 5);
  EXPECT_EQ(OfferList(List(2)), "NONE");
  EXPECT_EQ(sequence(), 5);
}

// While the STI-PA exchanges its root: what either root stands behind counts, and nothing else.
TEST_F(TrustStoreTest, DocumentsOfEitherPinnedRootAreAccepted) {
  const pki::Certificate old_root = stir::DemoCertificate("pa-root.pem");
  const auto root_key = crypto::SigningKey::Generate().value(), key = crypto::SigningKey::Generate().value();
  const crypto::SystemRandom& random = crypto::SystemRandom::Instance();
  const pki::Validity validity{Now() - kDay, Now() + 10 * kDay};
  const pki::Certificate next_root =
      pki::MakePaRoot({"US", "STI-PA", "STI-PA ROOT 2"}, validity, *root_key, random).value();
  const pki::Certificate next_signer =
      pki::MakePaTokenSigner({"US", "STI-PA", "STI-PA Signer 2"}, validity, key->public_key(),
                             {next_root, *root_key}, random)
          .value();
  const auto of_next = [&](int64_t sequence) {
    stir::TrustList list;
    list.sequence = sequence;
    list.expires = Now() + kDay;
    list.roots = {stir::DemoCertificate("root.pem")};
    return stir::SignTrustList(list, {next_signer}, *key).value();
  };
  EXPECT_EQ(OfferList(of_next(1)), "TRUST_LIST_INVALID");
  roots_ = {old_root, next_root};
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(OfferList(List(1)), "NONE");
  EXPECT_EQ(OfferList(of_next(2)), "NONE");
  EXPECT_EQ(OfferList(List(1)), "TRUST_LIST_ROLLBACK") << "one sequence for both";
  EXPECT_EQ(OfferList(DemoTrustList(3, Now() - kDay)), "TRUST_LIST_EXPIRED");
  EXPECT_EQ(OfferCrl(Crl(7)), "NONE");
  const auto numbers = [&](int64_t sequence) {
    return Name(
        store_
            ->Offer(std::nullopt, std::nullopt, DemoNumberList(sequence, Now() + kDay, "12155550121", "1234"))
            .numbers);
  };
  EXPECT_EQ(numbers(4), "NONE");
  roots_ = {next_root, old_root};
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(OfferList(List(3)), "NONE");
  EXPECT_EQ(OfferCrl(Crl(8)), "NONE");
  // The old root is done with.
  ASSERT_EQ(OfferList(of_next(4)), "NONE");
  roots_ = {next_root};
  EXPECT_FALSE(Restart().ok()) << "the CRL on disk is the old root's";
  EXPECT_EQ(Sequence(), 4);
  EXPECT_EQ(OfferList(List(5)), "TRUST_LIST_INVALID");
  EXPECT_EQ(OfferCrl(Crl(9)), "CRL_INVALID");
  EXPECT_EQ(numbers(5), "NUMBER_LIST_INVALID");
}

TEST_F(TrustStoreTest, RemembersWhenTheStiPaLastSaidSo) {
  EXPECT_EQ(store_->list_confirmed(), absl::InfinitePast());
  const std::string list = List(5);
  store_->Offer(list, Crl(7));
  const absl::Time accepted = Now();
  EXPECT_EQ(store_->list_confirmed(), accepted);
  EXPECT_EQ(store_->crl_confirmed(), accepted);
  clock_.Advance(absl::Hours(1));
  store_->Offer(list, DemoCrl(6, Now(), Now() + kDay));
  EXPECT_EQ(store_->list_confirmed(), Now());    // the same list once more
  EXPECT_EQ(store_->crl_confirmed(), accepted);  // the older one was refused
  ASSERT_TRUE(Restart().ok());
  EXPECT_EQ(store_->list_confirmed(), accepted);
}

TEST_F(TrustStoreTest, ATornFileIsReportedAndTheOtherUsed) {
  store_->Offer(List(5), Crl(7));
  dir_.Write("crl.pem", "Accepted: nonsense");
  EXPECT_EQ(Name(Restart()), "STORAGE_FAILED");
  EXPECT_EQ(Sequence(), 5);
  EXPECT_EQ(CrlNumber(), 0);
  EXPECT_EQ(OfferCrl(Crl(8)), "NONE");
  EXPECT_TRUE(Restart().ok());
  EXPECT_EQ(CrlNumber(), 8);
}

TEST_F(TrustStoreTest, WhatCannotBeStoredIsUsedAndReported) {
  TrustBoard board({TrustDomainRules()});
  TrustStore store("/proc/nowhere", roots_, clock_, board, 0);
  EXPECT_EQ(Name(store.Offer(List(5), std::nullopt).trust_list), "STORAGE_FAILED");
  ASSERT_NE(board.state(0), nullptr);
  EXPECT_EQ(board.state(0)->sequence, 5);
}

}  // namespace
}  // namespace sti::vs

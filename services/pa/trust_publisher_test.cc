#include "services/pa/trust_publisher.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/pki/crl.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/subprocess.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/pa/authority_registry.h"
#include "services/pa/pa_testing.h"
#include "services/pa/revocation_registry.h"

namespace sti::pa {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Actor kAdmin{"admin", "r-1"};
const absl::Time kNow = absl::FromUnixSeconds(1750000000);
constexpr char kCrlUrl[] = "https://pa.example.net/download/v1/crl";

class TrustPublisherTest : public ::testing::Test {
 protected:
  void PublishBoth() {
    ASSERT_TRUE(publisher_.PublishTrustList().ok());
    ASSERT_TRUE(publisher_.PublishCrl().ok());
  }
  // What an independent judge reads in the trust list.
  std::string JudgedList() {
    const testing::Finished judged =
        testing::Run({"/usr/bin/python3", "services/pa/testdata/judge_jws.py",
                      dir_.Write("list", publisher_.TrustList()->jws), "tests/vectors/demo-pki/pa-root.pem"});
    EXPECT_EQ(judged.exit_code, 0) << judged.err;
    return judged.out;
  }
  std::string JudgedCrl() {
    const testing::Finished judged = testing::Run({"/usr/bin/python3", "services/pa/testdata/judge_crl.py",
                                                   dir_.Write("crl", publisher_.Crl()->der),
                                                   "tests/vectors/demo-pki/pa-crl-signer.pem", kCrlUrl});
    EXPECT_EQ(judged.exit_code, 0) << judged.err;
    return judged.out;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const DocumentSigner list_signer_ = DemoSigner("pa-token-signer");
  const DocumentSigner crl_signer_ = DemoSigner("pa-crl-signer");
  TrustPublisher publisher_{database_, list_signer_, crl_signer_, {absl::Hours(24), kCrlUrl}, clock_};
  const AuthorityRegistry authorities_{database_, publisher_, clock_};
  const RevocationRegistry revocations_{database_, publisher_, clock_};
};

TEST_F(TrustPublisherTest, NothingIsThereBeforeTheFirstPublication) {
  EXPECT_EQ(publisher_.TrustList(), nullptr);
  EXPECT_EQ(publisher_.Crl(), nullptr);
  EXPECT_THAT(publisher_.Lacking(), ElementsAre("trust list", "CRL"));
  PublishBoth();
  EXPECT_THAT(publisher_.Lacking(), IsEmpty());
}

TEST_F(TrustPublisherTest, IndependentJudgeReadsTheListThatWasApproved) {
  PublishBoth();
  EXPECT_EQ(JudgedList(), "{\"exp\":1750086400,\"sequence\":1,\"trustList\":[],\"version\":\"1.0\"}\n");
  ASSERT_TRUE(authorities_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem")}).ok());
  std::string pem;
  codec::AppendJsonString(ReadDemo("root.pem"), pem);
  EXPECT_EQ(JudgedList(), absl::StrCat("{\"exp\":1750086400,\"sequence\":2,\"trustList\":[", pem,
                                       "],\"version\":\"1.0\"}\n"));
  EXPECT_EQ(publisher_.TrustList()->sequence, 2);
}

TEST_F(TrustPublisherTest, SequenceGrowsWithChangesOnly) {
  PublishBoth();
  const std::string id = authorities_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem")})->id;
  EXPECT_EQ(publisher_.TrustList()->sequence, 2);
  EXPECT_EQ(ReasonOf(authorities_.Approve(kAdmin, {"Again", ReadDemo("root.pem")}).status()),
            Reason::kAlreadyExists);
  EXPECT_EQ(authorities_.List()->trust_list_sequence, 2);
  ASSERT_TRUE(authorities_.Withdraw(kAdmin, id, "", false).ok());
  EXPECT_EQ(publisher_.TrustList()->sequence, 3);
  ASSERT_TRUE(authorities_.Withdraw(kAdmin, id, "", false).ok());
  EXPECT_EQ(publisher_.TrustList()->sequence, 3);
  ASSERT_TRUE(authorities_.Approve(kAdmin, {"Back", ReadDemo("root.pem")}).ok());
  EXPECT_EQ(publisher_.TrustList()->sequence, 4);
  EXPECT_THAT(JudgedList(), HasSubstr("\"sequence\":4"));
}

TEST_F(TrustPublisherTest, WhatAnotherReplicaChangedIsPublishedSoonAndThenTheNumbersRest) {
  PublishBoth();
  TrustPublisher other{database_, list_signer_, crl_signer_, {absl::Hours(24), kCrlUrl}, clock_};
  ASSERT_TRUE(other.PublishTrustList().ok());
  ASSERT_TRUE(other.PublishCrl().ok());
  ASSERT_TRUE(authorities_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem")}).ok());
  RevocationRequest revocation;
  revocation.certificate_pem = ReadDemo("leaf1234.pem");
  ASSERT_TRUE(revocations_.Record(kAdmin, revocation).ok());
  EXPECT_EQ(other.TrustList()->sequence, 1);
  EXPECT_EQ(other.Crl()->last_revocation, 0);
  ASSERT_TRUE(other.RenewIfDue().ok());
  EXPECT_EQ(other.TrustList()->sequence, 2);
  EXPECT_EQ(other.Crl()->last_revocation, 1);
  const int64_t number = other.Crl()->number;
  EXPECT_GT(number, publisher_.Crl()->number);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(publisher_.RenewIfDue().ok());
    ASSERT_TRUE(other.RenewIfDue().ok());
  }
  EXPECT_EQ(other.Crl()->number, number);
}

TEST_F(TrustPublisherTest, HalfOfTheLifeGoneMeansSignedAnewWithTheSameSequence) {
  PublishBoth();
  const int64_t crl_number = publisher_.Crl()->number;
  clock_.Advance(absl::Hours(12) - absl::Seconds(1));
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_EQ(publisher_.TrustList()->expires, kNow + absl::Hours(24));
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_EQ(publisher_.TrustList()->expires, kNow + absl::Hours(36));
  EXPECT_EQ(publisher_.TrustList()->sequence, 1);
  // Two CRLs made at different times must not have the same number (RFC 5280 s5.2.3).
  EXPECT_EQ(publisher_.Crl()->number, crl_number + 1);
  EXPECT_EQ(publisher_.Crl()->expires, kNow + absl::Hours(36));
}

TEST_F(TrustPublisherTest, NumbersSurviveARestart) {
  PublishBoth();
  ASSERT_TRUE(authorities_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem")}).ok());
  const int64_t crl_number = publisher_.Crl()->number;
  TrustPublisher next(database_, list_signer_, crl_signer_, {absl::Hours(24), kCrlUrl}, clock_);
  ASSERT_TRUE(next.PublishTrustList().ok());
  ASSERT_TRUE(next.PublishCrl().ok());
  EXPECT_EQ(next.TrustList()->sequence, 2);
  EXPECT_GT(next.Crl()->number, crl_number);
}

TEST_F(TrustPublisherTest, IndependentJudgeReadsTheRevocations) {
  PublishBoth();
  EXPECT_EQ(JudgedCrl(), "1\n86400\n");
  ASSERT_TRUE(revocations_.Record(kAdmin, {ReadDemo("leaf5678-revoked.pem"), "", "", 1}).ok());
  const std::string issuer = DemoCertificate("leaf1234").issuer().der();
  ASSERT_TRUE(revocations_.Record(kAdmin, {"", issuer, "00ab", 0}).ok());
  EXPECT_EQ(JudgedCrl(),
            "3\n86400\n573C2F4896D3D685C7495A54CE32D490 keyCompromise CN=Demo SHAKEN Issuing CA 1,O=Demo "
            "STI-CA,C=US\n"
            "AB unspecified CN=Demo SHAKEN Issuing CA 1,O=Demo STI-CA,C=US\n");
  EXPECT_EQ(publisher_.Crl()->number, 3);
  EXPECT_EQ(publisher_.Crl()->signer_chain.size(), 1u);
  EXPECT_EQ(publisher_.Crl()->signer_chain[0], DemoCertificate("pa-crl-signer").der());
}

TEST_F(TrustPublisherTest, ChangeThatCouldNotBeSignedIsCaughtUpWith) {
  PublishBoth();
  database_.FailWrite(2);  // the revocation is stored, the number of its CRL is not
  ASSERT_TRUE(revocations_.Record(kAdmin, {ReadDemo("leaf5678-revoked.pem"), "", "", 1}).ok());
  EXPECT_EQ(JudgedCrl(), "1\n86400\n");
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_THAT(JudgedCrl(), HasSubstr("573C2F4896D3D685C7495A54CE32D490"));
  const auto crl = publisher_.Crl();
  ASSERT_TRUE(publisher_.RenewIfDue().ok());
  EXPECT_EQ(publisher_.Crl(), crl);
}

TEST_F(TrustPublisherTest, DocumentsEndWithTheirSignersAndThenAreLacking) {
  const absl::Time end = list_signer_.certificate().not_after();
  clock_.Set(end - absl::Hours(1));
  PublishBoth();
  EXPECT_EQ(publisher_.TrustList()->expires, end);
  clock_.Set(end + absl::Seconds(1));
  EXPECT_EQ(ReasonOf(publisher_.RenewIfDue()), Reason::kNotReady);
  EXPECT_THAT(publisher_.Lacking(),
              ElementsAre("trust list", "CRL", "valid certificate of the token signer"));
}

TEST_F(TrustPublisherTest, RevocationsFromManyThreadsAreAllInTheLastCrl) {
  PublishBoth();
  const std::string issuer = DemoCertificate("leaf1234").issuer().der();
  std::vector<std::thread> threads;
  for (int thread = 1; thread <= 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(revocations_.Record(kAdmin, {"", issuer, absl::StrCat(thread, i), 0}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto crl =
      pki::VerifiedCrl::Verify(publisher_.Crl()->der, crl_signer_.chain, DemoCertificate("pa-root"), kNow);
  ASSERT_TRUE(crl.ok()) << crl.status();
  EXPECT_EQ((*crl)->size(), 20u);
  EXPECT_EQ((*crl)->number(), 21);
}

TEST_F(TrustPublisherTest, ListenerHearsOfEveryNewDocument) {
  int heard = 0;
  publisher_.OnChange([&] { ++heard; });
  PublishBoth();
  EXPECT_EQ(heard, 2);
  ASSERT_TRUE(authorities_.Approve(kAdmin, {"Demo CA", ReadDemo("root.pem")}).ok());
  EXPECT_EQ(heard, 3);
}

}  // namespace
}  // namespace sti::pa

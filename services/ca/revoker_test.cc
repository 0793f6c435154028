#include "services/ca/revoker.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/store/audit_log.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/ca_testing.h"
#include "services/ca/certificate_archive.h"
#include "services/ca/revocation_records.h"
#include "services/ca/revocation_reporter.h"

namespace sti::ca {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Serials = std::vector<std::string>;

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const Actor kPolicy{"sti-pa", "suspend-1"};

// Keeps what it is told; refuses `refused`.
class FakePa final : public PolicyAdministrator {
 public:
  absl::Status RecordRevocation(const std::string&, int, const std::string&) override {
    if (calls++ == 0) return MakeError(Reason::kPermissionDenied, "not this one");
    return absl::OkStatus();
  }
  void Cancel() override {}
  int calls = 0;
};

class RevokerTest : public ::testing::Test {
 protected:
  // Rows like those of issued certificates; all with the chain of the demo leaf.
  void Insert(const Serials& serials, const std::string& spc, absl::Time not_after) {
    const absl::Status written = database_->Write([&](store::Transaction& transaction) -> absl::Status {
      for (const std::string& serial : serials) {
        const absl::Status reserved = ReserveSerial(transaction, serial, spc, kNow);
        if (!reserved.ok()) return reserved;
        CertificateRecord record;
        record.serial = serial;
        record.spc = spc;
        record.not_before = kNow - absl::Hours(1);
        record.not_after = not_after;
        record.path = "/certs/" + serial;
        record.token_jti = "jti-" + serial;
        record.issued = kNow - absl::Hours(1);
        record.chain_pem = ReadDemo("leaf1234.pem") + ReadDemo("int.pem");
        const absl::Status inserted = InsertCertificate(transaction, record);
        if (!inserted.ok()) return inserted;
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(written.ok()) << written;
  }
  std::vector<store::AuditRecord> Audit(const std::string& spc) {
    std::vector<store::AuditRecord> records;
    const absl::Status read = database_->Read([&](store::Transaction& transaction) -> absl::Status {
      store::AuditFilter filter;
      filter.spc = spc;
      const auto listed = store::ListAudit(transaction, filter, 0, 100000);
      if (listed.ok()) records = *listed;
      return listed.status();
    });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  }
  std::vector<std::string> Actions(const std::string& spc) {
    std::vector<std::string> actions;
    for (const store::AuditRecord& record : Audit(spc)) actions.push_back(record.event.action);
    return actions;
  }
  Serials Revoke(const std::string& spc, int reason = 9) {
    return revoker_.RevokeSpc(kPolicy, spc, reason).value();
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ = OpenScratchDatabase(dir_);
  testing::FakeClock clock_{kNow};
  int wakes_ = 0;
  Revoker revoker_{*database_, clock_, [this] { ++wakes_; }};
};

TEST_F(RevokerTest, RevokesEveryValidCertificateOfTheSpcAndNoOther) {
  Insert({"A1", "A2"}, "1234", kNow);  // the last second still counts
  Insert({"A3"}, "1234", kNow - absl::Seconds(1));
  Insert({"B1"}, "5678", kNow + absl::Hours(1));
  ASSERT_TRUE(revoker_.Revoke({"admin", "r0"}, "A2", 4).ok());
  EXPECT_THAT(Revoke("1234"), ElementsAre("A1"));
  const CertificateArchive archive(*database_);
  EXPECT_EQ(archive.Get("A1")->revocation_reason, 9);
  EXPECT_EQ(archive.Get("A2")->revocation_reason, 4);
  EXPECT_FALSE(archive.Get("A3")->revoked);
  EXPECT_FALSE(archive.Get("B1")->revoked);
}

TEST_F(RevokerTest, WhatIsReservedButNotIssuedYetNeverIs) {
  const auto issue = [&](const std::string& serial, const std::string& spc, bool reserve) {
    return database_->Write([&](store::Transaction& transaction) -> absl::Status {
      if (reserve) return ReserveSerial(transaction, serial, spc, kNow);
      CertificateRecord record;
      record.serial = serial;
      record.spc = spc;
      record.path = "/certs/" + serial;
      record.token_jti = "jti-" + serial;
      return InsertCertificate(transaction, record);
    });
  };
  ASSERT_TRUE(issue("A1", "1234", true).ok());
  ASSERT_TRUE(issue("B1", "5678", true).ok());
  EXPECT_THAT(Revoke("1234"), IsEmpty());
  EXPECT_EQ(ReasonOf(issue("A1", "1234", false)), Reason::kStateConflict);
  EXPECT_TRUE(issue("B1", "5678", false).ok());
  ASSERT_TRUE(issue("A2", "1234", true).ok());
  EXPECT_TRUE(issue("A2", "1234", false).ok()) << "what comes later is another matter";
}

TEST_F(RevokerTest, DryRunTellsAndChangesNothing) {
  Insert({"A1", "A2"}, "1234", kNow + absl::Hours(1));
  EXPECT_THAT(*revoker_.ValidOfSpc("1234"), ElementsAre("A1", "A2"));
  EXPECT_FALSE(CertificateArchive(*database_).Get("A1")->revoked);
  EXPECT_THAT(Audit("1234"), IsEmpty());
  EXPECT_EQ(wakes_, 0);
}

TEST_F(RevokerTest, AskingAgainRevokesNothingAndIsNoError) {
  Insert({"A1"}, "1234", kNow + absl::Hours(1));
  EXPECT_THAT(Revoke("1234"), ElementsAre("A1"));
  EXPECT_THAT(Revoke("1234"), IsEmpty());
  EXPECT_THAT(Revoke("9999"), IsEmpty());
  EXPECT_THAT(Actions("1234"), ElementsAre("spc.revoke", "certificate.revoke", "spc.revoke"));
  EXPECT_THAT(Actions("9999"), ElementsAre("spc.revoke"));
}

TEST_F(RevokerTest, EveryCertificateHasItsAuditWithActorReasonAndSpc) {
  Insert({"A1", "A2"}, "1234", kNow + absl::Hours(1));
  Revoke("1234");
  const std::vector<store::AuditRecord> audit = Audit("1234");
  ASSERT_EQ(audit.size(), 3u);
  EXPECT_EQ(audit[0].event.action, "spc.revoke");
  EXPECT_EQ(audit[0].event.object, "spc/1234");
  EXPECT_EQ(audit[0].event.after, R"({"reason":9})");
  EXPECT_EQ(audit[1].event.action, "certificate.revoke");
  EXPECT_EQ(audit[1].event.object, "certificate/A1");
  EXPECT_EQ(audit[2].event.object, "certificate/A2");
  EXPECT_EQ(audit[1].event.after, R"({"reason":9,"state":"revoked"})");
  for (const store::AuditRecord& record : audit) {
    EXPECT_EQ(record.actor.client, "sti-pa");
    EXPECT_EQ(record.actor.request_id, "suspend-1");
  }
}

TEST_F(RevokerTest, ManyPagesAreAllRevokedAndToldAlthoughOneIsRefused) {
  Serials serials;
  const size_t many = 3 * Revoker::kAtOnce;  // the last page is full: the one behind it is empty
  for (size_t i = 0; i < many; ++i) serials.push_back(absl::StrCat("C", absl::Hex(i, absl::kZeroPad4)));
  Insert(serials, "1234", kNow + absl::Hours(1));
  EXPECT_EQ(Revoke("1234"), serials);
  EXPECT_EQ(Audit("1234").size(), many + 1) << "asked for once";
  FakePa pa;
  RevocationReporter reporter(*database_, pa, clock_);
  EXPECT_EQ(reporter.TellAll().value(), 1);
  EXPECT_EQ(pa.calls, static_cast<int>(many) + 1);
  EXPECT_EQ(reporter.TellAll().value(), 0);
  EXPECT_EQ(pa.calls, static_cast<int>(many) + 1);
}

TEST_F(RevokerTest, KeyCompromiseBlocksTheKeyOfEachOfThem) {
  Insert({"A1"}, "1234", kNow + absl::Hours(1));
  const auto compromised = [&] {
    const auto chain = pki::CertificateChain::Parse(ReadDemo("leaf1234.pem"));
    bool known = false;
    const absl::Status read = database_->Read([&](store::Transaction& transaction) -> absl::Status {
      known = IsCompromised(transaction, KeyHash(*chain->leaf().Es256Key())).value();
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok());
    return known;
  };
  EXPECT_FALSE(compromised());
  Revoke("1234", 1);
  EXPECT_TRUE(compromised());
}

TEST_F(RevokerTest, NoCodeOrAMalformedOneIsRefused) {
  EXPECT_EQ(ReasonOf(revoker_.RevokeSpc(kPolicy, "", 9).status()), Reason::kMissingField);
  EXPECT_EQ(ReasonOf(revoker_.RevokeSpc(kPolicy, "12 4", 9).status()), Reason::kInvalidField);
  EXPECT_EQ(ReasonOf(revoker_.ValidOfSpc("").status()), Reason::kMissingField);
}

}  // namespace
}  // namespace sti::ca

#include "common/rpc/access_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/rpc/refusal_tally.h"
#include "proto/sti/v1/audit.pb.h"
#include "proto/sti/v1/verification.pb.h"

namespace sti::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Lines = google::protobuf::RepeatedPtrField<sti::config::v1::RpcAccess>;
using Answer = AccessList::Answer;

void Add(Lines& lines, const std::string& rpc, const std::vector<std::string>& clients) {
  auto& line = *lines.Add();
  line.set_rpc(rpc);
  for (const std::string& client : clients) line.add_clients(client);
}

absl::StatusOr<AccessList> Make(const Lines& lines) {
  // Links the descriptors, which a daemon does with its services.
  EXPECT_NE(sti::v1::VerifyRequest::descriptor(), nullptr);
  EXPECT_NE(sti::v1::ListAuditEventsRequest::descriptor(), nullptr);
  return AccessList::Create(lines, {"sti.v1.Verification", "sti.v1.Audit"});
}

void ExpectRefused(const Lines& lines, const std::string& field, const std::string& text) {
  const absl::Status status = Make(lines).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), field);
  EXPECT_THAT(std::string(status.message()), HasSubstr(text));
}

Lines Good() {
  Lines lines;
  Add(lines, "sti.v1.Verification/Verify", {"sbc", "sti-as"});
  Add(lines, "sti.v1.Verification/*", {"admin"});
  Add(lines, "sti.v1.Audit/*", {"*"});
  return lines;
}

TEST(AccessListTest, OneRpcOverrulesItsServiceWhereverItStands) {
  const auto list = Make(Good());
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->Ask("sti.v1.Verification/Verify", "sbc"), Answer::kMay);
  EXPECT_EQ(list->Ask("sti.v1.Verification/Verify", "admin"), Answer::kMayNot);
  EXPECT_EQ(list->Ask("sti.v1.Verification/VerifyBatch", "admin"), Answer::kMay);
  EXPECT_EQ(list->Ask("sti.v1.Verification/VerifyBatch", "sbc"), Answer::kMayNot);
}

TEST(AccessListTest, AStarIsEverybodyAndNobodyElseIsAnother) {
  const auto list = Make(Good());
  ASSERT_TRUE(list.ok()) << list.status();
  for (const char* identity : {"sbc", "stranger", ""})
    EXPECT_EQ(list->Ask("sti.v1.Audit/ListAuditEvents", identity), Answer::kMay);
  // Names are compared as a whole, letter for letter.
  for (const char* identity : {"", "*", "SBC", "sbc ", "sb", "sbc2", "anonymous"})
    EXPECT_EQ(list->Ask("sti.v1.Verification/Verify", identity), Answer::kMayNot) << identity;
}

TEST(AccessListTest, WhatIsNotServedIsForNobody) {
  const auto list = Make(Good());
  ASSERT_TRUE(list.ok()) << list.status();
  for (const char* rpc : {"", "/", "sti.v1.Audit", "sti.v1.Audit/*", "sti.v1.Audit/listauditevents",
                          "/sti.v1.Audit/ListAuditEvents", "sti.v1.Audit/ListAuditEvents/"})
    EXPECT_EQ(list->Ask(rpc, "admin"), Answer::kUnknownRpc) << rpc;
}

TEST(AccessListTest, NoClientsIsNobody) {
  Lines lines = Good();
  lines.Mutable(0)->clear_clients();
  const auto list = Make(lines);
  ASSERT_TRUE(list.ok()) << list.status();
  for (const char* identity : {"", "sbc", "admin"})
    EXPECT_EQ(list->Ask("sti.v1.Verification/Verify", identity), Answer::kMayNot);
}

TEST(AccessListTest, RpcsThatAreLeftOutAreAllNamed) {
  Lines lines;
  Add(lines, "sti.v1.Verification/Verify", {"sbc"});
  Add(lines, "sti.v1.Verification/VerifyBatch", {"sbc"});
  Add(lines, "sti.v1.Audit/ListAuditEvents", {"sbc"});
  const absl::Status status = Make(lines).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "access");
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("sti.v1.Verification/GetTrustStatus"),
                    HasSubstr("sti.v1.Verification/PurgeCertificates"), Not(HasSubstr("ListAuditEvents"))));
  Add(lines, "sti.v1.Verification/GetTrustStatus", {});
  Add(lines, "sti.v1.Verification/PurgeCertificates", {});
  EXPECT_TRUE(Make(lines).ok());
}

TEST(AccessListTest, UnknownServicesAndRpcsAreNamed) {
  for (const char* rpc : {"sti.v1.Verificaton/Verify", "sti.v1.Trust/GetCrl", "sti.v1.Verification", "*",
                          "*/*", "/sti.v1.Verification/Verify"}) {
    Lines lines = Good();
    Add(lines, rpc, {"sbc"});
    ExpectRefused(lines, "access[3].rpc", absl::StrCat("\"", rpc, "\""));
  }
  for (const char* rpc :
       {"sti.v1.Verification/Verfy", "sti.v1.Verification/", "sti.v1.Verification/verify"}) {
    Lines lines = Good();
    Add(lines, rpc, {"sbc"});
    ExpectRefused(lines, "access[3].rpc", absl::StrCat("\"", rpc, "\""));
    ExpectRefused(lines, "access[3].rpc", "PurgeCertificates");  // what there is
  }
}

TEST(AccessListTest, LinesThatContradictOrLimitNothingAreRefused) {
  Lines twice = Good();
  Add(twice, "sti.v1.Verification/Verify", {"other"});
  ExpectRefused(twice, "access[3].rpc", "access[0]");
  Lines star = Good();
  star.Mutable(0)->add_clients("*");
  ExpectRefused(star, "access[0].clients", "sti.v1.Verification/Verify");
  Lines empty = Good();
  empty.Mutable(0)->add_clients("");
  ExpectRefused(empty, "access[0].clients[2]", "empty");
}

TEST(CheckAccessTest, NothingConfiguredIsFineAndPlaintextIsNot) {
  sti::config::v1::GrpcServer config;
  EXPECT_TRUE(CheckAccess(config, {"sti.v1.Audit"}).ok());
  config.set_plaintext_without_authentication(true);
  EXPECT_TRUE(CheckAccess(config, {"sti.v1.Audit"}).ok());
  Add(*config.mutable_access(), "sti.v1.Audit/*", {"admin"});
  const absl::Status status = CheckAccess(config, {"sti.v1.Audit"});
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "grpc.access");
}

TEST(RefusalTallyTest, OneLineAMinuteAndPairAndTheRestIsCounted) {
  RefusalTally tally;
  const absl::Time start = absl::UnixEpoch();
  EXPECT_EQ(tally.Count("a", "x", start), 0);
  EXPECT_EQ(tally.Count("a", "y", start), 0);
  EXPECT_EQ(tally.Count("b", "x", start), 0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(tally.Count("a", "x", start), std::nullopt);
  EXPECT_EQ(tally.Count("a", "x", start + kRefusalInterval - absl::Nanoseconds(1)), std::nullopt);
  EXPECT_EQ(tally.Count("a", "x", start + kRefusalInterval), 6);
  EXPECT_EQ(tally.Count("a", "y", start + kRefusalInterval), 0);
}

TEST(RefusalTallyTest, ManyPairsTakeNoMoreRoomAndAreCounted) {
  RefusalTally tally;
  const absl::Time start = absl::UnixEpoch();
  for (size_t i = 0; i < kRefusalPairs; ++i) EXPECT_EQ(tally.Count(absl::StrCat(i), "x", start), 0);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(tally.Count("late", "x", start), std::nullopt);
  EXPECT_EQ(tally.Count("late", "x", start + kRefusalInterval), 7);
}

}  // namespace
}  // namespace sti::rpc

// What changes ACME accounts and external account keys leaves in the audit.
#include "services/ca/ca_audit.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/es256.h"
#include "common/crypto/system_random.h"
#include "common/store/audit_chain.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ca/acme_accounts.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixMillis(1750000000789);
constexpr char kUrl[] = "https://ca.example.net/acme/new-account";

crypto::VerifyingKey NewKey() { return (*crypto::SigningKey::Generate())->public_key(); }

class CaAuditTest : public ::testing::Test {
 protected:
  std::vector<store::AuditRecord> Events() {
    std::vector<store::AuditRecord> records;
    const absl::Status read = real_->Read([&](store::Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(records, store::ListAudit(transaction, {}, 0, 100));
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    store::AuditChain chain;
    for (const store::AuditRecord& record : records) EXPECT_TRUE(chain.Add(record).ok()) << record.seq;
    return records;
  }
  std::vector<std::string> Actions() {
    std::vector<std::string> actions;
    for (const store::AuditRecord& record : Events()) actions.push_back(record.event.action);
    return actions;
  }
  AcmeAccount NewAccount() {
    acme::NewAccount request;
    request.contacts = {"mailto:noc@example.net"};
    const auto registered = accounts_.Register({"acme", "request-1"}, request, key_, kUrl);
    EXPECT_TRUE(registered.ok()) << registered.status();
    return registered->account;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  AcmePolicy policy_;
  AcmeAccounts accounts_{database_, policy_, clock_, crypto::SystemRandom::Instance()};
  crypto::VerifyingKey key_ = NewKey();
  const Actor admin_{"admin", "request-2"};
};

TEST_F(CaAuditTest, ANewAccountIsItsOwnActor) {
  const AcmeAccount account = NewAccount();
  const std::vector<store::AuditRecord> events = Events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.action, "account.create");
  EXPECT_EQ(events[0].event.object, "account/" + account.id);
  EXPECT_EQ(events[0].actor.client, "acme:" + account.id);
  EXPECT_EQ(events[0].actor.request_id, "request-1");
  EXPECT_EQ(events[0].event.before, "");
  EXPECT_THAT(events[0].event.after, HasSubstr("\"contacts\":[\"mailto:noc@example.net\"]"));
  EXPECT_THAT(events[0].event.after, HasSubstr("\"paused\":false,\"state\":\"valid\""));
  EXPECT_EQ(events[0].time, kNow);
}

TEST_F(CaAuditTest, FindingAnAccountIsNoEvent) {
  const AcmeAccount account = NewAccount();
  acme::NewAccount existing;
  existing.only_return_existing = true;
  EXPECT_EQ(accounts_.Register({"acme", "r"}, existing, key_, kUrl)->account.id, account.id);
  EXPECT_FALSE(accounts_.Register({"acme", "r"}, existing, NewKey(), kUrl).ok());
  EXPECT_THAT(Actions(), ElementsAre("account.create"));
}

TEST_F(CaAuditTest, EveryPauseThatChangesSomethingIsAnEvent) {
  const AcmeAccount account = NewAccount();
  for (const bool paused : {true, true, false, false}) {
    ASSERT_TRUE(accounts_.SetPaused(admin_, account.id, paused).ok());
  }
  EXPECT_EQ(ReasonOf(accounts_.SetPaused(admin_, "nobody", true).status()), Reason::kNotFound);
  EXPECT_THAT(Actions(), ElementsAre("account.create", "account.pause", "account.resume"));
  const store::AuditRecord pause = Events()[1];
  EXPECT_EQ(pause.actor.client, "admin");
  EXPECT_EQ(pause.actor.request_id, "request-2");
  EXPECT_THAT(pause.event.before, HasSubstr("\"paused\":false"));
  EXPECT_THAT(pause.event.after, HasSubstr("\"paused\":true"));
}

TEST_F(CaAuditTest, NewContactsAndDeactivationAreTold) {
  const AcmeAccount account = NewAccount();
  const Actor actor{AcmeClient(account.id), "request-3"};
  acme::AccountUpdate contacts;
  contacts.contacts = {"mailto:other@example.net"};
  ASSERT_TRUE(accounts_.Update(actor, account, contacts).ok());
  acme::AccountUpdate end;
  end.deactivate = true;
  ASSERT_TRUE(accounts_.Update(actor, account, end).ok());
  EXPECT_FALSE(accounts_.Update(actor, account, end).ok());
  EXPECT_THAT(Actions(), ElementsAre("account.create", "account.update", "account.deactivate"));
  const std::vector<store::AuditRecord> events = Events();
  EXPECT_THAT(events[1].event.before, HasSubstr("noc@"));
  EXPECT_THAT(events[1].event.after, HasSubstr("other@"));
  EXPECT_THAT(events[2].event.before, HasSubstr("\"state\":\"valid\""));
  EXPECT_THAT(events[2].event.after, HasSubstr("\"state\":\"deactivated\""));
}

TEST_F(CaAuditTest, ANewKeyShowsByItsThumbprint) {
  const AcmeAccount account = NewAccount();
  const Actor actor{AcmeClient(account.id), "request-3"};
  const acme::KeyChange change{NewKey(), "https://url", key_};
  ASSERT_TRUE(accounts_.ChangeKey(actor, account, "https://url", change).ok());
  EXPECT_THAT(Actions(), ElementsAre("account.create", "account.rekey"));
  const store::AuditEvent event = Events()[1].event;
  EXPECT_EQ(event.before, Events()[0].event.after);
  EXPECT_NE(event.after, event.before);
  // What it is now is what the next event sees.
  ASSERT_TRUE(accounts_.SetPaused(admin_, account.id, true).ok());
  EXPECT_EQ(Events()[2].event.before, event.after);
}

TEST_F(CaAuditTest, AnExternalKeyIsToldWithoutItsSecret) {
  const auto key = accounts_.MakeExternalKey(admin_, "Example Telephone");
  ASSERT_TRUE(key.ok());
  const std::vector<store::AuditRecord> events = Events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.action, "external_key.create");
  EXPECT_EQ(events[0].event.object, "external_key/" + key->id);
  EXPECT_THAT(events[0].event.after, HasSubstr("Example Telephone"));
  EXPECT_THAT(events[0].event.after, Not(HasSubstr(key->mac_key)));
}

TEST_F(CaAuditTest, WhatFailsToBeWrittenIsNoEventEither) {
  const AcmeAccount account = NewAccount();
  database_.FailWrite(1);
  EXPECT_EQ(ReasonOf(accounts_.SetPaused(admin_, account.id, true).status()), Reason::kStorageFailed);
  EXPECT_THAT(Actions(), ElementsAre("account.create"));
  EXPECT_FALSE(accounts_.Find(account.id)->paused);
  database_.FailWrite(1);
  EXPECT_FALSE(accounts_.MakeExternalKey(admin_, "x").ok());
  EXPECT_THAT(Actions(), ElementsAre("account.create"));
}

TEST_F(CaAuditTest, ACertificateIsToldWithWhatItIsForAndWhoAsked) {
  CertificateRecord record;
  record.serial = "0A1B";
  record.spc = "1234";
  record.subject = "CN=SHAKEN 1234,O=\"Quoted\",C=US";
  record.not_before = absl::FromUnixSeconds(1750000000);
  record.not_after = absl::FromUnixSeconds(1757776000);
  record.requested_by = "sti-as";
  record.token_jti = "jti-1";
  record.chain_pem = "not wanted here";
  const store::AuditEvent event = IssuedEvent(record);
  EXPECT_EQ(event.action, "certificate.issue");
  EXPECT_EQ(event.object, "certificate/0A1B");
  EXPECT_THAT(event.spcs, ElementsAre("1234"));
  EXPECT_EQ(event.before, "");
  EXPECT_EQ(
      event.after,
      "{\"jti\":\"jti-1\",\"not_after\":\"2025-09-13T15:06:40Z\",\"not_before\":\"2025-06-15T15:06:40Z\","
      "\"requester\":\"sti-as\",\"serial\":\"0A1B\",\"spc\":\"1234\",\"subject\":\"CN=SHAKEN "
      "1234,O=\\\"Quoted\\\",C=US\"}");
  record.spc.clear();
  EXPECT_THAT(IssuedEvent(record).spcs, IsEmpty());
}

}  // namespace
}  // namespace sti::ca

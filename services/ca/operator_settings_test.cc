#include "services/ca/operator_settings.h"

#include <memory>
#include <string>
#include <vector>

#include "common/base/reason.h"
#include "common/store/audit_log.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {
namespace {

const Actor kAdmin{"admin", "r1"};

class OperatorSettingsTest : public ::testing::Test {
 protected:
  OperatorSettingsTest() {
    const absl::Status written = database_->Write([&](store::Transaction& transaction) {
      return transaction.Execute(
          "INSERT INTO acme_accounts (id, jwk, state, paused, contacts, terms, external_key,"
          " external_binding, created) VALUES ('a1', '{}', 'valid', 0, '', '', '', '', 0)",
          {});
    });
    EXPECT_TRUE(written.ok()) << written;
  }
  std::vector<store::AuditRecord> Audit() {
    std::vector<store::AuditRecord> records;
    const absl::Status read = database_->Read([&](store::Transaction& transaction) -> absl::Status {
      const auto listed = store::ListAudit(transaction, {}, 0, 100);
      if (listed.ok()) records = *listed;
      return listed.status();
    });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  }
  absl::Status Set(const std::string& subject, const std::string& name, int64_t value) {
    return settings_.SetLimit(kAdmin, {subject, name, value});
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> database_ = OpenScratchDatabase(dir_);
  testing::FakeClock clock_{absl::FromUnixSeconds(1750000000)};
  const OperatorSettings settings_{*database_, clock_};
};

TEST_F(OperatorSettingsTest, LimitsAreListedPageByPage) {
  ASSERT_TRUE(Set("spc/1234", "certificates_per_day", 7).ok());
  ASSERT_TRUE(Set("account/a1", "orders_per_hour", 5).ok());
  ASSERT_TRUE(Set("account/a1", "failed_challenges_per_hour", 0).ok());
  std::vector<std::string> seen;
  std::string token;
  do {
    const LimitPage page = settings_.ListLimits(1, token).value();
    ASSERT_EQ(page.limits.size(), 1u);
    seen.push_back(page.limits[0].subject + " " + page.limits[0].name);
    token = page.next_page_token;
  } while (!token.empty());
  EXPECT_THAT(seen, ::testing::ElementsAre("account/a1 failed_challenges_per_hour",
                                           "account/a1 orders_per_hour", "spc/1234 certificates_per_day"));
}

TEST_F(OperatorSettingsTest, WhatIsNoLimitIsRefused) {
  struct Case {
    const char* subject;
    const char* name;
    int64_t value;
    Reason reason;
  };
  for (const Case& c : std::vector<Case>{
           {"", "certificates_per_day", 1, Reason::kMissingField},
           {"spc/1234", "", 1, Reason::kMissingField},
           {"spc/", "certificates_per_day", 1, Reason::kMissingField},
           {"1234", "certificates_per_day", 1, Reason::kInvalidField},
           {"spc/12 4", "certificates_per_day", 1, Reason::kInvalidField},
           {"spc/1234", "orders_per_hour", 1, Reason::kInvalidField},
           {"account/a1", "certificates_per_day", 1, Reason::kInvalidField},
           {"account/", "orders_per_hour", 1, Reason::kInvalidField},
           {"account/a2", "orders_per_hour", 1, Reason::kNotFound},
           {"spc/1234", "certificates_per_day", -1, Reason::kInvalidField},
           {"spc/1234", "certificates_per_day", 1000001, Reason::kInvalidField},
       }) {
    EXPECT_EQ(ReasonOf(Set(c.subject, c.name, c.value)), c.reason) << c.subject << " " << c.name;
  }
  EXPECT_TRUE(Set("spc/1234", "certificates_per_day", 1000000).ok());
  EXPECT_EQ(Audit().size(), 1u);
}

TEST_F(OperatorSettingsTest, ChangesAreAuditedAndNoChangeIsNot) {
  ASSERT_TRUE(Set("spc/1234", "certificates_per_day", 7).ok());
  ASSERT_TRUE(Set("spc/1234", "certificates_per_day", 7).ok());
  ASSERT_TRUE(Set("spc/1234", "certificates_per_day", 8).ok());
  ASSERT_TRUE(settings_.RemoveLimit(kAdmin, {"spc/1234", "certificates_per_day", 0}).ok());
  EXPECT_EQ(ReasonOf(settings_.RemoveLimit(kAdmin, {"spc/1234", "certificates_per_day", 0})),
            Reason::kNotFound);
  const std::vector<store::AuditRecord> audit = Audit();
  ASSERT_EQ(audit.size(), 3u);
  EXPECT_EQ(audit[0].event.action, "rate_limit.set");
  EXPECT_EQ(audit[0].event.object, "spc/1234");
  EXPECT_EQ(audit[0].event.before, "");
  EXPECT_EQ(audit[0].event.after, R"({"certificates_per_day":7})");
  EXPECT_EQ(audit[1].event.before, R"({"certificates_per_day":7})");
  EXPECT_EQ(audit[2].event.after, "");
  EXPECT_THAT(audit[2].event.spcs, ::testing::ElementsAre("1234"));
}

TEST_F(OperatorSettingsTest, NamesOfProvidersAreSetListedAndRemoved) {
  ASSERT_TRUE(settings_.SetOrganization(kAdmin, {"5678", "Zweite"}).ok());
  ASSERT_TRUE(settings_.SetOrganization(kAdmin, {"1234", "Erste"}).ok());
  ASSERT_TRUE(settings_.SetOrganization(kAdmin, {"1234", "Erste"}).ok());
  const OrganizationPage page = settings_.ListOrganizations(1, "").value();
  ASSERT_EQ(page.organizations.size(), 1u);
  EXPECT_EQ(page.organizations[0].name, "Erste");
  EXPECT_EQ(settings_.ListOrganizations(1, page.next_page_token)->organizations[0].spc, "5678");
  ASSERT_TRUE(settings_.SetOrganization(kAdmin, {"1234", ""}).ok());
  EXPECT_EQ(settings_.ListOrganizations(0, "")->organizations.size(), 1u);
  EXPECT_EQ(Audit().size(), 3u);
}

TEST_F(OperatorSettingsTest, NameOf64CharactersFitsAndOf65DoesNot) {
  const auto set = [&](const std::string& spc, const std::string& name) {
    return ReasonOf(settings_.SetOrganization(kAdmin, {spc, name}));
  };
  EXPECT_EQ(set("1234", std::string(64, 'o')), Reason::kNone);
  EXPECT_EQ(set("1234", std::string(65, 'o')), Reason::kInvalidField);
  EXPECT_EQ(set("1234", "line\nbreak"), Reason::kInvalidField);
  EXPECT_EQ(set("", "Erste"), Reason::kMissingField);
  EXPECT_EQ(set("12-4", "Erste"), Reason::kInvalidField);
}

}  // namespace
}  // namespace sti::ca

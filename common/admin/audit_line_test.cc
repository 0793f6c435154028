#include "common/admin/audit_line.h"

#include <string>

#include "common/base/reason.h"
#include "common/store/audit_chain.h"
#include "gtest/gtest.h"

namespace sti::admin {
namespace {

store::AuditRecord Record() {
  store::AuditRecord record{1,
                            absl::FromUnixMillis(1750000000007),
                            {"admin \"x\"", "request-1"},
                            {"provider.suspend", "provider/ö", {"1234", "5678"}, "{\"a\":1}", "", "done"},
                            ""};
  record.hash = store::AuditHash(store::kAuditSeed, record);
  return record;
}

TEST(AuditLine, IsOneLineOfJsonAndReadsBack) {
  const std::string line = AuditLine(Record());
  EXPECT_EQ(line.substr(0, line.find(",\"hash\"")),
            "{\"action\":\"provider.suspend\",\"after\":\"\",\"before\":\"{\\\"a\\\":1}\",\"client\":\"admin "
            "\\\"x\\\"\"");
  EXPECT_NE(line.find("\"seq\":1,\"spcs\":[\"1234\",\"5678\"],\"time\":\"2025-06-15T15:06:40.007Z\"}"),
            std::string::npos)
      << line;
  const auto record = ParseAuditLine(line);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(store::AuditChain().Add(*record).ok());
}

TEST(AuditLine, NoOctetCanBeChangedUnnoticed) {
  const std::string line = AuditLine(Record());
  for (size_t at = 0; at < line.size(); ++at) {
    for (const char other : {'0', 'x', ' ', '"', '\x80'}) {
      if (line[at] == other) continue;
      std::string changed = line;
      changed[at] = other;
      const auto record = ParseAuditLine(changed);
      const absl::Status judged = record.ok() ? store::AuditChain().Add(*record) : record.status();
      EXPECT_EQ(ReasonOf(judged), Reason::kAuditBroken) << changed;
    }
  }
}

TEST(AuditLine, NothingMayBeAddedOrLeftOut) {
  const std::string line = AuditLine(Record());
  for (const std::string& other :
       {line + " ", " " + line, "{\"a\":1," + line.substr(1), line.substr(0, line.size() - 1), std::string(),
        std::string("[]"), std::string("{}"), "{" + line.substr(line.find(',') + 1)}) {
    EXPECT_EQ(ReasonOf(ParseAuditLine(other).status()), Reason::kAuditBroken) << other;
  }
}

}  // namespace
}  // namespace sti::admin

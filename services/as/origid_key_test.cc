#include "services/as/origid_key.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "common/base/reason.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sti::as {
namespace {

using ::testing::HasSubstr;

class OrigidKeyTest : public ::testing::Test {
 protected:
  absl::StatusOr<Secret> Load(const std::string& file, absl::string_view provider = "alpha") const {
    return LoadOrigidKey(file, folder_.path(), provider, random_);
  }

  const testing::TempDir folder_;
  const testing::SequenceRandom random_;
};

TEST_F(OrigidKeyTest, AFileIsTakenAsItIs) {
  const std::string octets = std::string(40, 'k') + "\n";
  const auto key = Load(folder_.Write("key", octets));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->RevealForUse(), octets);
}

TEST_F(OrigidKeyTest, LeftOutItIsMadeOnceForEachProvider) {
  const auto made = Load("");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->RevealForUse().size(), 32u);
  struct stat status {};
  ASSERT_EQ(stat(folder_.File("origid-alpha.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const auto again = Load(""), other = Load("", "beta");
  ASSERT_TRUE(again.ok() && other.ok());
  EXPECT_TRUE(*again == *made);
  EXPECT_FALSE(*other == *made);
}

TEST_F(OrigidKeyTest, AFileThatIsNamedIsNotMade) {
  const auto key = Load(folder_.File("missing"));
  EXPECT_EQ(ReasonOf(key.status()), Reason::kNotFound);
  EXPECT_THAT(std::string(key.status().message()), HasSubstr("missing"));
}

TEST_F(OrigidKeyTest, OthersMayNotReadIt) {
  EXPECT_EQ(ReasonOf(Load(folder_.Write("key", std::string(32, 'k'), 0640)).status()),
            Reason::kKeyPermissions);
  folder_.Write("origid-alpha.key", std::string(32, 'k'), 0604);
  EXPECT_EQ(ReasonOf(Load("").status()), Reason::kKeyPermissions);
}

TEST_F(OrigidKeyTest, ThirtyTwoOctetsAreEnoughAndThirtyOneAreNot) {
  EXPECT_TRUE(Load(folder_.Write("enough", std::string(32, 'k'))).ok());
  const auto few = Load(folder_.Write("few", std::string(31, 'k')));
  EXPECT_EQ(ReasonOf(few.status()), Reason::kKeyInvalid);
  EXPECT_THAT(std::string(few.status().message()), HasSubstr("few"));
  folder_.Write("origid-alpha.key", "");
  EXPECT_EQ(ReasonOf(Load("").status()), Reason::kKeyInvalid);  // and is not written over
}

TEST_F(OrigidKeyTest, WithoutRandomNumbersNoneIsMade) {
  EXPECT_FALSE(LoadOrigidKey("", folder_.path(), "alpha", testing::FailingRandom()).ok());
  EXPECT_NE(access(folder_.File("origid-alpha.key").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace sti::as

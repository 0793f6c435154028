#include "common/rest/api_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/testing/sequence_random.h"
#include "common/testing/temp_dir.h"

namespace sti::rest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Which = files::FileWatch::Which;

class ApiKeysTest : public ::testing::Test {
 protected:
  ApiKeysTest() {
    watch_.ReportTo([this](const files::FileWatch::Event& event) {
      events_.push_back(absl::StrCat(event.refused ? "refused: " : "loaded: ", event.detail));
    });
  }
  absl::StatusOr<ApiKeys> Open(const std::string& text) {
    return ApiKeys::FromFile(dir_.Write("keys", text), watch_);
  }
  static std::string NameOf(const ApiKeys& keys, const crypto::ApiKey& key) {
    return std::string(keys.Now()->NameOf(key.text.RevealForUse()));
  }
  void Settle() {  // a change counts once it has stood still
    watch_.Check(Which::kChanged);
    watch_.Check(Which::kChanged);
  }

  testing::TempDir dir_;
  files::FileWatch watch_;
  std::vector<std::string> events_;
  const crypto::ApiKey old_ = crypto::MakeApiKey("sbc", testing::SequenceRandom(1)).value();
  const crypto::ApiKey new_ = crypto::MakeApiKey("proxy", testing::SequenceRandom(2)).value();
};

TEST_F(ApiKeysTest, ChangedFileAddsAndRemovesKeysForEveryCopy) {
  const auto keys = Open(old_.line);
  ASSERT_TRUE(keys.ok()) << keys.status();
  const ApiKeys copy = *keys;
  dir_.Write("keys", absl::StrCat(old_.line, "\n", new_.line, "\n"));
  Settle();
  EXPECT_EQ(NameOf(copy, old_), "sbc");
  EXPECT_EQ(NameOf(copy, new_), "proxy");
  dir_.Write("keys", new_.line);
  Settle();
  EXPECT_EQ(NameOf(copy, old_), "") << "a key that was removed";
  EXPECT_EQ(NameOf(copy, new_), "proxy");
  EXPECT_THAT(events_, ElementsAre("loaded: 2 keys", "loaded: 1 keys"));
}

TEST_F(ApiKeysTest, SignalTakesTheFileAtOnce) {
  const auto keys = Open(old_.line);
  dir_.Write("keys", new_.line);
  watch_.Check(Which::kAll);
  EXPECT_EQ(NameOf(*keys, old_), "");
  EXPECT_EQ(NameOf(*keys, new_), "proxy");
}

TEST_F(ApiKeysTest, BadFileLeavesTheKeysInForceAndSaysSoWithoutQuotingIt) {
  const auto keys = Open(old_.line);
  const std::string half = new_.line.substr(0, new_.line.size() - 9);
  dir_.Write("keys", absl::StrCat(old_.line, "\n", half));
  Settle();
  EXPECT_EQ(NameOf(*keys, old_), "sbc");
  EXPECT_EQ(NameOf(*keys, new_), "");
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_THAT(events_[0], HasSubstr("refused: rest.api_keys_file"));
  EXPECT_THAT(events_[0], HasSubstr("line 2"));
  EXPECT_THAT(events_[0], Not(HasSubstr(half)));
  EXPECT_THAT(watch_.Trouble(), ElementsAre(HasSubstr("CONFIG_INVALID rest.api_keys_file")));
  dir_.Write("keys", new_.line);
  Settle();
  EXPECT_EQ(NameOf(*keys, new_), "proxy");
  EXPECT_THAT(watch_.Trouble(), IsEmpty());
}

TEST_F(ApiKeysTest, FileThatOthersMayReadOrThatIsGoneLeavesTheKeysInForce) {
  const auto keys = Open(old_.line);
  ASSERT_EQ(chmod(dir_.File("keys").c_str(), 0644), 0);
  Settle();
  EXPECT_THAT(watch_.Trouble(), ElementsAre(HasSubstr("KEY_PERMISSIONS rest.api_keys_file")));
  ASSERT_EQ(remove(dir_.File("keys").c_str()), 0);
  Settle();
  EXPECT_THAT(watch_.Trouble(), ElementsAre(HasSubstr("CONFIG_INVALID rest.api_keys_file")));
  EXPECT_EQ(NameOf(*keys, old_), "sbc");
}

TEST_F(ApiKeysTest, FileWithoutKeysLetsNobodyIn) {
  const auto keys = Open(old_.line);
  dir_.Write("keys", "# nobody\n");
  Settle();
  EXPECT_EQ(NameOf(*keys, old_), "");
}

TEST_F(ApiKeysTest, BadFileAtTheStartIsAnError) {
  const absl::Status status = Open("no key\n").status();
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(FieldOf(status), "rest.api_keys_file");
}

}  // namespace
}  // namespace sti::rest

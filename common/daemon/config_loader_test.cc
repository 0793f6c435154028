#include "common/daemon/config_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/daemon/testdata.pb.h"
#include "common/testing/temp_dir.h"

namespace sti::daemon {
namespace {

using ::sti::testing::TempDir;
using testdata::Everything;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ConfigLoaderTest : public ::testing::Test {
 protected:
  // The problems as lines, without the file's name.
  std::vector<std::string> Problems(const std::string& yaml) {
    config_.Clear();
    const std::string file = dir_.Write("test.yaml", yaml);
    const std::string text = FormatProblems("", ReadConfig(file, config_));
    return text.empty() ? std::vector<std::string>() : std::vector<std::string>(absl::StrSplit(text, '\n'));
  }

  TempDir dir_;
  Everything config_;
};

TEST_F(ConfigLoaderTest, EveryTypeIsRead) {
  EXPECT_THAT(
      Problems("name: N\nsmall: 3\nlarge: -9000000000\nflag: true\nshare: 0.25\nwords: [a, 'b c', 1234]\n"
               "ports: [1, 65535]\nmaybe: ''\ninner: {seconds: 5}\npairs:\n  - left: l\n    right: r\n"
               "  - {left: x}\nsecured: {open: true}\ncolor: green\naddress: '[::1]:0'\nurl: https://x/\n"),
      IsEmpty());
  EXPECT_EQ(config_.name(), "N");
  EXPECT_EQ(config_.small(), 3);
  EXPECT_EQ(config_.large(), -9000000000);
  EXPECT_TRUE(config_.flag());
  EXPECT_EQ(config_.share(), 0.25);
  EXPECT_THAT(config_.words(), ElementsAre("a", "b c", "1234"));
  EXPECT_THAT(config_.ports(), ElementsAre(1, 65535));
  EXPECT_TRUE(config_.has_maybe());
  EXPECT_EQ(config_.inner().seconds(), 5);
  ASSERT_EQ(config_.pairs_size(), 2);
  EXPECT_EQ(config_.pairs(0).right(), "r");
  EXPECT_EQ(config_.color(), "green");
}

TEST_F(ConfigLoaderTest, KeysLeftOutGetDefaults) {
  EXPECT_THAT(Problems("name: N\n"), IsEmpty());
  EXPECT_EQ(config_.small(), 7);
  EXPECT_THAT(config_.ports(), ElementsAre(443, 8443));
  EXPECT_EQ(config_.color(), "red");
  EXPECT_FALSE(config_.has_maybe());
  EXPECT_EQ(config_.inner().seconds(), 60);  // a message without required keys is filled
  EXPECT_FALSE(config_.secured().has_tls());
}

TEST_F(ConfigLoaderTest, EmptyMappingAndEmptyListAreFine) {
  EXPECT_THAT(Problems("name: N\ninner:\nwords: []\nports: []\n"), IsEmpty());
  EXPECT_EQ(config_.inner().seconds(), 60);
  EXPECT_THAT(config_.ports(), IsEmpty());
}

TEST_F(ConfigLoaderTest, AllProblemsAreToldAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      Problems("nam: N\nsmall: many\ninner: {seconds: [1]}\nwords: one\ninput_file: none.pem\n"),
      ElementsAre(":1:1: nam: unknown key; did you mean name?", ":1:1: name: is missing",
                  ":2:8: small: must be a whole number, not many",
                  ":3:18: inner.seconds: must be a single value, not a list", ":4:8: words: must be a list",
                  absl::StrCat(":5:13: input_file: there is no file ", dir_.File("none.pem"))));
}

TEST_F(ConfigLoaderTest, UnknownKeyFarFromAllNamesTheKnownOnes) {
  EXPECT_THAT(Problems("name: N\ninner: {nonsense: 1}\n"),
              ElementsAre(":2:9: inner.nonsense: unknown key; known are seconds"));
}

TEST_F(ConfigLoaderTest, DuplicateKeyIsToldWithItsFirstPlace) {
  EXPECT_THAT(Problems("name: N\nsmall: 1\nname: M\n"),
              ElementsAre(":3:1: name: given twice; first in line 1"));
}

TEST_F(ConfigLoaderTest, WrongTypesAreTold) {
  const auto problem = [this](const std::string& line) {
    const std::vector<std::string> problems = Problems("name: N\n" + line + "\n");
    EXPECT_EQ(problems.size(), 1U) << line;
    return problems.empty() ? "" : problems[0];
  };
  EXPECT_THAT(problem("small: '3'"), HasSubstr("must be a whole number"));
  EXPECT_THAT(problem("small: 3.0"), HasSubstr("must be a whole number"));
  EXPECT_THAT(problem("small:"), HasSubstr("has no value"));
  EXPECT_THAT(problem("large: 99999999999999999999"), HasSubstr("must be a whole number"));
  EXPECT_THAT(problem("flag: yes"), HasSubstr("must be true or false, not yes"));
  EXPECT_THAT(problem("flag: 'true'"), HasSubstr("must be true or false"));
  EXPECT_THAT(problem("share: half"), HasSubstr("must be a number"));
  EXPECT_THAT(problem("inner: 5"), HasSubstr("must be a mapping"));
  EXPECT_THAT(problem("inner: [5]"), HasSubstr("must be a mapping"));
  EXPECT_THAT(problem("pairs: {left: x}"), HasSubstr("must be a list"));
  EXPECT_THAT(problem("words: [{a: b}]"), HasSubstr("words[0]: must be a single value, not a mapping"));
  EXPECT_THAT(problem("maybe: {a: b}"), HasSubstr("must be a single value, not a mapping"));
  EXPECT_THAT(problem("maybe: \"a\\nb\""), HasSubstr("control characters"));
  EXPECT_THAT(problem("unsupported: x"), HasSubstr(":2:14: unsupported:"));
  EXPECT_THAT(problem("[1]: x"), HasSubstr("unknown key"));
}

TEST_F(ConfigLoaderTest, BoundsIncludeTheirEnds) {
  EXPECT_THAT(Problems("name: N\nsmall: 1\n"), IsEmpty());
  EXPECT_THAT(Problems("name: N\nsmall: 10\n"), IsEmpty());
  EXPECT_THAT(Problems("name: N\nsmall: 0\n"), ElementsAre(":2:8: small: must be 1 to 10, not 0"));
  EXPECT_THAT(Problems("name: N\nsmall: 11\n"), ElementsAre(":2:8: small: must be 1 to 10, not 11"));
  EXPECT_THAT(Problems("name: N\nports: [443, 65536]\n"),
              ElementsAre(":2:14: ports[1]: must be 1 to 65535, not 65536"));
  EXPECT_THAT(Problems("name: N\ninner: {seconds: 2147483647}\n"), IsEmpty());
  EXPECT_EQ(Problems("name: N\ninner: {seconds: 2147483648}\n").size(), 1U);
}

TEST_F(ConfigLoaderTest, ValuesOfAFixedSetAreChecked) {
  EXPECT_THAT(Problems("name: N\ncolor: blue\n"),
              ElementsAre(":2:8: color: must be one of red, green, not blue"));
}

TEST_F(ConfigLoaderTest, AddressesAndUrlsAreChecked) {
  for (const char* good : {"127.0.0.1:0", "localhost:65535", "'[::1]:7001'"}) {
    EXPECT_THAT(Problems(absl::StrCat("name: N\naddress: ", good, "\n")), IsEmpty()) << good;
  }
  for (const char* bad : {"localhost", "localhost:65536", "':1'", "'::1:7001'", "localhost:https"}) {
    EXPECT_EQ(Problems(absl::StrCat("name: N\naddress: ", bad, "\n")).size(), 1U) << bad;
  }
  EXPECT_THAT(Problems("name: N\nurl: http://x/\n"), ElementsAre(":2:6: url: must begin with https://"));
}

TEST_F(ConfigLoaderTest, MissingKeysAreToldWhereverTheyLack) {
  EXPECT_THAT(Problems(""), ElementsAre(":1:1: name: is missing"));
  EXPECT_THAT(Problems("name: ''\npairs:\n  - right: r\n"),
              ElementsAre(":1:7: name: must not be empty", ":3:5: pairs[0].left: is missing"));
}

TEST_F(ConfigLoaderTest, OneOfTwoAlternativesMustBeGiven) {
  EXPECT_THAT(Problems("name: N\nsecured: {open: false}\n"),
              ElementsAre(":2:10: secured.tls: is missing (required unless open is true)"));
  EXPECT_THAT(Problems("name: N\nsecured: {open: true, tls: {left: x}}\n"),
              ElementsAre(":2:23: secured.tls: must not be given when open is true"));
  EXPECT_THAT(Problems("name: N\nsecured: {tls: {left: x}}\n"), IsEmpty());
}

TEST_F(ConfigLoaderTest, PathsAreRelativeToTheFolderOfTheFile) {
  dir_.Write("sub/ca.pem", "x", 0644);
  EXPECT_THAT(Problems("name: N\ninput_file: sub/ca.pem\nstate_dir: state\n"), IsEmpty());
  EXPECT_EQ(config_.input_file(), dir_.File("sub/ca.pem"));
  EXPECT_EQ(config_.state_dir(), dir_.File("state"));
  EXPECT_THAT(Problems("name: N\nstate_dir: /var/lib/sti\n"), IsEmpty());
  EXPECT_EQ(config_.state_dir(), "/var/lib/sti");
}

TEST_F(ConfigLoaderTest, ASigningKeyIsAFileOrStandsInAToken) {
  dir_.Write("a.key", "x");
  dir_.Write("hsm.so", "x");
  dir_.Write("pin", "1234");
  EXPECT_THAT(Problems("name: N\nsigning_key_file: a.key\n"), IsEmpty());
  EXPECT_EQ(config_.signing_key_file(), dir_.File("a.key"));
  const std::string module = absl::StrCat("?module-path=", dir_.File("hsm.so"));
  const auto signing_key = [&](absl::string_view rest) {
    return Problems(
        absl::StrCat("name: N\nsigning_key_file: pkcs11:token=a%20b;object=c", module, rest, "\n"));
  };
  EXPECT_THAT(signing_key("&pin-source=file:pin"), IsEmpty());
  EXPECT_EQ(config_.signing_key_file(),
            absl::StrCat("pkcs11:token=a%20b;object=c", module, "&pin-source=file:", dir_.File("pin")));
  EXPECT_THAT(signing_key(absl::StrCat("&pin-source=file://", dir_.File("pin"))), IsEmpty());
}

TEST_F(ConfigLoaderTest, ATokensUriIsCheckedLikeAFile) {
  dir_.Write("hsm.so", "x");
  dir_.Write("pin", "1234", 0640);
  const auto problem = [&](const std::string& module, const std::string& rest) {
    return Problems(absl::StrCat(
        "name: N\nsigning_key_file: pkcs11:token=a;object=c?module-path=", dir_.File(module), rest, "\n"));
  };
  EXPECT_THAT(
      problem("hsm.so", "&pin-source=file:pin"),
      ElementsAre(absl::StrCat(":2:19: signing_key_file: others than the owner have rights to the PIN ",
                               dir_.File("pin"), "; chmod 600 it")));
  EXPECT_THAT(problem("hsm.so", "&pin-source=file:nopin"),
              ElementsAre(HasSubstr(absl::StrCat("there is no file ", dir_.File("nopin")))));
  dir_.Write("pin", "1234", 0600);
  EXPECT_THAT(problem("nohsm.so", "&pin-source=file:pin"),
              ElementsAre(HasSubstr(absl::StrCat("there is no file ", dir_.File("nohsm.so")))));
  EXPECT_THAT(problem("hsm.so", "&pin-value=918273"), ElementsAre(HasSubstr("pin-source=file:")));
  EXPECT_THAT(problem("hsm.so", "&pin-value=918273"), ElementsAre(Not(HasSubstr("918273"))));
}

TEST_F(ConfigLoaderTest, OtherPrivateKeysDoNotStandInTokens) {
  EXPECT_THAT(Problems("name: N\nkey_file: pkcs11:token=a;object=c?module-path=/m&pin-source=file:p\n"),
              ElementsAre(":2:11: key_file: a key in a token cannot be used here"));
}

TEST_F(ConfigLoaderTest, PrivateKeyMustBeForItsOwnerOnly) {
  dir_.Write("a.key", "x", 0600);
  EXPECT_THAT(Problems("name: N\nkey_file: a.key\n"), IsEmpty());
  dir_.Write("a.key", "x", 0640);
  EXPECT_THAT(
      Problems("name: N\nkey_file: a.key\n"),
      ElementsAre(absl::StrCat(":2:11: key_file: others than the owner have rights to the private key ",
                               dir_.File("a.key"), "; chmod 600 it")));
}

TEST_F(ConfigLoaderTest, FolderIsNoInputFile) {
  EXPECT_THAT(Problems("name: N\ninput_file: .\n"), ElementsAre(HasSubstr("is not a regular file")));
}

TEST_F(ConfigLoaderTest, BrokenYamlIsToldWithItsPlace) {
  EXPECT_THAT(Problems("name: N\n  small: 3\n"), ElementsAre(::testing::StartsWith(":2:")));
  EXPECT_THAT(Problems("- name\n"), ElementsAre(":1:1: the file must be a mapping of keys to values"));
}

TEST_F(ConfigLoaderTest, FileThatIsMissingOrTooLargeIsTold) {
  absl::Status status = LoadConfig(dir_.File("none.yaml"), config_);
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("there is no such file"));
  const std::string comment(limits::kConfigFile - 8, '#');
  EXPECT_TRUE(LoadConfig(dir_.Write("exact.yaml", "name: N\n" + comment), config_).ok());
  status = LoadConfig(dir_.Write("large.yaml", "name: N\n" + comment + "#"), config_);
  EXPECT_THAT(std::string(status.message()), HasSubstr("larger than 1048576 octets"));
}

TEST_F(ConfigLoaderTest, StatusNamesTheFileInEveryLine) {
  const std::string file = dir_.Write("a.yaml", "nam: N\n");
  const absl::Status status = LoadConfig(file, config_);
  EXPECT_EQ(ReasonOf(status), Reason::kConfigInvalid);
  EXPECT_EQ(status.message(), absl::StrCat(file, ":1:1: nam: unknown key; did you mean name?\n", file,
                                           ":1:1: name: is missing"));
}

TEST_F(ConfigLoaderTest, KeysAndValuesCannotForgeLines) {
  const std::vector<std::string> problems =
      Problems("name: N\n\"a\\nas.yaml:1:1: grpc\": 1\ncolor: \"x\\e[31m\"\n");
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_THAT(problems[0], ::testing::StartsWith(":2:1: a?as.yaml:1:1: grpc: unknown key"));
}

}  // namespace
}  // namespace sti::daemon

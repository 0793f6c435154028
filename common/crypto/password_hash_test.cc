#include "common/crypto/password_hash.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/testing/sequence_random.h"
#include "common/testing/subprocess.h"
#include "gtest/gtest.h"

namespace sti::crypto {
namespace {

constexpr ScryptCost kCheap{4, 1, 1};
// hashlib.scrypt of Python 3: "correct horse" and "p\u00e4ssw\u00f6rd" with the octets 0 to 15 as salt.
constexpr char kHorse[] = "scrypt$14$8$5$AAECAwQFBgcICQoLDA0ODw$1G5RfCzjKRcC_LgE3RJJUhGgvovUaGPhRY2m55Tfpi4";
constexpr char kUmlauts[] = "scrypt$4$1$1$AAECAwQFBgcICQoLDA0ODw$khCiCqk_DAPNtIb4GGH1JrarbtPNLJjb_lb3_3hKHeo";

std::string Hex(const std::string& password, absl::string_view salt, ScryptCost cost) {
  const absl::StatusOr<std::string> hash = Scrypt(Secret(password), salt, cost, 64);
  return hash.ok() ? absl::BytesToHexString(*hash) : std::string(hash.status().message());
}

// RFC 7914 s12, but for the last one, which takes a gibibyte.
TEST(PasswordHashTest, PublishedVectorsComeOut) {
  EXPECT_EQ(Hex("", "", {4, 1, 1}),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  EXPECT_EQ(Hex("password", "NaCl", {10, 8, 16}),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  EXPECT_EQ(Hex("pleaseletmein", "SodiumChloride", {14, 8, 1}),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST(PasswordHashTest, HashesOfPythonAreUnderstood) {
  EXPECT_TRUE(*IsPassword(Secret("correct horse"), kHorse));
  EXPECT_FALSE(*IsPassword(Secret("correct horsf"), kHorse));
  EXPECT_FALSE(*IsPassword(Secret(""), kHorse));
  EXPECT_TRUE(*IsPassword(Secret("p\xc3\xa4ssw\xc3\xb6rd"), kUmlauts));
  EXPECT_FALSE(*IsPassword(Secret("passwort"), kUmlauts));
}

TEST(PasswordHashTest, PythonUnderstandsOurHash) {
  const testing::SequenceRandom random;
  const absl::StatusOr<std::string> stored = HashPassword(Secret("s3cret"), {5, 2, 3}, random);
  ASSERT_TRUE(stored.ok());
  const auto judged = testing::Run(
      {"/usr/bin/python3", "-c",
       "import base64, hashlib, sys\n"
       "name, n, r, p, salt, digest = sys.argv[1].split('$')\n"
       "un = lambda text: base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))\n"
       "assert (name, n, r, p, len(un(salt))) == ('scrypt', '5', '2', '3', 16)\n"
       "assert hashlib.scrypt(b's3cret', salt=un(salt), n=32, r=2, p=3, dklen=32) == un(digest)\n",
       *stored});
  EXPECT_EQ(judged.exit_code, 0) << judged.err;
}

TEST(PasswordHashTest, TwoHashesOfOnePasswordDiffer) {
  const testing::SequenceRandom random;
  const std::string one = *HashPassword(Secret("same"), kCheap, random);
  const std::string other = *HashPassword(Secret("same"), kCheap, random);
  EXPECT_NE(one, other);
  EXPECT_TRUE(*IsPassword(Secret("same"), one));
  EXPECT_TRUE(*IsPassword(Secret("same"), other));
  EXPECT_FALSE(HashPassword(Secret("same"), kCheap, testing::FailingRandom()).ok());
}

TEST(PasswordHashTest, CostIsBoundedToSixtyFourMebibytes) {
  EXPECT_TRUE(Scrypt(Secret("x"), "salt", {16, 8, 1}, 32).ok());
  for (const ScryptCost& cost :
       {ScryptCost{17, 8, 1}, ScryptCost{16, 9, 1}, ScryptCost{0, 8, 1}, ScryptCost{64, 8, 1},
        ScryptCost{4, 0, 1}, ScryptCost{4, 1, 0}, ScryptCost{4, 1, 65}, ScryptCost{4, -1, 1}}) {
    EXPECT_EQ(ReasonOf(Scrypt(Secret("x"), "salt", cost, 32).status()), Reason::kInvalidField)
        << cost.log_n << " " << cost.r << " " << cost.p;
  }
}

TEST(PasswordHashTest, OtherTextsAreNoHash) {
  const std::string salt(22, 'A'), hash(43, 'A');
  const std::vector<std::string> texts = {"",
                                          "secret",
                                          absl::StrCat("bcrypt$4$1$1$", salt, "$", hash),
                                          absl::StrCat("scrypt$4$1$1$", salt),
                                          absl::StrCat("scrypt$4$1$1$", salt, "$", hash, "$"),
                                          absl::StrCat("scrypt$4$1$x$", salt, "$", hash),
                                          absl::StrCat("scrypt$4$1$1$AAAA$", hash),
                                          absl::StrCat("scrypt$4$1$1$", salt, "$AAAA"),
                                          absl::StrCat("scrypt$40$1$1$", salt, "$", hash)};
  for (const std::string& text : texts)
    EXPECT_EQ(ReasonOf(IsPassword(Secret("x"), text).status()), Reason::kInvalidField) << text;
}

}  // namespace
}  // namespace sti::crypto

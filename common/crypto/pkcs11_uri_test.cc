#include "common/crypto/pkcs11_uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kQuery[] = "?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:ca.pin";

std::string Refusal(absl::string_view text) {
  const auto uri = Pkcs11Uri::Parse(text);
  EXPECT_EQ(ReasonOf(uri.status()), Reason::kConfigInvalid) << text;
  return std::string(uri.status().message());
}
std::string RefusalOfPath(absl::string_view path) { return Refusal(absl::StrCat("pkcs11:", path, kQuery)); }
std::string RefusalOfQuery(absl::string_view query) {
  return Refusal(absl::StrCat("pkcs11:token=a;object=b?", query));
}

TEST(Pkcs11UriTest, IsToldFromAFileByItsScheme) {
  EXPECT_TRUE(IsPkcs11Uri("pkcs11:"));
  EXPECT_FALSE(IsPkcs11Uri("pkcs11.pem"));
  EXPECT_FALSE(IsPkcs11Uri("./pkcs11:token=a"));
}

TEST(Pkcs11UriTest, EveryAttributeIsRead) {
  const Pkcs11Uri uri =
      Pkcs11Uri::Parse(absl::StrCat("pkcs11:token=The%20CA;manufacturer=SoftHSM%20project;serial=0a1b;"
                                    "model=SoftHSM%20v2;object=issuing%3b2026;id=%00%ff1;type=private",
                                    kQuery))
          .value();
  EXPECT_EQ(uri.token, "The CA");
  EXPECT_EQ(uri.manufacturer, "SoftHSM project");
  EXPECT_EQ(uri.serial, "0a1b");
  EXPECT_EQ(uri.model, "SoftHSM v2");
  EXPECT_EQ(uri.object, "issuing;2026");
  EXPECT_EQ(uri.id, std::string("\0\xff"
                                "1",
                                3));
  EXPECT_EQ(uri.module_path, "/usr/lib/softhsm/libsofthsm2.so");
  EXPECT_EQ(uri.pin_file, "ca.pin");
}

TEST(Pkcs11UriTest, ItsTextIsReadAsTheSame) {
  Pkcs11Uri uri;
  uri.token = "a;b?c=d&e/f%g h";
  uri.serial = "1";
  uri.object = "\xc3\xa9";
  uri.id = std::string("\0\x01\x7f\xff", 4);
  uri.module_path = "/x y/&?.so";
  uri.pin_file = "/run/pin #1";
  const Pkcs11Uri again = Pkcs11Uri::Parse(uri.Text()).value();
  EXPECT_EQ(again.token, uri.token);
  EXPECT_EQ(again.serial, uri.serial);
  EXPECT_EQ(again.object, uri.object);
  EXPECT_EQ(again.id, uri.id);
  EXPECT_EQ(again.module_path, uri.module_path);
  EXPECT_EQ(again.pin_file, uri.pin_file);
}

TEST(Pkcs11UriTest, APinFileHasThreeSpellings) {
  for (const absl::string_view spelling : {"file:/run/pin", "file:///run/pin", "file:%2Frun%2Fpin"}) {
    const auto uri =
        Pkcs11Uri::Parse(absl::StrCat("pkcs11:token=a;id=%01?module-path=/m&pin-source=", spelling));
    EXPECT_EQ(uri.value().pin_file, "/run/pin") << spelling;
  }
}

TEST(Pkcs11UriTest, APinInTheUriIsRefusedAndNotRepeated) {
  const std::string refusal = RefusalOfQuery("module-path=/m&pin-value=918273");
  EXPECT_THAT(refusal, HasSubstr("pin-source=file:"));
  EXPECT_THAT(refusal, Not(HasSubstr("918273")));
  EXPECT_THAT(RefusalOfQuery("module-path=/m&918273"), Not(HasSubstr("918273")));
  EXPECT_THAT(RefusalOfQuery("module-path=/m&pin-source=918273"), Not(HasSubstr("918273")));
  EXPECT_THAT(RefusalOfPath("token=a;object=b;pin-value=918273"), Not(HasSubstr("918273")));
}

TEST(Pkcs11UriTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(RefusalOfPath("object=b"), HasSubstr("token="));
  EXPECT_THAT(RefusalOfPath("token=a"), HasSubstr("object="));
  EXPECT_THAT(RefusalOfQuery("pin-source=file:p"), HasSubstr("module-path"));
  EXPECT_THAT(RefusalOfQuery("module-path=/m"), HasSubstr("pin-source"));
  EXPECT_THAT(Refusal("pkcs11:token=a;object=b"), HasSubstr("module-path"));
}

TEST(Pkcs11UriTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(RefusalOfPath("token=a;token=a;object=b"), HasSubstr("token is given twice"));
  EXPECT_THAT(RefusalOfPath("token=;object=b"), HasSubstr("token has no value"));
  EXPECT_THAT(RefusalOfPath("token=a;object=b;type=public"), HasSubstr("type must be private"));
  EXPECT_THAT(RefusalOfPath("token=a b;object=b"), HasSubstr("percent-encoded"));
  EXPECT_THAT(RefusalOfPath("token=a/b;object=b"), HasSubstr("percent-encoded"));
  EXPECT_THAT(RefusalOfPath("token=a%2;object=b"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(RefusalOfPath("token=a%;object=b"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(RefusalOfPath("token=a%zz;object=b"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(RefusalOfPath("token=a%0a;object=b"), HasSubstr("control character"));
  EXPECT_THAT(RefusalOfPath("token=a;object=b;slot-id=1"), HasSubstr("slots move"));
  EXPECT_THAT(RefusalOfPath("token=a;object=b;library-version=1"), HasSubstr("unknown attribute"));
  EXPECT_THAT(RefusalOfPath("token;object=b"), HasSubstr("unknown attribute"));
  EXPECT_THAT(RefusalOfQuery("module-name=softhsm2&pin-source=file:p"), HasSubstr("module-path"));
  EXPECT_THAT(RefusalOfQuery("module-path=m.so&pin-source=file:p"), HasSubstr("must begin with /"));
  EXPECT_THAT(RefusalOfQuery("module-path=/m&pin-source=%7Ccat"), HasSubstr("file:NAME"));
  EXPECT_THAT(RefusalOfQuery("module-path=/m&pin-source=file:"), HasSubstr("file:NAME"));
  EXPECT_THAT(RefusalOfQuery("module-path=/m&pin-source=file://host/pin"), HasSubstr("another machine"));
  EXPECT_THAT(Refusal("PKCS11:token=a"), HasSubstr("does not begin"));
}

}  // namespace
}  // namespace sti::crypto

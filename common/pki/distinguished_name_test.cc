#include "common/pki/distinguished_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"

namespace sti::pki {
namespace {

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

Reason CreateReason(const SubjectFields& fields) {
  return ReasonOf(DistinguishedName::Create(fields).status());
}

std::string Tlv(int tag, absl::string_view value) {
  return absl::StrCat(std::string(1, static_cast<char>(tag)), std::string(1, static_cast<char>(value.size())),
                      value);
}
constexpr int kUtf8 = 0x0C;
constexpr int kPrintable = 0x13;
constexpr int kT61 = 0x14;
constexpr int kIa5 = 0x16;
constexpr int kBmp = 0x1E;

std::string Attribute(absl::string_view oid_hex, int type, absl::string_view value) {
  return Tlv(0x30, Tlv(0x06, Hex(oid_hex)) + Tlv(type, value));
}
std::string Rdn(absl::string_view attributes) { return Tlv(0x31, attributes); }
// A name of one RDN with an O.
std::string NameDer(int type, absl::string_view value) {
  return Tlv(0x30, Rdn(Attribute("55040a", type, value)));
}

DistinguishedName Parse(absl::string_view der) { return DistinguishedName::ParseDer(der).value(); }

TEST(DistinguishedNameTest, SubjectOfTheProfileIsWrittenInTheDemoPkisOctets) {
  const auto name = DistinguishedName::Create({"US", "Demo STI-PA", "STI-PA CRL"});
  ASSERT_TRUE(name.ok()) << name.status();
  EXPECT_EQ(
      absl::BytesToHexString(name->der()),
      "3038310b300906035504061302555331143012060355040a0c0b44656d6f205354492d50413113301106035504030c0a535449"
      "2d50412043524c");
  EXPECT_EQ(name->Country(), "US");
  EXPECT_EQ(name->Organization(), "Demo STI-PA");
  EXPECT_EQ(name->CommonName(), "STI-PA CRL");
  EXPECT_EQ(name->Text(), "CN=STI-PA CRL,O=Demo STI-PA,C=US");
}

TEST(DistinguishedNameTest, EveryFieldIsRequired) {
  EXPECT_EQ(CreateReason({"", "O", "CN"}), Reason::kMissingField);
  EXPECT_EQ(CreateReason({"US", "", "CN"}), Reason::kMissingField);
  EXPECT_EQ(CreateReason({"US", "O", ""}), Reason::kMissingField);
  EXPECT_EQ(FieldOf(DistinguishedName::Create({"US", "", "CN"}).status()), "organization");
}

TEST(DistinguishedNameTest, CountryIsTwoCapitals) {
  for (const char* country : {"U", "USA", "us", "U1", "\xC3\x84"}) {
    EXPECT_EQ(CreateReason({country, "O", "CN"}), Reason::kInvalidField) << country;
  }
}

TEST(DistinguishedNameTest, TextHasAtMost64Characters) {
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "\xC3\x84";
  EXPECT_EQ(CreateReason({"US", std::string(64, 'o'), umlauts}), Reason::kNone);
  EXPECT_EQ(CreateReason({"US", std::string(65, 'o'), "CN"}), Reason::kInvalidField);
  EXPECT_EQ(CreateReason({"US", "O", umlauts + "x"}), Reason::kInvalidField);
}

TEST(DistinguishedNameTest, TextMustBeUtf8) {
  const auto name = DistinguishedName::Create({"US", "caf\xE9", "CN"});
  EXPECT_EQ(ReasonOf(name.status()), Reason::kInvalidField);
  EXPECT_EQ(FieldOf(name.status()), "organization");
}

TEST(DistinguishedNameTest, TextEscapesWhatRfc4514Escapes) {
  EXPECT_EQ(DistinguishedName::Create({"US", "TransNexus, Inc.", "a+b"})->Text(),
            "CN=a\\+b,O=TransNexus\\, Inc.,C=US");
}

TEST(DistinguishedNameTest, CaseSpacesAndStringTypesDoNotCount) {
  const DistinguishedName name = Parse(NameDer(kUtf8, "Demo CA"));
  EXPECT_EQ(name, Parse(NameDer(kPrintable, "Demo CA")));
  EXPECT_EQ(name, Parse(NameDer(kIa5, "DEMO ca")));
  EXPECT_EQ(name, Parse(NameDer(kT61, "  demo \t CA ")));
  EXPECT_EQ(name, Parse(NameDer(kBmp, absl::string_view("\0D\0e\0m\0o\0 \0C\0A", 14))));
  EXPECT_NE(name.der(), Parse(NameDer(kPrintable, "Demo CA")).der());
}

TEST(DistinguishedNameTest, OtherTextOrderAndAttributesCount) {
  const DistinguishedName name = Parse(NameDer(kUtf8, "Demo CA"));
  EXPECT_FALSE(name == Parse(NameDer(kUtf8, "DemoCA")));
  EXPECT_FALSE(name == Parse(NameDer(kUtf8, "Demo CB")));
  EXPECT_FALSE(name == Parse(Tlv(0x30, Rdn(Attribute("550403", kUtf8, "Demo CA")))));
  const std::string o = Attribute("55040a", kUtf8, "O");
  const std::string cn = Attribute("550403", kUtf8, "CN");
  EXPECT_FALSE(Parse(Tlv(0x30, Rdn(o) + Rdn(cn))) == Parse(Tlv(0x30, Rdn(cn) + Rdn(o))));
  EXPECT_FALSE(Parse(Tlv(0x30, Rdn(o) + Rdn(cn))) == Parse(Tlv(0x30, Rdn(cn + o))));
  EXPECT_EQ(Parse(Tlv(0x30, Rdn(o + cn))), Parse(Tlv(0x30, Rdn(cn + o))));  // within an RDN it does not
}

// The judge is X509_NAME_cmp, which certificate validation in OpenSSL uses.
TEST(DistinguishedNameTest, EqualityIsOpensslsEquality) {
  const std::vector<std::string> ders = {NameDer(kUtf8, "a"),
                                         NameDer(kPrintable, "A "),
                                         NameDer(kUtf8, ""),
                                         NameDer(kPrintable, " "),
                                         NameDer(kUtf8, "a  b"),
                                         NameDer(kIa5, "a\n\v b"),
                                         NameDer(kUtf8, "\xC3\x84"),
                                         NameDer(kUtf8, "\xC3\xA4"),
                                         NameDer(kT61, "\xC4"),
                                         NameDer(kBmp, "\1a"),
                                         Tlv(0x30, ""),
                                         NameDer(kUtf8, std::string(1, '\0')),
                                         NameDer(0x04, "a"),
                                         NameDer(0x03, Hex("0061")),
                                         NameDer(kUtf8,
                                                 "\xC2\xA0"
                                                 "a")};
  for (const std::string& a : ders) {
    for (const std::string& b : ders) {
      const unsigned char* in_a = Octets(a);
      const unsigned char* in_b = Octets(b);
      const crypto::X509NamePtr name_a(d2i_X509_NAME(nullptr, &in_a, static_cast<long>(a.size())));
      const crypto::X509NamePtr name_b(d2i_X509_NAME(nullptr, &in_b, static_cast<long>(b.size())));
      const auto ours_a = DistinguishedName::ParseDer(a);
      const auto ours_b = DistinguishedName::ParseDer(b);
      ASSERT_EQ(name_a != nullptr, ours_a.ok()) << absl::BytesToHexString(a);
      if (name_a == nullptr || name_b == nullptr) continue;
      EXPECT_EQ(X509_NAME_cmp(name_a.get(), name_b.get()) == 0, *ours_a == *ours_b)
          << absl::BytesToHexString(a) << " " << absl::BytesToHexString(b);
    }
  }
}

TEST(DistinguishedNameTest, BrokenNamesAreRefused) {
  const std::string good = NameDer(kUtf8, "a");
  EXPECT_EQ(ReasonOf(DistinguishedName::ParseDer("").status()), Reason::kCertificateMalformed);
  EXPECT_EQ(ReasonOf(DistinguishedName::ParseDer(good + "x").status()), Reason::kCertificateMalformed);
  EXPECT_EQ(ReasonOf(DistinguishedName::ParseDer(good.substr(1)).status()), Reason::kCertificateMalformed);
  EXPECT_EQ(ReasonOf(DistinguishedName::ParseDer(NameDer(kUtf8, "\xFF")).status()),
            Reason::kCertificateMalformed);
  EXPECT_EQ(ReasonOf(DistinguishedName::ParseDer(std::string(limits::kCertificate + 1, 'x')).status()),
            Reason::kTooLarge);
}

TEST(DistinguishedNameTest, AbsentAttributesAreEmpty) {
  const DistinguishedName name = Parse(NameDer(kUtf8, "only O"));
  EXPECT_EQ(name.Country(), "");
  EXPECT_EQ(name.CommonName(), "");
  EXPECT_EQ(name.Organization(), "only O");
}

}  // namespace
}  // namespace sti::pki

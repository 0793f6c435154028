#include "common/acme/certificate_id.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sti::acme {
namespace {

// RFC 9773 s4.1.
TEST(CertificateIdTest, PublishedExampleIsRead) {
  const auto id = CertificateId::Parse("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(absl::AsciiStrToUpper(absl::BytesToHexString(id->authority_key_id)),
            "69885B6B87464041E1B37B847BA0AE2CDE01C8D4");
  EXPECT_EQ(id->serial, "87654321");
}

TEST(CertificateIdTest, OtherTextsAreRefused) {
  for (const char* bad : {"", ".", "AAAA", "AAAA.", ".AAAA", "AA==.AAAA", "AAAA.AAAA.AAAA"}) {
    EXPECT_FALSE(CertificateId::Parse(bad).ok()) << bad;
  }
  EXPECT_TRUE(CertificateId::Parse(std::string(64, 'A') + "." + std::string(60, 'A')).ok());
  EXPECT_FALSE(CertificateId::Parse(std::string(64, 'A') + "." + std::string(64, 'A')).ok());
}

}  // namespace
}  // namespace sti::acme

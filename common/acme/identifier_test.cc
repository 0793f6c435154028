#include "common/acme/identifier.h"

#include <string>

#include "common/codec/base64url.h"
#include "gtest/gtest.h"

namespace sti::acme {
namespace {

// RFC 9448 s3 and the padded form that deployed clients send.
TEST(IdentifierTest, AllSpellingsGiveTheSameList) {
  for (const char* value : {"MAigBhYEMTIzNA", "MAigBhYEMTIzNA=="}) {
    for (const char* type : {"TNAuthList", "TnAuthList"}) {
      const auto accepted = AcceptIdentifiers({{type, value}});
      ASSERT_TRUE(accepted.ok()) << accepted.status();
      EXPECT_EQ(accepted->value, value);
      EXPECT_EQ(accepted->spc, "1234");
      EXPECT_EQ(codec::Base64UrlEncode(accepted->tn_auth_list.der()), "MAigBhYEMTIzNA");
    }
  }
}

TEST(IdentifierTest, NumbersAndSeveralIdentifiersAreRejected) {
  const auto number = pki::TnAuthList::Create({pki::SingleTelephoneNumber{"12155550121"}}).value();
  const auto status = AcceptIdentifiers({{"TNAuthList", codec::Base64UrlEncode(number.der())}}).status();
  EXPECT_EQ(ProblemOf(status).type, ErrorType::kRejectedIdentifier);
  const Identifier good{"TNAuthList", "MAigBhYEMTIzNA"};
  EXPECT_EQ(ProblemOf(AcceptIdentifiers({good, good}).status()).type, ErrorType::kRejectedIdentifier);
}

TEST(IdentifierTest, BadOnesAreNamed) {
  EXPECT_EQ(ProblemOf(AcceptIdentifiers({{"dns", "example.net"}}).status()).type,
            ErrorType::kUnsupportedIdentifier);
  EXPECT_EQ(ProblemOf(AcceptIdentifiers({{"TNAuthList", "MAigBhYEMTIzNAA"}}).status()).type,
            ErrorType::kMalformed);
  EXPECT_EQ(ProblemOf(AcceptIdentifiers({{"TNAuthList", std::string(8193, 'A')}}).status()).type,
            ErrorType::kMalformed);
}

}  // namespace
}  // namespace sti::acme

#include "services/stictl/contact_option.h"

#include "common/base/reason.h"
#include "gtest/gtest.h"

namespace sti::stictl {
namespace {

TEST(ContactOption, PartsComeInAnyOrder) {
  const auto contact =
      ParseContact(" email = abuse@acme.example; role=abuse ;name=A = B; phone=+1 215 555 1212 ");
  ASSERT_TRUE(contact.ok()) << contact.status();
  EXPECT_EQ(contact->role(), "abuse");
  EXPECT_EQ(contact->name(), "A = B");
  EXPECT_EQ(contact->email(), "abuse@acme.example");
  EXPECT_EQ(contact->phone(), "+1 215 555 1212");
  EXPECT_EQ(ContactText(*contact), "abuse: A = B, abuse@acme.example, +1 215 555 1212");
}

TEST(ContactOption, UnknownRepeatedAndMissingPartsAreRefused) {
  for (const char* bad : {"", "email=a@b.example", "abuse", "role=abuse;mail=a@b.example", "role=a;role=b"}) {
    const auto contact = ParseContact(bad);
    EXPECT_EQ(ReasonOf(contact.status()), Reason::kInvalidField) << bad;
    EXPECT_EQ(FieldOf(contact.status()), "--contact") << bad;
  }
}

}  // namespace
}  // namespace sti::stictl

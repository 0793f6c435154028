#include "services/pa/provider_check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "gtest/gtest.h"

namespace sti::pa {
namespace {

Provider With(const Contact& contact) {
  return {"acme", "Acme", {"1234"}, {}, {}, {{"admin", "", "a@acme.example", ""}, contact}};
}

std::string Refusal(const Provider& provider) {
  const absl::Status status = CheckProvider(provider);
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}
std::string Refusal(const Contact& contact) { return Refusal(With(contact)); }

TEST(ProviderCheck, ContactHasARole) {
  EXPECT_EQ(Refusal(Contact{"abuse", "Ann O'Nym", "abuse@acme.example", "+1 (215) 555-1212"}), "NONE ");
  EXPECT_EQ(Refusal(Contact{"", "", "a@acme.example", ""}), "MISSING_FIELD contacts[1].role");
  for (const std::string& bad :
       {std::string("Admin"), std::string("a b"), std::string("noc2"), std::string(33, 'a')}) {
    EXPECT_EQ(Refusal(Contact{bad, "", "a@acme.example", ""}), "INVALID_FIELD contacts[1].role") << bad;
  }
  EXPECT_EQ(Refusal(Contact{std::string(32, 'a'), "", "a@acme.example", ""}), "NONE ");
}

TEST(ProviderCheck, ContactCanBeReached) {
  EXPECT_EQ(Refusal(Contact{"noc", "The NOC", "", ""}), "MISSING_FIELD contacts[1].email");
  EXPECT_EQ(Refusal(Contact{"noc", "", "", "+12155551212"}), "NONE ");
  EXPECT_EQ(Refusal(Contact{"noc", "line\nbreak", "", "911"}), "INVALID_FIELD contacts[1].name");
}

TEST(ProviderCheck, MailAddressIsOne) {
  for (const char* good : {"a@b.example", "first.last+tag@mail.acme.example", "o'hara@acme.example",
                           "n\xc3\xb6@b\xc3\xbc"
                           "cher.example"}) {
    EXPECT_EQ(Refusal(Contact{"noc", "", good, ""}), "NONE ") << good;
  }
  for (const char* bad :
       {"acme.example", "@acme.example", "a@", "a@acme", "a b@acme.example", "a@acme..example",
        "a@-acme.example", "<a@acme.example>", "a@acme.example\n", "a@b@acme.example,c"}) {
    EXPECT_EQ(Refusal(Contact{"noc", "", bad, ""}), "INVALID_FIELD contacts[1].email") << bad;
  }
  const std::string domain = "@acme.example";
  EXPECT_EQ(Refusal(Contact{"noc", "", std::string(64, 'a') + domain, ""}), "NONE ");
  EXPECT_EQ(Refusal(Contact{"noc", "", std::string(65, 'a') + domain, ""}),
            "INVALID_FIELD contacts[1].email");
}

TEST(ProviderCheck, PhoneNumberIsOne) {
  for (const char* good : {"911", "+123456789012345", "+33 (0)1.23-45/67"})
    EXPECT_EQ(Refusal(Contact{"noc", "", "", good}), "NONE ") << good;
  for (const char* bad : {"91", "+1234567890123456", "1-800-ACME", "++1215", "1+215", "tel:911", "12\t345"})
    EXPECT_EQ(Refusal(Contact{"noc", "", "", bad}), "INVALID_FIELD contacts[1].phone") << bad;
}

TEST(ProviderCheck, ContactsAreBounded) {
  Provider provider = With({"noc", "", "", "911"});
  provider.contacts.resize(limits::kContacts, provider.contacts[0]);
  EXPECT_EQ(Refusal(provider), "NONE ");
  provider.contacts.push_back(provider.contacts[0]);
  EXPECT_EQ(Refusal(provider), "TOO_LARGE contacts");
}

TEST(ProviderCheck, NoteIsShortAndMandatoryWhereItMustBe) {
  EXPECT_TRUE(CheckNote("", false).ok());
  EXPECT_EQ(ReasonOf(CheckNote("", true)), Reason::kMissingField);
  EXPECT_TRUE(CheckNote(std::string(1024, 'x'), true).ok());
  EXPECT_EQ(ReasonOf(CheckNote(std::string(1025, 'x'), true)), Reason::kInvalidField);
  EXPECT_EQ(FieldOf(CheckNote("two\nlines", false)), "note");
}

}  // namespace
}  // namespace sti::pa

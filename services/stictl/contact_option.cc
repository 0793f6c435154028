#include "services/stictl/contact_option.h"

#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"

namespace sti::stictl {

absl::StatusOr<sti::v1::Contact> ParseContact(absl::string_view text) {
  sti::v1::Contact contact;
  std::map<absl::string_view, std::string*> fields = {{"role", contact.mutable_role()},
                                                      {"name", contact.mutable_name()},
                                                      {"email", contact.mutable_email()},
                                                      {"phone", contact.mutable_phone()}};
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ';', absl::SkipWhitespace());
  for (const absl::string_view part : parts) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    const auto field = fields.find(absl::StripAsciiWhitespace(pair.first));
    if (field == fields.end() || !field->second->empty()) {
      return MakeError(
          Reason::kInvalidField, "--contact",
          absl::StrCat("\"", part, "\": role=, name=, email= and phone=, each once, between \";\""));
    }
    *field->second = std::string(absl::StripAsciiWhitespace(pair.second));
  }
  if (contact.role().empty()) return MakeError(Reason::kInvalidField, "--contact", "role= is missing");
  return contact;
}

std::string ContactText(const sti::v1::Contact& contact) {
  std::string text = absl::StrCat(contact.role(), ":");
  absl::string_view before = " ";
  for (const std::string* part : {&contact.name(), &contact.email(), &contact.phone()}) {
    if (part->empty()) continue;
    absl::StrAppend(&text, before, *part);
    before = ", ";
  }
  return text;
}

}  // namespace sti::stictl

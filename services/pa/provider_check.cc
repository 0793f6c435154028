#include "services/pa/provider_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pa {
namespace {

constexpr size_t kMaxId = 64;
constexpr size_t kMaxSpc = 10;
constexpr size_t kMaxRole = 32;
constexpr size_t kMaxEmail = 254;      // RFC 5321 s4.5.3.1.3, without "<" and ">"
constexpr size_t kMaxEmailLocal = 64;  // s4.5.3.1.1
constexpr size_t kMaxPhone = 32;
constexpr int kMinPhoneDigits = 3, kMaxPhoneDigits = 15;  // E.164
constexpr size_t kMaxNote = 1024;

template <typename Predicate>
bool All(absl::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return predicate(static_cast<unsigned char>(c)); });
}

bool HasControl(absl::string_view text) {
  return !All(text, [](unsigned char c) { return !absl::ascii_iscntrl(c); });
}

absl::Status CheckId(absl::string_view id) {
  if (id.empty()) return MakeError(Reason::kMissingField, "id", "a provider needs a short name");
  const bool fits =
      All(id, [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; });
  if (fits && id.size() <= kMaxId) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "id", "not 1 to 64 characters of a-z, 0-9 and \"-\"");
}

absl::Status CheckSpc(absl::string_view spc, absl::string_view field) {
  const bool fits =
      All(spc, [](unsigned char c) { return absl::ascii_isupper(c) || absl::ascii_isdigit(c); });
  if (fits && !spc.empty() && spc.size() <= kMaxSpc) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, field, "a code has 1 to 10 characters of A-Z and 0-9");
}

std::string Element(absl::string_view list, size_t index) { return absl::StrCat(list, "[", index, "]"); }

absl::Status CheckList(absl::string_view field, const std::vector<std::string>& list,
                       absl::Status (*check)(absl::string_view, absl::string_view)) {
  if (list.size() > limits::kProviderList) {
    return MakeError(Reason::kTooLarge, field, absl::StrCat("more than ", limits::kProviderList));
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < list.size(); ++i) {
    STI_RETURN_IF_ERROR(check(list[i], Element(field, i)));
    if (!seen.insert(list[i]).second) {
      return MakeError(Reason::kInvalidField, Element(field, i),
                       absl::StrCat("\"", list[i], "\" stands there twice"));
    }
  }
  return absl::OkStatus();
}

bool IsDomain(absl::string_view domain) {
  const std::vector<absl::string_view> labels = absl::StrSplit(domain, '.');
  return labels.size() > 1 && std::all_of(labels.begin(), labels.end(), [](absl::string_view label) {
           return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
                  All(label, [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-' || c >= 0x80; });
         });
}

// What a mail program takes without quotes (RFC 5321 s4.1.2 dot-string; octets past ASCII as in RFC 6531).
bool IsEmail(absl::string_view email) {
  const size_t at = email.rfind('@');
  if (at == absl::string_view::npos || at == 0 || at > kMaxEmailLocal || email.size() > kMaxEmail)
    return false;
  const bool local = All(email.substr(0, at), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c >= 0x80 ||
           absl::string_view(".!#$%&'*+-/=?^_`{|}~").find(static_cast<char>(c)) != absl::string_view::npos;
  });
  return local && IsDomain(email.substr(at + 1));
}

bool IsPhone(absl::string_view phone) {
  if (phone.empty() || phone.size() > kMaxPhone) return false;
  if (phone.front() == '+') phone.remove_prefix(1);
  const bool fits = All(phone, [](unsigned char c) {
    return absl::ascii_isdigit(c) ||
           absl::string_view(" -.()/").find(static_cast<char>(c)) != absl::string_view::npos;
  });
  const auto digits = std::count_if(
      phone.begin(), phone.end(), [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
  return fits && digits >= kMinPhoneDigits && digits <= kMaxPhoneDigits;
}

absl::Status CheckContact(const Contact& contact) {
  const bool role = All(contact.role, [](unsigned char c) { return absl::ascii_islower(c) || c == '-'; });
  if (contact.role.empty()) return MakeError(Reason::kMissingField, "role", "what is this contact for?");
  if (!role || contact.role.size() > kMaxRole) {
    return MakeError(Reason::kInvalidField, "role", "not 1 to 32 characters of a-z and \"-\"");
  }
  if (!contact.name.empty()) STI_RETURN_IF_ERROR(CheckName(contact.name, "name"));
  if (contact.email.empty() && contact.phone.empty()) {
    return MakeError(Reason::kMissingField, "email", "one of email and phone is needed");
  }
  if (!contact.email.empty() && !IsEmail(contact.email)) {
    return MakeError(Reason::kInvalidField, "email", "no mail address such as \"noc@acme.example\"");
  }
  if (!contact.phone.empty() && !IsPhone(contact.phone)) {
    return MakeError(Reason::kInvalidField, "phone",
                     "not 3 to 15 digits with at most a \"+\" before and spaces or \"-.()/\" between them");
  }
  return absl::OkStatus();
}

absl::Status CheckContacts(const std::vector<Contact>& contacts) {
  if (contacts.size() > limits::kContacts) {
    return MakeError(Reason::kTooLarge, "contacts", absl::StrCat("more than ", limits::kContacts));
  }
  for (size_t i = 0; i < contacts.size(); ++i) {
    const absl::Status checked = CheckContact(contacts[i]);
    if (!checked.ok()) return PrefixField(Element("contacts", i), checked);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckProvider(const Provider& provider) {
  STI_RETURN_IF_ERROR(CheckId(provider.id));
  STI_RETURN_IF_ERROR(CheckName(provider.name, "name"));
  if (provider.spcs.empty()) return MakeError(Reason::kMissingField, "spcs", "at least one is needed");
  STI_RETURN_IF_ERROR(CheckList("spcs", provider.spcs, CheckSpc));
  STI_RETURN_IF_ERROR(CheckList("client_identities", provider.client_identities, CheckName));
  return CheckContacts(provider.contacts);
}

absl::Status CheckName(absl::string_view name, absl::string_view field) {
  if (name.empty()) return MakeError(Reason::kMissingField, field, "must not be empty");
  if (!HasControl(name) && name.size() <= limits::kName) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, field,
                   absl::StrCat("not 1 to ", limits::kName, " octets without control characters"));
}

absl::Status CheckNote(absl::string_view note, bool mandatory) {
  if (note.empty() && mandatory)
    return MakeError(Reason::kMissingField, "note", "why? It is kept in the audit");
  if (!HasControl(note) && note.size() <= kMaxNote) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "note",
                   absl::StrCat("more than ", kMaxNote, " octets, or control characters"));
}

}  // namespace sti::pa

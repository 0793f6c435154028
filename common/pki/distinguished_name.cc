#include "common/pki/distinguished_name.h"

#include <openssl/objects.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"

namespace sti::pki {
namespace {

using crypto::X509NamePtr;

struct EntryDeleter {
  void operator()(X509_NAME_ENTRY* entry) const { X509_NAME_ENTRY_free(entry); }
};

absl::Status AddField(X509_NAME* name, int nid, absl::string_view field, const std::string& value) {
  if (value.empty()) return MakeError(Reason::kMissingField, field, "a subject has C, O and CN");
  // OpenSSL picks PrintableString for C and UTF8String otherwise, refuses bad UTF-8 and counts characters.
  if (X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, Octets(value), static_cast<int>(value.size()), -1,
                                 0) != 1) {
    return MakeError(Reason::kInvalidField, field,
                     absl::StrCat("not UTF-8 or longer than allowed: ", crypto::DrainOpenSslErrors()));
  }
  return absl::OkStatus();
}

absl::StatusOr<X509NamePtr> Decode(absl::string_view der) {
  if (der.size() > limits::kCertificate)
    return MakeError(Reason::kTooLarge, "a distinguished name is too long");
  const unsigned char* in = Octets(der);
  X509NamePtr name(d2i_X509_NAME(nullptr, &in, static_cast<long>(der.size())));
  if (name == nullptr || in != Octets(der) + der.size()) {
    return MakeError(Reason::kCertificateMalformed,
                     absl::StrCat("a distinguished name cannot be parsed: ", crypto::DrainOpenSslErrors()));
  }
  return name;
}

bool IsText(int type) {
  switch (type) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_T61STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_VISIBLESTRING:
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<std::string> Utf8(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, value);
  if (size < 0)
    return MakeError(Reason::kCertificateMalformed, "a distinguished name holds invalid characters");
  std::string utf8(reinterpret_cast<char*>(text), static_cast<size_t>(size));
  OPENSSL_free(text);
  return utf8;
}

// As OpenSSL's X509_NAME_cmp sees it: ASCII lower case, outer white space dropped, inner runs made one space.
std::string Fold(absl::string_view text) {
  std::string folded;
  for (const char c : absl::StripAsciiWhitespace(text)) {
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) {
      folded += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (folded.back() != ' ') {
      folded += ' ';
    }
  }
  return folded;
}

// The same name with every text folded and made UTF8String; DER sorts the members of each RDN.
absl::StatusOr<std::string> Canonical(const X509_NAME* name) {
  const X509NamePtr canonical(X509_NAME_new());
  int previous_set = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
    int type = ASN1_STRING_type(value);
    std::string octets;
    if (IsText(type)) {
      STI_ASSIGN_OR_RETURN(octets, Utf8(value));
      octets = Fold(octets);
      type = V_ASN1_UTF8STRING;
    } else {
      octets = StringOctets(value);
    }
    const std::unique_ptr<X509_NAME_ENTRY, EntryDeleter> folded(X509_NAME_ENTRY_create_by_OBJ(
        nullptr, X509_NAME_ENTRY_get_object(entry), type, Octets(octets), static_cast<int>(octets.size())));
    const int set = X509_NAME_ENTRY_set(entry);
    if (folded == nullptr ||
        X509_NAME_add_entry(canonical.get(), folded.get(), -1, set == previous_set ? -1 : 0) != 1) {
      return MakeError(Reason::kCertificateMalformed, crypto::DrainOpenSslErrors());
    }
    previous_set = set;
  }
  return ToDer(canonical.get(), i2d_X509_NAME);
}

std::string FirstValue(const std::string& der, int nid) {
  const absl::StatusOr<X509NamePtr> name = Decode(der);
  if (!name.ok()) return "";
  const int index = X509_NAME_get_index_by_NID(name->get(), nid, -1);
  if (index < 0) return "";
  return Utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name->get(), index))).value_or("");
}

}  // namespace

absl::StatusOr<DistinguishedName> DistinguishedName::Create(const SubjectFields& fields) {
  const X509NamePtr name(X509_NAME_new());
  for (const char c : fields.country) {
    if (!absl::ascii_isupper(static_cast<unsigned char>(c)) || fields.country.size() != 2) {
      return MakeError(Reason::kInvalidField, "country", "two letters A-Z (ISO 3166 alpha-2)");
    }
  }
  STI_RETURN_IF_ERROR(AddField(name.get(), NID_countryName, "country", fields.country));
  STI_RETURN_IF_ERROR(AddField(name.get(), NID_organizationName, "organization", fields.organization));
  STI_RETURN_IF_ERROR(AddField(name.get(), NID_commonName, "common_name", fields.common_name));
  return ParseDer(ToDer(name.get(), i2d_X509_NAME));
}

absl::StatusOr<DistinguishedName> DistinguishedName::ParseDer(absl::string_view der) {
  STI_ASSIGN_OR_RETURN(const X509NamePtr decoded, Decode(der));
  DistinguishedName name;
  name.der_ = std::string(der);
  STI_ASSIGN_OR_RETURN(name.canonical_, Canonical(decoded.get()));
  return name;
}

std::string DistinguishedName::Text() const {
  const absl::StatusOr<X509NamePtr> name = Decode(der_);
  if (!name.ok()) return "";
  const crypto::BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name->get(), 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : "";
}

std::string DistinguishedName::Country() const { return FirstValue(der_, NID_countryName); }
std::string DistinguishedName::Organization() const { return FirstValue(der_, NID_organizationName); }
std::string DistinguishedName::CommonName() const { return FirstValue(der_, NID_commonName); }

}  // namespace sti::pki

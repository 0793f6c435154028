#include "common/pki/tn_auth_list.h"

#include <openssl/asn1.h>
#include <openssl/asn1t.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"

namespace sti::pki {
namespace {

// The shape of RFC 8226 s9 for OpenSSL. A range is a SEQUENCE OF ANY, since it may hold elements of later
// versions.
struct TnEntryAsn1 {
  int type;  // the index into the CHOICE, not the tag
  union {
    ASN1_IA5STRING* spc;
    STACK_OF(ASN1_TYPE) * range;
    ASN1_IA5STRING* one;
  } value;
};

enum { kSpc, kRange, kOne };

DEFINE_STACK_OF(TnEntryAsn1)

ASN1_CHOICE(TnEntryAsn1) =
    {
        ASN1_EXP(TnEntryAsn1, value.spc, ASN1_IA5STRING, 0),
        ASN1_EXP_SEQUENCE_OF(TnEntryAsn1, value.range, ASN1_ANY, 1),
        ASN1_EXP(TnEntryAsn1, value.one, ASN1_IA5STRING, 2),
} static_ASN1_CHOICE_END(TnEntryAsn1)

        ASN1_ITEM_TEMPLATE(TnAuthListAsn1) = ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SEQUENCE_OF, 0, TnAuthListAsn1,
                                                                   TnEntryAsn1)
            static_ASN1_ITEM_TEMPLATE_END(TnAuthListAsn1)

                constexpr size_t kNumberDigits = 15;  // TelephoneNumber ::= IA5String (SIZE (1..15))

struct ListDeleter {
  void operator()(STACK_OF(TnEntryAsn1) * list) const {
    ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(list), ASN1_ITEM_rptr(TnAuthListAsn1));
  }
};
using ListPtr = std::unique_ptr<STACK_OF(TnEntryAsn1), ListDeleter>;

absl::Status Invalid(absl::string_view detail) {
  return MakeError(Reason::kTnAuthListInvalid, "tn_auth_list", detail);
}

absl::Status CheckNumber(absl::string_view number) {
  const bool allowed = number.find_first_not_of("0123456789#*") == absl::string_view::npos;
  if (number.empty() || number.size() > kNumberDigits || !allowed) {
    return Invalid("a telephone number has 1 to 15 characters of 0-9 # *");
  }
  return absl::OkStatus();
}

absl::Status CheckRange(const TelephoneNumberRange& range) {
  STI_RETURN_IF_ERROR(CheckNumber(range.start));
  uint64_t start = 0;
  if (!absl::SimpleAtoi(range.start, &start))
    return Invalid("a range starts with digits only, without # and *");
  if (range.count < 2) return Invalid("the count of a range is 2 or more");
  uint64_t bound = 1;
  for (size_t i = 0; i < range.start.size(); ++i) bound *= 10;
  if (range.count >= bound - start) return Invalid("start + count of a range must be less than 10^digits");
  return absl::OkStatus();
}

// RFC 8226 allows any IA5String. What is issued here follows ATIS-1000080 ([A-Z0-9]+); what others issued
// only has to be printable, since a verifier must not reject on profile lints.
absl::Status CheckEntry(const TnEntry& entry, bool issued_here) {
  if (const auto* spc = std::get_if<ServiceProviderCode>(&entry)) {
    const auto allowed = [issued_here](char c) {
      return issued_here ? absl::ascii_isupper(static_cast<unsigned char>(c)) ||
                               absl::ascii_isdigit(static_cast<unsigned char>(c))
                         : absl::ascii_isprint(static_cast<unsigned char>(c));
    };
    if (spc->code.empty()) return Invalid("an SPC is empty");
    if (!std::all_of(spc->code.begin(), spc->code.end(), allowed)) {
      return Invalid(issued_here ? "an SPC consists of A-Z and 0-9"
                                 : "an SPC holds a character that is not printable");
    }
    return absl::OkStatus();
  }
  if (const auto* range = std::get_if<TelephoneNumberRange>(&entry)) return CheckRange(*range);
  return CheckNumber(std::get<SingleTelephoneNumber>(entry).number);
}

absl::StatusOr<TelephoneNumberRange> DecodeRange(const STACK_OF(ASN1_TYPE) * elements) {
  if (sk_ASN1_TYPE_num(elements) < 2) return Invalid("a range has a start and a count");
  const ASN1_TYPE* start = sk_ASN1_TYPE_value(elements, 0);
  const ASN1_TYPE* count = sk_ASN1_TYPE_value(elements, 1);
  if (ASN1_TYPE_get(start) != V_ASN1_IA5STRING) return Invalid("the start of a range is an IA5String");
  TelephoneNumberRange range;
  range.start = StringOctets(start->value.ia5string);
  if (ASN1_TYPE_get(count) != V_ASN1_INTEGER ||
      ASN1_INTEGER_get_uint64(&range.count, count->value.integer) != 1) {
    return Invalid("the count of a range is a positive INTEGER of at most 64 bits");
  }
  return range;
}

absl::StatusOr<TnEntry> DecodeEntry(const TnEntryAsn1& entry) {
  if (entry.type == kSpc) return TnEntry(ServiceProviderCode{StringOctets(entry.value.spc)});
  if (entry.type == kOne) return TnEntry(SingleTelephoneNumber{StringOctets(entry.value.one)});
  STI_ASSIGN_OR_RETURN(TelephoneNumberRange range, DecodeRange(entry.value.range));
  return TnEntry(std::move(range));
}

ASN1_IA5STRING* MakeIa5(absl::string_view text) {
  ASN1_IA5STRING* string = ASN1_IA5STRING_new();
  if (string != nullptr) ASN1_STRING_set(string, text.data(), static_cast<int>(text.size()));
  return string;
}

void EncodeRange(const TelephoneNumberRange& range, STACK_OF(ASN1_TYPE) * elements) {
  ASN1_TYPE* start = ASN1_TYPE_new();
  ASN1_TYPE_set(start, V_ASN1_IA5STRING, MakeIa5(range.start));
  sk_ASN1_TYPE_push(elements, start);
  ASN1_INTEGER* number = ASN1_INTEGER_new();
  ASN1_INTEGER_set_uint64(number, range.count);
  ASN1_TYPE* count = ASN1_TYPE_new();
  ASN1_TYPE_set(count, V_ASN1_INTEGER, number);
  sk_ASN1_TYPE_push(elements, count);
}

std::string Encode(const std::vector<TnEntry>& entries) {
  const ListPtr list(sk_TnEntryAsn1_new_null());
  for (const TnEntry& entry : entries) {
    auto* item = reinterpret_cast<TnEntryAsn1*>(ASN1_item_new(ASN1_ITEM_rptr(TnEntryAsn1)));
    if (const auto* spc = std::get_if<ServiceProviderCode>(&entry)) {
      item->type = kSpc;
      item->value.spc = MakeIa5(spc->code);
    } else if (const auto* range = std::get_if<TelephoneNumberRange>(&entry)) {
      item->type = kRange;
      item->value.range = sk_ASN1_TYPE_new_null();
      EncodeRange(*range, item->value.range);
    } else {
      item->type = kOne;
      item->value.one = MakeIa5(std::get<SingleTelephoneNumber>(entry).number);
    }
    sk_TnEntryAsn1_push(list.get(), item);
  }
  return ToDer(reinterpret_cast<const ASN1_VALUE*>(list.get()),
               [](const ASN1_VALUE* value, unsigned char** out) {
                 return ASN1_item_i2d(value, out, ASN1_ITEM_rptr(TnAuthListAsn1));
               });
}

}  // namespace

absl::StatusOr<TnAuthList> TnAuthList::Create(std::vector<TnEntry> entries) {
  if (entries.empty()) return Invalid("no entry");
  if (entries.size() > limits::kTnAuthListEntries)
    return MakeError(Reason::kTooLarge, "tn_auth_list", "too many entries");
  for (const TnEntry& entry : entries) STI_RETURN_IF_ERROR(CheckEntry(entry, /*issued_here=*/true));
  TnAuthList list;
  list.der_ = Encode(entries);
  list.entries_ = std::move(entries);
  if (list.der_.empty()) return MakeError(Reason::kInternal, crypto::DrainOpenSslErrors());
  return list;
}

absl::StatusOr<TnAuthList> TnAuthList::ForSpc(absl::string_view spc) {
  return Create({ServiceProviderCode{std::string(spc)}});
}

absl::StatusOr<TnAuthList> TnAuthList::ParseDer(absl::string_view der) {
  if (der.size() > limits::kTnAuthList)
    return MakeError(Reason::kTooLarge, "tn_auth_list", "DER is too long");
  const unsigned char* in = Octets(der);
  const ListPtr decoded(reinterpret_cast<STACK_OF(TnEntryAsn1)*>(
      ASN1_item_d2i(nullptr, &in, static_cast<long>(der.size()), ASN1_ITEM_rptr(TnAuthListAsn1))));
  if (decoded == nullptr) return Invalid(crypto::DrainOpenSslErrors());
  if (in != Octets(der) + der.size()) return Invalid("octets after the end");
  const int count = sk_TnEntryAsn1_num(decoded.get());
  if (count < 1) return Invalid("no entry");
  if (static_cast<size_t>(count) > limits::kTnAuthListEntries) {
    return MakeError(Reason::kTooLarge, "tn_auth_list", "too many entries");
  }
  TnAuthList list;
  list.der_ = std::string(der);
  for (int i = 0; i < count; ++i) {
    STI_ASSIGN_OR_RETURN(TnEntry entry, DecodeEntry(*sk_TnEntryAsn1_value(decoded.get(), i)));
    STI_RETURN_IF_ERROR(CheckEntry(entry, /*issued_here=*/false));
    list.entries_.push_back(std::move(entry));
  }
  // OpenSSL reads BER too; token, CSR and order are compared by their octets, so there must be one encoding.
  const std::string again = ToDer(reinterpret_cast<const ASN1_VALUE*>(decoded.get()),
                                  [](const ASN1_VALUE* value, unsigned char** out) {
                                    return ASN1_item_i2d(value, out, ASN1_ITEM_rptr(TnAuthListAsn1));
                                  });
  if (again != der) return Invalid("BER that is not DER");
  return list;
}

std::vector<std::string> TnAuthList::Spcs() const {
  std::vector<std::string> codes;
  for (const TnEntry& entry : entries_) {
    if (const auto* spc = std::get_if<ServiceProviderCode>(&entry)) codes.push_back(spc->code);
  }
  return codes;
}

}  // namespace sti::pki

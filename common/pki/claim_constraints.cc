#include "common/pki/claim_constraints.h"

#include <openssl/asn1.h>
#include <openssl/asn1t.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"

namespace sti::pki {
namespace {

// The shapes of RFC 9118 s3 for OpenSSL; RFC 8226 s8 is the same without mustExclude. EXPLICIT tags.
struct PermittedAsn1 {
  ASN1_IA5STRING* claim;
  STACK_OF(ASN1_UTF8STRING) * values;
};
DEFINE_STACK_OF(PermittedAsn1)

struct ConstraintsAsn1 {
  STACK_OF(ASN1_IA5STRING) * must_include;
  STACK_OF(PermittedAsn1) * permitted;
  STACK_OF(ASN1_IA5STRING) * must_exclude;
};

ASN1_SEQUENCE(PermittedAsn1) =
    {
        ASN1_SIMPLE(PermittedAsn1, claim, ASN1_IA5STRING),
        ASN1_SEQUENCE_OF(PermittedAsn1, values, ASN1_UTF8STRING),
} static_ASN1_SEQUENCE_END(PermittedAsn1)

        ASN1_SEQUENCE(ConstraintsAsn1) =
            {
                ASN1_EXP_SEQUENCE_OF_OPT(ConstraintsAsn1, must_include, ASN1_IA5STRING, 0),
                ASN1_EXP_SEQUENCE_OF_OPT(ConstraintsAsn1, permitted, PermittedAsn1, 1),
                ASN1_EXP_SEQUENCE_OF_OPT(ConstraintsAsn1, must_exclude, ASN1_IA5STRING, 2),
} static_ASN1_SEQUENCE_END(ConstraintsAsn1)

                struct ConstraintsDeleter {
  void operator()(ConstraintsAsn1* constraints) const {
    ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(constraints), ASN1_ITEM_rptr(ConstraintsAsn1));
  }
};

absl::Status Malformed(absl::string_view detail) {
  return MakeError(Reason::kCertificateMalformed, "claim_constraints", detail);
}

// False when the list is there but empty (SIZE (1..MAX)). Both element types are ASN1_STRING.
template <typename Stack>
bool Decode(const Stack* list, std::vector<std::string>& out) {
  const auto* stack = reinterpret_cast<const OPENSSL_STACK*>(list);
  if (list == nullptr) return true;
  for (int i = 0; i < OPENSSL_sk_num(stack); ++i) {
    out.push_back(StringOctets(static_cast<const ASN1_STRING*>(OPENSSL_sk_value(stack, i))));
  }
  return !out.empty();
}

bool NamesBaseClaim(const std::vector<std::string>& claims) {
  return std::any_of(claims.begin(), claims.end(), [](const std::string& claim) {
    return claim == "iat" || claim == "orig" || claim == "dest";
  });
}

// Tags of X.690.
constexpr char kIa5String = 0x16, kUtf8String = 0x0C, kSequence = 0x30;
constexpr char Explicit(int number) { return static_cast<char>(0xA0 | number); }

std::string Tlv(char tag, absl::string_view content) {
  std::string length;
  for (size_t rest = content.size(); rest > 0; rest >>= 8) {
    length.insert(length.begin(), static_cast<char>(rest & 0xFF));
  }
  if (content.size() < 0x80) {
    length.assign(1, static_cast<char>(content.size()));
  } else {
    length.insert(length.begin(), static_cast<char>(0x80 | length.size()));
  }
  return absl::StrCat(absl::string_view(&tag, 1), length, content);
}

std::string Strings(char tag, const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) absl::StrAppend(&all, Tlv(tag, text));
  return Tlv(kSequence, all);
}

bool IsClaimName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
}

absl::Status Unfit(absl::string_view detail) {
  return MakeError(Reason::kInvalidField, "claim_constraints", detail);
}

absl::Status CheckFitForIssue(const ClaimConstraints& constraints) {
  if (constraints.IsEmpty()) return Unfit("no constraint at all");
  const auto& [included, permitted, excluded] = constraints;
  if (NamesBaseClaim(excluded)) return Unfit("iat, orig and dest cannot be excluded");
  bool named = std::all_of(included.begin(), included.end(), IsClaimName) &&
               std::all_of(excluded.begin(), excluded.end(), IsClaimName);
  for (const PermittedValues& values : permitted) {
    named = named && IsClaimName(values.claim);
    if (values.values.empty()) return Unfit("a claim without any permitted value");
  }
  if (!named) return Unfit("a claim's name is empty or not printable ASCII");
  for (const std::string& claim : included) {
    if (std::find(excluded.begin(), excluded.end(), claim) != excluded.end())
      return Unfit(absl::StrCat("the claim ", claim, " is demanded and excluded"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ClaimConstraints::EnhancedDer() const {
  STI_RETURN_IF_ERROR(CheckFitForIssue(*this));
  std::string parts;
  if (!must_include.empty()) absl::StrAppend(&parts, Tlv(Explicit(0), Strings(kIa5String, must_include)));
  std::string pairs;
  for (const PermittedValues& values : permitted) {
    absl::StrAppend(&pairs, Tlv(kSequence, absl::StrCat(Tlv(kIa5String, values.claim),
                                                        Strings(kUtf8String, values.values))));
  }
  if (!pairs.empty()) absl::StrAppend(&parts, Tlv(Explicit(1), Tlv(kSequence, pairs)));
  if (!must_exclude.empty()) absl::StrAppend(&parts, Tlv(Explicit(2), Strings(kIa5String, must_exclude)));
  return Tlv(kSequence, parts);
}

absl::StatusOr<ClaimConstraints> ClaimConstraints::ParseDer(absl::string_view der, bool enhanced) {
  if (der.size() > limits::kCertificate) return Malformed("too long");
  const unsigned char* in = Octets(der);
  const std::unique_ptr<ConstraintsAsn1, ConstraintsDeleter> decoded(reinterpret_cast<ConstraintsAsn1*>(
      ASN1_item_d2i(nullptr, &in, static_cast<long>(der.size()), ASN1_ITEM_rptr(ConstraintsAsn1))));
  if (decoded == nullptr) return Malformed(crypto::DrainOpenSslErrors());
  if (in != Octets(der) + der.size()) return Malformed("octets after the end");
  if (decoded->must_exclude != nullptr && !enhanced) return Malformed("mustExclude needs the enhanced form");
  if (decoded->must_include == nullptr && decoded->permitted == nullptr && decoded->must_exclude == nullptr) {
    return Malformed("no constraint at all");
  }
  ClaimConstraints constraints;
  bool whole = Decode(decoded->must_include, constraints.must_include) &&
               Decode(decoded->must_exclude, constraints.must_exclude);
  if (decoded->permitted != nullptr) {
    whole = whole && sk_PermittedAsn1_num(decoded->permitted) > 0;
    for (int i = 0; i < sk_PermittedAsn1_num(decoded->permitted); ++i) {
      const PermittedAsn1* permitted = sk_PermittedAsn1_value(decoded->permitted, i);
      PermittedValues values{StringOctets(permitted->claim), {}};
      whole = whole && Decode(permitted->values, values.values);
      constraints.permitted.push_back(std::move(values));
    }
  }
  if (!whole) return Malformed("an empty list");
  if (NamesBaseClaim(constraints.must_exclude)) return ClaimConstraints{};
  return constraints;
}

}  // namespace sti::pki

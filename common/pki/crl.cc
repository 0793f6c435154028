#include "common/pki/crl.h"

#include <openssl/asn1t.h>
#include <openssl/objects.h>

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/pki/asn1.h"
#include "common/pki/path.h"

namespace sti::pki {
namespace {

// RFC 5280 s5.1 with the parts that get large left as octets: OpenSSL's X509_CRL takes about 1 kB an entry.
struct CrlAsn1 {
  ASN1_STRING* to_be_signed;  // DER with its header
  X509_ALGOR* algorithm;
  ASN1_BIT_STRING* signature;
};
struct TbsCrlAsn1 {
  ASN1_INTEGER* version;
  X509_ALGOR* algorithm;
  X509_NAME* issuer;
  ASN1_TIME* this_update;
  ASN1_TIME* next_update;
  ASN1_STRING* revoked;  // DER of the SEQUENCE OF
  STACK_OF(X509_EXTENSION) * extensions;
};

ASN1_SEQUENCE(CrlAsn1) =
    {
        ASN1_SIMPLE(CrlAsn1, to_be_signed, ASN1_SEQUENCE),
        ASN1_SIMPLE(CrlAsn1, algorithm, X509_ALGOR),
        ASN1_SIMPLE(CrlAsn1, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(CrlAsn1)

        ASN1_SEQUENCE(TbsCrlAsn1) =
            {
                ASN1_OPT(TbsCrlAsn1, version, ASN1_INTEGER),
                ASN1_SIMPLE(TbsCrlAsn1, algorithm, X509_ALGOR),
                ASN1_SIMPLE(TbsCrlAsn1, issuer, X509_NAME),
                ASN1_SIMPLE(TbsCrlAsn1, this_update, ASN1_TIME),
                ASN1_OPT(TbsCrlAsn1, next_update, ASN1_TIME),
                ASN1_OPT(TbsCrlAsn1, revoked, ASN1_SEQUENCE),
                ASN1_EXP_SEQUENCE_OF_OPT(TbsCrlAsn1, extensions, X509_EXTENSION, 0),
} static_ASN1_SEQUENCE_END(TbsCrlAsn1)

                template <typename T, const ASN1_ITEM* (*Item)()>
                struct ItemDeleter {
  void operator()(T* value) const { ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(value), Item()); }
};
using CrlPtr = std::unique_ptr<CrlAsn1, ItemDeleter<CrlAsn1, CrlAsn1_it>>;
using TbsCrlPtr = std::unique_ptr<TbsCrlAsn1, ItemDeleter<TbsCrlAsn1, TbsCrlAsn1_it>>;
using RevokedPtr = crypto::OpenSslPtr<X509_REVOKED, X509_REVOKED_free>;
using IssuingPointPtr = crypto::OpenSslPtr<ISSUING_DIST_POINT, ISSUING_DIST_POINT_free>;
using GeneralNamesPtr = crypto::OpenSslPtr<GENERAL_NAMES, GENERAL_NAMES_free>;

absl::Status Invalid(absl::string_view detail) { return MakeError(Reason::kCrlInvalid, detail); }

// The whole of `der` as one value of the type; null otherwise.
template <typename Ptr>
Ptr Decode(absl::string_view der, const ASN1_ITEM* item) {
  const unsigned char* in = Octets(der);
  Ptr value(reinterpret_cast<typename Ptr::pointer>(
      ASN1_item_d2i(nullptr, &in, static_cast<long>(der.size()), item)));
  return in == Octets(der) + der.size() ? std::move(value) : nullptr;
}

absl::string_view View(const ASN1_STRING* string) {  // no copy of many megabytes
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(ASN1_STRING_length(string))};
}

class ParsedCrl final : public VerifiedCrl {
 public:
  bool IsRevoked(const DistinguishedName& issuer, absl::string_view serial_hex) const override {
    const auto serials = revoked_.find(issuer.canonical());
    return serials != revoked_.end() && serials->second.contains(serial_hex);
  }
  const DistinguishedName& issuer() const override { return *issuer_; }
  int64_t number() const override { return number_; }
  absl::Time this_update() const override { return this_update_; }
  absl::Time next_update() const override { return next_update_; }
  size_t size() const override { return size_; }

  absl::Status Fill(const TbsCrlAsn1& tbs, const Certificate& signer, absl::Time at);

 private:
  absl::Status FillDates(const TbsCrlAsn1& tbs, absl::Time at);
  absl::Status FillExtensions(const STACK_OF(X509_EXTENSION) * extensions);
  absl::Status FillEntries(absl::string_view sequence, const DistinguishedName& crl_issuer);

  absl::flat_hash_map<std::string, absl::flat_hash_set<std::string>> revoked_;  // canonical issuer -> serials
  std::optional<DistinguishedName> issuer_;
  bool indirect_ = false;  // may list certificates of other issuers than its own
  int64_t number_ = 0;
  absl::Time this_update_, next_update_;
  size_t size_ = 0;
};

absl::Status ParsedCrl::FillDates(const TbsCrlAsn1& tbs, absl::Time at) {
  const std::optional<absl::Time> this_update = ParseTime(tbs.this_update);
  const std::optional<absl::Time> next_update = ParseTime(tbs.next_update);
  if (!this_update.has_value() || !next_update.has_value())
    return Invalid("thisUpdate or nextUpdate is missing");
  this_update_ = *this_update;
  next_update_ = *next_update;
  if (this_update_ > at + kCrlClockSkew) return Invalid("thisUpdate lies in the future");
  if (next_update_ < absl::FromUnixSeconds(absl::ToUnixSeconds(at))) {
    return MakeError(Reason::kCrlExpired, absl::StrCat("nextUpdate was ", absl::FormatTime(next_update_)));
  }
  return absl::OkStatus();
}

// Whether it says indirectCRL.
absl::StatusOr<bool> CheckIssuingPoint(const ASN1_OCTET_STRING* value) {
  const auto point = Decode<IssuingPointPtr>(StringOctets(value), ASN1_ITEM_rptr(ISSUING_DIST_POINT));
  if (point == nullptr) return Invalid("issuingDistributionPoint cannot be parsed");
  if (point->onlyuser > 0 || point->onlyCA > 0 || point->onlyattr > 0 || point->onlysomereasons != nullptr) {
    return Invalid("issuingDistributionPoint limits the scope: others could be revoked unseen");
  }
  return point->indirectCRL > 0;
}

absl::Status ParsedCrl::FillExtensions(const STACK_OF(X509_EXTENSION) * extensions) {
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions); ++i) {
    X509_EXTENSION* extension = sk_X509_EXTENSION_value(extensions, i);
    const ASN1_OBJECT* oid = X509_EXTENSION_get_object(extension);
    const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
    if (!seen.insert(ToDer(oid, i2d_ASN1_OBJECT)).second) return Invalid("an extension stands twice");
    if (OBJ_obj2nid(oid) == NID_issuing_distribution_point) {
      STI_ASSIGN_OR_RETURN(const bool indirect, CheckIssuingPoint(value));
      if (indirect && X509_EXTENSION_get_critical(extension) == 0) {
        return Invalid("indirectCRL in an issuingDistributionPoint that is not critical");
      }
      indirect_ = indirect;
    } else if (OBJ_obj2nid(oid) == NID_crl_number) {
      using IntegerPtr = crypto::OpenSslPtr<ASN1_INTEGER, ASN1_INTEGER_free>;
      const auto number = Decode<IntegerPtr>(StringOctets(value), ASN1_ITEM_rptr(ASN1_INTEGER));
      if (number == nullptr || ASN1_INTEGER_get_int64(&number_, number.get()) != 1 || number_ < 0) {
        return Invalid("cRLNumber");
      }
    } else if (X509_EXTENSION_get_critical(extension) != 0 &&
               OBJ_obj2nid(oid) != NID_authority_key_identifier) {
      return Invalid(absl::StrCat("unknown critical extension ", OidText(oid)));  // deltaCRLIndicator too
    }
  }
  return absl::OkStatus();
}

// What an entry's extensions say; no value where they say nothing.
struct EntryExtensions {
  std::optional<std::string> issuer;  // value of certificateIssuer
  bool removed = false;               // reason removeFromCRL
};

absl::StatusOr<EntryExtensions> ReadEntryExtensions(const STACK_OF(X509_EXTENSION) * extensions) {
  EntryExtensions entry;
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions); ++i) {
    X509_EXTENSION* extension = sk_X509_EXTENSION_value(extensions, i);
    const ASN1_OBJECT* oid = X509_EXTENSION_get_object(extension);
    const std::string value = StringOctets(X509_EXTENSION_get_data(extension));
    switch (OBJ_obj2nid(oid)) {
      case NID_certificate_issuer:
        if (entry.issuer.has_value()) return Invalid("certificateIssuer stands twice in an entry");
        entry.issuer = value;
        break;
      case NID_crl_reason:
        entry.removed = value == absl::string_view("\x0A\x01\x08", 3);  // ENUMERATED removeFromCRL
        break;
      case NID_invalidity_date:
        break;
      default:
        if (X509_EXTENSION_get_critical(extension) == 0) break;
        return Invalid(absl::StrCat("unknown critical entry extension ", OidText(oid)));
    }
  }
  return entry;
}

absl::StatusOr<std::string> CanonicalIssuer(absl::string_view certificate_issuer) {
  const auto names = Decode<GeneralNamesPtr>(certificate_issuer, ASN1_ITEM_rptr(GENERAL_NAMES));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DIRNAME) continue;
    const auto issuer = DistinguishedName::ParseDer(ToDer(name->d.directoryName, i2d_X509_NAME));
    if (issuer.ok()) return issuer->canonical();
  }
  return Invalid("certificateIssuer names no directoryName");
}

absl::Status ParsedCrl::FillEntries(absl::string_view sequence, const DistinguishedName& crl_issuer) {
  const unsigned char* in = Octets(sequence);
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  ASN1_get_object(&in, &length, &tag, &tag_class,
                  static_cast<long>(sequence.size()));  // decoded once already
  const unsigned char* const end = in + length;
  std::string last_issuer;  // value of the certificateIssuer that holds; parsed only when it changes
  absl::flat_hash_set<std::string>* serials = &revoked_[crl_issuer.canonical()];
  while (in < end) {
    const RevokedPtr entry(d2i_X509_REVOKED(nullptr, &in, end - in));
    if (entry == nullptr)
      return Invalid(absl::StrCat("an entry cannot be parsed: ", crypto::DrainOpenSslErrors()));
    STI_ASSIGN_OR_RETURN(EntryExtensions said,
                         ReadEntryExtensions(X509_REVOKED_get0_extensions(entry.get())));
    if (said.issuer.has_value() && *said.issuer != last_issuer) {
      last_issuer = *std::move(said.issuer);
      STI_ASSIGN_OR_RETURN(const std::string issuer, CanonicalIssuer(last_issuer));
      if (!indirect_ && issuer != crl_issuer.canonical()) {
        return Invalid("an entry of another issuer, but no indirectCRL");
      }
      serials = &revoked_[issuer];
    }
    std::string serial = IntegerHex(X509_REVOKED_get0_serialNumber(entry.get()));
    if (serial.empty()) return Invalid("serial number of an entry");
    if (!said.removed && serials->insert(std::move(serial)).second) ++size_;
  }
  return absl::OkStatus();
}

absl::Status ParsedCrl::Fill(const TbsCrlAsn1& tbs, const Certificate& signer, absl::Time at) {
  STI_ASSIGN_OR_RETURN(const DistinguishedName issuer,
                       DistinguishedName::ParseDer(ToDer(tbs.issuer, i2d_X509_NAME)));
  if (!(issuer == signer.subject()))
    return Invalid("its issuer is not the subject of the signer's certificate");
  const bool version_2 = tbs.version != nullptr && ASN1_INTEGER_get(tbs.version) == 1;
  if (!version_2 && (tbs.version != nullptr || tbs.extensions != nullptr)) return Invalid("version");
  STI_RETURN_IF_ERROR(FillDates(tbs, at));
  issuer_ = issuer;
  STI_RETURN_IF_ERROR(FillExtensions(tbs.extensions));
  if (tbs.revoked == nullptr) return absl::OkStatus();
  return FillEntries(View(tbs.revoked), issuer);
}

bool IsSignedBy(const CrlAsn1& crl, const Certificate& signer) {
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, crl.algorithm);
  const int algorithm = OBJ_obj2nid(oid);
  if (algorithm != NID_ecdsa_with_SHA256 && algorithm != NID_ecdsa_with_SHA384) return false;
  const crypto::EvpMdCtxPtr context(EVP_MD_CTX_new());
  const EVP_MD* digest = algorithm == NID_ecdsa_with_SHA256 ? EVP_sha256() : EVP_sha384();
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, X509_get0_pubkey(signer.x509())) ==
             1 &&
         EVP_DigestVerify(context.get(), ASN1_STRING_get0_data(crl.signature),
                          static_cast<size_t>(ASN1_STRING_length(crl.signature)),
                          ASN1_STRING_get0_data(crl.to_be_signed),
                          static_cast<size_t>(ASN1_STRING_length(crl.to_be_signed))) == 1;
}

absl::StatusOr<CrlPtr> ParseOuter(absl::string_view crl) {
  std::string der;
  if (absl::StrContains(crl, "-----BEGIN X509 CRL-----")) {
    auto blocks = codec::ParsePem(crl, 1);
    if (!blocks.ok()) return Invalid(blocks.status().message());
    der = std::move(blocks->front().der);
    crl = der;
  }
  auto outer = Decode<CrlPtr>(crl, ASN1_ITEM_rptr(CrlAsn1));
  if (outer == nullptr) return Invalid(absl::StrCat("cannot be parsed: ", crypto::DrainOpenSslErrors()));
  return outer;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const VerifiedCrl>> VerifiedCrl::Verify(
    absl::string_view crl, const std::vector<Certificate>& signer_chain,
    absl::Span<const Certificate> pa_roots, absl::Time at) {
  if (crl.size() > limits::kCrl) return MakeError(Reason::kTooLarge, "the CRL is longer than allowed");
  const absl::Status path = ValidatePath(signer_chain, pa_roots, LeafRole::kCrlSigner, at, nullptr).status();
  if (!path.ok()) {
    return Invalid(absl::StrCat("the signer: ", ReasonName(ReasonOf(path)), ": ", path.message()));
  }
  STI_ASSIGN_OR_RETURN(const CrlPtr outer, ParseOuter(crl));
  if (!pki::IsSignedBy(*outer, signer_chain.front())) {
    crypto::DrainOpenSslErrors();
    return Invalid("its signature is wrong");
  }
  const auto tbs = Decode<TbsCrlPtr>(View(outer->to_be_signed), ASN1_ITEM_rptr(TbsCrlAsn1));
  if (tbs == nullptr) return Invalid(absl::StrCat("cannot be parsed: ", crypto::DrainOpenSslErrors()));
  if (X509_ALGOR_cmp(tbs->algorithm, outer->algorithm) != 0) return Invalid("two signature algorithms");
  auto parsed = std::make_shared<ParsedCrl>();
  const absl::Status filled = parsed->Fill(*tbs, signer_chain.front(), at);
  crypto::DrainOpenSslErrors();
  if (ReasonOf(filled) != Reason::kCertificateMalformed) STI_RETURN_IF_ERROR(filled);
  if (!filled.ok()) return Invalid(filled.message());
  return parsed;
}

}  // namespace sti::pki

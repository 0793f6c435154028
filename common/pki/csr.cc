#include "common/pki/csr.h"

#include <openssl/objects.h>

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"
#include "common/pki/extensions.h"
#include "common/pki/signed_structure.h"

namespace sti::pki {
namespace {

struct ExtensionsDeleter {
  void operator()(STACK_OF(X509_EXTENSION) * list) const {
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
  }
};
using BasicConstraintsPtr = crypto::OpenSslPtr<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;

absl::Status Invalid(absl::string_view detail) { return MakeError(Reason::kCsrInvalid, "csr", detail); }

struct Requested {
  std::optional<TnAuthList> tn_auth_list;
  bool asks_for_ca = false;
  std::optional<ClaimConstraints> claim_constraints;
};

absl::Status ReadConstraints(X509_EXTENSION* extension, bool enhanced, Requested& requested) {
  if (requested.claim_constraints) return Invalid("two kinds of claim constraints (RFC 9118 s6)");
  const absl::StatusOr<ClaimConstraints> constraints =
      ClaimConstraints::ParseDer(StringOctets(X509_EXTENSION_get_data(extension)), enhanced);
  if (!constraints.ok()) return Invalid(constraints.status().message());
  // Such a one counts as absent, which is not what was meant.
  if (constraints->IsEmpty()) return Invalid("claim constraints that exclude iat, orig or dest");
  requested.claim_constraints = *constraints;
  return absl::OkStatus();
}

absl::StatusOr<bool> AsksForCa(X509_EXTENSION* extension) {
  const BasicConstraintsPtr constraints(static_cast<BASIC_CONSTRAINTS*>(X509V3_EXT_d2i(extension)));
  if (constraints == nullptr) return Invalid("BasicConstraints cannot be parsed");
  return constraints->ca != 0;
}

absl::StatusOr<Requested> ReadExtensions(X509_REQ* request) {
  Requested requested;
  const int first = X509_REQ_get_attr_by_NID(request, NID_ext_req, -1);
  if (first < 0) return requested;
  if (X509_REQ_get_attr_by_NID(request, NID_ext_req, first) >= 0)
    return Invalid("extensionRequest stands twice");
  const std::unique_ptr<STACK_OF(X509_EXTENSION), ExtensionsDeleter> list(X509_REQ_get_extensions(request));
  if (list == nullptr) return Invalid("extensionRequest cannot be parsed");
  std::set<std::string> seen;
  for (int i = 0; i < sk_X509_EXTENSION_num(list.get()); ++i) {
    X509_EXTENSION* extension = sk_X509_EXTENSION_value(list.get(), i);
    const ASN1_OBJECT* oid = X509_EXTENSION_get_object(extension);
    if (!seen.insert(ToDer(oid, i2d_ASN1_OBJECT)).second) return Invalid("an extension stands twice");
    if (OidText(oid) == kTnAuthListOid) {
      STI_ASSIGN_OR_RETURN(requested.tn_auth_list,
                           TnAuthList::ParseDer(StringOctets(X509_EXTENSION_get_data(extension))));
    } else if (OBJ_obj2nid(oid) == NID_basic_constraints) {
      STI_ASSIGN_OR_RETURN(requested.asks_for_ca, AsksForCa(extension));
    } else if (const std::string name = OidText(oid);
               name == kJwtClaimConstraintsOid || name == kEnhancedJwtClaimConstraintsOid) {
      STI_RETURN_IF_ERROR(ReadConstraints(extension, name == kEnhancedJwtClaimConstraintsOid, requested));
    }
  }
  return requested;
}

absl::StatusOr<Csr> Read(X509_REQ* request) {
  if (X509_REQ_get_version(request) != X509_REQ_VERSION_1) return Invalid("version");
  const absl::StatusOr<DistinguishedName> subject =
      DistinguishedName::ParseDer(ToDer(X509_REQ_get_subject_name(request), i2d_X509_NAME));
  if (!subject.ok()) return Invalid(subject.status().message());
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request);
  if (key == nullptr) return MakeError(Reason::kKeyInvalid, "csr", "the public key cannot be used");
  STI_ASSIGN_OR_RETURN(crypto::VerifyingKey public_key, crypto::VerifyingKey::FromEvp(key));
  const int algorithm = X509_REQ_get_signature_nid(request);
  if (algorithm != NID_ecdsa_with_SHA256 && algorithm != NID_ecdsa_with_SHA384) {
    return Invalid("not signed by ECDSA with SHA-256 or SHA-384");
  }
  if (X509_REQ_verify(request, key) != 1) return Invalid("its signature is wrong");
  STI_ASSIGN_OR_RETURN(Requested requested, ReadExtensions(request));
  return Csr{*subject, std::move(public_key), std::move(requested.tn_auth_list), requested.asks_for_ca,
             std::move(requested.claim_constraints)};
}

}  // namespace

absl::StatusOr<Csr> Csr::ParseDer(absl::string_view der) {
  if (der.size() > limits::kCsr) return MakeError(Reason::kTooLarge, "csr", "longer than allowed");
  const unsigned char* in = Octets(der);
  const crypto::X509ReqPtr request(d2i_X509_REQ(nullptr, &in, static_cast<long>(der.size())));
  if (request == nullptr) return Invalid(absl::StrCat("cannot be parsed: ", crypto::DrainOpenSslErrors()));
  if (in != Octets(der) + der.size()) return Invalid("octets after the end");
  absl::StatusOr<Csr> csr = Read(request.get());
  crypto::DrainOpenSslErrors();
  return csr;
}

absl::StatusOr<std::string> BuildCsr(const DistinguishedName& subject,
                                     const std::optional<TnAuthList>& tn_auth_list,
                                     const crypto::Signer& key) {
  const crypto::X509ReqPtr request(X509_REQ_new());
  const unsigned char* in = Octets(subject.der());
  const crypto::X509NamePtr name(d2i_X509_NAME(nullptr, &in, static_cast<long>(subject.der().size())));
  bool done = X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
              X509_REQ_set_subject_name(request.get(), name.get()) == 1 &&
              X509_REQ_set_pubkey(request.get(), key.public_key().evp()) == 1;
  if (tn_auth_list.has_value()) {
    ExtensionList extensions;
    extensions.AddTnAuthList(tn_auth_list->der());
    STI_RETURN_IF_ERROR(extensions.status());
    done = done && X509_REQ_add_extensions(request.get(), extensions.get()) == 1;
  }
  if (!done) return MakeError(Reason::kInternal, crypto::DrainOpenSslErrors());
  return SignStructure(request.get(), X509_REQ_sign, i2d_re_X509_REQ_tbs, key);
}

}  // namespace sti::pki

#include "common/stir/trust_list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"

namespace sti::stir {
namespace {

using codec::JsonValue;

absl::Status Invalid(absl::string_view field, absl::string_view what) {
  return MakeError(Reason::kTrustListInvalid, field, what);
}

absl::StatusOr<int64_t> IntegerMember(const JsonValue& payload, absl::string_view name) {
  const JsonValue* value = payload.Find(name);
  if (value == nullptr || !value->is_int() || *value->if_int() < 0)
    return Invalid(name, "not a natural number");
  return *value->if_int();
}

absl::StatusOr<pki::Certificate> ParseRoot(const std::string& field, const JsonValue& entry) {
  if (!entry.is_string()) return Invalid(field, "not a string");
  absl::StatusOr<pki::Certificate> root = pki::Certificate::ParsePem(*entry.if_string());
  if (!root.ok()) return Invalid(field, root.status().message());
  if (!root->is_ca() || !root->may_sign_certificates()) return Invalid(field, "not a CA certificate");
  if (!root->IsSelfIssued() || !root->IsSignedBy(*root)) return Invalid(field, "not self-signed");
  return root;
}

absl::Status ReadRoots(const JsonValue& payload, std::vector<pki::Certificate>& out) {
  const JsonValue* member = payload.Find("trustList");
  const codec::JsonArray* entries = member == nullptr ? nullptr : member->if_array();
  if (entries == nullptr) return Invalid("trustList", "not an array");
  if (entries->size() > limits::kTrustListAnchors) return Invalid("trustList", "more entries than the limit");
  out.reserve(entries->size());
  for (size_t i = 0; i < entries->size(); ++i) {
    STI_ASSIGN_OR_RETURN(pki::Certificate root, ParseRoot(absl::StrCat("trustList[", i, "]"), (*entries)[i]));
    out.push_back(std::move(root));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> SignTrustList(const TrustList& list,
                                          const std::vector<pki::Certificate>& signer_chain,
                                          const crypto::Signer& signer, const SignerNaming& naming) {
  codec::JsonArray roots;
  roots.reserve(list.roots.size());
  for (const pki::Certificate& root : list.roots) roots.emplace_back(root.Pem());
  const JsonValue payload(codec::JsonObject{{"exp", absl::ToUnixSeconds(list.expires)},
                                            {"sequence", list.sequence},
                                            {"trustList", std::move(roots)},
                                            {"version", list.version}});
  return SignPaDocument(payload, signer_chain, signer, naming);
}

absl::StatusOr<TrustList> VerifyTrustList(absl::string_view jws, absl::Span<const pki::Certificate> pa_roots,
                                          const SignerChainSource* sources, int64_t min_sequence,
                                          absl::Time now) {
  constexpr PaDocumentReasons kReasons{Reason::kTrustListInvalid, Reason::kTrustListInvalid,
                                       Reason::kTrustListInvalid};
  STI_ASSIGN_OR_RETURN(const JsonValue payload,
                       VerifyPaDocument(jws, limits::kTrustList, pa_roots, sources, now, kReasons));
  TrustList list;
  const JsonValue* version = payload.Find("version");
  if (version == nullptr || !version->is_string()) return Invalid("version", "not a string");
  list.version = *version->if_string();
  STI_ASSIGN_OR_RETURN(const int64_t exp, IntegerMember(payload, "exp"));
  list.expires = absl::FromUnixSeconds(exp);
  if (now >= list.expires) return MakeError(Reason::kTrustListExpired, "exp", "has expired");
  STI_ASSIGN_OR_RETURN(list.sequence, IntegerMember(payload, "sequence"));
  if (list.sequence < min_sequence) {
    return MakeError(Reason::kTrustListRollback, "sequence",
                     absl::StrCat("is ", list.sequence, ", at least ", min_sequence, " was accepted before"));
  }
  STI_RETURN_IF_ERROR(ReadRoots(payload, list.roots));
  return list;
}

}  // namespace sti::stir

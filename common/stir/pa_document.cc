#include "common/stir/pa_document.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/status_macros.h"
#include "common/codec/base64url.h"
#include "common/jose/jws.h"
#include "common/pki/chain_verifier.h"

namespace sti::stir {
namespace {

using codec::JsonValue;

// RFC 7515 s4.1.6: base64, not base64url, of DER.
absl::StatusOr<std::vector<pki::Certificate>> ParseX5c(const JsonValue& x5c) {
  const codec::JsonArray* entries = x5c.if_array();
  if (entries == nullptr || entries->empty() || entries->size() > limits::kChainCertificates) {
    return MakeError(Reason::kInvalidField, "x5c", "not an array of certificates within the limit");
  }
  std::vector<pki::Certificate> chain;
  for (const JsonValue& entry : *entries) {
    if (!entry.is_string()) return MakeError(Reason::kInvalidField, "x5c", "an entry is no string");
    STI_ASSIGN_OR_RETURN(const std::string der, codec::Base64Decode(*entry.if_string()));
    STI_ASSIGN_OR_RETURN(pki::Certificate certificate, pki::Certificate::ParseDer(der));
    chain.push_back(std::move(certificate));
  }
  return chain;
}

absl::Status CheckHeader(const JsonValue& header, Reason malformed) {
  const JsonValue* alg = header.Find("alg");
  if (alg == nullptr || !alg->is_string() || *alg->if_string() != "ES256") {
    return MakeError(malformed, "alg", "not ES256");
  }
  // A PASSporT must not pass for a token: its typ differs.
  const JsonValue* typ = header.Find("typ");
  if (typ != nullptr && (!typ->is_string() || !absl::EqualsIgnoreCase(*typ->if_string(), "JWT"))) {
    return MakeError(malformed, "typ", "not JWT");
  }
  if (header.Find("crit") != nullptr) return MakeError(malformed, "crit", "unknown critical member");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<pki::Certificate>> SignerChain(const JsonValue& header,
                                                          const SignerChainSource* sources,
                                                          const PaDocumentReasons& reasons) {
  if (const JsonValue* x5c = header.Find("x5c"); x5c != nullptr) {
    absl::StatusOr<std::vector<pki::Certificate>> chain = ParseX5c(*x5c);
    if (!chain.ok()) return MakeError(reasons.malformed, "x5c", chain.status().message());
    return chain;
  }
  const JsonValue* x5u = header.Find("x5u");
  if (x5u == nullptr) return MakeError(reasons.malformed, "x5c", "neither x5c nor x5u");
  if (!x5u->is_string()) return MakeError(reasons.malformed, "x5u", "no string");
  std::optional<std::vector<pki::Certificate>> chain;
  if (sources != nullptr) chain = sources->ChainOf(*x5u->if_string());
  if (!chain || chain->empty())
    return MakeError(reasons.untrusted, "x5u", "not the URL of a configured STI-PA");
  return *std::move(chain);
}

}  // namespace

absl::StatusOr<std::string> SignPaDocument(const JsonValue& payload,
                                           const std::vector<pki::Certificate>& signer_chain,
                                           const crypto::Signer& signer, const SignerNaming& naming) {
  if (signer_chain.empty()) return MakeError(Reason::kMissingField, "signer_chain", "empty");
  if (!naming.x5c && naming.x5u.empty()) {
    return MakeError(Reason::kMissingField, "x5u", "nobody could find the signer's certificate");
  }
  STI_ASSIGN_OR_RETURN(const crypto::VerifyingKey key, signer_chain.front().Es256Key());
  if (!(key == signer.public_key())) {
    return MakeError(Reason::kKeyMismatch, "signer_chain", "the first certificate is of another key");
  }
  codec::JsonArray x5c;
  for (const pki::Certificate& certificate : signer_chain) {
    if (certificate.is_ca() && certificate.IsSelfIssued()) continue;  // the verifier has its own root
    x5c.emplace_back(codec::Base64Encode(certificate.der()));
  }
  codec::JsonObject header{{"alg", "ES256"}, {"typ", "JWT"}};
  if (naming.x5c) header.emplace_back("x5c", std::move(x5c));
  if (!naming.x5u.empty()) header.emplace_back("x5u", naming.x5u);
  return jose::SignJws(codec::CanonicalJson(JsonValue(std::move(header))), codec::CanonicalJson(payload),
                       signer);
}

absl::StatusOr<JsonValue> VerifyPaDocument(absl::string_view text, size_t max_size,
                                           absl::Span<const pki::Certificate> pa_roots,
                                           const SignerChainSource* sources, absl::Time now,
                                           const PaDocumentReasons& reasons) {
  if (text.size() > max_size)
    return MakeError(Reason::kTooLarge, absl::StrCat("more than ", max_size, " octets"));
  const absl::StatusOr<jose::ParsedJws> jws = jose::ParseJws(text, max_size);
  if (!jws.ok()) return MakeError(reasons.malformed, jws.status().message());
  STI_RETURN_IF_ERROR(CheckHeader(jws->header, reasons.malformed));
  STI_ASSIGN_OR_RETURN(std::vector<pki::Certificate> certificates,
                       SignerChain(jws->header, sources, reasons));
  const absl::StatusOr<pki::CertificateChain> chain =
      pki::CertificateChain::FromCertificates(std::move(certificates));
  if (!chain.ok()) return MakeError(reasons.malformed, chain.status().message());
  const absl::Status trusted =
      pki::VerifyChain(*chain, pki::TrustAnchors({pa_roots.begin(), pa_roots.end()}), nullptr,
                       pki::ChainPolicy{pki::LeafRole::kDocumentSigner}, now);
  if (!trusted.ok()) return MakeError(reasons.untrusted, trusted.message());
  const absl::StatusOr<crypto::VerifyingKey> key = chain->leaf().Es256Key();
  if (!key.ok()) return MakeError(reasons.untrusted, key.status().message());
  const absl::Status signature = jose::VerifyJws(*jws, *key);
  if (!signature.ok()) return MakeError(reasons.signature, signature.message());
  absl::StatusOr<JsonValue> payload = codec::ParseJson(jws->payload, max_size);
  if (!payload.ok()) return MakeError(reasons.malformed, payload.status().message());
  if (!payload->is_object()) return MakeError(reasons.malformed, "the payload is no JSON object");
  return payload;
}

}  // namespace sti::stir

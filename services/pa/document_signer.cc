#include "services/pa/document_signer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/signer_source.h"
#include "common/daemon/files.h"
#include "services/pa/pa_schema.h"

namespace sti::pa {
namespace {

absl::Status BadFile(absl::string_view field, const std::string& file, const absl::Status& why) {
  return MakeError(Reason::kConfigInvalid, field,
                   absl::StrCat(file, ": ", ReasonName(ReasonOf(why)), ": ", why.message()));
}

// The verifier has its own.
std::vector<pki::Certificate> WithoutRoot(std::vector<pki::Certificate> chain) {
  if (chain.size() > 1 && chain.back().IsSelfIssued()) chain.pop_back();
  return chain;
}

}  // namespace

bool DocumentSigner::IsValidAt(absl::Time time) const {
  return certificate().not_before() <= time && time <= certificate().not_after();
}

absl::Time DocumentSigner::ExpiryFrom(absl::Time now, absl::Duration lifetime) const {
  return WholeSeconds(std::min(now + lifetime, certificate().not_after()));
}

absl::StatusOr<pki::Certificate> LoadCertificate(const std::string& file, absl::string_view field) {
  const absl::StatusOr<std::string> text = daemon::ReadFile(file, limits::kChainBody);
  if (!text.ok()) return BadFile(field, file, text.status());
  absl::StatusOr<pki::Certificate> certificate = pki::Certificate::ParsePem(*text);
  if (!certificate.ok()) return BadFile(field, file, certificate.status());
  return certificate;
}

absl::StatusOr<DocumentSigner> LoadDocumentSigner(const std::string& certificate_file,
                                                  const std::string& key_file, const pki::Certificate& root,
                                                  pki::LeafRole role, absl::string_view purpose,
                                                  absl::Time now) {
  const std::string certificate_field = absl::StrCat(purpose, "_certificate_file");
  const std::string key_field = absl::StrCat(purpose, "_key_file");
  const absl::StatusOr<std::string> text = daemon::ReadFile(certificate_file, limits::kChainBody);
  if (!text.ok()) return BadFile(certificate_field, certificate_file, text.status());
  const absl::StatusOr<pki::CertificateChain> chain = pki::CertificateChain::Parse(*text);
  if (!chain.ok()) return BadFile(certificate_field, certificate_file, chain.status());

  absl::StatusOr<std::shared_ptr<const crypto::Signer>> key = crypto::LoadSigner(key_file);
  if (!key.ok()) return PrefixField(key_field, key.status());
  const absl::StatusOr<crypto::VerifyingKey> certified = chain->leaf().Es256Key();
  if (!certified.ok()) return BadFile(certificate_field, certificate_file, certified.status());
  if (!(*certified == (*key)->public_key())) {
    return MakeError(Reason::kKeyMismatch, key_field,
                     absl::StrCat(key_file, " is not the key of the certificate in ", certificate_file));
  }

  const absl::Status verified =
      pki::VerifyChain(*chain, pki::TrustAnchors({root}), nullptr, pki::ChainPolicy{role}, now);
  if (!verified.ok()) return BadFile(certificate_field, certificate_file, verified);
  return DocumentSigner{WithoutRoot(chain->certificates()), std::move(*key)};
}

absl::StatusOr<std::vector<pki::Certificate>> LoadSignerChain(const std::string& file,
                                                              const pki::Certificate& root,
                                                              absl::string_view field, absl::Time now) {
  const absl::StatusOr<std::string> text = daemon::ReadFile(file, limits::kChainBody);
  if (!text.ok()) return BadFile(field, file, text.status());
  const absl::StatusOr<pki::CertificateChain> chain = pki::CertificateChain::Parse(*text);
  if (!chain.ok()) return BadFile(field, file, chain.status());
  const absl::Time at = std::clamp(now, chain->leaf().not_before(), chain->leaf().not_after());
  const pki::TrustAnchors anchors({root});
  const auto verify = [&](pki::LeafRole role) {
    return pki::VerifyChain(*chain, anchors, nullptr, pki::ChainPolicy{role}, at);
  };
  const absl::Status verified = verify(pki::LeafRole::kDocumentSigner);
  if (!verified.ok() && !verify(pki::LeafRole::kCrlSigner).ok()) return BadFile(field, file, verified);
  return WithoutRoot(chain->certificates());
}

}  // namespace sti::pa

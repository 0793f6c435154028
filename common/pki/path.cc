#include "common/pki/path.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"

namespace sti::pki {
namespace {

absl::Status Defect(Reason reason, const Certificate& certificate, absl::string_view detail) {
  return MakeError(reason, absl::StrCat(certificate.subject().Text(), ": ", detail));
}

absl::Status CheckLeafRole(const Certificate& leaf, LeafRole role) {
  if (role == LeafRole::kCrlSigner) {
    if (!leaf.may_sign_crls()) return Defect(Reason::kCertificateNotLeaf, leaf, "KeyUsage lacks cRLSign");
  } else {
    if (leaf.is_ca()) return Defect(Reason::kCertificateNotLeaf, leaf, "a CA may not sign this");
    if (!leaf.may_sign_data())
      return Defect(Reason::kCertificateNotLeaf, leaf, "KeyUsage lacks digitalSignature");
  }
  if (role == LeafRole::kShakenSigner) {
    if (leaf.tn_auth_list().has_value()) return absl::OkStatus();
    return Defect(Reason::kTnAuthListMissing, leaf, "no TNAuthList");
  }
  // The STI-PA's own signers: neither a TLS certificate nor a provider's may pass for one.
  if (leaf.has_narrow_extended_key_usage() || leaf.tn_auth_list().has_value()) {
    return Defect(Reason::kCertificateNotLeaf, leaf, "made for another purpose");
  }
  return absl::OkStatus();
}

absl::Status CheckKey(const Certificate& certificate, bool p384_allowed) {
  if (certificate.is_p256() || (p384_allowed && certificate.is_p384())) return absl::OkStatus();
  return Defect(Reason::kCertificateKeyUnsupported, certificate,
                p384_allowed ? "not P-256 or P-384" : "not P-256");
}

absl::Status CheckExtensionsAndTime(const Certificate& certificate, absl::Time at) {
  if (certificate.has_unknown_critical_extension()) {
    return Defect(Reason::kCertificateCriticalExtension, certificate, "unknown critical extension");
  }
  if (at < certificate.not_before())
    return Defect(Reason::kCertificateNotYetValid, certificate, "not valid yet");
  if (at > certificate.not_after()) return Defect(Reason::kCertificateExpired, certificate, "expired");
  return absl::OkStatus();
}

absl::Status CheckCa(const Certificate& ca) {
  STI_RETURN_IF_ERROR(CheckKey(ca, /*p384_allowed=*/true));
  if (!ca.is_ca()) return Defect(Reason::kCertificateNotCa, ca, "BasicConstraints without CA:TRUE");
  if (!ca.may_sign_certificates()) return Defect(Reason::kCertificateNotCa, ca, "KeyUsage lacks keyCertSign");
  return absl::OkStatus();
}

// `cas_below` stand between the leaf and `ca`. Self-issued ones do not count (RFC 5280 s4.2.1.9).
absl::Status CheckPathLength(const Certificate& ca, absl::Span<const Certificate> cas_below) {
  if (!ca.path_length().has_value()) return absl::OkStatus();
  const auto counted = std::count_if(cas_below.begin(), cas_below.end(),
                                     [](const Certificate& below) { return !below.IsSelfIssued(); });
  if (counted <= *ca.path_length()) return absl::OkStatus();
  return Defect(Reason::kCertificatePathTooLong, ca, "more CAs below than pathLenConstraint allows");
}

// Names and, where both sides have them, key identifiers.
bool NamesAsIssuer(const Certificate& certificate, const Certificate& issuer) {
  return certificate.issuer() == issuer.subject() &&
         (certificate.authority_key_id().empty() || issuer.subject_key_id().empty() ||
          certificate.authority_key_id() == issuer.subject_key_id());
}

absl::Status CheckSignature(const Certificate& certificate, const Certificate& issuer) {
  // An issuer with an unusable key is its own defect, not one of the signature.
  STI_RETURN_IF_ERROR(CheckKey(issuer, /*p384_allowed=*/true));
  if (certificate.IsSignedBy(issuer)) return absl::OkStatus();
  return Defect(
      Reason::kCertificateSignatureInvalid, certificate,
      absl::StrCat("not signed by ", issuer.subject().Text(), " with ECDSA and SHA-256 or SHA-384"));
}

absl::Status CheckAnchor(const Certificate& root, absl::Span<const Certificate> path, absl::Time at) {
  STI_RETURN_IF_ERROR(CheckSignature(path.back(), root));
  STI_RETURN_IF_ERROR(CheckCa(root));
  STI_RETURN_IF_ERROR(CheckPathLength(root, path.subspan(1)));
  return CheckExtensionsAndTime(root, at);
}

// Several roots share a name while a CA changes its key or renews its root: one that fits is enough.
absl::StatusOr<Certificate> FindAnchor(absl::Span<const Certificate> path,
                                       absl::Span<const Certificate> anchors, absl::Time at) {
  absl::Status defect =
      Defect(Reason::kCertificateUntrusted, path.back(), "its issuer is not among the trusted roots");
  for (const Certificate& root : anchors) {
    if (!NamesAsIssuer(path.back(), root)) continue;
    defect = CheckAnchor(root, path, at);
    if (defect.ok()) return root;
  }
  return defect;
}

}  // namespace

absl::StatusOr<std::vector<Certificate>> ValidatePath(absl::Span<const Certificate> chain,
                                                      absl::Span<const Certificate> anchors, LeafRole role,
                                                      absl::Time at, const ExtraCheck& extra) {
  if (chain.empty()) return MakeError(Reason::kCertificateMalformed, "no certificate");
  at = absl::FromUnixSeconds(absl::ToUnixSeconds(at));
  const Certificate& leaf = chain.front();
  const bool anchor_delivered = std::any_of(anchors.begin(), anchors.end(), [&](const Certificate& root) {
    return root.der() == chain.back().der();
  });
  const absl::Span<const Certificate> path = chain.first(chain.size() - (anchor_delivered ? 1 : 0));
  if (path.empty() && role != LeafRole::kCrlSigner) {
    return Defect(Reason::kCertificateNotLeaf, leaf, "a trusted root is no signer");
  }
  STI_RETURN_IF_ERROR(CheckKey(leaf, /*p384_allowed=*/role == LeafRole::kCrlSigner));
  STI_RETURN_IF_ERROR(CheckLeafRole(leaf, role));
  if (path.empty()) {
    STI_RETURN_IF_ERROR(CheckExtensionsAndTime(leaf, at));
    return std::vector<Certificate>{leaf};
  }
  for (size_t i = 0; i < path.size(); ++i) {
    const Certificate& certificate = path[i];
    if (i > 0) {
      STI_RETURN_IF_ERROR(CheckCa(certificate));
      STI_RETURN_IF_ERROR(CheckPathLength(certificate, path.subspan(1, i - 1)));
    }
    STI_RETURN_IF_ERROR(CheckExtensionsAndTime(certificate, at));
    if (extra) STI_RETURN_IF_ERROR(extra(certificate));
    if (i + 1 == path.size()) break;
    if (!NamesAsIssuer(certificate, path[i + 1])) {
      return Defect(Reason::kCertificateUntrusted, certificate, "the certificate after it is not its issuer");
    }
    STI_RETURN_IF_ERROR(CheckSignature(certificate, path[i + 1]));
  }
  STI_ASSIGN_OR_RETURN(Certificate anchor, FindAnchor(path, anchors, at));
  std::vector<Certificate> validated(path.begin(), path.end());
  validated.push_back(std::move(anchor));
  return validated;
}

}  // namespace sti::pki

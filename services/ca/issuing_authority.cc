#include "services/ca/issuing_authority.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/signer_source.h"
#include "common/daemon/files.h"

namespace sti::ca {
namespace {

constexpr char kIssuingField[] = "issuing_certificate_file";
constexpr char kKeyField[] = "issuing_key_file";

absl::Status BadFile(absl::string_view field, const std::string& file, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, field, absl::StrCat(file, ": ", why));
}

bool ValidAt(const pki::Certificate& certificate, absl::Time time) {
  return certificate.not_before() <= time && time <= certificate.not_after();
}

absl::StatusOr<pki::Certificate> LoadAnyRoot(const std::string& file, absl::string_view field) {
  STI_ASSIGN_OR_RETURN(pki::Certificate root, LoadCertificate(file, field));
  if (!root.IsSelfIssued() || !root.IsSignedBy(root)) return BadFile(field, file, "not self-signed");
  if (!root.is_ca() || !root.may_sign_certificates()) return BadFile(field, file, "no CA certificate");
  return root;
}

absl::StatusOr<pki::Certificate> LoadRoot(const std::string& file, absl::string_view field, absl::Time now) {
  STI_ASSIGN_OR_RETURN(pki::Certificate root, LoadAnyRoot(file, field));
  if (!ValidAt(root, now)) return BadFile(field, file, "not valid now");
  return root;
}

absl::Status CheckTime(const pki::Certificate& issuing, const std::string& file, absl::Time now) {
  if (now < issuing.not_before()) return BadFile(kIssuingField, file, "its notBefore lies in the future");
  if (now > issuing.not_after()) return BadFile(kIssuingField, file, "it has expired");
  return absl::OkStatus();
}

// `path`: the issuing certificate and what lies between it and the root.
absl::Status CheckPath(const std::vector<pki::Certificate>& path, const pki::Certificate& root,
                       absl::string_view field, const std::string& file) {
  for (size_t i = 0; i < path.size(); ++i) {
    const bool last = i + 1 == path.size();
    const pki::Certificate& parent = last ? root : path[i + 1];
    if (!path[i].is_ca() || !path[i].may_sign_certificates()) {
      return BadFile(field, file, "no CA certificate: CA:TRUE and keyCertSign are needed");
    }
    if (!(path[i].issuer() == parent.subject()) || !path[i].IsSignedBy(parent)) {
      return BadFile(field, file,
                     last ? "not signed by the root in root_certificate_file" : "not signed by the next one");
    }
    // It counts the CAs below: this one and what is below this one.
    if (parent.path_length() && *parent.path_length() <= static_cast<int>(i)) {
      return BadFile(field, file, absl::StrCat("pathLenConstraint of ", parent.subject().Text()));
    }
    if (parent.tn_auth_list() &&
        !(path[i].tn_auth_list() &&
          parent.tn_auth_list()->Encompasses(*path[i].tn_auth_list(), pki::SpcScope::kNumbers))) {
      return BadFile(field, file, "its TNAuthList goes beyond that of the CA above");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<pki::Certificate>> LoadPath(const std::string& file, absl::string_view field,
                                                       const pki::Certificate& root) {
  const absl::StatusOr<std::string> text = daemon::ReadFile(file, limits::kChainBody);
  if (!text.ok()) return BadFile(field, file, text.status().message());
  const absl::StatusOr<pki::CertificateChain> chain = pki::CertificateChain::Parse(*text);
  if (!chain.ok()) return BadFile(field, file, chain.status().message());
  STI_RETURN_IF_ERROR(CheckPath(chain->certificates(), root, field, file));
  return chain->certificates();
}

absl::Status CheckKeyOf(const pki::Certificate& issuing, const crypto::Signer& key, absl::string_view field,
                        const std::string& key_file, const std::string& file) {
  const absl::StatusOr<crypto::VerifyingKey> certified = issuing.Es256Key();
  if (!certified.ok()) return BadFile(kIssuingField, file, certified.status().message());
  if (*certified == key.public_key()) return absl::OkStatus();
  return MakeError(Reason::kKeyMismatch, field,
                   absl::StrCat(key_file, " is not the key of the certificate in ", file));
}

// Its times do not matter: it does not sign.
absl::StatusOr<OtherIssuer> LoadOther(const OtherIssuerFiles& files, const std::string& prefix) {
  const std::string root_field = absl::StrCat(prefix, ".root_certificate_file");
  STI_ASSIGN_OR_RETURN(pki::Certificate root, LoadCertificate(files.root_certificate, root_field));
  if (!root.IsSelfIssued() || !root.IsSignedBy(root)) {
    return BadFile(root_field, files.root_certificate, "not self-signed");
  }
  STI_ASSIGN_OR_RETURN(const std::vector<pki::Certificate> path,
                       LoadPath(files.certificate, absl::StrCat(prefix, ".certificate_file"), root));
  if (!files.key.empty()) {
    const std::string key_field = absl::StrCat(prefix, ".key_file");
    const auto key = crypto::LoadSigner(files.key);
    if (!key.ok()) return PrefixField(key_field, key.status());
    STI_RETURN_IF_ERROR(CheckKeyOf(path.front(), **key, key_field, files.key, files.certificate));
  }
  return OtherIssuer{path.front(), std::move(root)};
}

// While a root is exchanged one of the two may not have begun, or have ended; paths to it fail then.
absl::StatusOr<std::vector<pki::Certificate>> LoadPaRoots(const AuthorityFiles& files, absl::Time now) {
  std::vector<pki::Certificate> roots;
  STI_ASSIGN_OR_RETURN(pki::Certificate first, LoadRoot(files.pa_root, "pa_root_file", now));
  roots.push_back(std::move(first));
  for (size_t i = 0; i < files.more_pa_roots.size(); ++i) {
    STI_ASSIGN_OR_RETURN(pki::Certificate more,
                         LoadAnyRoot(files.more_pa_roots[i], absl::StrCat("more_pa_root_files[", i, "]")));
    roots.push_back(std::move(more));
  }
  return roots;
}

}  // namespace

std::vector<pki::Certificate> IssuingAuthority::Own() const {
  std::vector<pki::Certificate> own = {issuing, root};
  own.insert(own.end(), pa_roots.begin(), pa_roots.end());
  own.insert(own.end(), above.begin(), above.end());
  for (const OtherIssuer& other : others) own.insert(own.end(), {other.issuing, other.root});
  return own;
}

bool IssuingAuthority::IsIssuersKeyId(absl::string_view key_id) const {
  return key_id == issuing.subject_key_id() ||
         std::any_of(others.begin(), others.end(),
                     [key_id](const OtherIssuer& other) { return other.issuing.subject_key_id() == key_id; });
}

bool IssuingAuthority::IsValidAt(absl::Time time) const {
  return ValidAt(issuing, time) && ValidAt(root, time) &&
         std::all_of(above.begin(), above.end(),
                     [time](const pki::Certificate& certificate) { return ValidAt(certificate, time); });
}

absl::StatusOr<pki::Certificate> LoadCertificate(const std::string& file, absl::string_view field) {
  const absl::StatusOr<std::string> text = daemon::ReadFile(file, limits::kChainBody);
  if (!text.ok()) return BadFile(field, file, text.status().message());
  absl::StatusOr<pki::Certificate> certificate = pki::Certificate::ParsePem(*text);
  if (!certificate.ok()) return BadFile(field, file, certificate.status().message());
  return certificate;
}

absl::StatusOr<IssuingAuthority> LoadIssuingAuthority(const AuthorityFiles& files, absl::Time now) {
  STI_ASSIGN_OR_RETURN(pki::Certificate root, LoadRoot(files.root_certificate, "root_certificate_file", now));
  STI_ASSIGN_OR_RETURN(std::vector<pki::Certificate> pa_roots, LoadPaRoots(files, now));
  STI_ASSIGN_OR_RETURN(std::vector<pki::Certificate> path,
                       LoadPath(files.issuing_certificate, kIssuingField, root));
  pki::Certificate issuing = path.front();
  path.erase(path.begin());
  STI_RETURN_IF_ERROR(CheckTime(issuing, files.issuing_certificate, now));
  const auto key = crypto::LoadSigner(files.issuing_key);
  if (!key.ok()) return PrefixField(kKeyField, key.status());
  STI_RETURN_IF_ERROR(CheckKeyOf(issuing, **key, kKeyField, files.issuing_key, files.issuing_certificate));
  std::vector<OtherIssuer> others;
  for (size_t i = 0; i < files.others.size(); ++i) {
    STI_ASSIGN_OR_RETURN(OtherIssuer other,
                         LoadOther(files.others[i], absl::StrCat("other_issuers[", i, "]")));
    others.push_back(std::move(other));
  }
  return IssuingAuthority{std::move(issuing), *key, std::move(root), std::move(pa_roots), std::move(path),
                          std::move(others)};
}

}  // namespace sti::ca

#include "services/ca/issuing_authority.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
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

absl::StatusOr<pki::Certificate> LoadRoot(const std::string& file, absl::string_view field, absl::Time now) {
  STI_ASSIGN_OR_RETURN(pki::Certificate root, LoadCertificate(file, field));
  if (!root.IsSelfIssued() || !root.IsSignedBy(root)) return BadFile(field, file, "not self-signed");
  if (!root.is_ca() || !root.may_sign_certificates()) return BadFile(field, file, "no CA certificate");
  if (!ValidAt(root, now)) return BadFile(field, file, "not valid now");
  return root;
}

absl::Status CheckIssuing(const pki::Certificate& issuing, const pki::Certificate& root,
                          const std::string& file, absl::Time now) {
  if (!issuing.is_ca() || !issuing.may_sign_certificates()) {
    return BadFile(kIssuingField, file, "no CA certificate: CA:TRUE and keyCertSign are needed");
  }
  if (!(issuing.issuer() == root.subject()) || !issuing.IsSignedBy(root)) {
    return BadFile(kIssuingField, file, "not signed by the root in root_certificate_file");
  }
  if (now < issuing.not_before()) return BadFile(kIssuingField, file, "its notBefore lies in the future");
  if (now > issuing.not_after()) return BadFile(kIssuingField, file, "it has expired");
  return absl::OkStatus();
}

}  // namespace

bool IssuingAuthority::IsValidAt(absl::Time time) const {
  return ValidAt(issuing, time) && ValidAt(root, time);
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
  STI_ASSIGN_OR_RETURN(pki::Certificate pa_root, LoadRoot(files.pa_root, "pa_root_file", now));
  STI_ASSIGN_OR_RETURN(pki::Certificate issuing, LoadCertificate(files.issuing_certificate, kIssuingField));
  STI_RETURN_IF_ERROR(CheckIssuing(issuing, root, files.issuing_certificate, now));
  const absl::StatusOr<crypto::VerifyingKey> certified = issuing.Es256Key();
  if (!certified.ok()) return BadFile(kIssuingField, files.issuing_certificate, certified.status().message());

  absl::StatusOr<std::shared_ptr<const crypto::SigningKey>> key =
      crypto::LoadPrivateKeyFile(files.issuing_key);
  if (!key.ok()) return PrefixField(kKeyField, key.status());
  if (!(*certified == (*key)->public_key())) {
    return MakeError(
        Reason::kKeyMismatch, kKeyField,
        absl::StrCat(files.issuing_key, " is not the key of the certificate in ", files.issuing_certificate));
  }
  return IssuingAuthority{std::move(issuing), *std::move(key), std::move(root), std::move(pa_root)};
}

}  // namespace sti::ca

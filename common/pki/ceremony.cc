#include "common/pki/ceremony.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/certificate_builder.h"

namespace sti::pki {
namespace {

absl::Status CheckCommonName(const SubjectFields& name, absl::string_view word) {
  if (absl::StrContains(absl::AsciiStrToUpper(name.common_name), word)) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "common_name",
                   absl::StrCat("\"", name.common_name, "\" does not contain the word ", word));
}

absl::Status CheckWithin(const Validity& validity, const Certificate& issuer) {
  if (validity.not_before < issuer.not_before()) {
    return MakeError(Reason::kInvalidField, "not_before", "earlier than the issuer's notBefore");
  }
  if (validity.not_after > issuer.not_after()) {
    return MakeError(
        Reason::kInvalidField, "not_after",
        absl::StrCat("later than the issuer's notAfter, ",
                     absl::FormatTime(absl::RFC3339_sec, issuer.not_after(), absl::UTCTimeZone())));
  }
  return absl::OkStatus();
}

absl::StatusOr<CertificateTemplate> Basics(const SubjectFields& name, const Validity& validity,
                                           const crypto::VerifyingKey& key, const Random& random) {
  if (validity.not_after <= validity.not_before) {
    return MakeError(Reason::kInvalidField, "not_after", "not after not_before");
  }
  CertificateTemplate contents;
  STI_ASSIGN_OR_RETURN(contents.subject, DistinguishedName::Create(name));
  STI_ASSIGN_OR_RETURN(contents.serial_hex, MakeSerial(random));
  contents.public_key = key;
  contents.not_before = validity.not_before;
  contents.not_after = validity.not_after;
  return contents;
}

absl::StatusOr<Certificate> MakeRoot(const SubjectFields& name, const Validity& validity,
                                     const crypto::Signer& key, const Random& random) {
  STI_ASSIGN_OR_RETURN(CertificateTemplate contents, Basics(name, validity, key.public_key(), random));
  contents.is_ca = true;
  contents.key_usage.certificate_sign = true;
  return SelfSign(contents, key);
}

absl::StatusOr<Certificate> MakePaSigner(const SubjectFields& name, const Validity& validity,
                                         const crypto::VerifyingKey& key, KeyUsageBits usage,
                                         const CaIdentity& pa_root, const Random& random) {
  STI_RETURN_IF_ERROR(CheckWithin(validity, pa_root.certificate));
  STI_ASSIGN_OR_RETURN(CertificateTemplate contents, Basics(name, validity, key, random));
  contents.key_usage = usage;
  return IssueCertificate(contents, pa_root.certificate, pa_root.key);
}

}  // namespace

absl::StatusOr<Certificate> MakeCaRoot(const SubjectFields& name, const Validity& validity,
                                       const crypto::Signer& key, const Random& random) {
  STI_RETURN_IF_ERROR(CheckCommonName(name, "SHAKEN"));
  STI_RETURN_IF_ERROR(CheckCommonName(name, "ROOT"));
  return MakeRoot(name, validity, key, random);
}

absl::StatusOr<Certificate> MakeIssuingCa(const IssuingCaRequest& request, const crypto::VerifyingKey& key,
                                          const CaIdentity& root, const Random& random) {
  STI_RETURN_IF_ERROR(CheckCommonName(request.name, "SHAKEN"));
  STI_RETURN_IF_ERROR(CheckWithin(request.validity, root.certificate));
  STI_ASSIGN_OR_RETURN(CertificateTemplate contents, Basics(request.name, request.validity, key, random));
  contents.is_ca = true;
  contents.path_length = request.path_length;
  contents.key_usage.certificate_sign = true;
  contents.policy_oid = request.policy_oid;
  if (request.crl) {
    contents.crl_url = request.crl->url;
    contents.crl_issuer = request.crl->issuer;
  }
  return IssueCertificate(contents, root.certificate, root.key);
}

absl::StatusOr<Certificate> MakePaRoot(const SubjectFields& name, const Validity& validity,
                                       const crypto::Signer& key, const Random& random) {
  return MakeRoot(name, validity, key, random);
}

absl::StatusOr<Certificate> MakePaTokenSigner(const SubjectFields& name, const Validity& validity,
                                              const crypto::VerifyingKey& key, const CaIdentity& pa_root,
                                              const Random& random) {
  KeyUsageBits usage;
  usage.digital_signature = true;
  return MakePaSigner(name, validity, key, usage, pa_root, random);
}

absl::StatusOr<Certificate> MakePaCrlSigner(const SubjectFields& name, const Validity& validity,
                                            const crypto::VerifyingKey& key, const CaIdentity& pa_root,
                                            const Random& random) {
  KeyUsageBits usage;
  usage.crl_sign = true;
  return MakePaSigner(name, validity, key, usage, pa_root, random);
}

}  // namespace sti::pki

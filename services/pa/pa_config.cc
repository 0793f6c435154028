#include "services/pa/pa_config.h"

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"
#include "common/store/database_config.h"

namespace sti::pa {
namespace {

absl::Status CheckRoot(const pki::Certificate& root, const std::string& file, absl::Time now) {
  const auto refuse = [&](absl::string_view why) {
    return MakeError(Reason::kConfigInvalid, "root_certificate_file", absl::StrCat(file, ": ", why));
  };
  if (!root.IsSelfIssued() || !root.IsSignedBy(root)) return refuse("not self-signed");
  if (!root.is_ca() || !root.may_sign_certificates()) return refuse("no CA certificate");
  if (now < root.not_before() || now > root.not_after()) return refuse("not valid now");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PaSettings> LoadPaSettings(const sti::config::v1::PolicyAdministratorServer& config,
                                          absl::Time now) {
  PaSettings settings;
  settings.state_dir = config.state_dir();
  STI_ASSIGN_OR_RETURN(settings.database,
                       store::LoadDatabaseOptions(config.database(),
                                                  absl::StrCat(config.state_dir(), "/pa.sqlite"), "sti-pa"));
  settings.admins.assign(config.admins().begin(), config.admins().end());
  settings.token_lifetime = absl::Seconds(config.token_seconds());
  settings.publisher.lifetime = absl::Seconds(config.document_seconds());
  settings.publisher.crl_url = config.crl_url();
  if (!config.crl_url().empty()) {
    const absl::Status url = codec::Url::Parse(config.crl_url()).status();
    if (!url.ok()) return MakeError(Reason::kConfigInvalid, "crl_url", url.message());
  }

  STI_ASSIGN_OR_RETURN(const pki::Certificate root,
                       LoadCertificate(config.root_certificate_file(), "root_certificate_file"));
  STI_RETURN_IF_ERROR(CheckRoot(root, config.root_certificate_file(), now));
  STI_ASSIGN_OR_RETURN(settings.signer,
                       LoadDocumentSigner(config.signer_certificate_file(), config.signer_key_file(), root,
                                          pki::LeafRole::kDocumentSigner, "signer", now));
  STI_ASSIGN_OR_RETURN(settings.crl_signer,
                       LoadDocumentSigner(config.crl_signer_certificate_file(), config.crl_signer_key_file(),
                                          root, pki::LeafRole::kCrlSigner, "crl_signer", now));
  return settings;
}

}  // namespace sti::pa

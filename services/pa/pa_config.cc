#include "services/pa/pa_config.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/admin/roles_config.h"
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

absl::StatusOr<std::vector<RevocationReporter>> LoadReporters(
    const sti::config::v1::PolicyAdministratorServer& config) {
  std::vector<RevocationReporter> reporters;
  for (int i = 0; i < config.revocation_reporters_size(); ++i) {
    const sti::config::v1::RevocationReporter& entry = config.revocation_reporters(i);
    const std::string field = absl::StrCat("revocation_reporters[", i, "].issuing_certificate_file");
    STI_ASSIGN_OR_RETURN(pki::Certificate issuing, LoadCertificate(entry.issuing_certificate_file(), field));
    if (!issuing.is_ca() || !issuing.may_sign_certificates()) {
      return MakeError(Reason::kConfigInvalid, field,
                       absl::StrCat(entry.issuing_certificate_file(), ": no CA certificate"));
    }
    reporters.push_back({entry.client(), std::move(issuing)});
  }
  return reporters;
}

}  // namespace

absl::StatusOr<PaSettings> LoadPaSettings(const sti::config::v1::PolicyAdministratorServer& config,
                                          absl::Time now) {
  PaSettings settings;
  settings.state_dir = config.state_dir();
  STI_ASSIGN_OR_RETURN(settings.database,
                       store::LoadDatabaseOptions(config.database(),
                                                  absl::StrCat(config.state_dir(), "/pa.sqlite"), "sti-pa"));
  STI_ASSIGN_OR_RETURN(settings.roles, admin::LoadRoles(config.roles(), config.admins()));
  STI_ASSIGN_OR_RETURN(settings.revocation_reporters, LoadReporters(config));
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

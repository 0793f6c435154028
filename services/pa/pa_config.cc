#include "services/pa/pa_config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/admin/roles_config.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/url.h"
#include "common/rpc/access_list.h"
#include "common/store/database_config.h"
#include "services/pa/http_paths.h"

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

// What is still to be asked of a CA is kept under its target.
absl::StatusOr<std::vector<std::string>> LoadAuthorities(
    const sti::config::v1::PolicyAdministratorServer& config) {
  std::vector<std::string> targets;
  for (int i = 0; i < config.authorities_size(); ++i) {
    const std::string& target = config.authorities(i).target();
    if (std::find(targets.begin(), targets.end(), target) != targets.end()) {
      return MakeError(Reason::kConfigInvalid, absl::StrCat("authorities[", i, "].target"),
                       absl::StrCat(target, " stands there twice"));
    }
    targets.push_back(target);
  }
  return targets;
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
  STI_RETURN_IF_ERROR(rpc::CheckAccess(
      config.grpc(), {"sti.v1.SpcTokens", "sti.v1.Trust", "sti.v1.PolicyAdmin", "sti.v1.Audit"}));
  settings.state_dir = config.state_dir();
  STI_ASSIGN_OR_RETURN(settings.database,
                       store::LoadDatabaseOptions(config.database(),
                                                  absl::StrCat(config.state_dir(), "/pa.sqlite"), "sti-pa"));
  STI_ASSIGN_OR_RETURN(settings.roles, admin::LoadRoles(config.roles(), config.admins()));
  settings.four_eyes = {config.four_eyes(), absl::Hours(config.approval_hours())};
  if (config.four_eyes() && !settings.roles.TwoCanAgree()) {
    return MakeError(Reason::kConfigInvalid, "four_eyes",
                     "nobody could ever approve what an operator asks for: name somebody else in "
                     "roles.approvers or admins, or, where one person does it all, say four_eyes: false");
  }
  STI_ASSIGN_OR_RETURN(settings.revocation_reporters, LoadReporters(config));
  STI_ASSIGN_OR_RETURN(settings.authorities, LoadAuthorities(config));
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
  for (int i = 0; i < config.next_signers_size(); ++i) {
    STI_ASSIGN_OR_RETURN(std::vector<pki::Certificate> chain,
                         LoadSignerChain(config.next_signers(i).certificate_file(), root,
                                         absl::StrCat("next_signers[", i, "].certificate_file"), now));
    settings.next_signers.push_back(std::move(chain));
  }
  if (config.has_https()) {
    STI_ASSIGN_OR_RETURN(settings.https, LoadHttpSettings(config.https()));
  }
  return settings;
}

void PublishAt(PaSettings& settings, const std::string& public_url) {
  for (DocumentSigner* signer : {&settings.signer, &settings.crl_signer})
    signer->x5u = absl::StrCat(public_url, CertificatePath(signer->certificate()));
  settings.signer.token_x5u_only = settings.https && settings.https->token_x5u_only;
  if (settings.publisher.crl_url.empty()) settings.publisher.crl_url = absl::StrCat(public_url, kCrlPath);
}

}  // namespace sti::pa

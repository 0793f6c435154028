#include "services/as/provider_daemon.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/key_file.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"

namespace sti::as {
namespace {

absl::StatusOr<Secret> PassphraseOf(const sti::config::v1::Enrolment& config) {
  if (config.passphrase_file().empty()) return Secret();
  auto passphrase = crypto::ReadPassphraseFile(config.passphrase_file());
  if (!passphrase.ok()) {
    return MakeError(ReasonOf(passphrase.status()), "enrolment.passphrase_file",
                     passphrase.status().message());
  }
  return passphrase;
}

}  // namespace

ProviderDaemon::ProviderDaemon(const sti::config::v1::SigningProvider& config,
                               const ProviderEnrolment& options, const std::string& folder, Secret passphrase,
                               std::unique_ptr<EnrolmentSources> sources, ProviderDaemonParts parts)
    : name_(config.name()),
      parts_(std::move(parts)),
      store_(folder, options.token_keys, std::move(passphrase)),
      sources_(std::move(sources)),
      enrolment_(PartsOfEnrolment(options), options.schedule) {}

ProviderDaemon::~ProviderDaemon() { Stop(); }

EnrolmentParts ProviderDaemon::PartsOfEnrolment(const ProviderEnrolment& options) {
  if (sources_ != nullptr) {
    enroller_.emplace(sources_->tokens(), sources_->certificates(), store_, parts_.clock, options.applicant);
  }
  EnrolmentParts parts{enroller_ ? &*enroller_ : nullptr,
                       store_,
                       options.applicant,
                       ring_,
                       parts_.clock,
                       parts_.random,
                       [this](const std::vector<std::string>& lacking,
                              const std::vector<std::string>& trouble) { TellLacking(lacking, trouble); }};
  if (parts_.look_before_use) {
    parts.seen = [this](const SigningCredential& credential) { return parts_.self_check.Sees(credential); };
  }
  if (options.publishes) {
    parts.publisher = [this](const pki::CertificateChain& chain) { return publication_->Publish(chain); };
    if (enroller_) enroller_->PublishWith(parts.publisher);
    parts.tidy = [this] { publication_->RemoveExpired(); };
  }
  return parts;
}

absl::Status ProviderDaemon::OpenPublication(const sti::config::v1::Publication& config,
                                             const std::string& folder) {
  STI_ASSIGN_OR_RETURN(
      publication_, Publication::Open(absl::StrCat(folder, "/published"), config.public_url(), parts_.clock));
  http::HttpServerOptions options;
  options.listen = config.https().listen();
  options.certificate_file = config.https().certificate_file();
  options.key_file = config.https().key_file();
  auto server = http::StartHttpsServer(options, http::HttpHandler([this](const http::HttpRequest& request) {
                                         return publication_->Handle(request);
                                       }));
  if (!server.ok()) return PrefixField("publication.https", server.status());
  publication_server_ = *std::move(server);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ProviderDaemon>> ProviderDaemon::Open(
    const sti::config::v1::SigningProvider& config, const ProviderEnrolment& options,
    const std::string& state_dir, ProviderDaemonParts parts) {
  const std::string folder = absl::StrCat(state_dir, "/", config.name());
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(folder));
  STI_ASSIGN_OR_RETURN(Secret passphrase, PassphraseOf(config.enrolment()));
  std::unique_ptr<EnrolmentSources> sources;
  if (EnrolmentSources::Wanted(config.enrolment())) {
    STI_ASSIGN_OR_RETURN(sources,
                         EnrolmentSources::Open(config.enrolment(), folder, passphrase, parts.clock));
  }
  std::unique_ptr<ProviderDaemon> provider(new ProviderDaemon(config, options, folder, std::move(passphrase),
                                                              std::move(sources), std::move(parts)));
  if (config.has_publication()) STI_RETURN_IF_ERROR(provider->OpenPublication(config.publication(), folder));
  return provider;
}

absl::Status ProviderDaemon::Start() {
  STI_RETURN_IF_ERROR(enrolment_.LoadStored());
  enrolment_.Start();
  return absl::OkStatus();
}

void ProviderDaemon::Stop() {
  if (sources_ != nullptr) sources_->Cancel();
  enrolment_.Stop();
  if (publication_server_ != nullptr) publication_server_->Shutdown(absl::ZeroDuration());
}

std::optional<int> ProviderDaemon::publication_port() const {
  if (publication_server_ == nullptr) return std::nullopt;
  return publication_server_->port();
}

absl::StatusOr<SelfCheckResult> ProviderDaemon::CheckNow() {
  const auto ring = ring_.Get();
  if (ring == nullptr) return MakeError(Reason::kNotReady, "no signing certificate yet");
  SelfCheckResult result = parts_.self_check.Check(*ring->current);
  TakeSelfCheck(result);
  return result;
}

void ProviderDaemon::TakeSelfCheck(SelfCheckResult result) {
  std::vector<std::string> all;
  std::vector<std::string> errors;
  for (const SelfCheckFinding& finding : result.findings) {
    std::string text = absl::StrCat(finding.name, ": ", finding.text);
    if (finding.error) errors.push_back(absl::StrCat("self-check: ", text));
    all.push_back(std::move(text));
  }
  checked_.Set(std::make_shared<const SelfCheckResult>(std::move(result)));
  const std::string said = absl::StrJoin(all, "; ");
  bool changed;
  {
    MutexLock lock(mutex_);
    disliked_ = std::move(errors);
    changed = said != logged_;
    logged_ = said;
    Tell();
  }
  if (changed && said.empty())
    daemon::LogInfo("self-check: nothing to dislike any more", {{"provider", name_}});
  if (changed && !said.empty()) {
    daemon::LogWarning("self-check: verifiers may dislike", {{"provider", name_}, {"what", said}});
  }
}

void ProviderDaemon::TellLacking(const std::vector<std::string>& lacking,
                                 const std::vector<std::string>& trouble) {
  MutexLock lock(mutex_);
  lacking_ = lacking;
  trouble_ = trouble;
  Tell();
}

// Under the lock, so that what is told last is what is true.
void ProviderDaemon::Tell() {
  std::vector<std::string> trouble = trouble_;
  trouble.insert(trouble.end(), disliked_.begin(), disliked_.end());
  parts_.lacking(lacking_, trouble);
}

}  // namespace sti::as

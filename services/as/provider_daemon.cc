#include "services/as/provider_daemon.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"

namespace sti::as {

ProviderDaemon::ProviderDaemon(const ProviderEnrolment& options, const std::string& folder,
                               std::unique_ptr<EnrolmentSources> sources, const Clock& clock,
                               const Random& random, LackingSink lacking)
    : store_(folder),
      sources_(std::move(sources)),
      enroller_(sources_->tokens(), sources_->certificates(), store_, clock, options.applicant),
      enrolment_(enroller_, store_, options.applicant.spc, ring_, clock, random, std::move(lacking),
                 options.schedule) {}

ProviderDaemon::~ProviderDaemon() { Stop(); }

absl::StatusOr<std::unique_ptr<ProviderDaemon>> ProviderDaemon::Open(
    const sti::config::v1::SigningProvider& config, const ProviderEnrolment& options,
    const std::string& state_dir, const Clock& clock, const Random& random, LackingSink lacking) {
  const std::string folder = absl::StrCat(state_dir, "/", config.name());
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(folder));
  STI_ASSIGN_OR_RETURN(auto sources, EnrolmentSources::Open(config.enrolment(), folder, clock));
  return std::unique_ptr<ProviderDaemon>(
      new ProviderDaemon(options, folder, std::move(sources), clock, random, std::move(lacking)));
}

absl::Status ProviderDaemon::Start() {
  STI_RETURN_IF_ERROR(enrolment_.LoadStored());
  enrolment_.Start();
  return absl::OkStatus();
}

void ProviderDaemon::Stop() {
  sources_->Cancel();
  enrolment_.Stop();
}

}  // namespace sti::as

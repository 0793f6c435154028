// One enrolment as sti-as carries it out, for tests of its client against other authorities.
//
// usage: enrol PROVIDER.yaml FOLDER
//
// PROVIDER.yaml is one of sti-as's `providers`; FOLDER keeps its state and must exist. Prints the
// certificate's public URL, or why there is none, with exit code 1.
#include <cstdio>
#include <string>

#include "common/base/clock.h"
#include "common/base/reason.h"
#include "common/base/secret.h"
#include "common/base/status_macros.h"
#include "common/daemon/config_loader.h"
#include "proto/sti/config/v1/as.pb.h"
#include "services/as/credential_store.h"
#include "services/as/enroller.h"
#include "services/as/enrolment_sources_config.h"

namespace sti::as {
namespace {

absl::StatusOr<std::string> Enrol(const std::string& file, const std::string& folder) {
  sti::config::v1::SigningProvider provider;
  STI_RETURN_IF_ERROR(daemon::LoadConfig(file, provider));
  const Clock& clock = SystemClock::Instance();
  STI_ASSIGN_OR_RETURN(const auto sources,
                       EnrolmentSources::Open(provider.enrolment(), folder, Secret(), clock));
  CredentialStore store(folder);
  Enroller enroller(sources->tokens(), sources->certificates(), store, clock,
                    {provider.spc(), provider.organization(), provider.country()});
  STI_ASSIGN_OR_RETURN(const SigningCredentialPtr credential, enroller.Enrol());
  return std::string(credential->signer.x5u());
}

}  // namespace
}  // namespace sti::as

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto x5u = sti::as::Enrol(argv[1], argv[2]);
  if (x5u.ok()) {
    std::printf("%s\n", x5u->c_str());
    return 0;
  }
  const std::string field = sti::FieldOf(x5u.status());
  std::printf("%s%s%s\n", field.c_str(), field.empty() ? "" : ": ",
              std::string(x5u.status().message()).c_str());
  return 1;
}

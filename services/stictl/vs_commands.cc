#include "services/stictl/vs_commands.h"

#include "absl/strings/str_cat.h"
#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

int Status(Session& session) {
  const auto response = Call<sti::v1::Verification>(
      session, Peer::kVs, &sti::v1::Verification::Stub::GetTrustStatus, sti::v1::GetTrustStatusRequest());
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  const bool has_list = response->trust_list_sequence() != 0;
  const bool has_crl = response->crl_number() != 0;
  PrintFields({{"trust list", has_list ? absl::StrCat("sequence ", response->trust_list_sequence(), ", ",
                                                      response->anchors(), " STI-CAs, until ",
                                                      TimeText(response->trust_list_expires()))
                                       : "none yet"},
               {"CRL", has_crl ? absl::StrCat("number ", response->crl_number(), ", ",
                                              response->revoked_certificates(), " revoked, until ",
                                              TimeText(response->crl_next_update()))
                               : "none yet"},
               {"cached chains", absl::StrCat(response->cached_chains())}});
  return kExitOk;
}

}  // namespace

void AddVsCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "vs", "ask the STI-VS");
  AddCommand<NoOptions>(
      *group, "status", "trust list, CRL and cache at this moment", [](CLI::App&, NoOptions&) {},
      [&session](const NoOptions&) { return Status(session); }, exit_code);
}

}  // namespace sti::stictl

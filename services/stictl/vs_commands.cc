#include "services/stictl/vs_commands.h"

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/sti/v1/verification.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string Confirmed(bool known, const google::protobuf::Timestamp& time) {
  return known ? absl::StrCat(", confirmed ", TimeText(time)) : "";
}

Fields FieldsOf(const sti::v1::TrustDomainStatus& domain) {
  const bool has_list = domain.trust_list_sequence() != 0;
  const bool has_crl = domain.crl_number() != 0;
  const bool has_numbers = domain.number_list_sequence() != 0;
  return {
      {"trust domain", Printable(domain.name())},
      {"trust list",
       has_list ? absl::StrCat("sequence ", domain.trust_list_sequence(), ", ", domain.anchors(),
                               " STI-CAs, until ", TimeText(domain.trust_list_expires()),
                               Confirmed(domain.has_trust_list_confirmed(), domain.trust_list_confirmed()))
                : "none yet"},
      {"CRL", has_crl ? absl::StrCat("number ", domain.crl_number(), ", ", domain.revoked_certificates(),
                                     " revoked, until ", TimeText(domain.crl_next_update()),
                                     Confirmed(domain.has_crl_confirmed(), domain.crl_confirmed()))
                      : "none yet"},
      {"number list", has_numbers ? absl::StrCat("sequence ", domain.number_list_sequence(), ", ",
                                                 domain.number_list_ranges(), " ranges")
                                  : ""},
      {"trouble", Printable(domain.trouble())}};
}

int Status(Session& session) {
  const auto response = Call<sti::v1::Verification>(
      session, Peer::kVs, &sti::v1::Verification::Stub::GetTrustStatus, sti::v1::GetTrustStatusRequest());
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  for (const sti::v1::TrustDomainStatus& domain : response->domains()) {
    PrintFields(FieldsOf(domain));
    std::cout << "\n";
  }
  Fields rest = {{"cached chains", absl::StrCat(response->cached_chains())}};
  if (response->has_replay()) {
    rest.emplace_back("PASSporTs remembered", absl::StrCat(response->replay().remembered()));
    rest.emplace_back("shared memory", Printable(response->replay().shared_store()));
  }
  PrintFields(rest);
  return kExitOk;
}

struct PurgeOptions {
  std::vector<std::string> urls, hosts;
  bool all = false;
};

int Purge(Session& session, const PurgeOptions& options) {
  sti::v1::PurgeCertificatesRequest request;
  for (const std::string& url : options.urls) request.add_urls(url);
  for (const std::string& host : options.hosts) request.add_hosts(host);
  request.set_all(options.all);
  const auto response = Call<sti::v1::Verification>(session, Peer::kVs,
                                                    &sti::v1::Verification::Stub::PurgeCertificates, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    PrintFields({{"forgotten", absl::StrCat(response->purged())}});
  }
  return kExitOk;
}

}  // namespace

void AddVsCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "vs", "ask the STI-VS");
  AddCommand<NoOptions>(
      *group, "status", "trust domains, cache and replay memory at this moment", [](CLI::App&, NoOptions&) {},
      [&session](const NoOptions&) { return Status(session); }, exit_code);
  AddCommand<PurgeOptions>(
      *group, "purge", "forget cached certificates, so that the next call downloads them again",
      [](CLI::App& command, PurgeOptions& options) {
        command.add_option("URL", options.urls, "exact x5u URLs");
        command.add_option("--host", options.hosts, "every certificate from this host; may be repeated");
        command.add_flag("--all", options.all, "everything");
      },
      [&session](const PurgeOptions& options) { return Purge(session, options); }, exit_code);
}

}  // namespace sti::stictl

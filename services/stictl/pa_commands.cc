#include "services/stictl/pa_commands.h"

#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "proto/sti/v1/policy_admin.grpc.pb.h"
#include "proto/sti/v1/trust.grpc.pb.h"
#include "services/stictl/ceremony_commands.h"
#include "services/stictl/effects_text.h"
#include "services/stictl/number_commands.h"
#include "services/stictl/pa_authority_commands.h"
#include "services/stictl/pa_pending_commands.h"
#include "services/stictl/pa_user_commands.h"
#include "services/stictl/provider_commands.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::PolicyAdmin;
using Row = std::vector<std::string>;

struct RevocationOptions {
  std::string certificate_file;
  int reason_code = 0;
  bool yes = false;
};

struct PageOptions {
  std::string provider;
  int page_size = 100;
  std::string page_token;
};

// Calls and prints: JSON as it is, or `print` for a person.
template <typename Request, typename Response>
int Do(Session& session, grpc::Status (Admin::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
       const Request& request, const std::function<void(const Response&)>& print) {
  const auto response = Call<Admin>(session, Peer::kPa, method, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  session.output.json() ? PrintMessage(*response) : print(*response);
  return kExitOk;
}

void PrintNextPage(const std::string& token) {
  if (!token.empty()) std::cout << "more: --page-token " << token << "\n";
}

// Of a chain, as an x5u delivers it, the first certificate is meant.
absl::StatusOr<std::string> FirstCertificate(const std::string& file) {
  STI_ASSIGN_OR_RETURN(const std::string pem, ReadOptionFile("--certificate", file, limits::kChainBody));
  const auto blocks = codec::ParsePem(pem, limits::kChainCertificates);
  if (!blocks.ok()) return PrefixField("--certificate", blocks.status());
  if (blocks->empty() || blocks->front().label != "CERTIFICATE") {
    return MakeError(Reason::kInvalidField, "--certificate",
                     absl::StrCat(file, " does not begin with a certificate"));
  }
  return codec::PemEncode("CERTIFICATE", blocks->front().der);
}

int RecordRevocation(Session& session, const RevocationOptions& options) {
  sti::v1::RecordRevocationRequest request;
  const auto certificate = FirstCertificate(options.certificate_file);
  if (!certificate.ok()) return UsageError(session.output, certificate.status());
  request.set_certificate_pem(*certificate);
  request.set_reason_code(options.reason_code);
  request.set_dry_run(!options.yes);
  return Do<sti::v1::RecordRevocationRequest, sti::v1::Revocation>(
      session, &Admin::Stub::RecordRevocation, request, [&options](const sti::v1::Revocation& revocation) {
        PrintFields({{options.yes ? "revoked" : "certificate", revocation.serial()},
                     {"issuer", revocation.issuer()},
                     {"reason", std::to_string(revocation.reason_code())},
                     {"since", options.yes ? TimeText(revocation.revoked()) : ""}});
        PrintEffects(revocation.effects(), options.yes);
      });
}

int ListRevocations(Session& session, const PageOptions& options) {
  sti::v1::ListRevocationsRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  return Do<sti::v1::ListRevocationsRequest, sti::v1::ListRevocationsResponse>(
      session, &Admin::Stub::ListRevocations, request, [](const sti::v1::ListRevocationsResponse& response) {
        std::vector<Row> rows;
        for (const auto& revocation : response.revocations()) {
          rows.push_back({revocation.serial(), std::to_string(revocation.reason_code()),
                          TimeText(revocation.revoked()), revocation.issuer()});
        }
        PrintTable({"SERIAL", "REASON", "SINCE", "ISSUER"}, rows);
        std::cout << "CRL number " << response.crl_number() << "\n";
        PrintNextPage(response.next_page_token());
      });
}

int ListTokens(Session& session, const PageOptions& options) {
  sti::v1::ListTokensRequest request;
  request.set_provider_id(options.provider);
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  return Do<sti::v1::ListTokensRequest, sti::v1::ListTokensResponse>(
      session, &Admin::Stub::ListTokens, request, [](const sti::v1::ListTokensResponse& response) {
        std::vector<Row> rows;
        for (const auto& token : response.tokens()) {
          rows.push_back({token.jti(), token.provider_id(), absl::StrJoin(token.spcs(), ","),
                          TimeText(token.issued()), TimeText(token.expires()), token.ca() ? "yes" : "no"});
        }
        PrintTable({"JTI", "PROVIDER", "SPCS", "ISSUED", "EXPIRES", "CA"}, rows);
        PrintNextPage(response.next_page_token());
      });
}

int ShowTrustList(Session& session) {
  const auto response = Call<sti::v1::Trust>(session, Peer::kPa, &sti::v1::Trust::Stub::GetTrustList,
                                             sti::v1::GetTrustListRequest());
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    std::cout << response->trust_list() << "\n";
  }
  return kExitOk;
}

void DeclarePage(CLI::App& command, PageOptions& options) {
  command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
  command.add_option("--page-token", options.page_token, "as printed after the page before");
}

void AddRevocationCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "revocation", "revoked certificates: the CRL");
  AddCommand<RevocationOptions>(
      *group, "record",
      "show what putting a certificate on the CRL would do; with --yes, do it. It cannot be undone",
      [](CLI::App& command, RevocationOptions& options) {
        command.add_option("--certificate", options.certificate_file, "PEM file; of a chain, the first")
            ->required();
        command.add_option("--reason", options.reason_code,
                           "CRLReason of RFC 5280 s5.3.1, for example 1 keyCompromise");
        command.add_flag("--yes", options.yes, "do it");
      },
      [&session](const RevocationOptions& options) { return RecordRevocation(session, options); }, exit_code);
  AddCommand<PageOptions>(
      *group, "list", "revoked certificates", DeclarePage,
      [&session](const PageOptions& options) { return ListRevocations(session, options); }, exit_code);
}

}  // namespace

void AddPaCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "pa", "administer the STI-PA");
  AddPaCeremony(*group, session, exit_code);
  AddProviderCommands(*group, session, exit_code);
  AddPaAuthorityCommands(*group, session, exit_code);
  AddPaPendingCommands(*group, session, exit_code);
  AddRevocationCommands(*group, session, exit_code);
  AddNumberCommands(*group, session, exit_code);
  AddPaUserCommands(*group, session, exit_code);
  CLI::App* token = AddGroup(*group, "token", "issued SPC tokens");
  AddCommand<PageOptions>(
      *token, "list", "the token log, newest first",
      [](CLI::App& command, PageOptions& options) {
        command.add_option("--provider", options.provider, "only of this provider");
        DeclarePage(command, options);
      },
      [&session](const PageOptions& options) { return ListTokens(session, options); }, exit_code);
  CLI::App* trust = AddGroup(*group, "trust-list", "the signed list of trusted STI-CAs");
  AddCommand<NoOptions>(
      *trust, "show", "print the JWS", [](CLI::App&, NoOptions&) {},
      [&session](const NoOptions&) { return ShowTrustList(session); }, exit_code);
}

}  // namespace sti::stictl

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
#include "services/stictl/number_commands.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::PolicyAdmin;
using Row = std::vector<std::string>;

struct ProviderOptions {
  std::string id, name;
  std::vector<std::string> spcs, clients;
};

struct IdOption {
  std::string id;
};

struct AuthorityOptions {
  std::string name, root_file;
};

struct RevocationOptions {
  std::string certificate_file;
  int reason_code = 0;
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

void PrintProvider(const sti::v1::Provider& provider) {
  PrintFields({{"provider", provider.id()},
               {"name", provider.name()},
               {"SPCs", absl::StrJoin(provider.spcs(), ", ")},
               {"clients", absl::StrJoin(provider.client_identities(), ", ")},
               {"registered", TimeText(provider.created())}});
}

void PrintAuthority(const sti::v1::Authority& authority) {
  PrintFields(
      {{"authority", authority.id()},
       {"name", authority.name()},
       {"root", authority.subject()},
       {"not after", TimeText(authority.not_after())},
       {"state", authority.state() == sti::v1::Authority::STATE_APPROVED ? "approved" : "withdrawn"}});
}

int RegisterProvider(Session& session, const ProviderOptions& options) {
  sti::v1::RegisterProviderRequest request;
  auto* provider = request.mutable_provider();
  provider->set_id(options.id);
  provider->set_name(options.name);
  for (const auto& spc : options.spcs) provider->add_spcs(spc);
  for (const auto& client : options.clients) provider->add_client_identities(client);
  return Do<sti::v1::RegisterProviderRequest, sti::v1::Provider>(session, &Admin::Stub::RegisterProvider,
                                                                 request, PrintProvider);
}

int ListProviders(Session& session, const PageOptions& options) {
  sti::v1::ListProvidersRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  return Do<sti::v1::ListProvidersRequest, sti::v1::ListProvidersResponse>(
      session, &Admin::Stub::ListProviders, request, [](const sti::v1::ListProvidersResponse& response) {
        std::vector<Row> rows;
        for (const auto& provider : response.providers()) {
          rows.push_back({provider.id(), absl::StrJoin(provider.spcs(), ","),
                          absl::StrJoin(provider.client_identities(), ","), provider.name()});
        }
        PrintTable({"ID", "SPCS", "CLIENTS", "NAME"}, rows);
        PrintNextPage(response.next_page_token());
      });
}

int ApproveAuthority(Session& session, const AuthorityOptions& options) {
  sti::v1::ApproveAuthorityRequest request;
  request.set_name(options.name);
  const auto root = ReadOptionFile("--root", options.root_file, limits::kCertificate);
  if (!root.ok()) return UsageError(session.output, root.status());
  request.set_root_pem(*root);
  return Do<sti::v1::ApproveAuthorityRequest, sti::v1::Authority>(session, &Admin::Stub::ApproveAuthority,
                                                                  request, PrintAuthority);
}

int ListAuthorities(Session& session) {
  return Do<sti::v1::ListAuthoritiesRequest, sti::v1::ListAuthoritiesResponse>(
      session, &Admin::Stub::ListAuthorities, sti::v1::ListAuthoritiesRequest(),
      [](const sti::v1::ListAuthoritiesResponse& response) {
        std::vector<Row> rows;
        for (const auto& authority : response.authorities()) {
          rows.push_back({authority.id(),
                          authority.state() == sti::v1::Authority::STATE_APPROVED ? "approved" : "withdrawn",
                          TimeText(authority.not_after()), authority.name(), authority.subject()});
        }
        PrintTable({"ID", "STATE", "NOT AFTER", "NAME", "ROOT"}, rows);
        std::cout << "trust list sequence " << response.trust_list_sequence() << "\n";
      });
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
  return Do<sti::v1::RecordRevocationRequest, sti::v1::Revocation>(
      session, &Admin::Stub::RecordRevocation, request, [](const sti::v1::Revocation& revocation) {
        PrintFields({{"revoked", revocation.serial()},
                     {"issuer", revocation.issuer()},
                     {"reason", std::to_string(revocation.reason_code())},
                     {"since", TimeText(revocation.revoked())}});
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

void DeclareId(CLI::App& command, IdOption& options) {
  command.add_option("ID", options.id, "id, as shown by list")->required();
}

void AddProviderCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "provider", "service providers and their codes");
  AddCommand<ProviderOptions>(
      *group, "register", "register a provider with its SPCs",
      [](CLI::App& command, ProviderOptions& options) {
        command.add_option("--id", options.id, "short name: a-z, 0-9, -")->required();
        command.add_option("--name", options.name, "legal name")->required();
        command.add_option("--spc", options.spcs, "Service Provider Code; repeatable")
            ->required()
            ->allow_extra_args(false);
        command.add_option("--client", options.clients, "name in its client certificate; repeatable")
            ->required()
            ->allow_extra_args(false);
        command.footer(
            "Example: stictl pa provider register --id acme --name \"Acme Tel\" --spc 1234 --client sti-as");
      },
      [&session](const ProviderOptions& options) { return RegisterProvider(session, options); }, exit_code);
  AddCommand<PageOptions>(
      *group, "list", "registered providers", DeclarePage,
      [&session](const PageOptions& options) { return ListProviders(session, options); }, exit_code);
  AddCommand<IdOption>(
      *group, "show", "one provider", DeclareId,
      [&session](const IdOption& options) {
        sti::v1::GetProviderRequest request;
        request.set_id(options.id);
        return Do<sti::v1::GetProviderRequest, sti::v1::Provider>(session, &Admin::Stub::GetProvider, request,
                                                                  PrintProvider);
      },
      exit_code);
}

void AddAuthorityCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "authority", "approved STI-CAs: the trust list");
  AddCommand<AuthorityOptions>(
      *group, "approve", "put an STI-CA's root on the trust list",
      [](CLI::App& command, AuthorityOptions& options) {
        command.add_option("--name", options.name, "name of the STI-CA")->required();
        command.add_option("--root", options.root_file, "PEM file with its root certificate")->required();
      },
      [&session](const AuthorityOptions& options) { return ApproveAuthority(session, options); }, exit_code);
  AddCommand<IdOption>(
      *group, "withdraw", "take an STI-CA off the trust list: all its certificates stop being trusted",
      DeclareId,
      [&session](const IdOption& options) {
        sti::v1::WithdrawAuthorityRequest request;
        request.set_id(options.id);
        return Do<sti::v1::WithdrawAuthorityRequest, sti::v1::Authority>(
            session, &Admin::Stub::WithdrawAuthority, request, PrintAuthority);
      },
      exit_code);
  AddCommand<NoOptions>(
      *group, "list", "STI-CAs and their state", [](CLI::App&, NoOptions&) {},
      [&session](const NoOptions&) { return ListAuthorities(session); }, exit_code);
}

void AddRevocationCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "revocation", "revoked certificates: the CRL");
  AddCommand<RevocationOptions>(
      *group, "record", "put a certificate on the CRL; this cannot be undone",
      [](CLI::App& command, RevocationOptions& options) {
        command.add_option("--certificate", options.certificate_file, "PEM file; of a chain, the first")
            ->required();
        command.add_option("--reason", options.reason_code,
                           "CRLReason of RFC 5280 s5.3.1, for example 1 keyCompromise");
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
  AddAuthorityCommands(*group, session, exit_code);
  AddRevocationCommands(*group, session, exit_code);
  AddNumberCommands(*group, session, exit_code);
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

#include "services/stictl/ca_settings_commands.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::AuthorityAdmin;

struct PageOptions {
  int page_size = 100;
  std::string page_token;
};

struct LimitOptions {
  std::string spc, account, limit;
  int value = 0;
};

struct OrganizationOptions {
  std::string spc, name;
};

struct DelegateOptions {
  std::string csr, organization;
  int days = 0;
};

// Certificate requests come as PEM, with whatever text around it, or DER.
absl::StatusOr<std::string> ReadCsr(const std::string& file) {
  STI_ASSIGN_OR_RETURN(const std::string text, ReadOptionFile("--csr", file, 2 * limits::kCsr));
  STI_ASSIGN_OR_RETURN(const std::vector<codec::PemBlock> blocks, codec::ParsePem(text, 1));
  return blocks.empty() ? text : blocks.front().der;
}

void PrintMore(const std::string& next_page_token) {
  if (!next_page_token.empty()) std::cout << "more: --page-token " << next_page_token << "\n";
}

int ChangeLimit(Session& session, const LimitOptions& options, bool remove) {
  if (options.spc.empty() == options.account.empty()) {
    return UsageError(session.output,
                      MakeError(Reason::kMissingField, "--spc", "--spc or --account, one of them"));
  }
  sti::v1::SetRateLimitRequest request;
  sti::v1::RateLimit& limit = *request.mutable_rate_limit();
  limit.set_subject(options.spc.empty() ? absl::StrCat("account/", options.account)
                                        : absl::StrCat("spc/", options.spc));
  limit.set_limit(options.limit);
  limit.set_value(options.value);
  request.set_remove(remove);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::SetRateLimit, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"subject", response->subject()},
               {"limit", response->limit()},
               {"value", remove ? "that of the configuration" : absl::StrCat(response->value())}});
  return kExitOk;
}

int ListLimits(Session& session, const PageOptions& options) {
  sti::v1::ListRateLimitsRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::ListRateLimits, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& limit : response->rate_limits()) {
    rows.push_back({limit.subject(), limit.limit(), absl::StrCat(limit.value())});
  }
  PrintTable({"SUBJECT", "LIMIT", "VALUE"}, rows);
  PrintMore(response->next_page_token());
  return kExitOk;
}

int SetOrganization(Session& session, const OrganizationOptions& options) {
  sti::v1::SetOrganizationRequest request;
  request.set_spc(options.spc);
  request.set_name(options.name);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::SetOrganization, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"spc", response->spc()}, {"organization", Printable(response->name())}});
  return kExitOk;
}

int ListOrganizations(Session& session, const PageOptions& options) {
  sti::v1::ListOrganizationsRequest request;
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::ListOrganizations, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& organization : response->organizations()) {
    rows.push_back({organization.spc(), Printable(organization.name())});
  }
  PrintTable({"SPC", "ORGANIZATION"}, rows);
  PrintMore(response->next_page_token());
  return kExitOk;
}

int IssueDelegate(Session& session, const DelegateOptions& options) {
  const absl::StatusOr<std::string> csr = ReadCsr(options.csr);
  if (!csr.ok()) return UsageError(session.output, csr.status());
  sti::v1::IssueDelegateRequest request;
  request.set_csr(*csr);
  request.set_organization(options.organization);
  if (options.days > 0) {
    *request.mutable_not_after() =
        ToProto(SystemClock::Instance().TimeNow() + absl::Hours(24) * options.days);
  }
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::IssueDelegate, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"serial", response->serial()},
               {"not after", TimeText(response->not_after())},
               {"x5u", response->x5u()}});
  std::cout << response->chain_pem();
  return kExitOk;
}

void DeclarePage(CLI::App& command, PageOptions& options) {
  command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
  command.add_option("--page-token", options.page_token, "as printed after the page before");
}

void DeclareLimit(CLI::App& command, LimitOptions& options) {
  command.add_option("--spc", options.spc, "whose certificates_per_day");
  command.add_option("--account", options.account,
                     "ACME account, whose orders_per_hour or failed_challenges_per_hour");
  command.add_option("LIMIT", options.limit, "name, as in the configuration")->required();
}

void AddLimits(CLI::App& ca, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(ca, "limit", "limits of one SPC or ACME account");
  AddCommand<LimitOptions>(
      *group, "set", "another limit than that of the configuration, at once",
      [](CLI::App& command, LimitOptions& options) {
        DeclareLimit(command, options);
        command.add_option("VALUE", options.value, "0: any number")->required();
      },
      [&session](const LimitOptions& options) { return ChangeLimit(session, options, /*remove=*/false); },
      exit_code);
  AddCommand<LimitOptions>(
      *group, "remove", "back to the configuration's", DeclareLimit,
      [&session](const LimitOptions& options) { return ChangeLimit(session, options, /*remove=*/true); },
      exit_code);
  AddCommand<PageOptions>(
      *group, "list", "what differs from the configuration", DeclarePage,
      [&session](const PageOptions& options) { return ListLimits(session, options); }, exit_code);
}

void AddOrganizations(CLI::App& ca, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(ca, "organization", "vetted legal names of providers");
  AddCommand<OrganizationOptions>(
      *group, "set", "the O of an SPC's certificates from now on",
      [](CLI::App& command, OrganizationOptions& options) {
        command.add_option("--spc", options.spc, "whose name")->required();
        command.add_option("--name", options.name, "legal name, as you have vetted it; empty: unknown")
            ->required();
      },
      [&session](const OrganizationOptions& options) { return SetOrganization(session, options); },
      exit_code);
  AddCommand<PageOptions>(
      *group, "list", "all names", DeclarePage,
      [&session](const PageOptions& options) { return ListOrganizations(session, options); }, exit_code);
}

}  // namespace

void AddCaSettingsCommands(CLI::App& ca, Session& session, int& exit_code) {
  AddLimits(ca, session, exit_code);
  AddOrganizations(ca, session, exit_code);
  CLI::App* group = AddGroup(ca, "delegate", "certificates of a provider's delegates");
  AddCommand<DelegateOptions>(
      *group, "issue", "issue one, where sti-ca is the provider's own CA; you answer for the numbers",
      [](CLI::App& command, DelegateOptions& options) {
        command.add_option("--csr", options.csr, "PKCS#10 with the TNAuthList, PEM or DER")->required();
        command.add_option("--organization", options.organization, "legal name of the delegate, vetted")
            ->required();
        command.add_option("--days", options.days, "validity (default: as long as the configuration allows)");
      },
      [&session](const DelegateOptions& options) { return IssueDelegate(session, options); }, exit_code);
}

}  // namespace sti::stictl

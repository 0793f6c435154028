#include "services/stictl/ca_commands.h"

#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/reason.h"
#include "proto/sti/v1/certificate_authority.grpc.pb.h"
#include "services/stictl/ca_account_commands.h"
#include "services/stictl/ca_settings_commands.h"
#include "services/stictl/ceremony_commands.h"
#include "services/stictl/lint_command.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::AuthorityAdmin;

struct ListOptions {
  std::string spc;
  int expiring_days = 0;
  int page_size = 100;
  std::string page_token;
  std::string state;
  std::string serial_prefix;
};

struct SerialOption {
  std::string serial;
};

struct RevokeOptions {
  std::string serial;
  std::string spc;
  int reason = 0;
  bool yes = false;
};

sti::v1::CertificateState StateNamed(const std::string& name) {
  if (name == "valid") return sti::v1::CERTIFICATE_STATE_VALID;
  if (name == "expired") return sti::v1::CERTIFICATE_STATE_EXPIRED;
  return name == "revoked" ? sti::v1::CERTIFICATE_STATE_REVOKED : sti::v1::CERTIFICATE_STATE_UNSPECIFIED;
}

std::string RevokedText(const sti::v1::CertificateRecord& record) {
  if (!record.has_revoked()) return "";
  return absl::StrCat(TimeText(record.revoked()), ", reason ", record.revocation_reason(),
                      record.has_revocation_told() ? "" : ", not yet confirmed by the STI-PA");
}

int List(Session& session, const ListOptions& options) {
  sti::v1::ListCertificatesRequest request;
  request.set_spc(options.spc);
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
  request.set_state(StateNamed(options.state));
  request.set_serial_prefix(options.serial_prefix);
  if (options.expiring_days > 0) {
    *request.mutable_expiring_before() =
        ToProto(SystemClock::Instance().TimeNow() + absl::Hours(24 * options.expiring_days));
  }
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::ListCertificates, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& record : response->certificates()) {
    rows.push_back(
        {record.serial(), record.spc(), TimeText(record.not_after()), record.requested_by(), record.x5u()});
  }
  PrintTable({"SERIAL", "SPC", "NOT AFTER", "REQUESTED BY", "X5U"}, rows);
  if (!response->next_page_token().empty())
    std::cout << "more: --page-token " << response->next_page_token() << "\n";
  return kExitOk;
}

int Show(Session& session, const SerialOption& options) {
  sti::v1::GetCertificateRequest request;
  request.set_serial(options.serial);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::GetCertificate, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"serial", response->serial()},
               {"spc", response->spc()},
               {"subject", response->subject()},
               {"not before", TimeText(response->not_before())},
               {"not after", TimeText(response->not_after())},
               {"x5u", response->x5u()},
               {"requested by", response->requested_by()},
               {"SPC token", response->token_jti()},
               {"issued", TimeText(response->issued())},
               {"revoked", RevokedText(*response)}});
  std::cout << response->chain_pem();
  return kExitOk;
}

int Revoke(Session& session, const RevokeOptions& options) {
  sti::v1::RevokeCertificateRequest request;
  request.set_serial(options.serial);
  request.set_reason_code(options.reason);
  request.set_dry_run(!options.yes);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::RevokeCertificate, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  PrintFields({{"serial", response->serial()},
               {"spc", response->spc()},
               {"subject", response->subject()},
               {"not after", TimeText(response->not_after())},
               {"revoked", RevokedText(*response)}});
  if (!options.yes) {
    std::cout << "would be revoked with reason " << options.reason << ", for good\n"
              << "nothing has been done: add --yes to revoke it\n";
  }
  return kExitOk;
}

int RevokeOfSpc(Session& session, const RevokeOptions& options) {
  sti::v1::RevokeSpcRequest request;
  request.set_spc(options.spc);
  request.set_reason_code(options.reason);
  request.set_dry_run(!options.yes);
  const auto response = Call<Admin>(session, Peer::kCa, &Admin::Stub::RevokeSpc, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  for (const std::string& serial : response->serials()) std::cout << serial << "\n";
  std::cout << response->serials_size() << (options.yes ? " revoked\n" : " would be revoked\n");
  if (!options.yes) std::cout << "nothing has been done: add --yes to revoke them\n";
  return kExitOk;
}

int RevokeWhat(Session& session, const RevokeOptions& options) {
  if (options.serial.empty() == options.spc.empty()) {
    return UsageError(session.output,
                      MakeError(Reason::kMissingField, "SERIAL", "SERIAL or --spc, one of them"));
  }
  return options.spc.empty() ? Revoke(session, options) : RevokeOfSpc(session, options);
}

int Chain(Session& session) {
  const auto response =
      Call<Admin>(session, Peer::kCa, &Admin::Stub::GetAuthorityChain, sti::v1::GetAuthorityChainRequest());
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    std::cout << response->issuing_pem();
    for (const std::string& above : response->above_pem()) std::cout << above;
    std::cout << response->root_pem();
    for (const auto& other : response->others()) {
      std::cout << "# not signing now\n" << other.issuing_pem() << other.root_pem();
    }
  }
  return kExitOk;
}

}  // namespace

void AddCaCommands(CLI::App& app, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(app, "ca", "administer the STI-CA");
  AddCaCeremony(*group, session, exit_code);
  AddLintCommand(*group, session, exit_code);
  AddCommand<ListOptions>(
      *group, "list", "issued certificates, in the order of issue",
      [](CLI::App& command, ListOptions& options) {
        command.add_option("--spc", options.spc, "only of this SPC");
        command.add_option("--expiring-days", options.expiring_days,
                           "only those that expire within so many days");
        command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
        command.add_option("--page-token", options.page_token, "as printed after the page before");
        command.add_option("--state", options.state, "only those that are valid, expired or revoked")
            ->check(CLI::IsMember({"valid", "expired", "revoked"}));
        command.add_option("--serial", options.serial_prefix, "only serial numbers that begin so");
      },
      [&session](const ListOptions& options) { return List(session, options); }, exit_code);
  AddCommand<SerialOption>(
      *group, "show", "one certificate with its chain",
      [](CLI::App& command, SerialOption& options) {
        command.add_option("SERIAL", options.serial, "hexadecimal serial number")->required();
      },
      [&session](const SerialOption& options) { return Show(session, options); }, exit_code);
  AddCommand<RevokeOptions>(
      *group, "revoke", "revoke a certificate, or all of an SPC, and have the STI-PA put them on the CRL",
      [](CLI::App& command, RevokeOptions& options) {
        command.add_option("SERIAL", options.serial, "hexadecimal serial number");
        command.add_option("--spc", options.spc, "every valid certificate of this SPC");
        command.add_flag("--yes", options.yes, "do it; without, only what would be revoked is shown");
        command
            .add_option("--reason", options.reason,
                        "CRL reason: 0 unspecified, 1 keyCompromise, 2 cACompromise, 3 affiliationChanged, 4 "
                        "superseded, 5 cessationOfOperation, 9 privilegeWithdrawn, 10 aACompromise")
            ->required();
      },
      [&session](const RevokeOptions& options) { return RevokeWhat(session, options); }, exit_code);
  AddCaAccountCommands(*group, session, exit_code);
  AddCaSettingsCommands(*group, session, exit_code);
  AddCommand<NoOptions>(
      *group, "chain", "the CA's own certificates: issuing CA and root, PEM", [](CLI::App&, NoOptions&) {},
      [&session](const NoOptions&) { return Chain(session); }, exit_code);
}

}  // namespace sti::stictl

#include "services/stictl/as_signer_commands.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "proto/sti/v1/signing_admin.grpc.pb.h"
#include "services/stictl/rpc_call.h"
#include "services/stictl/time_text.h"

namespace sti::stictl {
namespace {

using Admin = sti::v1::SigningAdmin;
using sti::v1::SignerCertificate;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct ProviderOption {
  std::string provider;
};

struct RequestOptions {
  std::string provider, token_key;
};

struct ImportOptions {
  std::string provider, chain, x5u, token_key;
};

const char* UseName(SignerCertificate::Use use) {
  switch (use) {
    case SignerCertificate::USE_CURRENT:
      return "current";
    case SignerCertificate::USE_NEXT:
      return "next";
    case SignerCertificate::USE_PREVIOUS:
      return "previous";
    default:
      return "?";
  }
}

void PrintFindings(const sti::v1::SelfCheckResult& result) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& finding : result.findings()) {
    rows.push_back({finding.severity(), finding.name(), Printable(finding.text())});
  }
  if (!rows.empty()) PrintTable({"SEVERITY", "FINDING", "WHAT"}, rows);
}

void PrintSigner(const sti::v1::ProviderSigner& signer) {
  Fields fields = {{"provider", signer.provider()}, {"SPC", signer.spc()}};
  for (const std::string& lacking : signer.lacking()) fields.emplace_back("lacking", Printable(lacking));
  if (signer.has_token_expires())
    fields.emplace_back("last SPC token until", TimeText(signer.token_expires()));
  if (signer.has_self_check()) {
    fields.emplace_back("self-check", absl::StrCat(TimeText(signer.self_check().time()), ", ",
                                                   signer.self_check().findings_size(), " findings"));
  }
  PrintFields(fields);
  std::vector<std::vector<std::string>> rows;
  for (const SignerCertificate& certificate : signer.certificates()) {
    rows.push_back({UseName(certificate.use()), Printable(certificate.serial()),
                    TimeText(certificate.not_before()), TimeText(certificate.not_after()),
                    certificate.has_renewal() ? TimeText(certificate.renewal()) : "",
                    Printable(certificate.x5u())});
  }
  if (!rows.empty()) PrintTable({"USE", "SERIAL", "FROM", "UNTIL", "RENEWAL", "X5U"}, rows);
  PrintFindings(signer.self_check());
}

int List(Session& session, const ProviderOption& options) {
  sti::v1::ListSignersRequest request;
  request.set_provider(options.provider);
  const auto response = Call<Admin>(session, Peer::kAs, &Admin::Stub::ListSigners, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
    return kExitOk;
  }
  for (int i = 0; i < response->signers_size(); ++i) {
    if (i > 0) std::cout << "\n";
    PrintSigner(response->signers(i));
  }
  return kExitOk;
}

int PrintCertificate(const SignerCertificate& certificate) {
  PrintFields({{"use", UseName(certificate.use())},
               {"serial", Printable(certificate.serial())},
               {"subject", Printable(certificate.subject())},
               {"issuer", Printable(certificate.issuer())},
               {"x5u", Printable(certificate.x5u())},
               {"from", TimeText(certificate.not_before())},
               {"until", TimeText(certificate.not_after())}});
  return kExitOk;
}

int Renew(Session& session, const ProviderOption& options) {
  sti::v1::RenewCertificateRequest request;
  request.set_provider(options.provider);
  const auto response = Call<Admin>(session, Peer::kAs, &Admin::Stub::RenewCertificate, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (!session.output.json()) return PrintCertificate(response->certificate());
  PrintMessage(*response);
  return kExitOk;
}

int Request(Session& session, const RequestOptions& options) {
  sti::v1::MakeCertificateRequestRequest request;
  request.set_provider(options.provider);
  request.set_token_key(options.token_key);
  const auto response = Call<Admin>(session, Peer::kAs, &Admin::Stub::MakeCertificateRequest, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (session.output.json()) {
    PrintMessage(*response);
  } else {
    std::cout << response->csr_pem();
  }
  return kExitOk;
}

int Import(Session& session, const ImportOptions& options) {
  sti::v1::ImportCertificateRequest request;
  request.set_provider(options.provider);
  request.set_x5u(options.x5u);
  request.set_token_key(options.token_key);
  const auto chain = ReadOptionFile("CHAIN", options.chain, limits::kChainBody);
  if (!chain.ok()) return UsageError(session.output, chain.status());
  request.set_chain_pem(*chain);
  const auto response = Call<Admin>(session, Peer::kAs, &Admin::Stub::ImportCertificate, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  if (!session.output.json()) return PrintCertificate(response->certificate());
  PrintMessage(*response);
  return kExitOk;
}

int Check(Session& session, const ProviderOption& options) {
  sti::v1::CheckSignerRequest request;
  request.set_provider(options.provider);
  const auto response = Call<Admin>(session, Peer::kAs, &Admin::Stub::CheckSigner, request);
  if (!response.ok()) return FailCall(session.output, response.status());
  const auto& findings = response->result().findings();
  if (session.output.json()) {
    PrintMessage(*response);
  } else if (findings.empty()) {
    std::cout << "nothing that a verifier would dislike\n";
  } else {
    PrintFindings(response->result());
  }
  const bool refused = std::any_of(findings.begin(), findings.end(),
                                   [](const auto& finding) { return finding.severity() == "error"; });
  return refused ? kExitNegative : kExitOk;
}

template <typename Options>
void DeclareProvider(CLI::App& command, Options& options) {
  command.add_option("--provider", options.provider, "name in the configuration (default: the only one)");
}

template <typename Options>
void DeclareTokenKey(CLI::App& command, Options& options) {
  command.add_option("--token-key", options.token_key,
                     "pkcs11: URI, one of the provider's token_keys; what follows \"?\" may be left out");
}

}  // namespace

void AddAsSignerCommands(CLI::App& as, Session& session, int& exit_code) {
  CLI::App* group = AddGroup(as, "signer", "keys and certificates that calls are signed with");
  AddCommand<ProviderOption>(
      *group, "list", "what each provider signs with, and what it lacks", DeclareProvider<ProviderOption>,
      [&session](const ProviderOption& options) { return List(session, options); }, exit_code);
  AddCommand<ProviderOption>(
      *group, "renew", "enrol now instead of when it is due", DeclareProvider<ProviderOption>,
      [&session](const ProviderOption& options) { return Renew(session, options); }, exit_code);
  AddCommand<RequestOptions>(
      *group, "request", "print a request for a certificate that is to be bought elsewhere",
      [](CLI::App& command, RequestOptions& options) {
        DeclareProvider(command, options);
        DeclareTokenKey(command, options);
        command.footer("The key stays in the daemon. Asked again: a request for the same key.");
      },
      [&session](const RequestOptions& options) { return Request(session, options); }, exit_code);
  AddCommand<ImportOptions>(
      *group, "import", "sign with a certificate that was bought elsewhere",
      [](CLI::App& command, ImportOptions& options) {
        command.add_option("CHAIN", options.chain, "PEM file, own certificate first")->required();
        DeclareProvider(command, options);
        command.add_option("--x5u", options.x5u, "where it is published (default: by the daemon itself)");
        DeclareTokenKey(command, options);
      },
      [&session](const ImportOptions& options) { return Import(session, options); }, exit_code);
  AddCommand<ProviderOption>(
      *group, "check", "look at the own certificate as a stranger would", DeclareProvider<ProviderOption>,
      [&session](const ProviderOption& options) { return Check(session, options); }, exit_code)
      ->footer("Exit code: 0 no verifier refuses it, 1 some do.");
}

}  // namespace sti::stictl

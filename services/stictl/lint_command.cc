#include "services/stictl/lint_command.h"

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/pki/profile_lint.h"
#include "services/stictl/output.h"

namespace sti::stictl {
namespace {

struct LintOptions {
  std::string file;
  std::string role;
};

struct Linted {
  pki::UncheckedCertificate certificate;
  pki::CertificateRole role;
  std::vector<pki::LintFinding> findings;
};

// As on the command line.
const std::map<std::string, pki::CertificateRole>& Roles() {
  static const auto* const roles =
      new std::map<std::string, pki::CertificateRole>{{"leaf", pki::CertificateRole::kLeaf},
                                                      {"intermediate", pki::CertificateRole::kIntermediate},
                                                      {"root", pki::CertificateRole::kRoot},
                                                      {"delegate", pki::CertificateRole::kDelegate},
                                                      {"delegate-ca", pki::CertificateRole::kDelegateCa}};
  return *roles;
}

// `role` of the first one; empty: what it looks like.
std::vector<Linted> LintAll(const std::vector<pki::UncheckedCertificate>& chain, const std::string& role) {
  std::vector<Linted> all;
  for (size_t i = 0; i < chain.size(); ++i) {
    const pki::CertificateRole as = i == 0 && !role.empty() ? Roles().at(role) : pki::RoleOf(chain[i]);
    const pki::UncheckedCertificate* issuer = i + 1 < chain.size() ? &chain[i + 1] : nullptr;
    all.push_back({chain[i], as, pki::LintCertificate(chain[i], as, issuer)});
  }
  return all;
}

codec::JsonValue ToJson(const std::vector<Linted>& all) {
  codec::JsonArray certificates;
  for (const Linted& one : all) {
    codec::JsonArray findings;
    for (const pki::LintFinding& finding : one.findings) {
      findings.emplace_back(codec::JsonObject{{"effective", finding.effective},
                                              {"name", finding.name},
                                              {"source", finding.source},
                                              {"text", finding.text}});
    }
    certificates.emplace_back(codec::JsonObject{{"findings", std::move(findings)},
                                                {"role", pki::RoleName(one.role)},
                                                {"serial", one.certificate.serial()},
                                                {"subject", one.certificate.subject()}});
  }
  return codec::JsonObject{{"certificates", std::move(certificates)}};
}

void PrintText(const Output& output, const std::vector<Linted>& all) {
  for (const Linted& one : all) {
    std::cout << pki::RoleName(one.role) << " " << Printable(one.certificate.subject()) << ": "
              << (one.findings.empty() ? Green(output, "fits the profile") : Red(output, "differs")) << "\n";
    for (const pki::LintFinding& finding : one.findings) {
      std::cout << "  " << finding.name << ": " << Printable(finding.text) << "\n    "
                << Dim(output, finding.source) << Dim(output, ", since ") << Dim(output, finding.effective)
                << "\n";
    }
  }
}

int Lint(const Session& session, const LintOptions& options) {
  const auto text = ReadOptionFile("FILE", options.file, limits::kChainBody);
  if (!text.ok()) return UsageError(session.output, text.status());
  const auto chain = pki::UncheckedCertificate::ParseChain(*text);
  if (!chain.ok()) return UsageError(session.output, PrefixField("FILE", chain.status()));
  const std::vector<Linted> all = LintAll(*chain, options.role);
  bool clean = true;
  for (const Linted& one : all) clean = clean && one.findings.empty();
  if (session.output.json()) {
    PrintJson(ToJson(all));
  } else {
    PrintText(session.output, all);
  }
  return clean ? kExitOk : kExitNegative;
}

}  // namespace

void AddLintCommand(CLI::App& ca, Session& session, int& exit_code) {
  AddCommand<LintOptions>(
      ca, "lint", "compare certificates with the SHAKEN profile; verifiers accept them nevertheless",
      [](CLI::App& command, LintOptions& options) {
        command.add_option("FILE", options.file, "PEM chain, signer first, or one DER certificate")
            ->required();
        command
            .add_option("--role", options.role,
                        "what the first certificate is to be; left out: what it looks like")
            ->check(CLI::IsMember({"leaf", "intermediate", "root", "delegate", "delegate-ca"}));
        command.footer(
            "Rules hold from their effective date on, by notBefore. What cannot be decoded is a finding, "
            "too. "
            "Exit code 1: something differs; 2: no certificate.");
      },
      [&session](const LintOptions& options) { return Lint(session, options); }, exit_code);
}

}  // namespace sti::stictl

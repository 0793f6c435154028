#include "common/pki/profile_lint.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/pki/profile_rules.h"

namespace sti::pki {
namespace {

bool Applies(const ProfileRule& rule, const ProfileFacts& facts) {
  if ((rule.roles & static_cast<int>(facts.role)) == 0 || !facts.IssuedSince(rule.source)) return false;
  return rule.until == nullptr || !facts.IssuedSince(*rule.until);
}

// Every table in turn.
template <typename Visit>
void ForEachRule(const Visit& visit) {
  for (const absl::Span<const ProfileRule> rules :
       {FormRules(), TnFormRules(), BasicRules(), SubjectRules(), ExtensionRules(), ShakenRules()}) {
    for (const ProfileRule& rule : rules) visit(rule);
  }
}

}  // namespace

std::vector<LintFinding> FindingsOf(const ProfileFacts& facts) {
  std::vector<LintFinding> findings;
  ForEachRule([&](const ProfileRule& rule) {
    if (!Applies(rule, facts)) return;
    std::string text = rule.check(facts);
    if (text.empty()) return;
    findings.push_back({rule.name, rule.source.name, facts.is_leaf() ? rule.source.leaves : rule.source.cas,
                        std::move(text)});
  });
  return findings;
}

CertificateRole RoleOf(const Certificate& certificate) {
  if (certificate.is_ca()) {
    if (certificate.IsSelfIssued()) return CertificateRole::kRoot;
    return certificate.tn_auth_list() ? CertificateRole::kDelegateCa : CertificateRole::kIntermediate;
  }
  const bool numbers_only = certificate.tn_auth_list() && certificate.tn_auth_list()->Spcs().empty();
  return numbers_only ? CertificateRole::kDelegate : CertificateRole::kLeaf;
}

const char* RoleName(CertificateRole role) {
  switch (role) {
    case CertificateRole::kLeaf:
      return "leaf";
    case CertificateRole::kIntermediate:
      return "intermediate CA";
    case CertificateRole::kRoot:
      return "root CA";
    case CertificateRole::kDelegate:
      return "delegate leaf";
    case CertificateRole::kDelegateCa:
      return "delegate CA";
  }
  return "";
}

std::vector<LintFinding> LintCertificate(const Certificate& certificate, CertificateRole role,
                                         const Certificate* issuer) {
  ProfileFacts facts = FactsOf(certificate.x509(), certificate.der(), role);
  if (issuer != nullptr) facts.issuer_key_id = &issuer->subject_key_id();
  return FindingsOf(facts);
}

std::vector<std::string> LintChain(const CertificateChain& chain) {
  const std::vector<Certificate>& certificates = chain.certificates();
  std::vector<std::string> lines;
  for (size_t i = 0; i < certificates.size(); ++i) {
    const Certificate& certificate = certificates[i];
    const CertificateRole role = RoleOf(certificate);
    const Certificate* issuer = i + 1 < certificates.size() ? &certificates[i + 1] : nullptr;
    for (const LintFinding& finding : LintCertificate(certificate, role, issuer)) {
      lines.push_back(absl::StrCat(RoleName(role), " ", certificate.subject().Text(), ": ", finding.name,
                                   " (", finding.source, "): ", finding.text));
    }
  }
  return lines;
}

std::vector<LintFinding> LintRules() {
  std::vector<LintFinding> rules = {RefusedRule()};
  ForEachRule([&](const ProfileRule& rule) {
    const bool of_leaves = (rule.roles & (CertificateRole::kLeaf | CertificateRole::kDelegate)) != 0;
    rules.push_back({rule.name, rule.source.name, of_leaves ? rule.source.leaves : rule.source.cas, ""});
  });
  return rules;
}

}  // namespace sti::pki

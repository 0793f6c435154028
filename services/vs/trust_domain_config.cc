#include "services/vs/trust_domain_config.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/stir/pa_root.h"
#include "services/vs/client_profile.h"

namespace sti::vs {
namespace {

// CertificateKeeper's file stands beside the folders of the trust domains.
constexpr absl::string_view kCertificatesName = "certificates";

absl::Status Refuse(absl::string_view key, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, key, why);
}

absl::StatusOr<pki::Certificate> PaRootFrom(const std::string& file, absl::string_view key) {
  const auto pem = daemon::ReadFile(file, limits::kChainBody);
  if (!pem.ok()) return Refuse(key, pem.status().message());
  auto root = stir::ParsePaRoot(*pem);
  if (!root.ok()) return Refuse(key, absl::StrCat(file, ": ", root.status().message()));
  return root;
}

absl::StatusOr<std::vector<pki::Certificate>> PaRootsFrom(const sti::config::v1::TrustDomain& domain) {
  std::vector<pki::Certificate> roots;
  STI_ASSIGN_OR_RETURN(pki::Certificate first, PaRootFrom(domain.pa_root_file(), "pa_root_file"));
  roots.push_back(std::move(first));
  for (int i = 0; i < domain.more_pa_root_files_size(); ++i) {
    STI_ASSIGN_OR_RETURN(pki::Certificate more, PaRootFrom(domain.more_pa_root_files(i),
                                                           absl::StrCat("more_pa_root_files[", i, "]")));
    roots.push_back(std::move(more));
  }
  return roots;
}

// "2.16.840.1.114569.1.1.3": two arcs or more, without leading zeros.
bool IsOid(absl::string_view text) {
  const std::vector<absl::string_view> arcs = absl::StrSplit(text, '.');
  return arcs.size() >= 2 && std::all_of(arcs.begin(), arcs.end(), [](absl::string_view arc) {
           return !arc.empty() && (arc.size() == 1 || arc[0] != '0') &&
                  std::all_of(arc.begin(), arc.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
         });
}

// 0 is "for ever".
absl::Duration GraceFrom(int32_t seconds) {
  return seconds == 0 ? absl::InfiniteDuration() : absl::Seconds(seconds);
}

absl::StatusOr<TrustDomainOptions> DomainFrom(const sti::config::v1::TrustDomain& domain) {
  TrustDomainRules rules;
  rules.name = domain.name();
  if (!IsPlainName(rules.name)) return Refuse("name", "must be 1 to 32 characters of a-z, 0-9 and \"-\"");
  if (rules.name == kCertificatesName) return Refuse("name", "sti-vs keeps a file of this name");
  rules.policy_oids.assign(domain.policy_oids().begin(), domain.policy_oids().end());
  for (size_t i = 0; i < rules.policy_oids.size(); ++i) {
    if (!IsOid(rules.policy_oids[i])) {
      return Refuse(absl::StrCat("policy_oids[", i, "]"),
                    "is no object identifier like 2.16.840.1.114569.1.1.3");
    }
  }
  rules.delegates = domain.delegates();
  rules.numbers = domain.number_authority() == "enforce"  ? stir::NumberAuthorityMode::kEnforce
                  : domain.number_authority() == "report" ? stir::NumberAuthorityMode::kReport
                                                          : stir::NumberAuthorityMode::kOff;
  rules.rph_signers.assign(domain.rph_signers().begin(), domain.rph_signers().end());
  rules.trust_list_grace = GraceFrom(domain.trust_list_grace_seconds());
  rules.crl_grace = GraceFrom(domain.crl_grace_seconds());
  STI_ASSIGN_OR_RETURN(std::vector<pki::Certificate> roots, PaRootsFrom(domain));
  return TrustDomainOptions{std::move(rules), std::move(roots), absl::Seconds(domain.refresh_seconds())};
}

}  // namespace

absl::StatusOr<std::vector<TrustDomainOptions>> TrustDomainsFrom(
    const sti::config::v1::VerificationServer& config) {
  if (config.trust_domains().empty()) return Refuse("trust_domains", "must not be empty");
  std::vector<TrustDomainOptions> domains;
  for (int i = 0; i < config.trust_domains_size(); ++i) {
    const std::string place = absl::StrCat("trust_domains[", i, "]");
    auto domain = DomainFrom(config.trust_domains(i));
    if (!domain.ok()) return PrefixField(place, domain.status());
    for (const TrustDomainOptions& other : domains) {
      if (other.rules.name == domain->rules.name) {
        return Refuse(absl::StrCat(place, ".name"),
                      absl::StrCat("another trust domain is named ", other.rules.name, ", too"));
      }
    }
    domains.push_back(*std::move(domain));
  }
  return domains;
}

}  // namespace sti::vs

// What a verifier would dislike about an answer.
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/codec/url.h"
#include "common/http/freshness.h"
#include "common/http/immutable_document.h"
#include "common/pki/profile_lint.h"
#include "services/as/expiry.h"
#include "services/as/self_check.h"

namespace sti::as {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
using Findings = std::vector<SelfCheckFinding>;

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

void Error(Findings& findings, std::string name, std::string text) {
  findings.push_back({std::move(name), true, std::move(text)});
}

void Warn(Findings& findings, std::string name, std::string text) {
  findings.push_back({std::move(name), false, std::move(text)});
}

void JudgePort(const std::string& x5u, Findings& findings) {
  const auto url = codec::Url::Parse(x5u);
  if (!url.ok() || url->port() == 443 || url->port() == 8443) return;
  Error(findings, "x5u_port",
        absl::StrCat("port ", url->port(), ": verifiers accept 443 and 8443 only (ATIS-1000080)"));
}

const char* NameOf(Reason reason) {
  if (reason == Reason::kCertificateFetchTimeout) return "x5u_timeout";
  return reason == Reason::kCertificateAddressRefused ? "x5u_address" : "x5u_unreachable";
}

void JudgeHeaders(const http::FetchResponse& answer, absl::Time now, Findings& findings) {
  if (answer.content_type != http::kChainMediaType) {
    Warn(findings, "content_type",
         absl::StrCat("the Content-Type is not ", http::kChainMediaType, " (ATIS-1000080)"));
  }
  if (http::SaysNoStore(answer) || http::FreshnessOf(answer, now) + absl::Hours(1) < kDay) {
    Warn(findings, "cache_control", "no Cache-Control by which it is kept for a day (ATIS-1000074)");
  }
}

void JudgeChain(const pki::CertificateChain& got, const pki::CertificateChain& ours, Findings& findings) {
  if (got.leaf().der() != ours.leaf().der()) {
    Error(findings, "leaf_differs",
          absl::StrCat("the certificate there has the serial number ", got.leaf().serial(),
                       ", calls are signed with ", ours.leaf().serial()));
  } else if (got.sha256() != ours.sha256()) {
    Warn(findings, "chain_differs", "the certificates above it are others than those that came with it");
  }
  const auto& certificates = got.certificates();
  for (size_t i = 0; i + 1 < certificates.size(); ++i) {
    if (certificates[i].IsSignedBy(certificates[i + 1])) continue;
    Error(findings, "chain_order",
          absl::StrCat("certificate ", i + 1, " is not signed by certificate ", i + 2));
    return;
  }
}

// A rule may be broken by several certificates; each tells.
void JudgeProfile(const pki::CertificateChain& chain, Findings& findings) {
  const auto& certificates = chain.certificates();
  for (size_t i = 0; i < certificates.size(); ++i) {
    const pki::Certificate* issuer = i + 1 < certificates.size() ? &certificates[i + 1] : nullptr;
    for (const pki::LintFinding& lint :
         pki::LintCertificate(certificates[i], pki::RoleOf(certificates[i]), issuer)) {
      Warn(findings, lint.name,
           absl::StrCat(certificates[i].subject().Text(), ": ", lint.text, " (", lint.source, ")"));
    }
  }
}

void JudgeExpiry(const SigningCredential& credential, absl::Time now, Findings& findings) {
  const ExpiryLevel level = ExpiryLevelOf(credential.not_before, credential.not_after, now);
  if (now > credential.not_after) {
    Error(findings, "certificate_expired", absl::StrCat("it ended at ", TimeText(credential.not_after)));
  } else if (level != ExpiryLevel::kFine) {
    findings.push_back({"certificate_expiring", level == ExpiryLevel::kAlarm,
                        absl::StrCat("it ends at ", TimeText(credential.not_after))});
  }
}

const char* NameOfRefusal(Reason reason) {
  if (reason == Reason::kCertificateUntrusted) return "untrusted";
  return reason == Reason::kCertificateRevoked ? "revoked" : "chain_refused";
}

// The chain as verifiers get it. That it has expired is told by the credential's own end.
void JudgeTrustOf(const pki::CertificateChain& chain, const TrustAnswer& trust, absl::Time now,
                  Findings& findings) {
  if (!trust.ok()) {
    Warn(findings, "trust_unknown",
         absl::StrCat("the STI-PA's trust list and CRL: ", trust.status().message()));
    return;
  }
  if (*trust == nullptr || now > chain.leaf().not_after()) return;
  const absl::Status judged = JudgeTrust(chain, **trust, now);
  if (judged.ok()) return;
  Error(findings, NameOfRefusal(ReasonOf(judged)),
        absl::StrCat(ReasonName(ReasonOf(judged)), ": ", judged.message()));
}

}  // namespace

bool SelfCheckResult::HasError() const {
  for (const SelfCheckFinding& finding : findings) {
    if (finding.error) return true;
  }
  return false;
}

std::vector<SelfCheckFinding> JudgeAnswer(const SigningCredential& credential,
                                          const absl::StatusOr<http::FetchResponse>& answer, absl::Time now,
                                          const TrustAnswer& trust) {
  Findings findings;
  JudgePort(credential.signer.x5u(), findings);
  JudgeExpiry(credential, now, findings);
  if (!answer.ok()) {
    Error(findings, NameOf(ReasonOf(answer.status())), std::string(answer.status().message()));
    return findings;
  }
  JudgeHeaders(*answer, now, findings);
  const auto chain = pki::CertificateChain::Parse(answer->body);
  if (!chain.ok()) {
    Error(findings, "chain_malformed", std::string(chain.status().message()));
    return findings;
  }
  JudgeChain(*chain, *credential.chain, findings);
  JudgeProfile(*chain, findings);
  JudgeTrustOf(*chain, trust, now, findings);
  return findings;
}

}  // namespace sti::as

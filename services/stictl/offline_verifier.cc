#include "services/stictl/offline_verifier.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/codec/url.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/crl.h"
#include "common/pki/profile_lint.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport_verifier.h"

namespace sti::stictl {
namespace {

using pki::Certificate;

absl::StatusOr<std::vector<Certificate>> ParseRoots(absl::string_view pem) {
  auto blocks = codec::ParsePem(pem, limits::kTrustListAnchors);
  if (!blocks.ok()) return PrefixField("anchors", blocks.status());
  std::vector<Certificate> roots;
  for (const codec::PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE") continue;
    auto root = Certificate::ParseDer(block.der);
    if (!root.ok()) return PrefixField("anchors", root.status());
    roots.push_back(*std::move(root));
  }
  if (roots.empty()) return MakeError(Reason::kInvalidField, "anchors", "the file holds no PEM certificate");
  return roots;
}

// The CRL file holds the CRL and its signer's chain. Whoever hands over the file vouches for it, so the last
// certificate of that chain is the anchor; a root that was left out is looked for among the anchors.
absl::StatusOr<std::shared_ptr<const pki::VerifiedCrl>> ParseCrl(absl::string_view pem,
                                                                 const std::vector<Certificate>& roots,
                                                                 absl::Time at) {
  STI_ASSIGN_OR_RETURN(const std::vector<codec::PemBlock> blocks,
                       codec::ParsePem(pem, limits::kChainCertificates + 1));
  std::string crl;
  std::vector<Certificate> chain;
  for (const codec::PemBlock& block : blocks) {
    if (block.label == "X509 CRL") {
      if (!crl.empty()) return MakeError(Reason::kInvalidField, "the file holds more than one CRL");
      crl = block.der;
    } else if (block.label == "CERTIFICATE") {
      STI_ASSIGN_OR_RETURN(Certificate certificate, Certificate::ParseDer(block.der));
      chain.push_back(std::move(certificate));
    }
  }
  if (crl.empty()) return MakeError(Reason::kInvalidField, "the file holds no PEM block \"X509 CRL\"");
  if (chain.empty())
    return MakeError(Reason::kInvalidField, "the file holds no certificate of the CRL's signer");
  if (chain.back().IsSelfIssued()) {
    const Certificate root = chain.back();
    if (chain.size() > 1) chain.pop_back();
    return pki::VerifiedCrl::Verify(crl, chain, root, at);
  }
  for (const Certificate& root : roots) {
    if (root.subject() == chain.back().issuer()) return pki::VerifiedCrl::Verify(crl, chain, root, at);
  }
  return pki::VerifiedCrl::Verify(crl, chain, chain.back(), at);
}

// A CRL that cannot be relied on at that time says something about the call; a file that holds none does not.
bool IsVerdict(const absl::Status& crl_status) {
  const Reason reason = ReasonOf(crl_status);
  return reason == Reason::kCrlInvalid || reason == Reason::kCrlExpired;
}

using Chain = absl::StatusOr<pki::CertificateChain>;

// Parsed once, judged once.
class Chains {
 public:
  Chains(const OfflineCall& call, const pki::TrustAnchors& anchors, const pki::VerifiedCrl* crl,
         const absl::Status& crl_status) {
    for (const OfflineChain& given : call.chains) {
      Chain chain = pki::CertificateChain::Parse(given.body);
      absl::Status status =
          chain.ok() ? pki::VerifyChain(*chain, anchors, crl, call.chain_policy, call.at) : chain.status();
      status.Update(crl_status);
      std::vector<std::string> notes;
      if (chain.ok()) notes = pki::LintChain(*chain);
      chains_.emplace(given.url, Judged{std::move(chain), std::move(status), std::move(notes)});
    }
  }

  void Find(const std::string& url, stir::SignerFindings& signer) const {
    auto found = chains_.find(url);
    if (found == chains_.end()) found = chains_.find("");
    if (found == chains_.end()) {
      signer.chain = &missing_;
      return;
    }
    signer.chain = &found->second.chain;
    signer.chain_status = found->second.status;
    signer.notes = found->second.notes;
  }

 private:
  struct Judged {
    Chain chain;
    absl::Status status;
    std::vector<std::string> notes;
  };

  const Chain missing_ = MakeError(Reason::kCertificateUnavailable, "no --chain was given for this x5u");
  std::map<std::string, Judged> chains_;
};

}  // namespace

absl::StatusOr<stir::CallVerdict> VerifyOffline(const OfflineCall& call) {
  STI_ASSIGN_OR_RETURN(std::vector<Certificate> roots, ParseRoots(call.anchors));
  std::shared_ptr<const pki::VerifiedCrl> crl;
  absl::Status crl_status;
  if (!call.crl.empty()) {
    auto parsed = ParseCrl(call.crl, roots, call.at);
    if (parsed.ok()) {
      crl = *std::move(parsed);
    } else if (IsVerdict(parsed.status())) {
      crl_status = parsed.status();
    } else {
      return PrefixField("crl", parsed.status());
    }
  }
  const pki::TrustAnchors anchors(std::move(roots));
  const Chains chains(call, anchors, crl.get(), crl_status);
  std::vector<std::string> identities;
  for (const std::string& joined : call.identities) {
    for (std::string& identity : stir::SplitIdentityValues(joined)) identities.push_back(std::move(identity));
  }
  if (identities.size() > limits::kIdentityHeadersPerCall) {
    return MakeError(Reason::kTooLarge, "identity",
                     absl::StrCat("more than ", limits::kIdentityHeadersPerCall, " Identity headers"));
  }
  const stir::CallExamination examination = stir::ExamineCall(identities, call.facts, call.policy, call.at);
  std::vector<stir::HeaderVerdict> headers;
  for (size_t i = 0; i < examination.size(); ++i) {
    stir::SignerFindings signer;
    signer.rph_signers = call.rph_signers;
    if (const codec::Url* url = examination.certificate_url(i)) chains.Find(url->text(), signer);
    headers.push_back(stir::ConcludeHeader(examination, i, signer));
  }
  return stir::ConcludeCall(examination, std::move(headers));
}

}  // namespace sti::stictl

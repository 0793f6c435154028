#include "services/stictl/offline_verifier.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/crl.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/telephone_number.h"

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

absl::StatusOr<stir::PartyIdentity> ParseParty(absl::string_view field, const std::string& text) {
  if (text.empty()) return MakeError(Reason::kMissingField, field, "a telephone number or SIP URI is needed");
  auto party = stir::ParseSipIdentity(text, stir::NumberingPlan());
  if (!party.ok()) return PrefixField(field, party.status());
  return party;
}

}  // namespace

absl::StatusOr<stir::CallVerdict> VerifyOffline(const OfflineCall& call) {
  STI_ASSIGN_OR_RETURN(const stir::PartyIdentity orig, ParseParty("orig", call.orig));
  STI_ASSIGN_OR_RETURN(const stir::PartyIdentity dest, ParseParty("dest", call.dest));
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
  const auto chain = pki::CertificateChain::Parse(call.chain);
  absl::Status chain_status =
      chain.ok() ? pki::VerifyChain(*chain, anchors, crl.get(), pki::ChainPolicy(), call.at) : chain.status();
  chain_status.Update(crl_status);

  stir::CallFacts facts;
  facts.from = orig;
  facts.to = dest;
  std::vector<std::string> identities;
  for (const std::string& joined : call.identities) {
    for (std::string& identity : stir::SplitIdentityValues(joined)) identities.push_back(std::move(identity));
  }
  if (identities.size() > limits::kIdentityHeadersPerCall) {
    return MakeError(Reason::kTooLarge, "identity",
                     absl::StrCat("more than ", limits::kIdentityHeadersPerCall, " Identity headers"));
  }
  const stir::CallExamination examination =
      stir::ExamineCall(identities, facts, stir::VerifyPolicy(), call.at);
  stir::SignerFindings signer;
  signer.chain = &chain;
  signer.chain_status = chain_status;
  std::vector<stir::HeaderVerdict> headers;
  for (size_t i = 0; i < examination.size(); ++i) {
    headers.push_back(stir::ConcludeHeader(examination, i, signer));
  }
  return stir::ConcludeCall(examination, std::move(headers));
}

}  // namespace sti::stictl

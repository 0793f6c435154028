// Certificates for the lint alone, also those that Certificate::ParseDer refuses.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/crypto/openssl_handles.h"
#include "common/pki/asn1.h"
#include "common/pki/distinguished_name.h"
#include "common/pki/profile_lint.h"
#include "common/pki/profile_rules.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

absl::StatusOr<std::vector<std::string>> SplitChain(absl::string_view body) {
  if (body.size() > limits::kChainBody) {
    return MakeError(Reason::kTooLarge, "a certificate chain is longer than allowed");
  }
  if (body.find("-----BEGIN ") == absl::string_view::npos) return std::vector<std::string>{std::string(body)};
  const auto blocks = codec::ParsePem(body, limits::kChainCertificates);
  if (ReasonOf(blocks.status()) == Reason::kTooLarge) {
    return MakeError(Reason::kCertificateChainTooLong,
                     absl::StrCat("more than ", limits::kChainCertificates, " certificates"));
  }
  if (!blocks.ok()) return MakeError(Reason::kCertificateMalformed, blocks.status().message());
  std::vector<std::string> ders;
  for (const codec::PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE") {
      return MakeError(Reason::kCertificateMalformed, "a PEM block that is no certificate");
    }
    ders.push_back(block.der);
  }
  if (ders.empty()) return MakeError(Reason::kCertificateMalformed, "no certificate");
  return ders;
}

bool SaysWhyItIsRefused(const LintFinding& finding) {
  for (const absl::Span<const ProfileRule> rules : {FormRules(), TnFormRules()}) {
    for (const ProfileRule& rule : rules) {
      if (absl::string_view(rule.name) == finding.name) return true;
    }
  }
  return absl::string_view(finding.name) == "path_length_without_ca";
}

}  // namespace

LintFinding RefusedRule() { return {"certificate_refused", "RFC 5280 s6.1", "2008-05-01", ""}; }

struct UncheckedCertificate::Parts {
  crypto::X509Ptr x509;
  std::string der, serial, subject;
  absl::Status checked;  // what Certificate::ParseDer says
};

absl::StatusOr<UncheckedCertificate> UncheckedCertificate::ParseDer(absl::string_view der) {
  auto parts = std::make_shared<Parts>();
  parts->checked = Certificate::ParseDer(der).status();
  if (ReasonOf(parts->checked) == Reason::kTooLarge && FieldOf(parts->checked).empty()) return parts->checked;
  const unsigned char* in = Octets(der);
  parts->x509.reset(d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (parts->x509 == nullptr || in != Octets(der) + der.size()) {
    crypto::DrainOpenSslErrors();
    return parts->checked;
  }
  parts->der = std::string(der);
  parts->serial = IntegerHex(X509_get0_serialNumber(parts->x509.get()));
  const X509_NAME* name = X509_get_subject_name(parts->x509.get());
  // Names that cannot be decoded are no X509 to OpenSSL.
  STI_ASSIGN_OR_RETURN(const DistinguishedName subject,
                       DistinguishedName::ParseDer(ToDer(name, i2d_X509_NAME)));
  parts->subject = subject.Text();
  // OpenSSL fills its caches now, while no other thread can see this object.
  X509_check_purpose(parts->x509.get(), -1, 0);
  crypto::DrainOpenSslErrors();
  return UncheckedCertificate(std::move(parts));
}

absl::StatusOr<std::vector<UncheckedCertificate>> UncheckedCertificate::ParseChain(absl::string_view body) {
  STI_ASSIGN_OR_RETURN(const std::vector<std::string> ders, SplitChain(body));
  std::vector<UncheckedCertificate> chain;
  for (const std::string& der : ders) {
    STI_ASSIGN_OR_RETURN(UncheckedCertificate certificate, ParseDer(der));
    chain.push_back(std::move(certificate));
  }
  return chain;
}

const std::string& UncheckedCertificate::serial() const { return parts_->serial; }
const std::string& UncheckedCertificate::subject() const { return parts_->subject; }

CertificateRole RoleOf(const UncheckedCertificate& certificate) {
  X509* x509 = certificate.parts_->x509.get();
  const ProfileFacts facts = FactsOf(x509, certificate.parts_->der, CertificateRole::kLeaf);
  if (facts.is_ca) {
    if (X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0)
      return CertificateRole::kRoot;
    return facts.Find(kTnAuthListOid) != nullptr ? CertificateRole::kDelegateCa
                                                 : CertificateRole::kIntermediate;
  }
  return facts.has_fine_list() && facts.spcs.empty() ? CertificateRole::kDelegate : CertificateRole::kLeaf;
}

std::vector<LintFinding> LintCertificate(const UncheckedCertificate& certificate, CertificateRole role,
                                         const UncheckedCertificate* issuer) {
  const UncheckedCertificate::Parts& parts = *certificate.parts_;
  ProfileFacts facts = FactsOf(parts.x509.get(), parts.der, role);
  std::string issuer_key_id;
  if (issuer != nullptr) {
    issuer_key_id = FactsOf(issuer->parts_->x509.get(), issuer->parts_->der, role).subject_key_id;
    facts.issuer_key_id = &issuer_key_id;
  }
  std::vector<LintFinding> findings = FindingsOf(facts);
  if (!parts.checked.ok() && std::none_of(findings.begin(), findings.end(), SaysWhyItIsRefused)) {
    LintFinding refused = RefusedRule();
    refused.text = absl::StrCat("verifiers refuse it: ", parts.checked.message());
    findings.insert(findings.begin(), std::move(refused));
  }
  return findings;
}

}  // namespace sti::pki

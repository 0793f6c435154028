#include "services/as/testing/fake_authorities.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/jose/jwk.h"
#include "common/pki/certificate_builder.h"
#include "common/pki/csr.h"
#include "common/stir/spc_token.h"
#include "common/stir/vectors_testing.h"

namespace sti::as {

void FakeAuthorities::SetPa(absl::Status status) {
  MutexLock lock(mutex_);
  pa_ = std::move(status);
}

void FakeAuthorities::SetCa(absl::Status status) {
  MutexLock lock(mutex_);
  ca_ = std::move(status);
}

int FakeAuthorities::tokens() const {
  MutexLock lock(mutex_);
  return tokens_;
}

int FakeAuthorities::certificates() const {
  MutexLock lock(mutex_);
  return certificates_;
}

absl::StatusOr<std::string> FakeAuthorities::IssueToken(const std::string& tn_auth_list,
                                                        const std::string& fingerprint) {
  {
    MutexLock lock(mutex_);
    STI_RETURN_IF_ERROR(pa_);
    ++tokens_;
  }
  STI_ASSIGN_OR_RETURN(auto list, pki::TnAuthList::ParseDer(tn_auth_list));
  STI_ASSIGN_OR_RETURN(const std::string jti, MakeUuid(random_));
  const stir::SpcTokenClaims claims{
      std::move(list), fingerprint, false, jti, clock_.TimeNow() + absl::Hours(1), ""};
  return stir::SignSpcToken(claims, {stir::DemoCertificate("pa-token-signer.pem")},
                            *stir::DemoKey("pa-token-signer.key"));
}

absl::StatusOr<PublishedChain> FakeAuthorities::IssueCertificate(const std::string& csr,
                                                                 const std::string& spc_token) {
  int count;
  {
    MutexLock lock(mutex_);
    STI_RETURN_IF_ERROR(ca_);
    count = ++certificates_;
  }
  STI_ASSIGN_OR_RETURN(const auto token,
                       stir::VerifiedSpcToken::Verify(spc_token, stir::DemoCertificate("pa-root.pem"),
                                                      nullptr, clock_.TimeNow()));
  STI_ASSIGN_OR_RETURN(const pki::Csr request, pki::Csr::ParseDer(csr));
  STI_RETURN_IF_ERROR(stir::JudgeSpcToken(token, request.tn_auth_list.value(),
                                          jose::Fingerprint(request.public_key), request.asks_for_ca));
  const absl::Time now = clock_.TimeNow() + skew_;
  pki::CertificateTemplate contents;
  contents.subject = request.subject;
  contents.public_key = request.public_key;
  STI_ASSIGN_OR_RETURN(contents.serial_hex, pki::MakeSerial(random_));
  contents.not_before = now;
  contents.not_after = now + lifetime_;
  contents.key_usage.digital_signature = true;
  contents.tn_auth_list = request.tn_auth_list;
  if (defect_ == Defect::kOtherKey) contents.public_key = stir::DemoKey("leaf1234.key")->public_key();
  if (defect_ == Defect::kOtherSpc) contents.tn_auth_list = pki::TnAuthList::ForSpc("9999").value();
  if (defect_ == Defect::kNoTnAuthList) contents.tn_auth_list.reset();
  if (defect_ == Defect::kExpired)
    contents.not_after = now - absl::Seconds(1), contents.not_before = now - lifetime_;
  if (defect_ == Defect::kCaCertificate) {
    contents.is_ca = true;
    contents.key_usage = {};
    contents.key_usage.certificate_sign = true;
  }
  const pki::Certificate issuer = stir::DemoCertificate("int.pem");
  STI_ASSIGN_OR_RETURN(const auto leaf, pki::IssueCertificate(contents, issuer, *stir::DemoKey("int.key")));
  PublishedChain published{leaf.Pem() + issuer.Pem(), absl::StrCat("https://cr.example.net/", count, ".pem")};
  if (defect_ == Defect::kJunk) published.chain_pem = "junk";
  if (defect_ == Defect::kBadUrl) published.x5u = "http://cr.example.net/1.pem";
  return published;
}

}  // namespace sti::as

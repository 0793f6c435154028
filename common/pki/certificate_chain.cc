#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/crypto/digest.h"
#include "common/pki/certificate.h"

namespace sti::pki {
namespace {

constexpr char kPemLabel[] = "CERTIFICATE";
constexpr char kPemStart[] = "-----BEGIN ";

absl::Status TooLong() {
  return MakeError(Reason::kCertificateChainTooLong,
                   absl::StrCat("more than ", limits::kChainCertificates, " certificates"));
}

}  // namespace

absl::StatusOr<CertificateChain> CertificateChain::Parse(absl::string_view body) {
  if (body.size() > limits::kChainBody)
    return MakeError(Reason::kTooLarge, "a certificate chain is longer than allowed");
  std::vector<Certificate> certificates;
  if (body.find(kPemStart) == absl::string_view::npos) {
    STI_ASSIGN_OR_RETURN(Certificate certificate, Certificate::ParseDer(body));
    certificates.push_back(std::move(certificate));
    return FromCertificates(std::move(certificates));
  }
  const auto blocks = codec::ParsePem(body, limits::kChainCertificates);
  if (ReasonOf(blocks.status()) == Reason::kTooLarge) return TooLong();
  if (!blocks.ok()) return MakeError(Reason::kCertificateMalformed, blocks.status().message());
  for (const codec::PemBlock& block : *blocks) {
    if (block.label != kPemLabel)
      return MakeError(Reason::kCertificateMalformed, "a PEM block that is no certificate");
    STI_ASSIGN_OR_RETURN(Certificate certificate, Certificate::ParseDer(block.der));
    certificates.push_back(std::move(certificate));
  }
  return FromCertificates(std::move(certificates));
}

absl::StatusOr<CertificateChain> CertificateChain::FromCertificates(std::vector<Certificate> certificates) {
  if (certificates.empty()) return MakeError(Reason::kCertificateMalformed, "no certificate");
  if (certificates.size() > limits::kChainCertificates) return TooLong();
  CertificateChain chain;
  std::string all;
  for (const Certificate& certificate : certificates) all += certificate.der();  // DER delimits itself
  chain.sha256_ = crypto::Sha256(all);
  chain.certificates_ = std::move(certificates);
  return chain;
}

std::string CertificateChain::Pem() const {
  std::string pem;
  for (const Certificate& certificate : certificates_) pem += certificate.Pem();
  return pem;
}

}  // namespace sti::pki

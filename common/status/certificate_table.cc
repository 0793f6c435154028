#include "common/status/certificate_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/pki/tn_auth_list.h"
#include "common/status/times.h"

namespace sti::status {
namespace {

std::string SubjectOf(const pki::Certificate& certificate) {
  std::string text = certificate.subject().Text();
  if (!certificate.tn_auth_list()) return text;
  for (const std::string& spc : certificate.tn_auth_list()->Spcs()) absl::StrAppend(&text, "; SPC ", spc);
  return text;
}

}  // namespace

CertificateTable::CertificateTable(std::string caption, absl::Time now, absl::Duration soon)
    : now_(now), soon_(soon) {
  table_.caption = std::move(caption);
  table_.columns = {"For", "Subject", "Issuer", "Serial number", "Valid", "Time left"};
}

void CertificateTable::Add(const std::string& what, const pki::Certificate& certificate) {
  const std::string valid =
      absl::StrCat(TimeText(certificate.not_before()), " to ", TimeText(certificate.not_after()));
  Value left = certificate.not_before() > now_ ? Bad("not valid yet")
                                               : LeftUntil(certificate.not_after(), now_, soon_);
  table_.rows.push_back({what, SubjectOf(certificate), certificate.issuer_text(), Code(certificate.serial()),
                         valid, std::move(left)});
}

void CertificateTable::Add(const std::string& what, const pki::CertificateChain& chain) {
  const auto& certificates = chain.certificates();
  for (size_t i = 0; i < certificates.size(); ++i) {
    Add(i == 0 ? what : absl::StrCat(what, ", issuer ", i), certificates[i]);
  }
}

void CertificateTable::AddFile(const std::string& what, const absl::StatusOr<std::string>& pem) {
  const absl::StatusOr<pki::CertificateChain> chain =
      pem.ok() ? pki::CertificateChain::Parse(*pem) : pem.status();
  if (chain.ok()) return Add(what, chain->leaf());
  table_.rows.push_back({what, Bad("cannot be read"), std::string(chain.status().message()), "", "", ""});
}

}  // namespace sti::status

#include "services/ca/certificate_archive.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/page.h"

namespace sti::ca {
namespace {

constexpr char kListing[] = "certificates";

}  // namespace

std::string CanonicalSerial(absl::string_view serial) {
  while (serial.size() > 1 && serial.front() == '0') serial.remove_prefix(1);
  return absl::AsciiStrToUpper(serial);
}

absl::StatusOr<CertificatePage> CertificateArchive::List(const CertificateFilter& filter, int64_t page_size,
                                                         absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const int64_t after, store::ParseNumericPageToken(kListing, page_token, 0));
  std::vector<NumberedCertificate> rows;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(rows, ListCertificates(transaction, filter, after, limit + 1));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  CertificatePage page;
  if (rows.size() > static_cast<size_t>(limit)) {
    rows.pop_back();
    page.next_page_token = store::MakePageToken(kListing, absl::StrCat(rows.back().seq));
  }
  for (NumberedCertificate& row : rows) page.certificates.push_back(std::move(row.certificate));
  return page;
}

absl::StatusOr<CertificateRecord> CertificateArchive::Get(absl::string_view serial) const {
  if (serial.empty()) return MakeError(Reason::kMissingField, "serial", "which certificate?");
  std::optional<CertificateRecord> record;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(record, FindCertificate(transaction, CanonicalSerial(serial)));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (!record) {
    return MakeError(Reason::kNotFound, "serial",
                     absl::StrCat("no certificate with serial ", serial, " was issued"));
  }
  return *std::move(record);
}

}  // namespace sti::ca

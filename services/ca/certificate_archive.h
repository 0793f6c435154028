// What the CA has issued, for its admins.
#ifndef SERVICES_CA_CERTIFICATE_ARCHIVE_H_
#define SERVICES_CA_CERTIFICATE_ARCHIVE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/database.h"
#include "services/ca/ca_records.h"

namespace sti::ca {

struct CertificatePage {
  std::vector<CertificateRecord> certificates;  // in the order of issue, without chain_pem
  std::string next_page_token;                  // empty on the last page
};

// Serials as CertificateRecord has them: upper case, no leading zeros.
std::string CanonicalSerial(absl::string_view serial);

// Thread-safe.
class CertificateArchive {
 public:
  explicit CertificateArchive(store::Database& database) : database_(database) {}

  // kInvalidField, kStorageFailed.
  absl::StatusOr<CertificatePage> List(const CertificateFilter& filter, int64_t page_size,
                                       absl::string_view page_token) const;
  // `serial` in hexadecimal of either case. kMissingField, kNotFound, kStorageFailed.
  absl::StatusOr<CertificateRecord> Get(absl::string_view serial) const;

 private:
  store::Database& database_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_CERTIFICATE_ARCHIVE_H_

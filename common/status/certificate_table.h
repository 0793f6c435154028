// Certificates and the time they have left.
#ifndef COMMON_STATUS_CERTIFICATE_TABLE_H_
#define COMMON_STATUS_CERTIFICATE_TABLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pki/certificate.h"
#include "common/status/page.h"

namespace sti::status {

// Shows certificates one after the other; pure but for what it collects.
class CertificateTable {
 public:
  // A certificate is a warning when less than `soon` is left.
  CertificateTable(std::string caption, absl::Time now, absl::Duration soon = absl::Hours(30 * 24));

  // `what` it is for: "gRPC server".
  void Add(const std::string& what, const pki::Certificate& certificate);
  // All of a chain, the leaf as `what`.
  void Add(const std::string& what, const pki::CertificateChain& chain);
  // The first certificate of a PEM file as read, or that it cannot be read.
  void AddFile(const std::string& what, const absl::StatusOr<std::string>& pem);

  Table table() && { return std::move(table_); }

 private:
  const absl::Time now_;
  const absl::Duration soon_;
  Table table_;
};

}  // namespace sti::status

#endif  // COMMON_STATUS_CERTIFICATE_TABLE_H_

// Proven chains as a file, so that a restart needs no repository.
#ifndef SERVICES_VS_CERTIFICATE_FILE_H_
#define SERVICES_VS_CERTIFICATE_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/codec/url.h"
#include "common/pki/certificate.h"
#include "services/vs/certificate_cache.h"

namespace sti::vs {

// Octets; what would go beyond is left out. A chain takes about 2 KiB.
inline constexpr size_t kCertificateFile = 256 * 1024 * 1024;

struct StoredCertificate {
  codec::Url url;
  pki::CertificateChain chain;
  absl::Time fetched, expires;  // whole seconds
};

// Leaves out chains whose PEM is longer than limits::kChainBody. A line with the digest of the rest, then for
// each chain a line with URL, times and length, and its PEM.
std::string SerializeCertificates(const std::vector<CertificateCache::Kept>& kept);

// kStorageFailed for a file that is torn, was changed, or holds what was never written; but a single chain
// that can not be used is left out. Reads it as if an attacker had made it.
absl::StatusOr<std::vector<StoredCertificate>> ParseCertificates(absl::string_view contents);

}  // namespace sti::vs

#endif  // SERVICES_VS_CERTIFICATE_FILE_H_

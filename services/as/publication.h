// A repository of one's own (STI-CR, certificates.md s9), for chains of CAs that have none: each at its own
// URL, unchanging, for as long as its certificate is valid.
#ifndef SERVICES_AS_PUBLICATION_H_
#define SERVICES_AS_PUBLICATION_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/http/message.h"
#include "common/pki/certificate.h"

namespace sti::as {

// Thread-safe.
class Publication {
 public:
  // `folder` is made when it is missing; chains that are in it are published again, files that are none are
  // passed over and logged. `public_url` without path: what an x5u begins with. `clock` must outlive it.
  // kStorageFailed.
  static absl::StatusOr<std::unique_ptr<Publication>> Open(std::string folder, std::string public_url,
                                                           const Clock& clock);

  // The URL under which the chain can be had from now on, also after a restart; the same for the same chain.
  // kStorageFailed; kCertificateExpired.
  absl::StatusOr<std::string> Publish(const pki::CertificateChain& chain);

  // GET and HEAD of /certs/ID.pem: 200, or 304 when If-None-Match fits; 404; 405; 410 after notAfter.
  http::HttpResponse Handle(const http::HttpRequest& request) const;

  // Forgets what has expired more than a day ago.
  void RemoveExpired();

 private:
  struct Document {
    std::string pem;
    absl::Time not_after;
  };
  Publication(std::string folder, std::string public_url, const Clock& clock);
  void Load(const std::string& name);

  const std::string folder_, public_url_;
  const Clock& clock_;
  mutable Mutex mutex_;  // not held over I/O
  std::map<std::string, std::shared_ptr<const Document>> documents_ ABSL_GUARDED_BY(mutex_);  // by path
};

}  // namespace sti::as

#endif  // SERVICES_AS_PUBLICATION_H_

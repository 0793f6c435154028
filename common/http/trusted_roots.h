// Whom an HTTPS client trusts.
#ifndef COMMON_HTTP_TRUSTED_ROOTS_H_
#define COMMON_HTTP_TRUSTED_ROOTS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/snapshot.h"
#include "common/files/file_watch.h"
#include "common/http/curl_options.h"

namespace sti::http {

// Thread-safe; copies share one state.
class TrustedRoots {
 public:
  // The CAs in `ca_file`, for new connections as the file changes; or, when it is empty, the roots of the web
  // where libcurl has its built-in place, looked at again every five minutes. kConfigInvalid, field "ca_file".
  static absl::StatusOr<TrustedRoots> Open(const std::string& ca_file,
                                           files::FileWatch& watch = files::FileWatch::OfProcess());

  // Everything that libcurl is told about the trust in servers.
  void SetFor(CurlOptions& set) const;

 private:
  std::string web_roots_;                       // a path; empty with a file of one's own
  std::shared_ptr<Snapshot<std::string>> own_;  // PEM
  files::Watched watched_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_TRUSTED_ROOTS_H_

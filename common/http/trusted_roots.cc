#include "common/http/trusted_roots.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/files/tls_files.h"

namespace sti::http {
namespace {

// libcurl would keep parsed roots for a day.
constexpr long kWebRootsSeconds = 300;

}  // namespace

absl::StatusOr<TrustedRoots> TrustedRoots::Open(const std::string& ca_file, files::FileWatch& watch) {
  TrustedRoots roots;
  if (ca_file.empty()) {
    const curl_version_info_data* const version = curl_version_info(CURLVERSION_NOW);
    roots.web_roots_ = version->cainfo == nullptr ? "" : version->cainfo;
    if (roots.web_roots_.empty() || !files::ReadAuthorities("ca_file", roots.web_roots_).ok()) {
      return MakeError(
          Reason::kConfigInvalid, "ca_file",
          absl::StrCat("no web roots at ", roots.web_roots_, "; install ca-certificates or name a file"));
    }
    return roots;
  }
  roots.own_ = std::make_shared<Snapshot<std::string>>();
  STI_ASSIGN_OR_RETURN(roots.watched_,
                       watch.Watch("HTTPS client's ca_file", {ca_file},
                                   [own = roots.own_, ca_file]() -> absl::StatusOr<std::string> {
                                     STI_ASSIGN_OR_RETURN(std::string pem,
                                                          files::ReadAuthorities("ca_file", ca_file));
                                     own->Set(std::make_shared<const std::string>(std::move(pem)));
                                     return ca_file;
                                   }));
  return roots;
}

void TrustedRoots::SetFor(CurlOptions& set) const {
  // Debian's default folder would be trusted besides, and keeps libcurl from caching the parsed roots.
  set.Set(CURLOPT_SSL_VERIFYPEER, 1L)
      .Set(CURLOPT_SSL_VERIFYHOST, 2L)
      .Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (own_ == nullptr) {
    set.Set(CURLOPT_CAINFO, web_roots_.c_str()).Set(CURLOPT_CA_CACHE_TIMEOUT, kWebRootsSeconds);
    return;
  }
  const std::shared_ptr<const std::string> pem = own_->Get();
  curl_blob blob;
  blob.data = const_cast<char*>(pem->data());  // which libcurl copies
  blob.len = pem->size();
  blob.flags = CURL_BLOB_COPY;
  // The built-in file would be trusted besides.
  set.Set(CURLOPT_CAINFO, static_cast<const char*>(nullptr)).Set(CURLOPT_CAINFO_BLOB, &blob);
}

}  // namespace sti::http

#include "common/status/overview.h"

#include "absl/cleanup/cleanup.h"
#include "common/files/tls_files.h"
#include "common/status/certificate_table.h"
#include "common/status/page_answer.h"

namespace sti::status {

Section TlsSection(const TlsUses& uses, absl::Time now) {
  CertificateTable table("As their files are now", now);
  for (const auto& [what, file] : uses) {
    if (!file.empty()) table.AddFile(what, files::ReadAuthorities("certificate_file", file));
  }
  return {"tls", "TLS certificates", {std::move(table).table()}};
}

http::HttpResponse Overview::Answer(const http::HttpRequest& request) const {
  http::HttpResponse refused;
  refused.headers = {{"Cache-Control", "no-store"}};
  if (request.method != "GET") {
    refused.status = 405;
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  if (!places_.Enter()) {
    refused.status = 503;
    refused.headers.emplace_back("Retry-After", "1");
    return refused;
  }
  const auto leave = absl::MakeCleanup([this] { places_.Leave(); });
  return PageAnswer(200, make_());
}

}  // namespace sti::status

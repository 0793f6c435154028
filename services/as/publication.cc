#include "services/as/publication.h"

#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "common/http/immutable_document.h"

namespace sti::as {
namespace {

constexpr char kPath[] = "/certs/";
constexpr absl::Duration kMaxAge = absl::Hours(24);
constexpr absl::Duration kKeep = absl::Hours(24);

// Two chains over one leaf are two documents, or one of the URLs would change what it gives.
std::string NameOf(const pki::CertificateChain& chain) {
  return absl::StrCat(absl::BytesToHexString(chain.sha256()).substr(0, 32), ".pem");
}

}  // namespace

Publication::Publication(std::string folder, std::string public_url, const Clock& clock)
    : folder_(std::move(folder)), public_url_(absl::StripSuffix(public_url, "/")), clock_(clock) {}

absl::StatusOr<std::unique_ptr<Publication>> Publication::Open(std::string folder, std::string public_url,
                                                               const Clock& clock) {
  STI_RETURN_IF_ERROR(daemon::EnsureStateDir(folder));
  std::unique_ptr<Publication> publication(new Publication(std::move(folder), std::move(public_url), clock));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(publication->folder_, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ".pem")) publication->Load(name);
  }
  if (error)
    return MakeError(Reason::kStorageFailed, absl::StrCat(publication->folder_, ": ", error.message()));
  return publication;
}

void Publication::Load(const std::string& name) {
  const std::string file = absl::StrCat(folder_, "/", name);
  const auto pem = daemon::ReadFile(file, limits::kChainBody);
  const auto chain = pem.ok() ? pki::CertificateChain::Parse(*pem) : pem.status();
  if (!chain.ok() || NameOf(*chain) != name) {
    daemon::LogWarning("not published: not the chain that it is named after", {{"file", file}});
    return;
  }
  MutexLock lock(mutex_);
  documents_[kPath + name] = std::make_shared<const Document>(Document{*pem, chain->leaf().not_after()});
}

absl::StatusOr<std::string> Publication::Publish(const pki::CertificateChain& chain) {
  if (clock_.TimeNow() > chain.leaf().not_after()) {
    return MakeError(Reason::kCertificateExpired, "an expired certificate is not published");
  }
  const std::string name = NameOf(chain);
  const std::string pem = chain.Pem();
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(absl::StrCat(folder_, "/", name), pem));
  MutexLock lock(mutex_);
  documents_[kPath + name] = std::make_shared<const Document>(Document{pem, chain.leaf().not_after()});
  return absl::StrCat(public_url_, kPath, name);
}

http::HttpResponse Publication::Handle(const http::HttpRequest& request) const {
  if (auto refused = http::RefuseUnlessRead(request, "certificates")) return *std::move(refused);
  std::shared_ptr<const Document> document;
  {
    MutexLock lock(mutex_);
    const auto found = documents_.find(request.target);
    if (found != documents_.end()) document = found->second;
  }
  if (document == nullptr) return http::UncachedError(404, "no such certificate");
  if (clock_.TimeNow() > document->not_after) return http::UncachedError(410, "the certificate has expired");
  return http::AnswerImmutable(request, document->pem, http::kChainMediaType,
                               http::ImmutableCacheControl(kMaxAge));
}

void Publication::RemoveExpired() {
  const absl::Time end = clock_.TimeNow() - kKeep;
  std::vector<std::string> gone;
  {
    MutexLock lock(mutex_);
    for (auto entry = documents_.begin(); entry != documents_.end();) {
      const bool keep = entry->second->not_after >= end;
      if (!keep) gone.push_back(entry->first.substr(sizeof kPath - 1));
      entry = keep ? std::next(entry) : documents_.erase(entry);
    }
  }
  std::error_code ignored;
  for (const std::string& name : gone) std::filesystem::remove(absl::StrCat(folder_, "/", name), ignored);
}

}  // namespace sti::as

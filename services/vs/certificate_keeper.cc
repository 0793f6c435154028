#include "services/vs/certificate_keeper.h"

#include <utility>
#include <vector>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/files.h"
#include "common/daemon/log.h"
#include "services/vs/certificate_file.h"

namespace sti::vs {
namespace {

void LogFailure(const char* what, const absl::Status& status) {
  if (!status.ok()) daemon::LogError(what, {{"error", status.message()}});
}

}  // namespace

CertificateKeeper::CertificateKeeper(CertificateCache& cache, const std::string& folder,
                                     std::function<void(const absl::Status&)> on_saved)
    : cache_(cache), file_(folder + "/certificates"), on_saved_(std::move(on_saved)) {}

CertificateKeeper::~CertificateKeeper() { Stop(); }

absl::Status CertificateKeeper::Load() {
  const auto contents = daemon::ReadFile(file_, kCertificateFile);
  if (ReasonOf(contents.status()) == Reason::kNotFound) return absl::OkStatus();
  if (!contents.ok()) return MakeError(Reason::kStorageFailed, contents.status().message());
  STI_ASSIGN_OR_RETURN(std::vector<StoredCertificate> stored, ParseCertificates(*contents));
  for (StoredCertificate& each : stored) {
    cache_.Restore(each.url, std::move(each.chain), each.fetched, each.expires);
  }
  return absl::OkStatus();
}

absl::Status CertificateKeeper::Save() {
  // Asked for first: what changes meanwhile is saved next time.
  const uint64_t version = cache_.proven_version();
  if (version == saved_) return absl::OkStatus();
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(file_, SerializeCertificates(cache_.Proven())));
  saved_ = version;
  return absl::OkStatus();
}

void CertificateKeeper::Run(absl::Duration interval) {
  while (pause_.For(interval)) SaveAndTell();
  {
    MutexLock lock(mutex_);
    ended_ = true;
  }
  SaveAndTell();
}

void CertificateKeeper::SaveAndTell() {
  std::vector<Done> waiting;
  {
    MutexLock lock(mutex_);
    waiting.swap(waiting_);
  }
  const absl::Status saved = Save();
  LogFailure("certificates not stored", saved);
  if (on_saved_ != nullptr) on_saved_(saved);
  for (const Done& done : waiting) done(saved);
}

void CertificateKeeper::SaveSoon(Done done) {
  {
    MutexLock lock(mutex_);
    if (!ended_) waiting_.push_back(std::exchange(done, nullptr));
  }
  if (done != nullptr) return done(MakeError(Reason::kUnavailable, "shutting down"));
  pause_.Wake();
}

void CertificateKeeper::Start(absl::Duration interval) {
  LogFailure("stored certificates unusable", Load());
  thread_ = std::thread([this, interval] { Run(interval); });
}

void CertificateKeeper::Stop() {
  pause_.Stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::vs

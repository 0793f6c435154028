#include "common/admin/audit.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/daemon/log.h"

namespace sti::admin {

Audit::Audit(store::Database& database, Gate& gate, const Clock& clock)
    : database_(database), refusals_(database, clock), service_(database, gate) {
  gate.OnRefusal([this](const Actor& actor, absl::string_view rpc) {
    const absl::Status recorded = refusals_.Record(actor, rpc);
    if (!recorded.ok()) {
      daemon::LogError("a refusal is not in the audit", {{"client", actor.client},
                                                         {"request_id", actor.request_id},
                                                         {"rpc", rpc},
                                                         {"detail", recorded.message()}});
    }
  });
}

void Audit::KeepFile(const std::string& audit_file, const std::string& state_dir,
                     std::function<void()> on_change) {
  AuditFileOptions options;
  options.path = audit_file.empty() ? absl::StrCat(state_dir, "/audit.log") : audit_file;
  options.position_file = absl::StrCat(state_dir, "/audit.position");
  file_ = std::make_unique<AuditFile>(database_, std::move(options), std::move(on_change));
  file_->Start();
}

absl::StatusOr<int64_t> Audit::Waiting() const {
  if (file_ == nullptr) return MakeError(Reason::kUnavailable, "no audit file is kept yet");
  return file_->Waiting();
}

std::vector<std::string> Audit::Lacking() const {
  return file_ == nullptr ? std::vector<std::string>() : file_->Lacking();
}

void Audit::Stop() {
  if (file_ != nullptr) file_->Stop();
}

}  // namespace sti::admin

#include "services/as/provisioning_room.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_syntax.h"
#include "common/store/audit_log.h"

namespace sti::as {

absl::Status ProvisioningRoom::Run(
    RunMode run, const std::function<absl::Status(store::Transaction&, absl::Time now)>& body) const {
  const absl::Time now = WholeSeconds(clock.TimeNow());
  const auto work = [&](store::Transaction& transaction) { return body(transaction, now); };
  if (run == RunMode::kDry) return database.Read(work);
  STI_RETURN_IF_ERROR(database.Write(work));
  if (changed) changed();
  return absl::OkStatus();
}

absl::Status AuditChange(store::Transaction& transaction, const Actor& actor,
                         const SigningProviderOptions& provider, absl::string_view action,
                         absl::string_view object, absl::string_view name, std::string before,
                         std::string after, absl::Time now) {
  store::AuditEvent event;
  event.action = std::string(action);
  event.object = absl::StrCat(object, "/", provider.name, name.empty() ? "" : "/", name);
  event.spcs = {provider.spc};
  event.before = std::move(before);
  event.after = std::move(after);
  return store::AppendAudit(transaction, actor, event, now);
}

absl::Status CheckProvisionedName(absl::string_view field, absl::string_view name) {
  if (name.empty()) return MakeError(Reason::kMissingField, field, "a short name is needed");
  const bool fits = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
  if (fits && name.size() <= limits::kProvisionedName) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, field,
                   absl::StrCat("not 1 to ", limits::kProvisionedName,
                                " characters of A-Z, a-z, 0-9, \".\", \"_\" and \"-\""));
}

absl::Status CheckProvisionedText(absl::string_view field, absl::string_view text, size_t max) {
  if (text.size() > max)
    return MakeError(Reason::kTooLarge, field, absl::StrCat("more than ", max, " octets"));
  if (stir::IsDisplayText(text, true)) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, field, "a control character in it");
}

}  // namespace sti::as

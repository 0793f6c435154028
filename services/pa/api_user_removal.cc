#include "services/pa/api_user_removal.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/audit_log.h"

namespace sti::pa {

std::string ApiUserForAudit(const ApiUser& user) {
  return codec::CanonicalJson(codec::JsonObject{{"provider", user.provider_id}});
}

absl::Status RemoveApiUser(store::Transaction& transaction, const Actor& actor, const ApiUser& user,
                           const std::vector<std::string>& spcs, absl::Time now) {
  STI_RETURN_IF_ERROR(DeleteApiUser(transaction, user.user_id));
  return store::AppendAudit(
      transaction, actor,
      {"user.delete", absl::StrCat("user/", user.user_id), spcs, ApiUserForAudit(user), ""}, now);
}

}  // namespace sti::pa

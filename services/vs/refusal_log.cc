#include "services/vs/refusal_log.h"

#include "common/daemon/log.h"

namespace sti::vs {

void LogNotJudged(absl::string_view client, absl::string_view request_id, const absl::Status& why) {
  daemon::LogInfo("call not judged", {{"client", client},
                                      {"request_id", request_id},
                                      {"reason", ReasonName(ReasonOf(why))},
                                      {"field", FieldOf(why)},
                                      {"detail", why.message()}});
}

void LogJudged(absl::string_view client, absl::string_view request_id, Reason reason) {
  daemon::LogDebug("call judged",
                   {{"client", client}, {"request_id", request_id}, {"reason", ReasonName(reason)}});
}

}  // namespace sti::vs

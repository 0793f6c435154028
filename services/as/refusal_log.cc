#include "services/as/refusal_log.h"

#include "common/base/reason.h"
#include "common/daemon/log.h"

namespace sti::as {

void LogNotSigned(absl::string_view client, absl::string_view request_id, const absl::Status& why) {
  daemon::LogInfo("call not signed", {{"client", client},
                                      {"request_id", request_id},
                                      {"reason", ReasonName(ReasonOf(why))},
                                      {"field", FieldOf(why)},
                                      {"detail", why.message()}});
}

}  // namespace sti::as

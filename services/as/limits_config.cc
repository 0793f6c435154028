#include "services/as/limits_config.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"

namespace sti::as {
namespace {

absl::Status Refuse(int entry, absl::string_view key, absl::string_view why) {
  return MakeError(Reason::kConfigInvalid, absl::StrCat("limits.clients[", entry, "].", key), why);
}

}  // namespace

absl::StatusOr<CallLimitOptions> LimitsFrom(const sti::config::v1::SigningLimits& config) {
  CallLimitOptions options;
  options.calls_per_second = config.calls_per_second();
  // Left out as a whole, the message has no defaults.
  if (config.max_calls_in_flight() > 0) options.max_in_flight = config.max_calls_in_flight();
  std::set<std::string> named;
  bool others = false;
  for (int i = 0; i < config.clients_size(); ++i) {
    const sti::config::v1::ClientLimit& from = config.clients(i);
    ClientLimitOptions limit;
    for (const std::string& client : from.clients()) {
      if (client.empty()) return Refuse(i, "clients", "an empty name");
      if (!named.insert(client).second)
        return Refuse(i, "clients", absl::StrCat("\"", client, "\" has limits"));
      limit.clients.push_back(client);
    }
    if (limit.clients.empty() && std::exchange(others, true)) {
      return Refuse(i, "clients", "everyone else has limits");
    }
    if (from.burst() > 0 && from.calls_per_second() == 0) {
      return Refuse(i, "burst", "only with calls_per_second");
    }
    limit.calls_per_second = from.calls_per_second();
    limit.burst = from.burst();
    limit.calls_per_day = from.calls_per_day();
    options.clients.push_back(std::move(limit));
  }
  return options;
}

}  // namespace sti::as

#include "services/pa/api_login_failures.h"

#include <cstdint>
#include <vector>

#include "common/base/status_macros.h"

namespace sti::pa {

absl::StatusOr<bool> IsLocked(store::Transaction& transaction, absl::string_view user_id, int most,
                              absl::Time now) {
  if (most <= 0) return false;
  STI_ASSIGN_OR_RETURN(
      const std::vector<store::SqlRow> rows,
      transaction.Query(
          "SELECT failed_ms FROM login_failures WHERE user_id = ?1 ORDER BY failed_ms DESC LIMIT ?2",
          {std::string(user_id), int64_t{most}}));
  if (rows.size() < static_cast<size_t>(most)) return false;
  const absl::Time last = absl::FromUnixMillis(store::AsInt(rows.front()[0]));
  const absl::Time first = absl::FromUnixMillis(store::AsInt(rows.back()[0]));
  return last - first < kLoginWindow && now - last < kLoginWindow;
}

absl::Status RecordLoginFailure(store::Transaction& transaction, absl::string_view user_id, absl::Time now) {
  // A lock of now rests on failures of up to two windows ago.
  STI_RETURN_IF_ERROR(transaction.Execute("DELETE FROM login_failures WHERE failed_ms <= ?1",
                                          {absl::ToUnixMillis(now - 2 * kLoginWindow)}));
  return transaction.Execute("INSERT INTO login_failures (user_id, failed_ms) VALUES (?1, ?2)",
                             {std::string(user_id), absl::ToUnixMillis(now)});
}

absl::Status ForgetLoginFailures(store::Transaction& transaction, absl::string_view user_id) {
  return transaction.Execute("DELETE FROM login_failures WHERE user_id = ?1", {std::string(user_id)});
}

}  // namespace sti::pa

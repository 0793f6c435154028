// STI_RETURN_IF_ERROR(expr) and STI_ASSIGN_OR_RETURN(declaration, expr), as newer Abseil has them.
#ifndef COMMON_BASE_STATUS_MACROS_H_
#define COMMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define STI_RETURN_IF_ERROR(expr)              \
  do {                                         \
    absl::Status sti_status_ = (expr);         \
    if (!sti_status_.ok()) return sti_status_; \
  } while (false)

#define STI_STATUS_CONCAT_INNER_(a, b) a##b
#define STI_STATUS_CONCAT_(a, b) STI_STATUS_CONCAT_INNER_(a, b)

#define STI_ASSIGN_OR_RETURN(lhs, expr) \
  STI_ASSIGN_OR_RETURN_IMPL_(STI_STATUS_CONCAT_(sti_statusor_, __LINE__), lhs, expr)

#define STI_ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr)    \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = std::move(statusor).value()

#endif  // COMMON_BASE_STATUS_MACROS_H_

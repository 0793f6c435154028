// What an HTML form sends (application/x-www-form-urlencoded), and whether it was this page that sent it.
#ifndef COMMON_STATUS_FORM_H_
#define COMMON_STATUS_FORM_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/http/message.h"

namespace sti::status {

using FormFields = std::map<std::string, std::string>;

inline constexpr size_t kFormBody = 96 * 1024;  // octets, as sent
inline constexpr size_t kFormFields = 32;

// URL standard, "application/x-www-form-urlencoded parsing"; line ends become "\n". kTooLarge beyond the bounds,
// kInvalidField for a broken %XX and for a field that comes twice.
absl::StatusOr<FormFields> ParseForm(absl::string_view body);

// Whether a form of our own page sent the request. A client certificate goes along with whatever another site makes
// the browser send, so the browser's word on whose page it was decides: Origin must be there and name the host
// that was asked, and Sec-Fetch-Site, which older browsers lack, must say same-origin. kPermissionDenied, and
// kInvalidField for another Content-Type than a form's.
absl::Status CheckSameOrigin(const http::HttpRequest& request);

}  // namespace sti::status

#endif  // COMMON_STATUS_FORM_H_

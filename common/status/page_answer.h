// A page as the answer of an admin port.
#ifndef COMMON_STATUS_PAGE_ANSWER_H_
#define COMMON_STATUS_PAGE_ANSWER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/http/message.h"
#include "common/status/page.h"

namespace sti::status {

// With the headers that keep a browser from running, loading, framing, guessing and keeping anything. Its
// Referrer-Policy is same-origin, not no-referrer: with that one, browsers send "Origin: null" with our own form.
http::HttpResponse PageAnswer(int status, const Page& page);

// A request that came to nothing, in words: status and public text of the error's Reason, and its text.
http::HttpResponse ErrorAnswer(absl::string_view program, const absl::Status& error, absl::Time now);

}  // namespace sti::status

#endif  // COMMON_STATUS_PAGE_ANSWER_H_

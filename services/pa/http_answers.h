// Answers of the HTTPS interface, in the shape of the deployed STI-PA (acme_pa.md s2.1).
#ifndef SERVICES_PA_HTTP_ANSWERS_H_
#define SERVICES_PA_HTTP_ANSWERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"
#include "common/http/message.h"

namespace sti::pa {

inline constexpr char kJsonType[] = "application/json";
// The one error code of the deployed STI-PA that is known: an atc that is malformed or has invalid content.
inline constexpr char kBadAtc[] = "701";

// 200 with `body`; nobody may keep it.
http::HttpResponse JsonAnswer(const codec::JsonObject& body);

// {"status":"error","message":...,"errorCode":...}. Our code is the HTTP status, but for kBadAtc.
http::HttpResponse ErrorAnswer(int status, absl::string_view message, absl::string_view code = "");

// What a Reason becomes: 701 with 400 for what is wrong with the request's body, 401, 403, 404, 503 with
// Retry-After, 500. The text is the status' own where it names what the caller can mend, else the Reason's
// public one.
http::HttpResponse ErrorAnswer(const absl::Status& why);

// 405 with Allow.
http::HttpResponse WrongMethod(absl::string_view allowed);

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_ANSWERS_H_

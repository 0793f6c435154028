// The answer to one REST request, in the form that the request has: ATIS-1000082, or 3GPP TS 24.229 Annex V.
#ifndef COMMON_REST_REPLY_H_
#define COMMON_REST_REPLY_H_

#include <string>

#include "absl/status/status.h"
#include "common/base/random.h"
#include "common/http/answer.h"
#include "common/http/message.h"
#include "common/stir/atis_error.h"

namespace sti::rest {

enum class RestForm { kAtis, kGpp };

// Copies answer the same request; the first answer counts. Thread-safe but for set_form. Every answer carries
// X-RequestID: the client's own unless it could not be sent back or would only fill the log, else a new UUID.
class Reply {
 public:
  Reply(const http::HttpRequest& request, const http::HttpAnswer& answer, const Random& random);

  // Before it is known, errors have the ATIS form.
  void set_form(RestForm form) { form_ = form; }
  RestForm form() const { return form_; }
  const std::string& request_id() const { return id_; }

  // 200 with JSON.
  void Send(std::string body) const;
  // With WWW-Authenticate for 401 and Allow for 405.
  void Refuse(const stir::AtisError& error) const;
  // stir::AtisErrorOf. Retry-After, whole seconds, for 429 and 503 whose status has a hint (retry_after.h),
  // and one second for kOverloaded without one.
  void Refuse(const absl::Status& status) const;

 private:
  void Refuse(const stir::AtisError& error, http::HttpHeaders more) const;

  http::HttpAnswer answer_;
  std::string id_;
  RestForm form_ = RestForm::kAtis;
};

}  // namespace sti::rest

#endif  // COMMON_REST_REPLY_H_

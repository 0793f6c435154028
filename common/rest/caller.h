// Who asks: the client certificate, or an API key.
#ifndef COMMON_REST_CALLER_H_
#define COMMON_REST_CALLER_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/api_key.h"
#include "common/http/message.h"

namespace sti::rest {

// The name of the API key in `Authorization: Bearer` or `X-Api-Key`, else of the client certificate. A key
// that is shown must be good, also beside a certificate: a client that lost its key should learn of it.
// kUnauthenticated. Thread-safe.
absl::StatusOr<std::string> CallerOf(const http::HttpRequest& request, const crypto::ApiKeyTable& api_keys);

}  // namespace sti::rest

#endif  // COMMON_REST_CALLER_H_

// The TLS half of the server: OpenSSL's context and the name of a client.
#ifndef COMMON_HTTP_TLS_CONTEXT_H_
#define COMMON_HTTP_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <string>

#include "absl/status/statusor.h"
#include "common/crypto/openssl_handles.h"
#include "common/http/server.h"

namespace sti::http {

using SslCtxPtr = crypto::OpenSslPtr<SSL_CTX, SSL_CTX_free>;

struct ServerTlsContext {
  SslCtxPtr context;
  std::string description;  // of the certificate, for the log
};

// TLS 1.2 with ECDHE and AEAD, or 1.3; ALPN knows http/1.1 only; no renegotiation. Reads the files. Errors as
// StartHttpsServer's.
absl::StatusOr<ServerTlsContext> MakeServerTlsContext(const HttpServerOptions& options);

// HttpRequest::client_identity of a connection whose handshake is done.
std::string ClientIdentity(SSL* connection);

}  // namespace sti::http

#endif  // COMMON_HTTP_TLS_CONTEXT_H_

// A TLS client that sends what it is told, octet by octet; OpenSSL without any HTTP in it.
#ifndef COMMON_HTTP_TESTING_TLS_CLIENT_H_
#define COMMON_HTTP_TESTING_TLS_CLIENT_H_

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
namespace sti::testing {

// Not thread-safe.
class TlsClient {
 public:
  // Connects to 127.0.0.1 and shakes hands, trusting `ca_file`.
  TlsClient(uint16_t port, const std::string& ca_file);

  bool connected() const { return connected_; }
  // False when the connection is gone.
  bool Send(absl::string_view octets);
  // Reads until `end` has come, or the connection is gone; gives what came since the last call.
  std::string ReadUntil(absl::string_view end);
  // Header and body (by Content-Length) of one answer, or what came of it.
  std::string ReadAnswer();
  std::string ReadToEnd();
  // The server said close_notify rather than just hang up; known after ReadToEnd.
  bool ClosedProperly() const;

 private:
  bool ReadMore();

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<BIO, decltype(&BIO_free_all)> bio_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
  std::string pending_;
};

}  // namespace sti::testing

#endif  // COMMON_HTTP_TESTING_TLS_CLIENT_H_

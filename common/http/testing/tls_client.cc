#include "common/http/testing/tls_client.h"

#include <openssl/err.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sti::testing {

TlsClient::TlsClient(uint16_t port, const std::string& ca_file)
    : context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
      bio_(BIO_new_ssl_connect(context_.get()), &BIO_free_all) {
  signal(SIGPIPE, SIG_IGN);  // a server that hung up is part of the tests
  SSL_CTX_load_verify_file(context_.get(), ca_file.c_str());
  BIO_set_conn_hostname(bio_.get(), absl::StrCat("127.0.0.1:", port).c_str());
  BIO_get_ssl(bio_.get(), &ssl_);
  SSL_set_verify(ssl_, SSL_VERIFY_PEER, nullptr);  // the context's mode comes too late for it
  connected_ = BIO_do_connect(bio_.get()) == 1 && BIO_do_handshake(bio_.get()) == 1;
  ERR_clear_error();
}

bool TlsClient::Send(absl::string_view octets) {
  const bool sent = BIO_write(bio_.get(), octets.data(), static_cast<int>(octets.size())) ==
                    static_cast<int>(octets.size());
  ERR_clear_error();
  return sent;
}

bool TlsClient::ReadMore() {
  char chunk[4096];
  const int got = BIO_read(bio_.get(), chunk, sizeof(chunk));
  ERR_clear_error();
  if (got <= 0) return false;
  pending_.append(chunk, static_cast<size_t>(got));
  return true;
}

std::string TlsClient::ReadUntil(absl::string_view end) {
  size_t found = std::string::npos;
  while ((found = pending_.find(end.data(), 0, end.size())) == std::string::npos) {
    if (!ReadMore()) return std::exchange(pending_, "");
  }
  std::string read = pending_.substr(0, found + end.size());
  pending_.erase(0, read.size());
  return read;
}

std::string TlsClient::ReadAnswer() {
  std::string answer = ReadUntil("\r\n\r\n");
  const std::string header = absl::AsciiStrToLower(answer);
  constexpr absl::string_view kLength = "content-length: ";
  const size_t at = header.find(kLength.data());
  size_t size = 0;
  if (at != std::string::npos) {
    const size_t begin = at + kLength.size();
    if (!absl::SimpleAtoi(header.substr(begin, header.find('\r', begin) - begin), &size)) return answer;
  }
  while (pending_.size() < size && ReadMore()) {
  }
  size = std::min(size, pending_.size());
  answer.append(pending_, 0, size);
  pending_.erase(0, size);
  return answer;
}

std::string TlsClient::ReadToEnd() {
  while (ReadMore()) {
  }
  return std::exchange(pending_, "");
}

bool TlsClient::ClosedProperly() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }

}  // namespace sti::testing

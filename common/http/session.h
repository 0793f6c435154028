// One connection of the HTTPS server. Internal to the server: Beast takes long to compile.
#ifndef COMMON_HTTP_SESSION_H_
#define COMMON_HTTP_SESSION_H_

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/http/answer_desk.h"
#include "common/http/connection_set.h"
#include "common/http/message.h"
#include "common/http/server.h"
#include "common/http/tls_context.h"

namespace sti::http {

// The TLS that new connections begin with; those that are open keep theirs. Thread-safe.
class TlsSlot {
 public:
  std::shared_ptr<boost::asio::ssl::context> Get() const {
    MutexLock lock(mutex_);
    return context_;
  }
  void Set(SslCtxPtr context) {
    auto next = std::make_shared<boost::asio::ssl::context>(context.release());
    MutexLock lock(mutex_);
    context_.swap(next);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_ ABSL_GUARDED_BY(mutex_);
};

// What all connections share; outlives them.
struct SessionContext {
  SessionContext(const HttpServerOptions& server_options, AsyncHttpHandler request_handler,
                 std::shared_ptr<const TlsSlot> tls_slot)
      : options(server_options), handler(std::move(request_handler)), tls(std::move(tls_slot)) {}

  const HttpServerOptions options;
  const AsyncHttpHandler handler;
  const std::shared_ptr<const TlsSlot> tls;
  ConnectionSet connections;
  const std::shared_ptr<AnswerDesk> desk = std::make_shared<AnswerDesk>();
};

// Its functions run on the strand of its socket, one after the other. The object lives for as long as an
// operation of it is under way, or an answer awaited at the desk: a function that starts none ends the
// connection.
class Session final : public Connection, public Recipient, public std::enable_shared_from_this<Session> {
 public:
  Session(SessionContext& context, boost::asio::ip::tcp::socket&& socket);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Start();
  void Drain() override;
  void Receive(HttpResponse response) override;

 private:
  using Error = boost::beast::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Answer = boost::beast::http::response<boost::beast::http::span_body<const char>>;

  template <typename Method, typename... Arguments>
  auto Then(Method method, Arguments... arguments) {
    return boost::beast::bind_front_handler(method, shared_from_this(), arguments...);
  }
  boost::beast::tcp_stream& Tcp() { return boost::beast::get_lowest_layer(stream_); }
  // For all operations until the next call; when it runs out the socket is closed.
  void AllowTime(absl::Duration time) { Tcp().expires_after(absl::ToChronoNanoseconds(time)); }

  void Handshake();
  void OnHandshake(Error error);
  void AwaitRequest();
  void EndIfIdle();
  void OnFirstOctets(Error error, size_t octets);
  void ReadHeader();
  void OnHeader(Error error, size_t octets);
  void OnContinueSent(Error error, size_t octets);
  void ReadBody();
  void OnBody(Error error, size_t octets);
  void RefuseFor(Error error);
  void Refuse(int status);
  void Respond(HttpResponse response, bool head, bool keep_alive);
  void OnResponded(Error error, size_t octets);
  enum class Leave { kAtOnce, kOnceRead };
  void Close(Leave leave);
  void OnCloseNotified(Leave leave, Error error);
  void OnLeftover(Error error, size_t octets);

  SessionContext& context_;
  boost::beast::ssl_stream<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
  std::string client_identity_;
  std::optional<Parser> parser_;
  HttpResponse response_;  // owns the octets that answer_ points to
  std::optional<Answer> answer_;
  bool idle_ = false;                       // waiting for the first octet of a request
  bool head_ = false, keep_alive_ = false;  // of the request that is being worked on
  size_t leftover_ = 0;
  std::array<char, 4096> scratch_;
};

}  // namespace sti::http

#endif  // COMMON_HTTP_SESSION_H_

#include "common/http/server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/files/file_watch.h"
#include "common/http/listen_address.h"
#include "common/http/session.h"
#include "common/http/tls_context.h"
#include "common/http/worker_thread.h"

namespace sti::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Accepts connections. Its functions run on the strand of the acceptor.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, SessionContext& context)
      : io_(io), context_(context), acceptor_(asio::make_strand(io)), pause_(acceptor_.get_executor()) {}

  boost::system::error_code Open(const tcp::endpoint& endpoint);
  uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void Start() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->Accept(); });
  }
  void Stop() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      boost::system::error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
    });
  }

 private:
  void Accept();
  void OnAccepted(const boost::system::error_code& error, tcp::socket socket);

  asio::io_context& io_;
  SessionContext& context_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
};

boost::system::error_code Listener::Open(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  // A restart must not wait for old connections in TIME_WAIT; a port in use is refused all the same.
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  }
  return error;
}

void Listener::Accept() {
  if (!acceptor_.is_open()) return;
  acceptor_.async_accept(asio::make_strand(io_),
                         [self = shared_from_this()](const auto& error, tcp::socket socket) {
                           self->OnAccepted(error, std::move(socket));
                         });
}

void Listener::OnAccepted(const boost::system::error_code& error, tcp::socket socket) {
  if (!acceptor_.is_open()) return;
  if (error) {
    // No file descriptors left, most likely: let some connections end instead of spinning.
    pause_.expires_after(std::chrono::milliseconds(50));
    pause_.async_wait([self = shared_from_this()](const auto&) { self->Accept(); });
    return;
  }
  if (context_.connections.size() < context_.options.max_connections) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto session = std::make_shared<Session>(context_, std::move(socket));
    context_.connections.Add(session);
    session->Start();
  }
  Accept();
}

void RunLoop(asio::io_context& io) {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception&) {
      // No memory for one connection, which is gone now; the others go on.
    }
  }
}

class AsioServer final : public HttpServer {
 public:
  AsioServer(const HttpServerOptions& options, AsyncHttpHandler handler, std::shared_ptr<const TlsSlot> tls,
             files::Watched watched)
      : context_(options, std::move(handler), std::move(tls)),
        watched_(std::move(watched)),
        io_(std::make_unique<asio::io_context>(options.threads)),
        work_(io_->get_executor()) {}
  ~AsioServer() override { Stop(); }

  absl::Status Start();
  uint16_t port() const override { return port_; }
  void Shutdown(absl::Duration grace) override;

 private:
  absl::Status Listen();
  void Stop();

  SessionContext context_;
  const files::Watched watched_;
  std::unique_ptr<asio::io_context> io_;  // owns the connections
  // Else the threads would end when every connection left waits for an answer and nobody listens any more.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::shared_ptr<Listener> listener_;
  uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::once_flag drained_, stopped_;
};

bool NotOfThisMachine(const boost::system::error_code& error) {
  return error == asio::error::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

absl::Status Refuse(Reason reason, const std::string& listen, const boost::system::error_code& error) {
  return MakeError(reason, "listen", absl::StrCat("cannot listen on ", listen, ": ", error.message()));
}

absl::Status AsioServer::Listen() {
  const std::string& listen = context_.options.listen;
  STI_ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(listen));
  boost::system::error_code error;
  tcp::resolver resolver(*io_);
  const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
  const auto endpoints = resolver.resolve(address.host, address.port, flags, error);
  if (error) return Refuse(Reason::kConfigInvalid, listen, error);
  for (const auto& endpoint : endpoints) {
    error = listener_->Open(endpoint);
    if (!error) return absl::OkStatus();
    // "localhost" may stand for ::1 as well, on a machine without IPv6: take the next one.
    if (!NotOfThisMachine(error)) break;
  }
  return Refuse(NotOfThisMachine(error) ? Reason::kConfigInvalid : Reason::kUnavailable, listen, error);
}

absl::Status AsioServer::Start() {
  listener_ = std::make_shared<Listener>(*io_, context_);
  STI_RETURN_IF_ERROR(Listen());
  port_ = listener_->port();
  listener_->Start();
  for (int i = 0; i < context_.options.threads; ++i) {
    threads_.push_back(StartWorkerThread([io = io_.get()] { RunLoop(*io); }));
  }
  return absl::OkStatus();
}

void AsioServer::Shutdown(absl::Duration grace) {
  std::call_once(drained_, [this, grace] {
    listener_->Stop();
    context_.connections.Drain();
    context_.connections.AwaitEmpty(grace);
  });
  Stop();
}

void AsioServer::Stop() {
  std::call_once(stopped_, [this] {
    io_->stop();
    for (std::thread& thread : threads_) thread.join();
    context_.desk->Close();  // before the event loop that answers would be queued at
    listener_.reset();
    work_.reset();
    io_.reset();  // and with it every connection
  });
}

constexpr absl::string_view kTimeoutRange = "must lie between a millisecond and a day";

bool IsSane(absl::Duration timeout) { return timeout >= absl::Milliseconds(1) && timeout <= absl::Hours(24); }

absl::Status CheckOptions(const HttpServerOptions& options) {
  const auto refuse = [](absl::string_view field, absl::string_view what) {
    return MakeError(Reason::kConfigInvalid, field, what);
  };
  if (options.threads < 1 || options.threads > 1024) return refuse("threads", "must lie between 1 and 1024");
  if (options.max_header < 256 || options.max_header > 1024 * 1024) {
    return refuse("max_header", "must lie between 256 octets and 1 MiB");
  }
  if (!IsSane(options.idle_timeout)) return refuse("idle_timeout", kTimeoutRange);
  if (!IsSane(options.request_timeout)) return refuse("request_timeout", kTimeoutRange);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> StartHttpsServer(const HttpServerOptions& options,
                                                             HttpHandler handler, files::FileWatch& watch) {
  return StartHttpsServer(
      options,
      AsyncHttpHandler([handler = std::move(handler)](const HttpRequest& request, const HttpAnswer& answer) {
        answer.Send(handler(request));
      }),
      watch);
}

absl::StatusOr<std::unique_ptr<HttpServer>> StartHttpsServer(const HttpServerOptions& options,
                                                             AsyncHttpHandler handler,
                                                             files::FileWatch& watch) {
  STI_RETURN_IF_ERROR(CheckOptions(options));
  const auto tls = std::make_shared<TlsSlot>();
  STI_ASSIGN_OR_RETURN(files::Watched watched,
                       watch.Watch(absl::StrCat("HTTPS server ", options.listen),
                                   {options.certificate_file, options.key_file, options.client_ca_file},
                                   [tls, options]() -> absl::StatusOr<std::string> {
                                     STI_ASSIGN_OR_RETURN(ServerTlsContext made,
                                                          MakeServerTlsContext(options));
                                     tls->Set(std::move(made.context));
                                     return std::move(made.description);
                                   }));
  auto server = std::make_unique<AsioServer>(options, std::move(handler), tls, std::move(watched));
  STI_RETURN_IF_ERROR(server->Start());
  return server;
}

}  // namespace sti::http

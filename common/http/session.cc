#include "common/http/session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/http/answer.h"
#include "common/http/exchange.h"

namespace sti::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr size_t kReadSize = 4096;
constexpr size_t kBufferSize = 64 * 1024;  // a body passes through it, a header has to fit in
constexpr int64_t kSlowestOctetsPerSecond = 64 * 1024;
// For the client to read the last answer before the connection goes.
constexpr absl::Duration kCloseTime = absl::Seconds(1);
constexpr size_t kLeftoverMax = 1024 * 1024;
constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Session::Session(SessionContext& context, asio::ip::tcp::socket&& socket)
    : context_(context),
      stream_(std::move(socket), *context.tls->Get()),
      buffer_(std::max(context.options.max_header, kBufferSize)) {}

Session::~Session() { context_.connections.Remove(this); }

void Session::Start() { asio::dispatch(stream_.get_executor(), Then(&Session::Handshake)); }

void Session::Drain() { asio::post(stream_.get_executor(), Then(&Session::EndIfIdle)); }

void Session::Handshake() {
  AllowTime(context_.options.request_timeout);
  stream_.async_handshake(asio::ssl::stream_base::server, Then(&Session::OnHandshake));
}

void Session::OnHandshake(Error error) {
  if (error) return;
  client_identity_ = ClientIdentity(stream_.native_handle());
  AwaitRequest();
}

void Session::AwaitRequest() {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(context_.options.max_header));
  parser_->body_limit(context_.options.max_body);
  if (buffer_.size() > 0) return ReadHeader();  // pipelined
  if (context_.connections.draining()) return Close(Leave::kAtOnce);
  idle_ = true;
  AllowTime(context_.options.idle_timeout);
  stream_.async_read_some(buffer_.prepare(kReadSize), Then(&Session::OnFirstOctets));
}

void Session::EndIfIdle() {
  if (idle_) Tcp().cancel();
}

void Session::OnFirstOctets(Error error, size_t octets) {
  idle_ = false;
  buffer_.commit(octets);
  if (!error) return ReadHeader();
  if (error == asio::error::operation_aborted || error == asio::error::eof) Close(Leave::kAtOnce);
}

void Session::ReadHeader() {
  AllowTime(context_.options.request_timeout);
  beast::http::async_read_header(stream_, buffer_, *parser_, Then(&Session::OnHeader));
}

void Session::OnHeader(Error error, size_t octets) {
  if (error) return RefuseFor(error);
  // Beast allows as much for the request line alone.
  if (octets > context_.options.max_header) return Refuse(431);
  const HeaderVerdict verdict = JudgeHeader(parser_->get());
  if (verdict.refuse_with != 0) return Refuse(verdict.refuse_with);
  if (!verdict.expects_continue) return ReadBody();
  asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                    Then(&Session::OnContinueSent));
}

void Session::OnContinueSent(Error error, size_t) {
  if (!error) ReadBody();
}

void Session::ReadBody() { beast::http::async_read(stream_, buffer_, *parser_, Then(&Session::OnBody)); }

void Session::OnBody(Error error, size_t) {
  if (error) return RefuseFor(error);
  keep_alive_ = parser_->get().keep_alive();
  HttpRequest request = MakeRequest(parser_->release(), client_identity_);
  head_ = request.head;
  const uint64_t ticket = context_.desk->Register(shared_from_this());
  const HttpAnswer answer(
      [desk = context_.desk, ticket](HttpResponse response) { desk->Deliver(ticket, std::move(response)); });
  CallHandler(context_.handler, std::move(request), answer);
}

void Session::Receive(HttpResponse response) {
  asio::post(stream_.get_executor(), [self = shared_from_this(), response = std::move(response)]() mutable {
    const bool safe = CheckResponse(response).ok();
    self->Respond(safe ? std::move(response) : ServerError(), self->head_, self->keep_alive_);
  });
}

// Answers what is the client's fault; a connection that failed has nobody left to answer.
void Session::RefuseFor(Error error) {
  const int status = StatusOfParserError(error);
  if (status != 0) return Refuse(status);
  if (error == beast::http::error::end_of_stream) Close(Leave::kAtOnce);
}

void Session::Refuse(int status) {
  HttpResponse response;
  response.status = status;
  Respond(std::move(response), false, false);
}

void Session::Respond(HttpResponse response, bool head, bool keep_alive) {
  keep_alive = keep_alive && !context_.connections.draining();
  response_ = std::move(response);
  answer_.emplace(MakeAnswer(response_, head, keep_alive));
  const auto octets = static_cast<int64_t>(answer_->body().size());
  AllowTime(context_.options.request_timeout + absl::Seconds(octets / kSlowestOctetsPerSecond));
  beast::http::async_write(stream_, *answer_, Then(&Session::OnResponded));
}

void Session::OnResponded(Error error, size_t) {
  const bool keep_alive = answer_->keep_alive();
  answer_.reset();
  response_ = HttpResponse();
  if (error) return;
  if (keep_alive) return AwaitRequest();
  Close(Leave::kOnceRead);
}

// Says goodbye without waiting for the client to do so: many never do.
void Session::Close(Leave leave) {
  AllowTime(kCloseTime);
  SSL_set_shutdown(stream_.native_handle(), SSL_RECEIVED_SHUTDOWN);
  stream_.async_shutdown(Then(&Session::OnCloseNotified, leave));
}

// Octets left unread would make the kernel reset the connection, and the client lose the answer that is on
// its way.
void Session::OnCloseNotified(Leave leave, Error) {
  if (leave == Leave::kAtOnce) return;
  Error ignored;
  Tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  Tcp().async_read_some(asio::buffer(scratch_), Then(&Session::OnLeftover));
}

void Session::OnLeftover(Error error, size_t octets) {
  leftover_ += octets;
  if (error || leftover_ > kLeftoverMax) return;
  Tcp().async_read_some(asio::buffer(scratch_), Then(&Session::OnLeftover));
}

}  // namespace sti::http

// Between Beast's messages and ours. Internal to the server.
#ifndef COMMON_HTTP_EXCHANGE_H_
#define COMMON_HTTP_EXCHANGE_H_

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "common/http/answer.h"
#include "common/http/message.h"
#include "common/http/server.h"

namespace sti::http {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;
using BeastAnswer = boost::beast::http::response<boost::beast::http::span_body<const char>>;

struct HeaderVerdict {
  int refuse_with = 0;  // an HTTP status; 0: go on
  bool expects_continue = false;
};

// What Beast leaves to its user: HTTP/1.1 only, one Host (RFC 9112 s3.2), Expect (RFC 9110 s10.1.1).
HeaderVerdict JudgeHeader(const BeastRequest& request);

// The status for a request that Beast could not parse; 0 when the connection failed instead.
int StatusOfParserError(const boost::beast::error_code& error);

HttpRequest MakeRequest(BeastRequest&& request, const std::string& client_identity);

// A bare 500.
HttpResponse ServerError();

// A handler that throws has answered with ServerError, unless it had answered already.
void CallHandler(const AsyncHttpHandler& handler, HttpRequest request, const HttpAnswer& answer);

// Points into `response`, which outlives it.
BeastAnswer MakeAnswer(const HttpResponse& response, bool head, bool keep_alive);

}  // namespace sti::http

#endif  // COMMON_HTTP_EXCHANGE_H_

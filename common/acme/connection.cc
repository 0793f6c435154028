#include "common/acme/connection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/acme/object_reader.h"
#include "common/acme/refusal.h"
#include "common/acme/request_writer.h"
#include "common/acme/retry_after_header.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/base/status_macros.h"

namespace sti::acme {
namespace {

constexpr int kNonceTries = 10;
constexpr int kTroubleTries = 3;
constexpr absl::Duration kFirstPause = absl::Seconds(1);  // after trouble without Retry-After; doubles
constexpr absl::Duration kLongestPause = absl::Minutes(1);
constexpr size_t kMaxNonce = 512;  // octets

// RFC 8555 s6.5.1: base64url, and nothing else is used.
bool IsNonce(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxNonce && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

bool IsSuccess(const TransportAnswer& answer) { return answer.status >= 200 && answer.status < 300; }

bool IsTrouble(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kUnavailable || reason == Reason::kOverloaded;
}

}  // namespace

absl::StatusOr<TransportAnswer> Connection::Send(const TransportRequest& request) {
  STI_ASSIGN_OR_RETURN(TransportAnswer answer, transport_.Send(request));
  if (IsNonce(answer.nonce)) nonce_ = answer.nonce;
  return answer;
}

absl::StatusOr<DirectoryView> Connection::Directory() {
  if (directory_) return *directory_;
  for (int attempt = 1;; ++attempt) {
    STI_ASSIGN_OR_RETURN(const TransportAnswer answer, Send({"GET", directory_url_, "application/json", ""}));
    if (IsSuccess(answer)) {
      STI_ASSIGN_OR_RETURN(directory_, ReadDirectory(answer.body));
      return *directory_;
    }
    const absl::Status refusal = RefusalOf(answer, clock_.TimeNow());
    if (!WaitOut(refusal, attempt)) return refusal;
  }
}

absl::StatusOr<std::string> Connection::TakeNonce() {
  if (nonce_.empty()) {
    STI_ASSIGN_OR_RETURN(const DirectoryView directory, Directory());
    STI_ASSIGN_OR_RETURN(const TransportAnswer answer, Send({"HEAD", directory.new_nonce, "", ""}));
    if (!IsSuccess(answer)) return RefusalOf(answer, clock_.TimeNow());
    if (nonce_.empty()) return MakeError(Reason::kInvalidField, "newNonce", "the server gives no nonce");
  }
  return std::exchange(nonce_, std::string());
}

// One request, but for its nonce.
absl::StatusOr<TransportAnswer> Connection::SendSigned(const std::string& url, absl::string_view payload,
                                                       absl::string_view accept) {
  for (int attempt = 1;; ++attempt) {
    STI_ASSIGN_OR_RETURN(const std::string nonce, TakeNonce());
    STI_ASSIGN_OR_RETURN(std::string body, SignRequest({url, nonce, account_}, payload, account_key_));
    STI_ASSIGN_OR_RETURN(TransportAnswer answer, Send({"POST", url, std::string(accept), std::move(body)}));
    if (IsSuccess(answer)) return answer;
    const absl::Status refusal = RefusalOf(answer, clock_.TimeNow());
    if (TypeOf(refusal) != ErrorType::kBadNonce || attempt == kNonceTries) return refusal;
  }
}

// True once the server's trouble has been waited out, and another try is worth it.
bool Connection::WaitOut(const absl::Status& refusal, int attempt) {
  if (!IsTrouble(refusal) || attempt >= kTroubleTries) return false;
  const absl::Duration pause =
      std::max(RetryAfterOf(refusal).value_or(kFirstPause * (1 << (attempt - 1))), kFirstPause);
  if (pause > kLongestPause || clock_.TimeNow() + pause > deadline_) return false;
  return transport_.Wait(pause).ok();
}

absl::StatusOr<TransportAnswer> Connection::Patiently(const std::string& url, absl::string_view payload,
                                                      absl::string_view accept) {
  STI_RETURN_IF_ERROR(Directory().status());
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<TransportAnswer> answer = SendSigned(url, payload, accept);
    if (answer.ok() || !WaitOut(answer.status(), attempt)) return answer;
  }
}

absl::StatusOr<TransportAnswer> Connection::Post(const std::string& url, absl::string_view payload) {
  return Patiently(url, payload, "application/json");
}

absl::StatusOr<TransportAnswer> Connection::PostAsGet(const std::string& url, absl::string_view accept) {
  return Patiently(url, "", accept.empty() ? "application/json" : accept);
}

absl::Status Connection::WaitAfter(const TransportAnswer& answer, absl::Duration otherwise) {
  const absl::Time now = clock_.TimeNow();
  const absl::Duration pause =
      std::max(ParseRetryAfter(answer.retry_after, now).value_or(otherwise), absl::Seconds(1));
  if (now + pause > deadline_) {
    return WithRetryAfter(MakeError(Reason::kDeadlineExceeded,
                                    absl::StrCat("the server is not finished, and asks to wait another ",
                                                 absl::FormatDuration(pause))),
                          pause);
  }
  return transport_.Wait(pause);
}

}  // namespace sti::acme

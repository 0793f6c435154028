#include "services/as/incoming_client.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/daemon/log.h"
#include "common/rpc/request_id.h"
#include "common/rpc/status.h"

namespace sti::as {
namespace {

constexpr char kPassed[] = "TN-Validation-Passed";

sti::v1::VerifyRequest RequestFor(const IncomingCall& call) {
  sti::v1::VerifyRequest request;
  request.mutable_identity()->Add(call.identities.begin(), call.identities.end());
  request.set_from(call.orig);
  request.set_to(call.diverted);
  // The end that the div PASSporTs of earlier hops must lead to.
  request.set_request_uri(call.diverted);
  request.set_call_id(call.call_id);
  // The SBC has the same headers verified for itself: that must not look like a replay.
  request.set_dry_run(true);
  return request;
}

absl::Status Refuse(absl::string_view what) {
  return MakeError(Reason::kIncomingNotVerified, "incoming_identity", absl::StrCat("sti-vs: ", what));
}

// sti-vs's trouble is not the caller's mistake, whatever its code.
absl::Status Away(const grpc::Status& answer) {
  const absl::Status status = rpc::FromGrpcStatus(answer);
  const bool late = answer.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  return MakeError(late ? Reason::kDeadlineExceeded : Reason::kUnavailable, "incoming_identity",
                   absl::StrCat("sti-vs, which verifies incoming calls: ", status.message()));
}

}  // namespace

struct IncomingClient::Question {
  std::unique_ptr<sti::v1::Verification::Stub> stub;
  grpc::ClientContext context;
  sti::v1::VerifyRequest request;
  sti::v1::VerifyResponse response;
  IncomingCall call;
  Done done;
};

absl::Status JudgeIncoming(const IncomingCall& call, const sti::v1::VerifyResponse& verdict) {
  if (verdict.verstat() != kPassed) {
    return Refuse(absl::StrCat(verdict.verstat(), ", ", verdict.reason(), ": ", verdict.reason_text()));
  }
  // The rows of the request's own headers; those nested in a div-o stand between them.
  std::vector<const sti::v1::HeaderVerdict*> rows;
  for (const sti::v1::HeaderVerdict& row : verdict.headers()) {
    if (!row.has_nested_in()) rows.push_back(&row);
  }
  std::string why = "it has no verdict on the PASSporT that the diversion continues";
  for (const IncomingCall::Continued& continued : call.continued) {
    if (continued.identity >= rows.size()) continue;
    const sti::v1::HeaderVerdict& row = *rows[continued.identity];
    if (row.reason() != ReasonName(Reason::kNone)) {
      why = absl::StrCat("the PASSporT that the diversion continues: ", row.reason());
    } else if (continued.diversion && verdict.div().verstat() != kPassed) {
      why = absl::StrCat("the diversion before: ", verdict.div().reason());
    } else {
      return absl::OkStatus();
    }
  }
  return Refuse(why);
}

IncomingClient::IncomingClient(rpc::Peer vs, absl::Duration deadline)
    : vs_(std::move(vs)), deadline_(deadline) {}

IncomingClient::~IncomingClient() {
  Cancel();
  std::unique_lock<std::mutex> lock(mutex_.native());
  ended_.wait(lock, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return questions_.empty() && ending_ == 0; });
}

void IncomingClient::Cancel() {
  const MutexLock lock(mutex_);
  cancelled_ = true;
  for (Question* question : questions_) question->context.TryCancel();
}

void IncomingClient::Forget(Question* question) {
  question->done = nullptr;  // what it holds may not outlive this
  {
    const MutexLock lock(mutex_);
    questions_.erase(question);
    ++ending_;
  }
  // Before the destructor may go on: whoever lets go of the last channel waits for gRPC's callback threads, and
  // this is one of them.
  delete question;
  const MutexLock lock(mutex_);
  --ending_;
  ended_.notify_all();  // under the lock: `this` may be gone after it
}

void IncomingClient::Verify(const IncomingCall& call, Done done) {
  auto* question = new Question;  // Forget deletes it
  question->request = RequestFor(call);
  question->call = call;
  question->done = std::move(done);
  question->context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(deadline_));
  rpc::SetRequestId(question->context, call.request_id);
  bool refused = false;
  {
    const MutexLock lock(mutex_);
    refused = cancelled_;
    questions_.insert(question);
  }
  if (refused) {
    question->done(MakeError(Reason::kUnavailable, "incoming_identity", "sti-as is stopping"));
    Forget(question);
    return;
  }
  question->stub = sti::v1::Verification::NewStub(vs_.channel());
  question->stub->async()->Verify(
      &question->context, &question->request, &question->response,
      [this, question](const grpc::Status& answer) {
        Report(answer);
        question->done(answer.ok() ? JudgeIncoming(question->call, question->response) : Away(answer));
        Forget(question);
      });
}

void IncomingClient::Report(const grpc::Status& answer) {
  if (away_.exchange(!answer.ok(), std::memory_order_relaxed) == !answer.ok()) return;
  if (answer.ok()) {
    daemon::LogInfo("sti-vs answers again");
  } else {
    daemon::LogWarning("sti-vs does not verify incoming calls: diversions are not signed",
                       {{"why", answer.error_message()}});
  }
}

}  // namespace sti::as

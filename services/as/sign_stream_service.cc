#include "services/as/sign_stream_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/rpc/status.h"
#include "services/as/sign_request.h"

namespace sti::as {

absl::Status StoppingStatus() {
  return MakeError(Reason::kUnavailable, "sti-as is stopping; what it has answered stands");
}

void SignStreamReactor::Start(const absl::Status& status) {
  self_ = shared_from_this();
  Steps steps;
  {
    const MutexLock lock(mutex_);
    status_ = status;
    no_more_ = !status.ok();
    steps = Plan();
  }
  Run(steps);
}

void SignStreamReactor::Drain() {
  Steps steps;
  {
    const MutexLock lock(mutex_);
    if (finished_) return;
    if (!no_more_) status_ = StoppingStatus();
    no_more_ = true;
    steps = Plan();
  }
  Run(steps);
}

SignStreamReactor::Steps SignStreamReactor::Plan() {
  Steps steps;
  if (finished_) return steps;
  if (unreachable_) ready_.clear();
  if (!ready_.empty() && !writing_) {
    answer_ = std::move(ready_.front());
    ready_.pop_front();
    steps.write = writing_ = true;
  }
  const bool room = under_way_ + ready_.size() < kStreamInFlight;
  if (!reading_ && !no_more_ && !unreachable_ && room) steps.read = reading_ = true;
  if (steps.read || steps.write) ++starting_;
  // A read under way ends with the stream.
  const bool idle = under_way_ == 0 && ready_.empty() && !writing_ && starting_ == 0;
  if (idle && (no_more_ || unreachable_)) steps.finish = finished_ = true;
  return steps;
}

void SignStreamReactor::Run(Steps steps) {
  while (steps.read || steps.write || steps.finish) {
    if (steps.finish) {
      absl::Status status;
      {
        const MutexLock lock(mutex_);
        status = status_;
      }
      Finish(rpc::ToGrpcStatus(status));
      return;  // this may be gone
    }
    if (steps.read) StartRead(&request_);
    if (steps.write) StartWrite(&answer_);
    const MutexLock lock(mutex_);
    --starting_;
    steps = Plan();
  }
}

void SignStreamReactor::Answer(sti::v1::SignStreamResponse answer) {
  Steps steps;
  {
    const MutexLock lock(mutex_);
    --under_way_;
    ready_.push_back(std::move(answer));
    steps = Plan();
  }
  Run(steps);
}

void SignStreamReactor::Refuse(uint64_t id, const absl::Status& why) {
  const absl::Status status = desk_.Refuse(client_, request_id_, why);
  sti::v1::SignStreamResponse answer;
  answer.set_id(id);
  *answer.mutable_error() = rpc::ToErrorDetail(status);
  Answer(std::move(answer));
}

void SignStreamReactor::Serve(const sti::v1::SignStreamRequest& request) {
  const auto done = [this, id = request.id(),
                     several = request.has_call()](absl::StatusOr<std::vector<SignedCall>> signed_calls) {
    sti::v1::SignStreamResponse told;
    told.set_id(id);
    if (!signed_calls.ok()) {
      *told.mutable_error() =
          rpc::ToErrorDetail(several ? WithinCall(signed_calls.status()) : signed_calls.status());
    } else if (several) {
      ToProto(*std::move(signed_calls), *told.mutable_call());
    } else {
      ToProto(std::move(signed_calls->front()), *told.mutable_response());
    }
    Answer(std::move(told));
  };
  if (request.has_call()) {
    auto call = FromProto(request.call());
    if (!call.ok()) return Refuse(request.id(), call.status());
    return desk_.SignAll(client_, request_id_, std::move(call->call), call->types, done);
  }
  if (!request.has_sign()) {
    return Refuse(request.id(), MakeError(Reason::kMissingField, "sign", "neither sign nor call"));
  }
  auto call = FromProto(request.sign());
  if (!call.ok()) return Refuse(request.id(), call.status());
  desk_.Sign(client_, request_id_, *std::move(call), done);
}

void SignStreamReactor::OnReadDone(bool ok) {
  sti::v1::SignStreamRequest request;
  Steps steps;
  bool serve = false;
  {
    const MutexLock lock(mutex_);
    reading_ = false;
    if (finished_) return;
    if (ok) {
      // What was read is answered, also when the stream has been told to drain meanwhile.
      request = std::move(request_);
      request_.Clear();
      ++under_way_;
      serve = true;
    } else {
      no_more_ = true;
    }
    steps = Plan();
  }
  Run(steps);
  if (serve) Serve(request);
}

void SignStreamReactor::OnWriteDone(bool ok) {
  Steps steps;
  {
    const MutexLock lock(mutex_);
    writing_ = false;
    if (!ok) unreachable_ = true;
    steps = Plan();
  }
  Run(steps);
}

void SignStreamReactor::OnCancel() {
  Steps steps;
  {
    const MutexLock lock(mutex_);
    unreachable_ = true;
    steps = Plan();
  }
  Run(steps);
}

void SignStreamReactor::OnDone() {
  const std::shared_ptr<SignStreamReactor> self = std::move(self_);
  ended_(self);
}

}  // namespace sti::as

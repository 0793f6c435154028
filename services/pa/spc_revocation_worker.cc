#include "services/pa/spc_revocation_worker.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/daemon/log.h"
#include "common/store/audit_log.h"

namespace sti::pa {
namespace {

using store::Transaction;

constexpr absl::Duration kInterval = absl::Minutes(1);
constexpr absl::Duration kFirstRetry = absl::Seconds(1);
constexpr absl::Duration kLongestRetry = absl::Minutes(5);
// Nobody asked at this moment.
constexpr char kSelf[] = "sti-pa";
// Serial numbers in one event of the audit; the CA's own has all of them.
constexpr size_t kMostSerials = 500;

// Asking for the next code would bring the same.
bool IsAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status);
}

// `called_off`: meanwhile, as the CA was at it. What it has revoked stays revoked.
store::AuditEvent ConfirmedEvent(const SpcRevocation& revocation, const std::vector<std::string>& serials,
                                 bool called_off) {
  codec::JsonArray shown;
  for (size_t i = 0; i < std::min(serials.size(), kMostSerials); ++i) shown.emplace_back(serials[i]);
  store::AuditEvent event;
  event.action = "spc.revoke";
  event.object = absl::StrCat("spc/", revocation.spc);
  event.spcs = {revocation.spc};
  codec::JsonObject after{{"authority", revocation.authority},
                          {"provider", revocation.provider_id},
                          {"reason_code", revocation.reason_code},
                          {"certificates", static_cast<int64_t>(serials.size())},
                          {"serials", std::move(shown)}};
  if (called_off) after.emplace_back("called_off", true);
  event.after = codec::CanonicalJson(after);
  return event;
}

}  // namespace

SpcRevocationWorker::SpcRevocationWorker(store::Database& database, std::string authority,
                                         std::unique_ptr<AuthorityClient> ca, const Clock& clock)
    : database_(database), authority_(std::move(authority)), ca_(std::move(ca)), clock_(clock) {}

absl::Status SpcRevocationWorker::Confirm(const SpcRevocation& revocation,
                                          const std::vector<std::string>& serials) {
  SpcRevocationState before = SpcRevocationState::kOpen;
  const absl::Time now = clock_.TimeNow();
  const absl::Status written = database_.Write([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(before, StateOfSpcRevocation(transaction, revocation.seq));
    if (before == SpcRevocationState::kConfirmed) return absl::OkStatus();
    STI_RETURN_IF_ERROR(MarkSpcRevoked(transaction, revocation.seq, now));
    return store::AppendAudit(transaction, {kSelf, revocation.requested_by.request_id},
                              ConfirmedEvent(revocation, serials, before == SpcRevocationState::kCalledOff),
                              now);
  });
  STI_RETURN_IF_ERROR(written);
  if (before == SpcRevocationState::kConfirmed) return absl::OkStatus();
  const bool called_off = before == SpcRevocationState::kCalledOff;
  if (called_off) {
    daemon::LogWarning("an STI-CA has revoked the certificates of a code, which was called off too late",
                       {{"authority", authority_},
                        {"spc", revocation.spc},
                        {"provider", revocation.provider_id},
                        {"certificates", serials.size()},
                        {"request_id", revocation.requested_by.request_id}});
    return absl::OkStatus();
  }
  daemon::LogInfo("an STI-CA has revoked the certificates of a code",
                  {{"authority", authority_},
                   {"spc", revocation.spc},
                   {"provider", revocation.provider_id},
                   {"certificates", serials.size()},
                   {"request_id", revocation.requested_by.request_id}});
  return absl::OkStatus();
}

void SpcRevocationWorker::Note(const SpcRevocation& revocation, const absl::Status& trouble) {
  daemon::LogError("an STI-CA has not revoked the certificates of a code; trying again",
                   {{"authority", authority_},
                    {"request_id", revocation.requested_by.request_id},
                    {"spc", revocation.spc},
                    {"provider", revocation.provider_id},
                    {"reason", ReasonName(ReasonOf(trouble))},
                    {"detail", trouble.message()}});
  // Only for people to read: not worth another code's turn.
  const absl::Status noted = database_.Write([&](Transaction& transaction) {
    return NoteSpcTrouble(transaction, revocation.seq, trouble.message());
  });
  if (!noted.ok()) daemon::LogError("that cannot be written down", {{"detail", noted.message()}});
}

// Read one by one: what was called off meanwhile must not be asked.
absl::StatusOr<std::optional<SpcRevocation>> SpcRevocationWorker::NextAfter(int64_t seq) {
  std::optional<SpcRevocation> next;
  STI_RETURN_IF_ERROR(database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(next, NextSpcRevocation(transaction, authority_, clock_.TimeNow(), seq));
    return absl::OkStatus();
  }));
  return next;
}

absl::StatusOr<int> SpcRevocationWorker::AskAll() {
  int failed = 0;
  absl::Status unwritten;
  const int64_t start = last_unanswered_;
  bool from_the_first = start == 0;  // those up to `start` come last
  int64_t last = start;
  while (true) {
    STI_ASSIGN_OR_RETURN(const std::optional<SpcRevocation> next, NextAfter(last));
    if (!next && !from_the_first) {
      from_the_first = true;
      last = 0;
      continue;
    }
    if (!next || (from_the_first && start != 0 && next->seq > start)) break;
    last = next->seq;
    const auto serials = ca_->RevokeSpc(next->spc, next->reason_code, next->requested_by.request_id);
    if (serials.ok()) {
      unwritten.Update(Confirm(*next, *serials));
      continue;
    }
    ++failed;
    Note(*next, serials.status());
    if (IsAway(serials.status())) {
      last_unanswered_ = last;
      STI_RETURN_IF_ERROR(unwritten);
      return failed;
    }
  }
  last_unanswered_ = 0;
  STI_RETURN_IF_ERROR(unwritten);
  return failed;
}

absl::Duration SpcRevocationWorker::UntilNextDue() {
  absl::Time due = absl::InfiniteFuture();
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(due, NextDue(transaction, authority_));
    return absl::OkStatus();
  });
  if (!read.ok()) return kFirstRetry;
  // A due time has whole seconds; a moment too early would be asked for in vain.
  return std::clamp(due - clock_.TimeNow(), absl::Milliseconds(100), kInterval);
}

void SpcRevocationWorker::Run() {
  absl::Duration retry = kFirstRetry;
  absl::Duration wait = absl::ZeroDuration();
  while (pause_.For(wait)) {
    const absl::StatusOr<int> failed = AskAll();
    if (!failed.ok()) {
      daemon::LogError("revocations by code cannot be read or written",
                       {{"authority", authority_}, {"detail", failed.status().message()}});
    }
    if (failed.ok() && *failed == 0) {
      retry = kFirstRetry;
      wait = UntilNextDue();
    } else {
      wait = retry;
      retry = std::min(retry * 2, kLongestRetry);
    }
  }
}

void SpcRevocationWorker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void SpcRevocationWorker::Stop() {
  pause_.Stop();
  ca_->Cancel();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::pa

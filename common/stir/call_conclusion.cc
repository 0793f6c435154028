// ConcludeCall: one verdict from those of all PASSporTs.
#include <algorithm>
#include <utility>

#include "common/stir/passport_verifier.h"
#include "common/stir/rcd_outcome.h"

namespace sti::stir {
namespace {

// Whether the signer of a valid PASSporT speaks for the calling number. One whose type is not known might
// have.
bool SpeaksForCaller(const HeaderVerdict& header, bool message) {
  if (!header.type) return true;
  switch (*header.type) {
    case PassportType::kBase:
    case PassportType::kShaken:
      return true;
    case PassportType::kMsg:
      return message;
    case PassportType::kRcd:
      return !header.claims || !header.claims->rich.iss;
    case PassportType::kDiv:
    case PassportType::kDivO:
    case PassportType::kRph:
      break;
  }
  return false;
}

int Rank(Attestation attestation) {
  return attestation == Attestation::kNone ? static_cast<int>(Attestation::kC) + 1
                                           : static_cast<int>(attestation);
}

// Of two that passed, the one that says more about the caller; of two that failed, the one that got further.
bool IsBetter(const HeaderVerdict& a, const HeaderVerdict& b) {
  if (a.passed() != b.passed()) return a.passed();
  if (a.passed()) return Rank(a.attestation) < Rank(b.attestation);
  return FirstFailedStage(a.checks) > FirstFailedStage(b.checks);
}

}  // namespace

class CallConclusion {
 public:
  CallConclusion(const CallExamination& call, std::vector<HeaderVerdict> headers) : call_(call) {
    out_.table = call.table_;
    out_.headers = std::move(headers);
  }

  CallVerdict Run() {
    if (call_.div_) {
      FailCircles();
      // In this order: what is dropped fails because of the chain, and is not what is wrong with it.
      out_.div = JudgeDiversion();
      DropUndiverted();
    }
    Decide();
    JudgePriority();
    out_.rcd = JudgeRichCallData(out_.headers, call_.display_name_);
    for (const HeaderVerdict& header : out_.headers) out_.replay_suspected |= header.replay_suspected;
    return std::move(out_);
  }

 private:
  PassportSet Passed() const {
    PassportSet set = 0;
    for (size_t i = 0; i < std::min(out_.headers.size(), kPassportsPerCall); ++i) {
      if (out_.headers[i].passed()) set |= PassportSet{1} << i;
    }
    return set;
  }

  // Only now is it known who really goes round in a circle, and who merely stands where a forged header
  // closes one.
  void FailCircles() {
    const PassportSet circles = call_.div_->Circles(Passed());
    for (size_t i = 0; i < std::min(out_.headers.size(), call_.size()); ++i) {
      if (i >= kPassportsPerCall || !Contains(circles, i)) continue;
      Fail(out_.headers[i].checks, CheckRow::kDivChain, Reason::kDivChainInvalid,
           "the div PASSporTs go round in a circle");
      Settle(out_.headers[i], call_.passports_[i].required);
    }
  }

  // Diversions that did not pass account for nothing: what leaned on them is judged by itself (RFC 8946
  // s4.2).
  void DropUndiverted() {
    const PassportSet passed = Passed();
    for (size_t i = 0; i < std::min(out_.headers.size(), call_.size()); ++i) {
      const ExaminedPassport& examined = call_.passports_[i];
      HeaderVerdict& header = out_.headers[i];
      if (examined.without_div == Reason::kNone || !header.passed() || call_.div_->LeadsToTarget(i, passed))
        continue;
      const CheckRow row = examined.without_div == Reason::kIatStale ? CheckRow::kIatFresh : CheckRow::kDest;
      Fail(header.checks, row, examined.without_div, "the div PASSporTs that lead on from here did not pass");
      Settle(header, examined.required);
    }
  }

  // The best of those that speak for the caller, else of the others.
  void Decide() {
    std::optional<size_t> best, other;
    for (size_t i = 0; i < out_.headers.size(); ++i) {
      std::optional<size_t>& place = SpeaksForCaller(out_.headers[i], call_.message_) ? best : other;
      if (!place || IsBetter(out_.headers[i], out_.headers[*place])) place = i;
    }
    if (!best && (!other || out_.headers[*other].passed())) return;  // kIdentityMissing
    out_.decided_by = best ? best : other;
    const HeaderVerdict& header = out_.headers[*out_.decided_by];
    out_.reason = header.reason;
    // A forged rph or div is no statement about the caller: the call is as good as an unsigned one.
    if (best) out_.verstat = header.passed() ? Verstat::kTnValidationPassed : RowOf(header.reason).verstat;
    if (!header.passed()) return;
    out_.attestation = header.attestation;
    out_.origid = header.origid;
    out_.signer = header.signer;
  }

  DivOutcome JudgeDiversion() const {
    DivOutcome out;
    std::vector<size_t> path = call_.div_->Path(Passed());
    const bool complete = !path.empty();
    if (!complete) path = call_.div_->Path(kAllPassports);
    if (path.empty()) {
      // No chain at all: every diversion stands for itself.
      for (size_t i = 0; i < std::min(out_.headers.size(), kPassportsPerCall); ++i) {
        if (Contains(call_.div_->diversions(), i)) path.push_back(i);
      }
    }
    out.reason = Reason::kNone;
    for (size_t k = 0; k < path.size(); ++k) {
      const HeaderVerdict& header = out_.headers[path[k]];
      if (out.reason == Reason::kNone) out.reason = header.reason;
      if (!Contains(call_.div_->diversions(), path[k])) continue;
      out.hops.push_back(HopOf(path[k], k + 1 < path.size() ? &out_.headers[path[k + 1]] : nullptr));
    }
    if (out.reason == Reason::kNone && !complete) out.reason = Reason::kDivChainIncomplete;
    return out;
  }

  DivOutcome::Hop HopOf(size_t i, const HeaderVerdict* next) const {
    const PassportClaims& claims = *out_.headers[i].claims;
    DivOutcome::Hop hop;
    hop.header = i;
    hop.from = *claims.div;
    hop.reason = out_.headers[i].reason;
    if (next != nullptr && next->claims->div && IsDestination(claims, *next->claims->div)) {
      hop.to = *next->claims->div;
    } else if (call_.target_ && IsDestination(claims, *call_.target_)) {
      hop.to = *call_.target_;
    } else if (!claims.dest_tn.empty()) {
      hop.to = claims.dest_tn.front();
    } else if (!claims.dest_uri.empty()) {
      hop.to = claims.dest_uri.front();
    }
    return hop;
  }

  void JudgePriority() {
    std::optional<size_t> best;
    for (size_t i = 0; i < out_.headers.size(); ++i) {
      if (out_.headers[i].type != PassportType::kRph) continue;
      if (!best || IsBetter(out_.headers[i], out_.headers[*best])) best = i;
    }
    if (!best) return;
    const HeaderVerdict& header = out_.headers[*best];
    RphOutcome rph{*best, header.reason, {}, ""};
    if (header.passed()) {
      rph.auth = header.claims->rph_auth;
      rph.sph = header.claims->sph.value_or("");
    }
    out_.rph = std::move(rph);
  }

  const CallExamination& call_;
  CallVerdict out_;
};

CallVerdict ConcludeCall(const CallExamination& call, std::vector<HeaderVerdict> headers) {
  return CallConclusion(call, std::move(headers)).Run();
}

}  // namespace sti::stir

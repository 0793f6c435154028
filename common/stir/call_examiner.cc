// ExamineCall: every Identity header against the call, E3 and E15 to E16, and the links between diversions.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/stir/claim_examiner.h"
#include "common/stir/passport_verifier.h"

namespace sti::stir {
namespace {

using Checks = std::vector<Check>;

ExaminedPassport Unread(const VerifyPolicy& policy) {
  ExaminedPassport out;
  out.verdict.checks = MakeCheckList(policy.table);
  Fail(out.verdict.checks, CheckRow::kIdentitySyntax, Reason::kIdentityTooLarge,
       absl::StrCat("more than ", limits::kIdentityHeadersPerCall, " Identity headers"));
  return out;
}

}  // namespace

class CallExaminer {
 public:
  CallExaminer(const CallFacts& facts, const VerifyPolicy& policy, absl::Time now)
      : facts_(facts), policy_(policy), now_(now), passports_(out_.passports_) {}

  CallExamination Run(absl::Span<const std::string> identities) {
    passports_.reserve(identities.size());
    for (size_t i = 0; i < identities.size(); ++i) {
      passports_.push_back(i < limits::kIdentityHeadersPerCall ? ExamineHeader(identities[i], policy_)
                                                               : Unread(policy_));
    }
    Unnest();
    LinkDiversions();
    for (size_t i = 0; i < passports_.size(); ++i) CheckCall(i);
    out_.table_ = policy_.table;
    out_.display_name_ = facts_.display_name;
    out_.message_ = facts_.message_body.has_value();
    return std::move(out_);
  }

 private:
  // Appends what the opt of a div-o holds, and so on for what is in there (RFC 8946 s5.1).
  void Unnest() {
    for (size_t i = 0; i < passports_.size(); ++i) {
      const auto claims = passports_[i].verdict.claims;
      if (!claims || claims->type != PassportType::kDivO) continue;
      size_t hops = 1;
      for (auto outer = passports_[i].verdict.nested_in; outer; outer = passports_[*outer].verdict.nested_in)
        ++hops;
      if (hops > limits::kDivHops || passports_.size() >= kPassportsPerCall) {
        Fail(passports_[i].verdict.checks, CheckRow::kDivChain, Reason::kDivTooDeep,
             absl::StrCat("at most ", limits::kDivHops, " diversions and ", kPassportsPerCall, " PASSporTs"));
      } else {
        passports_.push_back(ExamineNested(claims->opt, i, policy_));
      }
    }
  }

  void LinkDiversions() {
    const bool diverted = std::any_of(passports_.begin(), passports_.end(), [](const ExaminedPassport& one) {
      return one.verdict.claims && IsDiversion(one.verdict.claims->type);
    });
    if (!diverted) return;
    if (const PartyIdentity* target = TargetOf(facts_)) out_.target_ = *target;
    std::vector<DivNode> nodes;
    for (const ExaminedPassport& one : passports_) {
      if (nodes.size() == kPassportsPerCall) break;
      DivNode node;
      node.claims = one.verdict.claims.get();
      if (one.verdict.passport) {
        node.signing_input = one.verdict.passport->signing_input();
        node.signature = one.verdict.passport->signature();
      }
      node.nested_in = one.verdict.nested_in;
      nodes.push_back(node);
    }
    out_.div_ = DivChain::Link(nodes, out_.target_ ? &*out_.target_ : nullptr);
  }

  void CheckCall(size_t i) {
    ExaminedPassport& one = passports_[i];
    CheckDate(facts_, policy_, now_, one.verdict.checks);
    if (one.verdict.claims) {
      const DivPlace place = out_.div_ ? PlaceOf(i) : DivPlace{};
      ExamineClaims({facts_, policy_, now_}, place, one);
    }
    if (one.compact) FindCandidates(one);
    one.required = RequiredRows(one, facts_, policy_);
    one.needs_chain = one.url.has_value() && (one.verdict.claims || !one.candidates.empty()) &&
                      !FailedBeforeAttest(one.verdict.checks);
    if (!one.needs_chain) Settle(one.verdict, one.required);
  }

  // What a compact form may stand for (RFC 8224 s6.2 step 4): its iat is the Date, whose freshness has been
  // judged.
  void FindCandidates(ExaminedPassport& one) {
    Checks& checks = one.verdict.checks;
    if (!facts_.date) {
      Fail(checks, CheckRow::kFullForm, Reason::kIdentityCompactForm, "without a Date it cannot be rebuilt");
      return;
    }
    if (!one.url) return;
    CompactFacts facts;
    for (const PartyIdentity* caller : CallersOf(facts_, policy_.caller)) facts.orig.push_back(*caller);
    for (const PartyIdentity* called : CalledOf(facts_, policy_.called)) facts.dest.push_back(*called);
    facts.iat = {absl::ToUnixSeconds(*facts_.date)};
    facts.x5u = one.url->text();
    facts.media_keys = facts_.media_keys;
    one.candidates = CompactCandidates(facts);
    Judge(checks, CheckRow::kOrig, !facts.orig.empty(), Reason::kOrigMismatch,
          [] { return "no caller to compare"; });
    Judge(checks, CheckRow::kDest, !facts.dest.empty(), Reason::kDestMismatch,
          [] { return "nobody is called"; });
    if (At(checks, CheckRow::kDateFresh).outcome == CheckOutcome::kPassed) Pass(checks, CheckRow::kIatFresh);
  }

  DivPlace PlaceOf(size_t i) const {
    DivPlace place;
    place.reason = out_.div_->reason(i);
    place.last = out_.div_->outermost(i);
    place.leads_to_target = out_.div_->MayLeadToTarget(i);
    return place;
  }

  const CallFacts& facts_;
  const VerifyPolicy& policy_;
  const absl::Time now_;
  CallExamination out_;
  std::vector<ExaminedPassport>& passports_;
};

CallExamination ExamineCall(absl::Span<const std::string> identities, const CallFacts& facts,
                            const VerifyPolicy& policy, absl::Time now) {
  return CallExaminer(facts, policy, now).Run(identities);
}

}  // namespace sti::stir

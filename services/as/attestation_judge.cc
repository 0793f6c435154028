#include "services/as/attestation_judge.h"

#include <algorithm>

#include "common/base/status_macros.h"

namespace sti::as {
namespace {

using stir::Attestation;
using Right = ProvisionedView::NumberAnswer::Right;

}  // namespace

absl::StatusOr<AttestationDecision> AttestationJudge::Judge() {
  emergency_ = CallsEmergency();
  absl::StatusOr<Attestation> attest = JudgeNormally();
  if (!attest.ok() && emergency_) {
    Step("calls to emergency numbers are not refused, but get C");
    attest = Attest("emergency_call", Attestation::kC);
  }
  if (!attest.ok()) return attest.status();
  AttestationDecision decision;
  decision.attest = *attest;
  decision.rule = rule_;
  decision.emergency = emergency_;
  if (customer_ != nullptr) decision.customer = customer_->id;
  if (trunk_ != nullptr) decision.trunk = trunk_->id;
  return decision;
}

// Alone: nobody gets past a refusal by calling 911 beside another.
bool AttestationJudge::CallsEmergency() const {
  if (call_.other_dest || (call_.dest.empty() && !call_.emergency_service)) return false;
  return std::all_of(call_.dest.begin(), call_.dest.end(),
                     [&](NumberValue dest) { return view_.IsEmergency(call_.provider, dest); });
}

absl::StatusOr<Attestation> AttestationJudge::JudgeNormally() {
  STI_RETURN_IF_ERROR(FindTrunk());
  STI_RETURN_IF_ERROR(FindCustomer());
  STI_RETURN_IF_ERROR(CheckCallingNumber());
  STI_ASSIGN_OR_RETURN(Attestation attest, Choose());
  if (trunk_ != nullptr && trunk_->gateway) attest = Cap(attest, Attestation::kC, "gateway_trunk");
  if (customer_ != nullptr) attest = Cap(attest, customer_->highest_attest, "highest_attest");
  attest = Cap(attest, prefix_highest_, "calling_prefix");

  if (call_.requested == Attestation::kNone || call_.requested == attest || call_.client_attests) {
    return attest;
  }
  Step("the client asks for ", stir::AttestationText(call_.requested), " and may not decide");
  // Who calls for help is not refused for it.
  if (!defaults_.refuse_requested || emergency_) return attest;
  return Refuse("requested_attest", Reason::kAttestRefused, "attest",
                "the client may not decide, and the policy decides differently");
}

// A customer's client learns nothing about trunks of others: to it they are unknown.
absl::Status AttestationJudge::FindTrunk() {
  if (call_.trunk.empty()) return absl::OkStatus();
  const Trunk* const trunk = view_.FindTrunk(call_.provider, call_.trunk);
  const bool not_the_clients =
      trunk != nullptr && !call_.client_customer.empty() && trunk->customer != call_.client_customer;
  if (trunk == nullptr || not_the_clients) {
    return Refuse("no_such_trunk", Reason::kCustomerUnknown, "trunk",
                  not_the_clients ? "not a trunk of the client's customer" : "no such trunk");
  }
  if (!call_.customer.empty() && trunk->customer != call_.customer) {
    return Refuse("other_trunk", Reason::kInvalidField, "trunk",
                  trunk->gateway ? "a gateway is no customer's" : "a trunk of another customer");
  }
  trunk_ = trunk;
  Step("trunk ", trunk->id, trunk->gateway ? " is a gateway" : " is a customer's: ", trunk->customer);
  return absl::OkStatus();
}

absl::Status AttestationJudge::FindCustomer() {
  const absl::string_view own = call_.client_customer;
  if (!own.empty() && !call_.customer.empty() && own != call_.customer) {
    return Refuse("no_such_customer", Reason::kCustomerUnknown, "customer", "not the client's customer");
  }
  const absl::string_view by_request = trunk_ != nullptr ? trunk_->customer : call_.customer;
  const absl::string_view id = own.empty() ? by_request : own;
  const absl::string_view field = own.empty() && trunk_ != nullptr ? "trunk" : "customer";
  if (id.empty() && (trunk_ == nullptr || trunk_->gateway)) return absl::OkStatus();
  customer_ = view_.FindCustomer(call_.provider, id);
  if (customer_ == nullptr) {
    return Refuse("no_such_customer", Reason::kCustomerUnknown, field, "no such customer");
  }
  if (customer_->suspended) {
    return Refuse("suspended_customer", Reason::kCustomerUnknown, field, "the customer is suspended");
  }
  Step("customer ", customer_->id, own.empty() ? "" : ", by the client");
  return absl::OkStatus();
}

// What holds whoever asks.
absl::Status AttestationJudge::CheckCallingNumber() {
  if (!call_.orig) return absl::OkStatus();
  if (view_.IsDoNotOriginate(call_.provider, *call_.orig)) {
    return Refuse("do_not_originate", Reason::kNumberDoNotOriginate, "orig", "on the do-not-originate list");
  }
  if (view_.IsEmergency(call_.provider, *call_.orig)) {
    if (trunk_ == nullptr || !trunk_->emergency) {
      return Refuse("emergency_number", Reason::kNumberDoNotOriginate, "orig",
                    "an emergency number, and not through a trunk for these");
    }
    emergency_callback_ = true;
  }
  const NumberRule* const prefix = view_.CallingPrefix(call_.provider, *call_.orig);
  if (prefix == nullptr) return absl::OkStatus();
  if (!prefix->highest_attest) {
    return Refuse("calling_prefix", Reason::kAttestRefused, "orig",
                  absl::StrCat("numbers that begin with ", prefix->first, " are refused"));
  }
  prefix_highest_ = *prefix->highest_attest;
  Step("numbers that begin with ", prefix->first, " get at most ", stir::AttestationText(prefix_highest_));
  return absl::OkStatus();
}

absl::StatusOr<Attestation> AttestationJudge::Choose() {
  if (call_.client_attests && call_.requested != Attestation::kNone) {
    return Attest("client_decides", call_.requested);
  }
  if (trunk_ != nullptr && trunk_->gateway) return Attest("gateway_trunk", Attestation::kC);
  if (customer_ == nullptr) {
    return Fall(defaults_.unknown_customer, "no_customer", Reason::kCustomerUnknown, "customer");
  }
  return ByNumber();
}

// For a customer.
absl::StatusOr<Attestation> AttestationJudge::ByNumber() {
  const Fallback unknown =
      customer_->unknown_number == Fallback::kDefault ? defaults_.unknown_number : customer_->unknown_number;
  if (!call_.orig) return Fall(unknown, "no_number", Reason::kAttestRefused, "orig");
  if (emergency_callback_) return Attest("emergency_callback", Attestation::kA);
  const auto answer = view_.AskNumber(call_.provider, customer_->id, *call_.orig, call_.time);
  if (answer.right == Right::kOwn) return Attest("own_number", Attestation::kA);
  if (answer.right == Right::kLetter) return Attest("letter", Attestation::kA);
  if (answer.expired) Step("the customer's right to the number has ended");
  if (answer.others) return Fall(defaults_.foreign_number, "foreign_number", Reason::kAttestRefused, "orig");
  return Fall(unknown, "unknown_number", Reason::kAttestRefused, "orig");
}

absl::StatusOr<Attestation> AttestationJudge::Fall(Fallback fallback, absl::string_view rule, Reason reason,
                                                   absl::string_view field) {
  if (fallback == Fallback::kRefuse) return Refuse(rule, reason, field, absl::StrCat("rule ", rule));
  return Attest(rule, fallback == Fallback::kC ? Attestation::kC : Attestation::kB);
}

// kA is the best, and the least.
Attestation AttestationJudge::Cap(Attestation attest, Attestation highest, absl::string_view rule) {
  return attest < highest ? Attest(rule, highest) : attest;
}

absl::Status AttestationJudge::Refuse(absl::string_view rule, Reason reason, absl::string_view field,
                                      absl::string_view detail) {
  rule_ = rule;
  Step(rule, ": refused, ", detail);
  return MakeError(reason, field, detail);
}

Attestation AttestationJudge::Attest(absl::string_view rule, Attestation attest) {
  rule_ = rule;
  Step(rule, ": ", stir::AttestationText(attest));
  return attest;
}

absl::StatusOr<std::string> AttestationJudge::Origid(const OrigidMaker& maker, const Random& random) const {
  using Kind = AttestationDefaults::Origid;
  if (call_.client_attests && !call_.requested_origid.empty()) return call_.requested_origid;
  const bool by_trunk = trunk_ != nullptr && (trunk_->gateway || defaults_.origid == Kind::kTrunk);
  if (by_trunk) return maker.ForTrunk(trunk_->id);
  if (customer_ != nullptr && defaults_.origid != Kind::kCall) return maker.ForCustomer(customer_->id);
  return MakeUuid(random);
}

}  // namespace sti::as

#include "services/as/call_authority.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/call_facts.h"
#include "services/as/outgoing_claims.h"

namespace sti::as {
namespace {

using stir::Attestation;
using stir::PassportClaims;
using stir::PassportType;

// Whether the PASSporT speaks for the number as much as attestation A does.
bool NeedsA(const PassportClaims& claims) {
  switch (claims.type) {
    case PassportType::kBase:
    case PassportType::kMsg:
    case PassportType::kDiv:
    case PassportType::kDivO:
      return true;
    case PassportType::kRcd:
      return !claims.rich.iss;
    case PassportType::kShaken:
    case PassportType::kRph:
      return false;
  }
  return true;
}

CallToAttest Question(const SigningClient& client, const OutgoingCall& call, const PassportClaims& claims,
                      const stir::PartyIdentity& caller, absl::Time now) {
  CallToAttest question;
  question.provider = client.provider;
  question.client_attests = client.attests;
  question.client_customer = client.customer;
  question.trunk = call.trunk;
  question.customer = call.customer;
  question.orig = NumberOf(caller);
  for (const stir::TelephoneNumber& dest : claims.dest_tn) AddDestination(dest, question);
  for (const stir::CanonicalUri& dest : claims.dest_uri) AddDestination(dest, question);
  question.time = now;
  return question;
}

absl::Status RequireA(const AttestationDecision& decision, absl::string_view field,
                      const PassportClaims& claims) {
  if (!NeedsA(claims) || decision.attest == Attestation::kA) return absl::OkStatus();
  const absl::string_view type = claims.type == PassportType::kBase ? "base" : stir::PptText(claims.type);
  return MakeError(Reason::kAttestRefused, field,
                   absl::StrCat("a ", type, " PASSporT speaks for the number as A does; rule ", decision.rule,
                                " gives ", stir::AttestationText(decision.attest)));
}

}  // namespace

std::optional<NumberValue> NumberOf(const stir::PartyIdentity& party) {
  const auto* number = std::get_if<stir::TelephoneNumber>(&party);
  return number == nullptr ? std::nullopt : NumberValueOf(number->digits());
}

void AddDestination(const stir::PartyIdentity& dest, CallToAttest& question) {
  if (const auto number = NumberOf(dest)) {
    question.dest.push_back(*number);
  } else if (std::holds_alternative<stir::CanonicalUri>(dest) && stir::IsEmergency(dest)) {
    question.emergency_service = true;
  } else {
    question.other_dest = true;
  }
}

absl::StatusOr<CallAuthority> AuthorityFor(const AttestationPolicy& policy, const SigningClient& client,
                                           const OutgoingCall& call,
                                           const std::vector<PassportClaims>& claims, absl::Time now) {
  CallAuthority authority;
  const bool shaken = std::any_of(claims.begin(), claims.end(),
                                  [](const auto& one) { return one.type == PassportType::kShaken; });
  for (const PassportClaims& one : claims) {
    const bool diversion = stir::IsDiversion(one.type);
    std::optional<AttestationDecision>& decision = diversion ? authority.diverter : authority.caller;
    if (!decision) {
      CallToAttest question = Question(client, call, one, diversion ? *one.div : one.orig, now);
      if (diversion) {
        question.client_attests = client.attests || client.diverts;
        question.requested = question.client_attests ? Attestation::kA : Attestation::kNone;
      } else if (shaken) {
        question.requested = call.attest;
        question.requested_origid = call.origid;
      } else if (client.attests) {
        question.requested = Attestation::kA;  // what it asks for says no less
      }
      STI_ASSIGN_OR_RETURN(decision, policy.Decide(question));
    }
    STI_RETURN_IF_ERROR(RequireA(*decision, diversion ? "div" : "orig", one));
  }
  return authority;
}

absl::Status AddProfile(const ProvisionedView& view, const SigningClient& client, const OutgoingCall& call,
                        const AttestationDecision& decision, const stir::NumberingPlan& plan, absl::Time now,
                        std::vector<PassportClaims>& claims) {
  constexpr char kField[] = "rcd_profile";
  if (decision.customer.empty()) return MakeError(Reason::kInvalidField, kField, "belongs to a customer");
  const RcdProfile* profile = view.FindProfile(client.provider, decision.customer, call.rcd_profile);
  if (profile == nullptr) return MakeError(Reason::kInvalidField, kField, "the customer has no such profile");
  const auto number = NumberOf(claims.front().orig);
  using Right = ProvisionedView::NumberAnswer::Right;
  if (!number || view.AskNumber(client.provider, decision.customer, *number, now).right == Right::kNone) {
    return MakeError(Reason::kAttestRefused, kField, "the calling number is none of the customer's");
  }
  auto rich = MakeRichCallData(profile->rcd, plan);
  if (!rich.ok()) return PrefixField(kField, rich.status());
  for (PassportClaims& one : claims) {
    if (one.type == PassportType::kShaken || one.type == PassportType::kRcd) one.rich = *rich;
  }
  return absl::OkStatus();
}

bool CallsEmergencyOnly(const ProvisionedView& view, size_t provider, const PassportClaims& claims) {
  if (claims.dest_tn.empty() && claims.dest_uri.empty()) return false;
  return std::all_of(claims.dest_tn.begin(), claims.dest_tn.end(),
                     [&](const stir::TelephoneNumber& dest) {
                       const auto number = NumberValueOf(dest.digits());
                       return number && view.IsEmergency(provider, *number);
                     }) &&
         std::all_of(claims.dest_uri.begin(), claims.dest_uri.end(),
                     [](const auto& uri) { return stir::IsEmergency(uri); });
}

}  // namespace sti::as

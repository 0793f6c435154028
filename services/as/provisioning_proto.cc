#include "services/as/provisioning_proto.h"

#include <map>
#include <string>

#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/as/number_text.h"

namespace sti::as {
namespace {

absl::StatusOr<Fallback> FallbackFrom(const std::string& text) {
  if (text.empty()) return Fallback::kDefault;
  if (text == "B") return Fallback::kB;
  if (text == "C") return Fallback::kC;
  if (text == "refuse") return Fallback::kRefuse;
  return MakeError(Reason::kInvalidField, "customer.unknown_number", "not B, C, refuse or empty");
}

const char* FallbackText(Fallback fallback) {
  switch (fallback) {
    case Fallback::kB:
      return "B";
    case Fallback::kC:
      return "C";
    case Fallback::kRefuse:
      return "refuse";
    default:
      return "";
  }
}

sti::v1::Attestation AttestationProto(stir::Attestation attestation) {
  switch (attestation) {
    case stir::Attestation::kA:
      return sti::v1::ATTESTATION_A;
    case stir::Attestation::kB:
      return sti::v1::ATTESTATION_B;
    case stir::Attestation::kC:
      return sti::v1::ATTESTATION_C;
    default:
      return sti::v1::ATTESTATION_UNSPECIFIED;
  }
}

void SetSeconds(absl::Time time, google::protobuf::Timestamp& proto) {
  proto.set_seconds(absl::ToUnixSeconds(time));
}

}  // namespace

absl::StatusOr<stir::Attestation> AttestationFrom(absl::string_view field, sti::v1::Attestation proto) {
  switch (proto) {
    case sti::v1::ATTESTATION_UNSPECIFIED:
      return stir::Attestation::kNone;
    case sti::v1::ATTESTATION_A:
      return stir::Attestation::kA;
    case sti::v1::ATTESTATION_B:
      return stir::Attestation::kB;
    case sti::v1::ATTESTATION_C:
      return stir::Attestation::kC;
    default:
      return MakeError(Reason::kInvalidField, field, "not A, B or C");
  }
}

absl::StatusOr<Customer> FromProto(const sti::v1::Customer& proto) {
  Customer customer;
  customer.id = proto.id();
  customer.name = proto.name();
  if (!sti::v1::CustomerState_IsValid(proto.state())) {
    return MakeError(Reason::kInvalidField, "customer.state", "not active or suspended");
  }
  customer.suspended = proto.state() == sti::v1::CUSTOMER_STATE_SUSPENDED;
  customer.clients.assign(proto.clients().begin(), proto.clients().end());
  STI_ASSIGN_OR_RETURN(customer.highest_attest,
                       AttestationFrom("customer.highest_attest", proto.highest_attest()));
  if (customer.highest_attest == stir::Attestation::kNone) customer.highest_attest = stir::Attestation::kA;
  STI_ASSIGN_OR_RETURN(customer.unknown_number, FallbackFrom(proto.unknown_number()));
  return customer;
}

Trunk FromProto(const sti::v1::Trunk& proto) {
  return {proto.id(), proto.customer(), proto.gateway(), proto.emergency(), absl::UnixEpoch()};
}

NumberRequest FromProto(const sti::v1::CustomerNumbers& proto) {
  NumberRequest request{proto.customer(), proto.first(), proto.last(), proto.letter(),
                        absl::InfiniteFuture()};
  // Fractions of a second are cut off: the right ends rather too early.
  if (proto.has_until()) request.until = absl::FromUnixSeconds(proto.until().seconds());
  return request;
}

std::vector<NumberRequest> FromProto(
    const google::protobuf::RepeatedPtrField<sti::v1::CustomerNumbers>& proto) {
  std::vector<NumberRequest> requests;
  requests.reserve(static_cast<size_t>(proto.size()));
  for (const sti::v1::CustomerNumbers& numbers : proto) requests.push_back(FromProto(numbers));
  return requests;
}

absl::StatusOr<NumberRule> FromProto(const sti::v1::NumberRule& proto) {
  NumberRule rule;
  switch (proto.kind()) {
    case sti::v1::NumberRule::KIND_UNSPECIFIED:
      return MakeError(Reason::kMissingField, "rule.kind", "what is the rule about?");
    case sti::v1::NumberRule::KIND_DO_NOT_ORIGINATE:
      rule.kind = NumberRule::Kind::kDoNotOriginate;
      break;
    case sti::v1::NumberRule::KIND_EMERGENCY:
      rule.kind = NumberRule::Kind::kEmergency;
      break;
    case sti::v1::NumberRule::KIND_CALLING_PREFIX:
      rule.kind = NumberRule::Kind::kCallingPrefix;
      break;
    default:
      return MakeError(Reason::kInvalidField, "rule.kind", "no such kind");
  }
  rule.first = proto.first();
  rule.last = proto.last();
  rule.note = proto.note();
  STI_ASSIGN_OR_RETURN(const stir::Attestation highest,
                       AttestationFrom("rule.highest_attest", proto.highest_attest()));
  if (highest != stir::Attestation::kNone) rule.highest_attest = highest;
  return rule;
}

RcdProfile FromProto(const sti::v1::RcdProfile& proto) {
  RcdProfile profile;
  profile.customer = proto.customer();
  profile.name = proto.name();
  const sti::v1::RichCallData& rcd = proto.rcd();
  profile.rcd = {rcd.nam(), rcd.apn(), rcd.icn(), rcd.jcd(), rcd.jcl(), rcd.crn(), rcd.iss(), {}};
  const std::map<std::string, std::string> rcdi(rcd.rcdi().begin(), rcd.rcdi().end());
  profile.rcd.rcdi.assign(rcdi.begin(), rcdi.end());
  return profile;
}

sti::v1::Customer ToProto(const Customer& customer) {
  sti::v1::Customer proto;
  proto.set_id(customer.id);
  proto.set_name(customer.name);
  proto.set_state(customer.suspended ? sti::v1::CUSTOMER_STATE_SUSPENDED : sti::v1::CUSTOMER_STATE_ACTIVE);
  for (const std::string& client : customer.clients) proto.add_clients(client);
  proto.set_highest_attest(AttestationProto(customer.highest_attest));
  proto.set_unknown_number(FallbackText(customer.unknown_number));
  SetSeconds(customer.changed, *proto.mutable_changed());
  return proto;
}

sti::v1::Trunk ToProto(const Trunk& trunk) {
  sti::v1::Trunk proto;
  proto.set_id(trunk.id);
  proto.set_customer(trunk.customer);
  proto.set_gateway(trunk.gateway);
  proto.set_emergency(trunk.emergency);
  SetSeconds(trunk.changed, *proto.mutable_changed());
  return proto;
}

sti::v1::CustomerNumbers ToProto(const CustomerNumbers& numbers) {
  sti::v1::CustomerNumbers proto;
  proto.set_customer(numbers.customer);
  proto.set_first(NumberText(numbers.first));
  if (numbers.last != numbers.first) proto.set_last(NumberText(numbers.last));
  proto.set_letter(numbers.letter);
  if (numbers.until != absl::InfiniteFuture()) SetSeconds(numbers.until, *proto.mutable_until());
  return proto;
}

sti::v1::NumberRule ToProto(const NumberRule& rule) {
  sti::v1::NumberRule proto;
  switch (rule.kind) {
    case NumberRule::Kind::kDoNotOriginate:
      proto.set_kind(sti::v1::NumberRule::KIND_DO_NOT_ORIGINATE);
      break;
    case NumberRule::Kind::kEmergency:
      proto.set_kind(sti::v1::NumberRule::KIND_EMERGENCY);
      break;
    case NumberRule::Kind::kCallingPrefix:
      proto.set_kind(sti::v1::NumberRule::KIND_CALLING_PREFIX);
      break;
  }
  proto.set_first(rule.first);
  if (rule.last != rule.first) proto.set_last(rule.last);
  proto.set_highest_attest(AttestationProto(rule.highest_attest.value_or(stir::Attestation::kNone)));
  proto.set_note(rule.note);
  return proto;
}

sti::v1::RcdProfile ToProto(const RcdProfile& profile) {
  sti::v1::RcdProfile proto;
  proto.set_customer(profile.customer);
  proto.set_name(profile.name);
  sti::v1::RichCallData& rcd = *proto.mutable_rcd();
  rcd.set_nam(profile.rcd.nam);
  rcd.set_apn(profile.rcd.apn);
  rcd.set_icn(profile.rcd.icn);
  rcd.set_jcd(profile.rcd.jcd);
  rcd.set_jcl(profile.rcd.jcl);
  rcd.set_crn(profile.rcd.crn);
  rcd.set_iss(profile.rcd.iss);
  for (const auto& [pointer, digest] : profile.rcd.rcdi) (*rcd.mutable_rcdi())[pointer] = digest;
  SetSeconds(profile.changed, *proto.mutable_changed());
  return proto;
}

sti::v1::ImportNumbersResponse ToProto(const NumberImportResult& result) {
  sti::v1::ImportNumbersResponse proto;
  proto.set_rows(result.rows);
  proto.set_numbers(result.numbers);
  if (result.problems.none()) proto.set_removed(result.removed);
  for (const NumberProblem& problem : result.problems.first) {
    sti::v1::ImportProblem& told = *proto.add_problems();
    told.set_line(problem.place);
    *told.mutable_error() = rpc::ToErrorDetail(problem.status);
  }
  proto.set_more_problems(result.problems.more);
  return proto;
}

sti::v1::ExplainedCall ToProto(const Explanation& explanation) {
  sti::v1::ExplainedCall proto;
  if (explanation.decision.ok()) {
    proto.set_attest(AttestationProto(explanation.decision->attest));
    proto.set_customer(explanation.decision->customer);
    proto.set_trunk(explanation.decision->trunk);
  } else {
    *proto.mutable_error() = rpc::ToErrorDetail(explanation.decision.status());
  }
  proto.set_rule(std::string(explanation.rule));
  for (const std::string& step : explanation.steps) proto.add_steps(step);
  return proto;
}

}  // namespace sti::as

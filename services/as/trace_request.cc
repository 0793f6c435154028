#include "services/as/trace_request.h"

#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/store/page.h"
#include "services/as/call_trace.h"

namespace sti::as {
namespace {

constexpr char kListing[] = "calls";

absl::StatusOr<absl::Time> TimeOf(absl::string_view field, bool given,
                                  const google::protobuf::Timestamp& time) {
  if (!given) return MakeError(Reason::kMissingField, field, "mandatory");
  // What protobuf allows: years 1 to 9999.
  if (time.seconds() < -62135596800 || time.seconds() > 253402300799 || time.nanos() < 0 ||
      time.nanos() > 999999999) {
    return MakeError(Reason::kInvalidField, field, "no timestamp");
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// As it stands in the record: digits, or the URI.
absl::StatusOr<std::string> IdentityOf(absl::string_view field, const std::string& text,
                                       const stir::NumberingPlan& plan) {
  if (text.empty()) return std::string();
  if (text.size() > limits::kSipUri) {
    return MakeError(Reason::kTooLarge, field, absl::StrCat("more than ", limits::kSipUri, " octets"));
  }
  if (absl::StrContains(text, ':')) {
    auto uri = stir::CanonicalizeUri(text);
    if (!uri.ok()) return MakeError(ReasonOf(uri.status()), field, uri.status().message());
    return std::move(uri->text);
  }
  const auto number = stir::TelephoneNumber::Canonicalize(text, plan);
  if (!number.ok()) return MakeError(ReasonOf(number.status()), field, number.status().message());
  return number->digits();
}

sti::v1::Attestation ToProto(stir::Attestation attest) {
  switch (attest) {
    case stir::Attestation::kA:
      return sti::v1::ATTESTATION_A;
    case stir::Attestation::kB:
      return sti::v1::ATTESTATION_B;
    case stir::Attestation::kC:
      return sti::v1::ATTESTATION_C;
    case stir::Attestation::kNone:
      break;
  }
  return sti::v1::ATTESTATION_UNSPECIFIED;
}

void ToProto(TracedCall&& traced, sti::v1::CallRecord& record) {
  CallRecord& call = traced.call;
  record.set_seq(traced.seq);
  const int64_t milliseconds = absl::ToUnixMillis(call.time);
  record.mutable_time()->set_seconds(milliseconds / 1000);
  record.mutable_time()->set_nanos(static_cast<int32_t>(milliseconds % 1000 * 1000000));
  record.set_provider(std::move(call.provider));
  record.set_spc(std::move(call.spc));
  record.set_client(std::move(call.client));
  record.set_request_id(std::move(call.request_id));
  record.set_ppt(std::move(call.ppt));
  record.set_orig(std::move(call.orig));
  for (std::string& dest : call.dest) record.add_dest(std::move(dest));
  record.set_div(std::move(call.div));
  record.set_iat(call.iat);
  record.set_attest(ToProto(call.attest));
  record.set_rule(std::move(call.rule));
  record.set_origid(std::move(call.origid));
  record.set_customer(std::move(call.customer));
  record.set_trunk(std::move(call.trunk));
  record.set_call_id(std::move(call.call_id));
  record.set_certificate_serial(std::move(call.certificate_serial));
  record.set_x5u(std::move(call.x5u));
}

}  // namespace

absl::Status AnswerTrace(const std::string& folder, const std::set<std::string>& providers,
                         bool all_providers, const stir::NumberingPlan& plan,
                         const sti::v1::TraceCallsRequest& request, sti::v1::TraceCallsResponse& response) {
  CallFilter filter;
  filter.providers = providers;
  filter.all_providers = all_providers;
  STI_ASSIGN_OR_RETURN(filter.orig, IdentityOf("orig", request.orig(), plan));
  STI_ASSIGN_OR_RETURN(filter.dest, IdentityOf("dest", request.dest(), plan));
  STI_ASSIGN_OR_RETURN(filter.div, IdentityOf("div", request.div(), plan));
  if (request.origid().size() > limits::kName)
    return MakeError(Reason::kTooLarge, "origid", "no origid is that long");
  filter.origid = request.origid();
  STI_ASSIGN_OR_RETURN(filter.from, TimeOf("from", request.has_from(), request.from()));
  STI_ASSIGN_OR_RETURN(filter.to, TimeOf("to", request.has_to(), request.to()));
  if (filter.to <= filter.from) return MakeError(Reason::kInvalidField, "to", "not after from");
  STI_ASSIGN_OR_RETURN(const int64_t size, store::CheckPageSize(request.page_size()));
  STI_ASSIGN_OR_RETURN(const int64_t after, store::ParseNumericPageToken(kListing, request.page_token(), 0));

  STI_ASSIGN_OR_RETURN(CallTracePage page, TraceCalls(folder, filter, after, static_cast<size_t>(size)));
  for (TracedCall& call : page.calls) ToProto(std::move(call), *response.add_calls());
  response.set_lost(page.lost);
  if (page.next != 0) response.set_next_page_token(store::MakePageToken(kListing, absl::StrCat(page.next)));
  return absl::OkStatus();
}

}  // namespace sti::as

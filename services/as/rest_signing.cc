#include "services/as/rest_signing.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json_text.h"
#include "common/rest/members.h"

namespace sti::as {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;
using rest::Find;
using rest::Invalid;
using rest::Missing;
using rest::Need;
using rest::NeedObject;
using rest::RestForm;
using rest::StringFrom;
using rest::StringsFrom;

bool HasUri(const JsonObject& request, absl::string_view party) {
  const JsonValue* const value = Find(request, party);
  return value != nullptr && value->Find("uri") != nullptr;
}

absl::StatusOr<std::vector<std::string>> DestinationsFrom(
    const JsonValue& value, absl::string_view path,
    absl::StatusOr<std::string> (*read)(const JsonValue&, absl::string_view)) {
  if (!value.is_array()) return Invalid(path, "must be an array of strings");
  const JsonArray& array = *value.if_array();
  if (array.empty()) return Invalid(path, "must not be empty");
  if (array.size() > limits::kDestinations) {
    return Invalid(path, absl::StrCat("at most ", limits::kDestinations, " entries"));
  }
  std::vector<std::string> all;
  for (size_t i = 0; i < array.size(); ++i) {
    STI_ASSIGN_OR_RETURN(std::string one, read(array[i], absl::StrCat(path, "[", i, "]")));
    all.push_back(std::move(one));
  }
  return all;
}

absl::Status TakeDest(const JsonObject& request, RestForm form, OutgoingCall& call) {
  STI_ASSIGN_OR_RETURN(const JsonObject* dest, NeedObject(request, "dest"));
  const JsonValue* const tn = Find(*dest, "tn");
  const JsonValue* const uri = form == RestForm::kGpp ? Find(*dest, "uri") : nullptr;
  if (tn == nullptr && uri == nullptr) return Missing("dest.tn");
  if (tn != nullptr) {
    STI_ASSIGN_OR_RETURN(call.dest_tn, DestinationsFrom(*tn, "dest.tn", rest::NumberFrom));
  }
  if (uri != nullptr) {
    STI_ASSIGN_OR_RETURN(call.dest_uri, DestinationsFrom(*uri, "dest.uri", rest::UriFrom));
  }
  return absl::OkStatus();
}

absl::StatusOr<stir::Attestation> AttestFrom(const JsonValue& value) {
  STI_ASSIGN_OR_RETURN(const std::string text, StringFrom(value, "attest"));
  if (text == "A") return stir::Attestation::kA;
  if (text == "B") return stir::Attestation::kB;
  if (text == "C") return stir::Attestation::kC;
  return MakeError(Reason::kAttestInvalid, "attest", "must be A, B or C");
}

// Mandatory for shaken; what else they would be for is the logic's affair.
absl::Status TakeAttestation(const JsonObject& request, OutgoingCall& call) {
  const bool mandatory = call.ppt.empty();
  const JsonValue* const attest = Find(request, "attest");
  const JsonValue* const origid = Find(request, "origid");
  if (attest == nullptr && mandatory) return Missing("attest");
  if (attest != nullptr) {
    STI_ASSIGN_OR_RETURN(call.attest, AttestFrom(*attest));
  }
  if (origid == nullptr && mandatory) return Missing("origid");
  if (origid != nullptr) {
    STI_ASSIGN_OR_RETURN(call.origid, StringFrom(*origid, "origid"));
    if (call.origid.empty()) return Invalid("origid", "must be a UUID");
  }
  return absl::OkStatus();
}

absl::Status TakePpt(const JsonObject& request, OutgoingCall& call) {
  const JsonValue* const ppt = Find(request, "ppt");
  if (ppt == nullptr) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(const std::string text, StringFrom(*ppt, "ppt"));
  if (text != "shaken" && text != "div" && text != "rph") {
    return MakeError(Reason::kPptUnsupported, "ppt", "must be shaken, div or rph");
  }
  if (text != "shaken") call.ppt = text;
  return absl::OkStatus();
}

absl::Status TakeDiversion(const JsonObject& request, OutgoingCall& call) {
  if (Find(request, "div") == nullptr) return call.ppt == "div" ? Missing("div") : absl::OkStatus();
  STI_ASSIGN_OR_RETURN(rest::RestParty div, rest::PartyFrom(request, "div", RestForm::kGpp));
  call.div_tn = std::move(div.tn);
  call.div_uri = std::move(div.uri);
  const JsonValue* const hi = Find(request, "div")->Find("hi");
  if (hi == nullptr) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(call.div_hi, StringFrom(*hi, "div.hi"));
  return call.div_hi.empty() ? Invalid("div.hi", "must not be empty") : absl::OkStatus();
}

absl::Status TakePriority(const JsonObject& request, OutgoingCall& call) {
  if (Find(request, "rph") != nullptr || call.ppt == "rph") {
    STI_ASSIGN_OR_RETURN(const JsonObject* rph, NeedObject(request, "rph"));
    const JsonValue* const auth = Find(*rph, "auth");
    if (auth == nullptr) return Missing("rph.auth");
    STI_ASSIGN_OR_RETURN(call.rph_auth, StringsFrom(*auth, "rph.auth", limits::kResourcePriorities));
    if (call.rph_auth.empty()) return Invalid("rph.auth", "must not be empty");
  }
  const JsonValue* const sph = Find(request, "sph");
  if (sph == nullptr) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(call.rph_sph, StringFrom(*sph, "sph"));
  return call.rph_sph.empty() ? Invalid("sph", "must not be empty") : absl::OkStatus();
}

absl::Status TakeString(const JsonObject& request, absl::string_view name, size_t most, std::string& out) {
  const JsonValue* const value = Find(request, name);
  if (value == nullptr) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(out, StringFrom(*value, name));
  return out.size() <= most ? absl::OkStatus() : Invalid(name, absl::StrCat("at most ", most, " octets"));
}

// In neither standard: what the policy and the record want to know, and a diversion's incoming call.
absl::Status TakeOwnMembers(const JsonObject& request, OutgoingCall& call) {
  STI_RETURN_IF_ERROR(TakeString(request, "trunk", limits::kProvisionedName, call.trunk));
  STI_RETURN_IF_ERROR(TakeString(request, "customer", limits::kProvisionedName, call.customer));
  STI_RETURN_IF_ERROR(TakeString(request, "callId", limits::kCallId, call.call_id));
  const JsonValue* const incoming = Find(request, "identityHeaders");
  if (incoming == nullptr) return absl::OkStatus();
  STI_ASSIGN_OR_RETURN(call.incoming_identity,
                       StringsFrom(*incoming, "identityHeaders", limits::kIdentityHeadersPerCall));
  return absl::OkStatus();
}

}  // namespace

rest::RestForm FormOf(absl::string_view resource, const JsonObject& request) {
  if (resource == kGppSigning) return RestForm::kGpp;
  for (const absl::string_view name : {"ppt", "div", "rph", "sph"}) {
    if (Find(request, name) != nullptr) return RestForm::kGpp;
  }
  return HasUri(request, "orig") || HasUri(request, "dest") ? RestForm::kGpp : RestForm::kAtis;
}

absl::StatusOr<OutgoingCall> CallFrom(const JsonObject& request, rest::RestForm form) {
  OutgoingCall call;
  if (form == RestForm::kGpp) STI_RETURN_IF_ERROR(TakePpt(request, call));
  STI_RETURN_IF_ERROR(TakeAttestation(request, call));
  STI_RETURN_IF_ERROR(TakeDest(request, form, call));
  STI_ASSIGN_OR_RETURN(call.iat, rest::SecondsFrom(request, "iat"));
  STI_ASSIGN_OR_RETURN(rest::RestParty orig, rest::PartyFrom(request, "orig", form));
  call.orig_tn = std::move(orig.tn);
  call.orig_uri = std::move(orig.uri);
  if (form == RestForm::kGpp) {
    STI_RETURN_IF_ERROR(TakeDiversion(request, call));
    STI_RETURN_IF_ERROR(TakePriority(request, call));
  }
  STI_RETURN_IF_ERROR(TakeOwnMembers(request, call));
  return call;
}

absl::Status InRestTerms(const absl::Status& status) {
  const std::string field = FieldOf(status);
  const auto under = [&status](absl::string_view name) {
    return MakeError(ReasonOf(status), name, status.message());
  };
  if (field == "div_hi") return under("div.hi");
  if (field == "rph.sph") return under("sph");
  if (field == "call_id") return under("callId");
  absl::string_view place = field;
  if (absl::ConsumePrefix(&place, "incoming_identity")) return under(absl::StrCat("identityHeaders", place));
  return status;
}

std::string SigningResponse(absl::string_view identity, rest::RestForm form) {
  const char* const member = form == RestForm::kGpp ? "identityHeader" : "identity";
  return codec::OrderedJson(JsonObject{{"signingResponse", JsonObject{{member, identity}}}});
}

}  // namespace sti::as

#include "services/as/outgoing_claims.h"

#include <algorithm>
#include <initializer_list>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/stir/claim_syntax.h"
#include "common/stir/rcd_integrity.h"

namespace sti::as {
namespace {

using stir::PassportClaims;
using stir::PassportType;

absl::Status At(absl::string_view field, const absl::Status& status) {
  return MakeError(ReasonOf(status), field, status.message());
}

// "a rph" or, where several are asked for, "one of rph, rcd"
std::string TypesText(absl::Span<const PassportType> types) {
  const std::string names = absl::StrJoin(types, ", ", [](std::string* out, PassportType type) {
    absl::StrAppend(out, type == PassportType::kBase ? "base" : stir::PptText(type));
  });
  return types.size() == 1 ? absl::StrCat("a ", names) : absl::StrCat("one of the ", names);
}

// What would silently not be signed is refused.
absl::Status RefuseForeignFields(const OutgoingCall& call, absl::Span<const PassportType> types) {
  const auto any = [types](std::initializer_list<PassportType> of) {
    return std::find_first_of(types.begin(), types.end(), of.begin(), of.end()) != types.end();
  };
  const bool shaken = any({PassportType::kShaken});
  const bool diversion = any({PassportType::kDiv, PassportType::kDivO});
  const bool rich = any({PassportType::kShaken, PassportType::kRcd});
  // RFC 8946 s3: nothing but orig, dest, iat and div in a diversion.
  const bool media =
      std::any_of(types.begin(), types.end(), [](auto type) { return !stir::IsDiversion(type); });
  const std::tuple<bool, bool, absl::string_view> rows[] = {
      {shaken, call.attest != stir::Attestation::kNone, "attest"},
      {shaken, !call.origid.empty(), "origid"},
      {diversion, call.div_tn || call.div_uri, "div"},
      {diversion, !call.div_hi.empty(), "div_hi"},
      {diversion, !call.incoming_identity.empty(), "incoming_identity"},
      {media, !call.media_keys.empty(), "media_keys"},
      {any({PassportType::kDivO}), !call.opt.empty(), "opt"},
      {any({PassportType::kRph}), !(call.rph_auth.empty() && call.rph_sph.empty()), "rph"},
      {rich, call.rcd.has_value(), "rcd"},
      {rich, !call.rcd_profile.empty(), "rcd_profile"},
      {any({PassportType::kMsg}), call.message_body.has_value(), "message_body"},
  };
  for (const auto& [belongs, given, field] : rows) {
    if (!given || belongs) continue;
    return MakeError(Reason::kInvalidField, field,
                     absl::StrCat("does not belong to ", TypesText(types), " PASSporT"));
  }
  if (call.rcd.has_value() && !call.rcd_profile.empty()) {
    return MakeError(Reason::kInvalidField, "rcd_profile", "beside rcd");
  }
  return absl::OkStatus();
}

absl::Status CheckCallId(absl::string_view call_id) {
  if (call_id.size() > limits::kCallId) {
    return MakeError(Reason::kTooLarge, "call_id", absl::StrCat("at most ", limits::kCallId, " octets"));
  }
  if (stir::IsDisplayText(call_id, true)) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "call_id", "a control character");
}

absl::Status AddDest(const OutgoingCall& call, const stir::NumberingPlan& plan, PassportClaims& claims) {
  const size_t count = call.dest_tn.size() + call.dest_uri.size();
  if (count == 0) {
    return MakeError(Reason::kMissingField, "dest", "at least one dest.tn or dest.uri is needed");
  }
  if (count > limits::kDestinations) {
    return MakeError(Reason::kTooLarge, "dest",
                     absl::StrCat(count, " destinations; at most ", limits::kDestinations));
  }
  for (size_t i = 0; i < call.dest_tn.size(); ++i) {
    auto number = stir::TelephoneNumber::Canonicalize(call.dest_tn[i], plan);
    if (!number.ok()) return At(absl::StrCat("dest.tn[", i, "]"), number.status());
    claims.dest_tn.push_back(*std::move(number));
  }
  for (size_t i = 0; i < call.dest_uri.size(); ++i) {
    auto uri = stir::CanonicalizeUri(call.dest_uri[i]);
    if (!uri.ok()) return At(absl::StrCat("dest.uri[", i, "]"), uri.status());
    claims.dest_uri.push_back(*std::move(uri));
  }
  // RFC 8225 s5.2.1: lexicographic order.
  std::sort(claims.dest_tn.begin(), claims.dest_tn.end(),
            [](const auto& a, const auto& b) { return a.digits() < b.digits(); });
  claims.dest_tn.erase(std::unique(claims.dest_tn.begin(), claims.dest_tn.end()), claims.dest_tn.end());
  std::sort(claims.dest_uri.begin(), claims.dest_uri.end(),
            [](const auto& a, const auto& b) { return a.text < b.text; });
  claims.dest_uri.erase(std::unique(claims.dest_uri.begin(), claims.dest_uri.end()), claims.dest_uri.end());
  return absl::OkStatus();
}

absl::Status AddMediaKeys(const OutgoingCall& call, PassportClaims& claims) {
  if (call.media_keys.size() > limits::kMediaKeys) {
    return MakeError(Reason::kTooLarge, "media_keys", absl::StrCat("at most ", limits::kMediaKeys));
  }
  for (size_t i = 0; i < call.media_keys.size(); ++i) {
    const auto& [alg, dig] = call.media_keys[i];
    stir::MediaKeyFingerprint key{absl::AsciiStrToLower(alg),
                                  absl::AsciiStrToUpper(absl::StrReplaceAll(dig, {{":", ""}}))};
    if (!stir::IsMediaKeyFingerprint(key)) {
      return MakeError(Reason::kInvalidField, absl::StrCat("media_keys[", i, "]"), "no fingerprint");
    }
    claims.mky.push_back(std::move(key));
  }
  return absl::OkStatus();
}

absl::Status AddShaken(const OutgoingCall& call, PassportClaims& claims) {
  if (!call.origid.empty() && !stir::IsUuid(call.origid)) {
    return MakeError(Reason::kInvalidField, "origid", "not a UUID");
  }
  claims.origid = call.origid;
  return absl::OkStatus();
}

absl::Status AddPriority(const OutgoingCall& call, PassportClaims& claims) {
  if (call.rph_auth.empty()) return MakeError(Reason::kMissingField, "rph.auth", "no r-value");
  if (call.rph_auth.size() > limits::kResourcePriorities) {
    return MakeError(Reason::kTooLarge, "rph.auth", absl::StrCat("at most ", limits::kResourcePriorities));
  }
  for (size_t i = 0; i < call.rph_auth.size(); ++i) {
    if (!stir::IsResourcePriority(call.rph_auth[i])) {
      return MakeError(Reason::kInvalidField, absl::StrCat("rph.auth[", i, "]"), "not namespace.priority");
    }
  }
  claims.rph_auth = call.rph_auth;
  if (call.rph_sph.empty()) return absl::OkStatus();
  // RFC 9027 s4.
  if (call.rph_sph != "psap-callback") {
    return MakeError(Reason::kInvalidField, "rph.sph", "only psap-callback is signed");
  }
  if (std::none_of(claims.rph_auth.begin(), claims.rph_auth.end(), stir::IsEmergencyPriority)) {
    return MakeError(Reason::kInvalidField, "rph.sph", "only with an esnet r-value");
  }
  claims.sph = call.rph_sph;
  return absl::OkStatus();
}

absl::Status AddMessage(const OutgoingCall& call, PassportClaims& claims) {
  if (!call.message_body) return absl::OkStatus();
  if (call.message_body->size() > limits::kMessageBody) {
    return MakeError(Reason::kTooLarge, "message_body", absl::StrCat("at most ", limits::kMessageBody));
  }
  claims.msgi = stir::RcdDigest(stir::RcdDigestAlgorithm::kSha256, *call.message_body);
  return absl::OkStatus();
}

absl::Status AddRichCallData(const OutgoingCall& call, const stir::NumberingPlan& plan,
                             PassportClaims& claims) {
  if (call.rcd) {
    STI_ASSIGN_OR_RETURN(claims.rich, MakeRichCallData(*call.rcd, plan));
  }
  if (claims.type == PassportType::kRcd && call.rcd_profile.empty() && !claims.rich.rcd && !claims.rich.crn) {
    return MakeError(Reason::kMissingField, "rcd", "rcd.nam, rcd.crn or an rcd_profile is needed");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PassportType> OutgoingType(absl::string_view ppt, absl::string_view field) {
  if (ppt.empty()) return PassportType::kShaken;
  if (ppt == "base") return PassportType::kBase;
  if (const auto type = stir::ParsePpt(ppt); type) return *type;
  return MakeError(Reason::kPptUnsupported, field, "shaken, div, div-o, rph, rcd, msg or base");
}

absl::StatusOr<stir::PartyIdentity> OutgoingParty(absl::string_view field,
                                                  const std::optional<std::string>& tn,
                                                  const std::optional<std::string>& uri,
                                                  const stir::NumberingPlan& plan) {
  if (tn.has_value()) {
    auto number = stir::TelephoneNumber::Canonicalize(*tn, plan);
    if (!number.ok()) return At(absl::StrCat(field, ".tn"), number.status());
    return *std::move(number);
  }
  if (uri.has_value()) {
    auto canonical = stir::CanonicalizeUri(*uri);
    if (!canonical.ok()) return At(absl::StrCat(field, ".uri"), canonical.status());
    return *std::move(canonical);
  }
  return MakeError(Reason::kMissingField, field, absl::StrCat(field, ".tn or ", field, ".uri is needed"));
}

namespace {

// What the type adds to orig and dest.
absl::Status AddOwnClaims(const OutgoingCall& call, const stir::NumberingPlan& plan, PassportClaims& claims) {
  if (!stir::IsDiversion(claims.type)) {
    STI_RETURN_IF_ERROR(AddMediaKeys(call, claims));
  }
  switch (claims.type) {
    case PassportType::kBase:
      return absl::OkStatus();
    case PassportType::kShaken:
      STI_RETURN_IF_ERROR(AddShaken(call, claims));
      return AddRichCallData(call, plan, claims);
    case PassportType::kDiv:
    case PassportType::kDivO:
      return AddDiversion(call, plan, claims);
    case PassportType::kRph:
      return AddPriority(call, claims);
    case PassportType::kRcd:
      return AddRichCallData(call, plan, claims);
    case PassportType::kMsg:
      return AddMessage(call, claims);
  }
  return MakeError(Reason::kInternal, "type");
}

}  // namespace

absl::StatusOr<PassportClaims> MakeOutgoingDestinations(const OutgoingCall& call,
                                                        const stir::NumberingPlan& plan) {
  PassportClaims claims;
  STI_RETURN_IF_ERROR(AddDest(call, plan, claims));
  return claims;
}

absl::StatusOr<std::vector<PassportClaims>> MakeOutgoingClaims(const OutgoingCall& call,
                                                               absl::Span<const PassportType> types,
                                                               const stir::NumberingPlan& plan) {
  std::vector<PassportClaims> all(1);
  PassportClaims& shared = all.front();
  STI_ASSIGN_OR_RETURN(shared.orig, OutgoingParty("orig", call.orig_tn, call.orig_uri, plan));
  STI_RETURN_IF_ERROR(AddDest(call, plan, shared));
  STI_RETURN_IF_ERROR(RefuseForeignFields(call, types));
  STI_RETURN_IF_ERROR(CheckCallId(call.call_id));
  if (types.size() > 1) all.resize(types.size(), PassportClaims(shared));
  for (size_t i = 0; i < types.size(); ++i) {
    all[i].type = types[i];
    STI_RETURN_IF_ERROR(AddOwnClaims(call, plan, all[i]));
  }
  return all;
}

}  // namespace sti::as

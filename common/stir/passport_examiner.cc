// Examine: the cheap checks, E3 to E16 and E19.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/stir/check_list.h"
#include "common/stir/claim_schema.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport_verifier.h"

namespace sti::stir {
namespace {

using Checks = std::vector<Check>;

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

bool IsStale(absl::Time time, const VerifyPolicy& policy, absl::Time now) {
  return now - time > policy.freshness;
}
bool IsInFuture(absl::Time time, const VerifyPolicy& policy, absl::Time now) {
  return time - now > policy.future_skew;
}

void CheckDate(const CallFacts& facts, const VerifyPolicy& policy, absl::Time now, Checks& checks) {
  if (!facts.date) return;
  const bool fresh = !IsStale(*facts.date, policy, now) && !IsInFuture(*facts.date, policy, now);
  Judge(checks, CheckRow::kDateFresh, fresh, Reason::kDateStale,
        [&] { return absl::StrCat("Date is ", TimeText(*facts.date), ", now is ", TimeText(now)); });
}

// E5 to E7: what the header says without its token. A missing ppt parameter is E5 too, since RFC 8224 s4.1
// demands it for any token with ppt, and SHAKEN admits no other token.
std::optional<codec::Url> CheckParameters(const IdentityHeader& header, const VerifyPolicy& policy,
                                          Checks& checks) {
  Judge(checks, CheckRow::kHeaderPpt, header.ppt == kShaken, Reason::kIdentityPptUnsupported,
        [&] { return header.ppt ? absl::StrCat("ppt is ", *header.ppt) : "no ppt parameter"; });
  Judge(checks, CheckRow::kInfoPresent, header.info.has_value(), Reason::kInfoMissing, [] { return ""; });
  if (!header.info) return std::nullopt;
  absl::StatusOr<codec::Url> url = codec::Url::Parse(*header.info);
  if (!url.ok()) {
    Fail(checks, CheckRow::kInfoUrl, Reason::kInfoInvalid, url.status().message());
    return std::nullopt;
  }
  const bool port_allowed =
      std::find(policy.x5u_ports.begin(), policy.x5u_ports.end(), url->port()) != policy.x5u_ports.end();
  Judge(checks, CheckRow::kInfoUrl, port_allowed, Reason::kInfoInvalid,
        [&] { return absl::StrCat("port ", url->port(), " is not allowed"); });
  return *std::move(url);
}

// Whether `value` is exactly this string. A member of another JSON type is present but wrong.
bool Is(const codec::JsonValue* value, absl::string_view text) {
  return value != nullptr && value->is_string() && *value->if_string() == text;
}

std::string ShowMember(absl::string_view name, const codec::JsonValue& value) {
  return absl::StrCat(name, " is ", codec::CanonicalJson(value));
}

// E9 to E13 and crit. A member that is missing fails E9 and leaves its own row out.
void CheckTokenHeader(const IdentityHeader& header, const codec::JsonValue& token, Checks& checks) {
  const codec::JsonValue* ppt = token.Find("ppt");
  const codec::JsonValue* typ = token.Find("typ");
  const codec::JsonValue* alg = token.Find("alg");
  const codec::JsonValue* x5u = token.Find("x5u");
  Judge(checks, CheckRow::kHeaderComplete,
        ppt != nullptr && typ != nullptr && alg != nullptr && x5u != nullptr,
        Reason::kPassportHeaderIncomplete, [&] {
          return ppt == nullptr ? "no ppt" : typ == nullptr ? "no typ" : alg == nullptr ? "no alg" : "no x5u";
        });
  if (x5u != nullptr && header.info) {
    Judge(checks, CheckRow::kX5uEqualsInfo, Is(x5u, *header.info), Reason::kX5uInfoMismatch,
          [&] { return ShowMember("x5u", *x5u); });
  }
  if (typ != nullptr) {
    Judge(checks, CheckRow::kTyp, Is(typ, "passport"), Reason::kTypNotPassport,
          [&] { return ShowMember("typ", *typ); });
  }
  const bool parameter_ok = !header.alg || *header.alg == "ES256";  // absent means ES256 (RFC 8224 s4.1)
  if (!parameter_ok) {
    Fail(checks, CheckRow::kAlg, Reason::kAlgNotEs256, absl::StrCat("the alg parameter is ", *header.alg));
  } else if (alg != nullptr) {
    Judge(checks, CheckRow::kAlg, Is(alg, "ES256"), Reason::kAlgNotEs256,
          [&] { return ShowMember("alg", *alg); });
  }
  if (ppt != nullptr) {
    const bool differs = header.ppt && !Is(ppt, *header.ppt);
    Judge(checks, CheckRow::kPpt, !differs && Is(ppt, kShaken),
          differs ? Reason::kPptMismatch : Reason::kPptUnsupported, [&] { return ShowMember("ppt", *ppt); });
  }
  Judge(checks, CheckRow::kCrit, token.Find("crit") == nullptr, Reason::kCritUnsupported, [] { return ""; });
}

void CheckIat(int64_t iat, const VerifyPolicy& policy, absl::Time now, Checks& checks) {
  const absl::Time issued = absl::FromUnixSeconds(iat);
  const auto detail = [&] { return absl::StrCat("iat is ", iat, ", now is ", absl::ToUnixSeconds(now)); };
  const bool future = IsInFuture(issued, policy, now);
  Judge(checks, CheckRow::kIatFresh, !future && !IsStale(issued, policy, now),
        future ? Reason::kIatInFuture : Reason::kIatStale, detail);
}

std::string JoinParties(const std::vector<PartyIdentity>& parties) {
  return absl::StrJoin(parties, ", ",
                       [](std::string* out, const PartyIdentity& party) { *out += PartyText(party); });
}

bool IsDestination(const ShakenClaims& claims, const PartyIdentity& party) {
  if (const auto* number = std::get_if<TelephoneNumber>(&party)) {
    return std::find(claims.dest_tn.begin(), claims.dest_tn.end(), *number) != claims.dest_tn.end();
  }
  const auto& uri = std::get<CanonicalUri>(party);
  return std::find(claims.dest_uri.begin(), claims.dest_uri.end(), uri) != claims.dest_uri.end();
}

void CheckParties(const ShakenClaims& claims, const CallFacts& facts, Checks& checks) {
  const bool caller =
      std::find(facts.callers.begin(), facts.callers.end(), claims.orig) != facts.callers.end();
  Judge(checks, CheckRow::kOrig, caller, Reason::kOrigMismatch, [&] {
    return absl::StrCat("signed ", PartyText(claims.orig), ", call has ", JoinParties(facts.callers));
  });
  const bool called = std::any_of(facts.called.begin(), facts.called.end(),
                                  [&](const PartyIdentity& party) { return IsDestination(claims, party); });
  Judge(checks, CheckRow::kDest, called, Reason::kDestMismatch,
        [&] { return absl::StrCat("not signed for ", JoinParties(facts.called)); });
}

// E14 to E16 and E19.
std::optional<ShakenClaims> CheckClaims(const codec::JsonValue& json, const CallFacts& facts,
                                        const VerifyPolicy& policy, absl::Time now, Checks& checks) {
  absl::StatusOr<ShakenClaims> claims = ParseShakenClaims(json);
  if (!claims.ok()) {
    Fail(checks, CheckRow::kClaimsComplete, ReasonOf(claims.status()),
         absl::StrCat(FieldOf(claims.status()), ": ", claims.status().message()));
    return std::nullopt;
  }
  Pass(checks, CheckRow::kClaimsComplete);
  if (!IsUuid(claims->origid)) {
    // Accepted: RFC 8588 s5 wants a UUID, but no verifier gains by refusing the call. Support staff sees it
    // here.
    checks[static_cast<size_t>(CheckRow::kClaimsComplete)].detail = "origid is no UUID";
  }
  CheckIat(claims->iat, policy, now, checks);
  CheckParties(*claims, facts, checks);
  Judge(checks, CheckRow::kAttest, claims->attest != Attestation::kNone, Reason::kAttestInvalid,
        [&] { return ShowMember("attest", *json.Find("attest")); });
  return *std::move(claims);
}

}  // namespace

Examination Examine(absl::string_view identity_header, const CallFacts& facts, const VerifyPolicy& policy,
                    absl::Time now) {
  Examination out;
  HeaderVerdict& verdict = out.verdict_;
  verdict.checks = MakeCheckList();
  Checks& checks = verdict.checks;
  CheckDate(facts, policy, now, checks);
  const absl::StatusOr<IdentityHeader> header = IdentityHeader::Parse(identity_header);
  if (!header.ok()) {
    Fail(checks, CheckRow::kIdentitySyntax, ReasonOf(header.status()), header.status().message());
    verdict.reason = FirstFailure(checks);
    return out;
  }
  Pass(checks, CheckRow::kIdentitySyntax);
  if (header->ppt) verdict.ppt = Printable(*header->ppt);
  out.url_ = CheckParameters(*header, policy, checks);
  absl::StatusOr<SealedPassport> passport = SealedPassport::Parse(header->token);
  if (passport.ok()) {
    Pass(checks, CheckRow::kFullForm);
    Pass(checks, CheckRow::kPassportSyntax);
    if (const codec::JsonValue* ppt = passport->header().Find("ppt"); ppt != nullptr && ppt->is_string()) {
      verdict.ppt = Printable(*ppt->if_string());
    }
    CheckTokenHeader(*header, passport->header(), checks);
    out.claims_ = CheckClaims(passport->claims(), facts, policy, now, checks);
    out.passport_ = *std::move(passport);
  } else if (ReasonOf(passport.status()) == Reason::kIdentityCompactForm) {
    Fail(checks, CheckRow::kFullForm, Reason::kIdentityCompactForm, passport.status().message());
  } else {
    Pass(checks, CheckRow::kFullForm);
    Fail(checks, CheckRow::kPassportSyntax, ReasonOf(passport.status()), passport.status().message());
  }
  out.needs_chain_ = !FailedBeforeAttest(checks) && out.url_ && out.claims_;
  if (!out.needs_chain_) verdict.reason = FirstFailure(checks);
  return out;
}

}  // namespace sti::stir

#include "common/stir/claim_examiner.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/stir/passport_verifier.h"
#include "common/stir/rcd_integrity.h"

namespace sti::stir {
namespace {

using Checks = std::vector<Check>;

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

bool IsStale(absl::Time time, absl::Duration freshness, absl::Time now) { return now - time > freshness; }
bool IsInFuture(absl::Time time, const VerifyPolicy& policy, absl::Time now) {
  return time - now > policy.future_skew;
}

// E15. Hops before the last keep the iat of the original, which may be longer ago (RFC 8946 s3, s4.2 step 4).
void CheckIat(const ExamineContext& context, const DivPlace& place, ExaminedPassport& one) {
  const PassportClaims& claims = *one.verdict.claims;
  const VerifyPolicy& policy = context.policy;
  const absl::Time issued = absl::FromUnixSeconds(claims.iat);
  const bool future = IsInFuture(issued, policy, context.now);
  bool stale = IsStale(issued, policy.freshness, context.now);
  const bool diverted =
      IsDiversion(claims.type) ? place.reason == Reason::kNone && !place.last : place.leads_to_target;
  if (stale && diverted && !IsStale(issued, policy.diverted_freshness, context.now)) {
    stale = false;
    if (!IsDiversion(claims.type)) one.without_div = Reason::kIatStale;
  }
  Judge(one.verdict.checks, CheckRow::kIatFresh, !future && !stale,
        future ? Reason::kIatInFuture : Reason::kIatStale,
        [&] { return absl::StrCat("iat is ", claims.iat, ", now is ", absl::ToUnixSeconds(context.now)); });
}

void CheckOrig(const ExamineContext& context, ExaminedPassport& one) {
  const PassportClaims& claims = *one.verdict.claims;
  const Parties callers = CallersOf(context.facts, context.policy.caller);
  const bool match = std::any_of(callers.begin(), callers.end(),
                                 [&](const PartyIdentity* caller) { return *caller == claims.orig; });
  Judge(one.verdict.checks, CheckRow::kOrig, match, Reason::kOrigMismatch,
        [&] { return absl::StrCat("signed ", PartyText(claims.orig), ", call has ", PartiesText(callers)); });
}

bool IsEsnet(absl::string_view r_value) { return absl::StartsWithIgnoreCase(r_value, "esnet."); }

// An emergency call may be signed for the service URN and dialled by number, or the other way round (RFC 9027
// s3).
bool IsEmergencyDestination(const PassportClaims& claims) {
  if (claims.type != PassportType::kRph || claims.rph_auth.empty() || !IsEsnet(claims.rph_auth.front()))
    return false;
  const auto emergency = [](const auto& one) { return IsEmergency(PartyIdentity(one)); };
  return std::any_of(claims.dest_tn.begin(), claims.dest_tn.end(), emergency) ||
         std::any_of(claims.dest_uri.begin(), claims.dest_uri.end(), emergency);
}

// A diversion leads on to a later one or to the target; for what is before it To need not match (RFC 8946
// s4.2).
void CheckDest(const ExamineContext& context, const DivPlace& place, ExaminedPassport& one) {
  const PassportClaims& claims = *one.verdict.claims;
  Checks& checks = one.verdict.checks;
  if (IsDiversion(claims.type)) {
    if (place.reason == Reason::kDestMismatch) {
      const PartyIdentity* target = TargetOf(context.facts);
      Fail(checks, CheckRow::kDest, Reason::kDestMismatch,
           target == nullptr ? "the target of the call is not known"
                             : absl::StrCat("leads neither to ", PartyText(*target), " nor to another div"));
      return;
    }
    if (place.reason == Reason::kNone) Pass(checks, CheckRow::kDest);
    // A div-o that nests too deep has failed already.
    if (At(checks, CheckRow::kDivChain).outcome == CheckOutcome::kFailed) return;
    Judge(checks, CheckRow::kDivChain, place.reason == Reason::kNone, place.reason,
          [&] { return absl::StrCat("diverted from ", PartyText(*claims.div)); });
    return;
  }
  const Parties called = CalledOf(context.facts, context.policy.called);
  const bool match = std::any_of(called.begin(), called.end(), [&](const PartyIdentity* party) {
    return IsDestination(claims, *party) || (IsEmergency(*party) && IsEmergencyDestination(claims));
  });
  if (!match && place.leads_to_target) {
    one.without_div = Reason::kDestMismatch;
    Pass(checks, CheckRow::kDest);
    At(checks, CheckRow::kDest).detail = "diverted";
    return;
  }
  Judge(checks, CheckRow::kDest, match, Reason::kDestMismatch,
        [&] { return absl::StrCat("not signed for ", PartiesText(called)); });
}

std::vector<std::string> SortedKeys(const std::vector<MediaKeyFingerprint>& keys) {
  std::vector<std::string> out;
  out.reserve(keys.size());
  for (const MediaKeyFingerprint& key : keys) {
    out.push_back(absl::StrCat(absl::AsciiStrToLower(key.alg), " ", absl::AsciiStrToUpper(key.dig)));
  }
  std::sort(out.begin(), out.end());
  return out;
}

// RFC 8225 s5.2.2. Fingerprints that nobody told of prove nothing either way. RFC 8224 s4.1 demands mky where
// the SDP has fingerprints; of other types than base deployed signers do not know that.
void CheckMediaKeys(const CallFacts& facts, ExaminedPassport& one) {
  const PassportClaims& claims = *one.verdict.claims;
  if (facts.media_keys.empty()) return;
  if (claims.mky.empty() && claims.type != PassportType::kBase) return;
  Judge(one.verdict.checks, CheckRow::kMediaKeys, SortedKeys(claims.mky) == SortedKeys(facts.media_keys),
        Reason::kMkyMismatch, [&] {
          return absl::StrCat("signed [", absl::StrJoin(SortedKeys(claims.mky), ", "), "], SDP has [",
                              absl::StrJoin(SortedKeys(facts.media_keys), ", "), "]");
        });
}

// RFC 8443 s4.2: the same r-values in the same order. RFC 9027 s4: sph only with esnet, and as Priority says.
void CheckResourcePriority(const CallFacts& facts, ExaminedPassport& one) {
  const PassportClaims& claims = *one.verdict.claims;
  if (claims.type != PassportType::kRph) return;
  const auto same = [](const std::string& a, const std::string& b) { return absl::EqualsIgnoreCase(a, b); };
  const bool match = !claims.rph_auth.empty() &&
                     std::equal(claims.rph_auth.begin(), claims.rph_auth.end(),
                                facts.resource_priority.begin(), facts.resource_priority.end(), same);
  Judge(one.verdict.checks, CheckRow::kResourcePriority, match, Reason::kRphMismatch, [&] {
    return absl::StrCat("signed [", absl::StrJoin(claims.rph_auth, ", "), "], call has [",
                        absl::StrJoin(facts.resource_priority, ", "), "]");
  });
  if (!claims.sph) return;
  const bool esnet = std::all_of(claims.rph_auth.begin(), claims.rph_auth.end(), IsEsnet);
  Judge(one.verdict.checks, CheckRow::kPriority,
        esnet && *claims.sph == "psap-callback" && absl::EqualsIgnoreCase(facts.priority, *claims.sph),
        Reason::kSphMismatch,
        [&] { return absl::StrCat("signed ", *claims.sph, ", call has Priority \"", facts.priority, "\""); });
}

// RFC 9475 s4. A body that nobody told of is not judged.
void CheckMessageBody(const CallFacts& facts, ExaminedPassport& one) {
  const PassportClaims& claims = *one.verdict.claims;
  if (claims.type != PassportType::kMsg || !claims.msgi || !facts.message_body) return;
  Judge(one.verdict.checks, CheckRow::kMessageBody, RcdDigestMatches(*claims.msgi, *facts.message_body),
        Reason::kMsgiMismatch, [&] { return absl::StrCat("signed ", *claims.msgi); });
}

// E19.
void CheckAttest(ExaminedPassport& one) {
  if (one.verdict.claims->type != PassportType::kShaken) return;
  Judge(one.verdict.checks, CheckRow::kAttest, one.verdict.claims->attest != Attestation::kNone,
        Reason::kAttestInvalid, [&] {
          const codec::JsonValue* attest = one.verdict.passport->claims().Find("attest");
          return attest == nullptr ? "" : absl::StrCat("attest is ", codec::CanonicalJson(*attest));
        });
}

}  // namespace

void CheckDate(const CallFacts& facts, const VerifyPolicy& policy, absl::Time now, Checks& checks) {
  if (!facts.date) return;
  const bool fresh = !IsStale(*facts.date, policy.freshness, now) && !IsInFuture(*facts.date, policy, now);
  Judge(checks, CheckRow::kDateFresh, fresh, Reason::kDateStale,
        [&] { return absl::StrCat("Date is ", TimeText(*facts.date), ", now is ", TimeText(now)); });
}

void ExamineClaims(const ExamineContext& context, const DivPlace& place, ExaminedPassport& one) {
  CheckIat(context, place, one);
  CheckOrig(context, one);
  CheckDest(context, place, one);
  CheckMediaKeys(context.facts, one);
  CheckResourcePriority(context.facts, one);
  CheckMessageBody(context.facts, one);
  CheckAttest(one);
}

RowSet RequiredRows(const ExaminedPassport& one, const CallFacts& facts, const VerifyPolicy& policy) {
  using R = CheckRow;
  constexpr RowSet kAlways =
      Rows({R::kFullForm, R::kInfoUrl, R::kCertificateDownload, R::kAlg, R::kIatFresh, R::kOrig, R::kDest,
            R::kCertificateChain, R::kTnScope, R::kClaimConstraints, R::kSignature});
  constexpr RowSet kToken =
      Rows({R::kPassportSyntax, R::kHeaderComplete, R::kTyp, R::kPpt, R::kCrit, R::kClaimsComplete});
  RowSet rows = kAlways;
  if (!one.compact) rows |= kToken;
  if (!one.verdict.nested_in) {
    rows |= Rows({R::kIdentitySyntax, R::kHeaderPpt, R::kInfoPresent});
    if (!one.compact) rows |= Rows({R::kX5uEqualsInfo});
    if (policy.table == ErrorTable::kMan) rows |= Rows({R::kHeaderParameters, R::kHeaderAlg});
  }
  if (facts.date) rows |= Rows({R::kDateFresh});
  if (!one.verdict.claims) return rows;
  const PassportClaims& claims = *one.verdict.claims;
  if (!facts.media_keys.empty() && (claims.type == PassportType::kBase || !claims.mky.empty())) {
    rows |= Rows({R::kMediaKeys});
  }
  switch (claims.type) {
    case PassportType::kShaken:
      return rows | Rows({R::kAttest});
    case PassportType::kDiv:
    case PassportType::kDivO:
      return rows | Rows({R::kDivChain});
    case PassportType::kRph:
      return rows | Rows({R::kResourcePriority, R::kRphSigner}) | (claims.sph ? Rows({R::kPriority}) : 0);
    case PassportType::kMsg:
      return rows | (claims.msgi && facts.message_body ? Rows({R::kMessageBody}) : 0);
    case PassportType::kBase:
    case PassportType::kRcd:
      break;
  }
  return rows;
}

}  // namespace sti::stir

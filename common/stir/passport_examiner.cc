// ExamineHeader and ExamineNested: what a PASSporT says without the call, E4 to E14.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport_claims.h"
#include "common/stir/passport_verifier.h"

namespace sti::stir {
namespace {

using Checks = std::vector<Check>;

// The type that `ppt` spells, "" for an absent one, where policy admits it.
std::optional<PassportType> AdmittedType(absl::string_view ppt, const VerifyPolicy& policy) {
  const std::optional<PassportType> type = ParsePpt(ppt);
  if (!type || std::find(policy.types.begin(), policy.types.end(), *type) == policy.types.end()) {
    return std::nullopt;
  }
  return type;
}

std::optional<codec::Url> CheckUrl(absl::string_view text, const VerifyPolicy& policy, Checks& checks) {
  absl::StatusOr<codec::Url> url = codec::Url::Parse(text);
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

// E5 to E7: what the header says without its token. An absent ppt parameter stands for a base PASSporT, since
// RFC 8224 s4.1 demands the parameter for any token with ppt; where policy admits no base PASSporTs that is
// E5.
std::optional<PassportType> CheckParameters(const IdentityHeader& header, const VerifyPolicy& policy,
                                            ExaminedPassport& out) {
  Checks& checks = out.verdict.checks;
  std::optional<PassportType> type;
  if (!header.ppt || !header.ppt->empty()) type = AdmittedType(header.ppt.value_or(""), policy);
  Judge(checks, CheckRow::kHeaderPpt, type.has_value(), Reason::kIdentityPptUnsupported,
        [&] { return header.ppt ? absl::StrCat("ppt is ", *header.ppt) : "no ppt parameter"; });
  if (policy.table == ErrorTable::kMan) {
    Judge(checks, CheckRow::kHeaderParameters, header.other.empty(), Reason::kIdentityParameterUnexpected,
          [&] { return absl::StrCat("parameter ", header.other.front().first); });
    Judge(checks, CheckRow::kHeaderAlg, header.alg.has_value(), Reason::kAlgParameterMissing,
          [] { return ""; });
  }
  Judge(checks, CheckRow::kInfoPresent, header.info.has_value(), Reason::kInfoMissing, [] { return ""; });
  if (header.info) out.url = CheckUrl(*header.info, policy, checks);
  return type;
}

// Whether `value` is exactly this string. A member of another JSON type is present but wrong.
bool Is(const codec::JsonValue* value, absl::string_view text) {
  return value != nullptr && value->is_string() && *value->if_string() == text;
}

std::string ShowMember(absl::string_view name, const codec::JsonValue& value) {
  return absl::StrCat(name, " is ", codec::CanonicalJson(value));
}

// E12: the parameter, where there is one, and the token must both say ES256. Absent means ES256 (RFC 8224
// s4.1).
void CheckAlg(const IdentityHeader* header, const codec::JsonValue* alg, Checks& checks) {
  if (header != nullptr && header->alg && *header->alg != "ES256") {
    Fail(checks, CheckRow::kAlg, Reason::kAlgNotEs256, absl::StrCat("the alg parameter is ", *header->alg));
  } else if (alg != nullptr) {
    Judge(checks, CheckRow::kAlg, Is(alg, "ES256"), Reason::kAlgNotEs256,
          [&] { return ShowMember("alg", *alg); });
  }
}

// E13. `header` is null for a nested PASSporT.
void CheckPpt(const IdentityHeader* header, const codec::JsonValue* ppt, bool admitted, Checks& checks) {
  const bool is_base = ppt == nullptr;
  bool differs = false;
  if (header != nullptr && header->ppt) differs = is_base || !Is(ppt, *header->ppt);
  // Without parameter a base PASSporT was announced, if that is admitted at all; if not, E5 has failed.
  if (header != nullptr && !header->ppt && !is_base) {
    differs = At(checks, CheckRow::kHeaderPpt).outcome == CheckOutcome::kPassed;
  }
  Judge(checks, CheckRow::kPpt, admitted && !differs,
        differs ? Reason::kPptMismatch : Reason::kPptUnsupported,
        [&] { return is_base ? "no ppt" : ShowMember("ppt", *ppt); });
}

// E9 to E13 and crit. A member that is missing fails E9 and leaves its own row out.
void CheckTokenHeader(const IdentityHeader* header, std::optional<PassportType> announced,
                      const VerifyPolicy& policy, ExaminedPassport& out) {
  const codec::JsonValue& token = out.verdict.passport->header();
  Checks& checks = out.verdict.checks;
  const codec::JsonValue* ppt = token.Find("ppt");
  const codec::JsonValue* typ = token.Find("typ");
  const codec::JsonValue* alg = token.Find("alg");
  const codec::JsonValue* x5u = token.Find("x5u");
  if (ppt != nullptr && ppt->is_string()) out.verdict.ppt = Printable(*ppt->if_string());
  // Only a base PASSporT has no ppt, and then its header must not name one either.
  std::optional<PassportType> type;
  if (ppt == nullptr) {
    type = AdmittedType("", policy);
  } else if (ppt->is_string() && !ppt->if_string()->empty()) {
    type = AdmittedType(*ppt->if_string(), policy);
  }
  const bool lacks_ppt = ppt == nullptr && !(type && (header == nullptr || !header->ppt));
  Judge(checks, CheckRow::kHeaderComplete, !lacks_ppt && typ != nullptr && alg != nullptr && x5u != nullptr,
        Reason::kPassportHeaderIncomplete, [&] {
          return lacks_ppt ? "no ppt" : typ == nullptr ? "no typ" : alg == nullptr ? "no alg" : "no x5u";
        });
  if (header == nullptr) {
    if (x5u != nullptr && x5u->is_string()) {
      out.url = CheckUrl(*x5u->if_string(), policy, checks);
    } else if (x5u != nullptr) {
      Fail(checks, CheckRow::kInfoUrl, Reason::kInfoInvalid, "x5u is no string");
    }
  } else if (x5u != nullptr && header->info) {
    Judge(checks, CheckRow::kX5uEqualsInfo, Is(x5u, *header->info), Reason::kX5uInfoMismatch,
          [&] { return ShowMember("x5u", *x5u); });
  }
  if (typ != nullptr) {
    Judge(checks, CheckRow::kTyp, Is(typ, "passport"), Reason::kTypNotPassport,
          [&] { return ShowMember("typ", *typ); });
  }
  CheckAlg(header, alg, checks);
  if (!lacks_ppt) CheckPpt(header, ppt, type.has_value(), checks);
  Judge(checks, CheckRow::kCrit, token.Find("crit") == nullptr, Reason::kCritUnsupported, [] { return ""; });
  out.verdict.type = type && !lacks_ppt ? type : announced;
}

// E14.
void CheckClaims(ExaminedPassport& out) {
  if (!out.verdict.type) return;  // no schema to judge by
  Checks& checks = out.verdict.checks;
  absl::StatusOr<PassportClaims> claims = ParseClaims(out.verdict.passport->claims(), *out.verdict.type);
  if (!claims.ok()) {
    Fail(checks, CheckRow::kClaimsComplete, ReasonOf(claims.status()),
         absl::StrCat(FieldOf(claims.status()), ": ", claims.status().message()));
    return;
  }
  Pass(checks, CheckRow::kClaimsComplete);
  if (*out.verdict.type == PassportType::kShaken && !IsUuid(claims->origid)) {
    // Accepted: RFC 8588 s5 wants a UUID, but no verifier gains by refusing the call. Support staff sees it
    // here.
    At(checks, CheckRow::kClaimsComplete).detail = "origid is no UUID";
    out.verdict.notes.emplace_back("origid is no UUID");
  }
  out.verdict.claims = std::make_shared<const PassportClaims>(*std::move(claims));
}

// E4: whether the compact form is admitted. Its header and claims have to be rebuilt from the call.
void CheckCompactForm(absl::string_view token, const IdentityHeader* header,
                      std::optional<PassportType> announced, const VerifyPolicy& policy,
                      ExaminedPassport& out) {
  Checks& checks = out.verdict.checks;
  if (header == nullptr || announced != PassportType::kBase || !policy.compact_form) {
    Fail(checks, CheckRow::kFullForm, Reason::kIdentityCompactForm, "no header and payload");
    return;
  }
  absl::StatusOr<std::string> signature = CompactSignature(token);
  if (!signature.ok()) {
    Fail(checks, CheckRow::kPassportSyntax, ReasonOf(signature.status()), signature.status().message());
    return;
  }
  Pass(checks, CheckRow::kFullForm);
  At(checks, CheckRow::kFullForm).detail = "compact form, which policy admits";
  Judge(checks, CheckRow::kAlg, !header->alg || *header->alg == "ES256", Reason::kAlgNotEs256,
        [&] { return absl::StrCat("the alg parameter is ", *header->alg); });
  out.compact = true;
  out.compact_signature = *std::move(signature);
}

// The token itself, E4 and E9 to E14.
void CheckToken(absl::string_view token, const IdentityHeader* header, std::optional<PassportType> announced,
                const VerifyPolicy& policy, ExaminedPassport& out) {
  Checks& checks = out.verdict.checks;
  out.verdict.type = announced;
  absl::StatusOr<SealedPassport> passport = SealedPassport::Parse(token);
  if (passport.ok()) {
    Pass(checks, CheckRow::kFullForm);
    Pass(checks, CheckRow::kPassportSyntax);
    out.verdict.passport = std::make_shared<const SealedPassport>(*std::move(passport));
    CheckTokenHeader(header, announced, policy, out);
    CheckClaims(out);
  } else if (ReasonOf(passport.status()) == Reason::kIdentityCompactForm) {
    CheckCompactForm(token, header, announced, policy, out);
  } else {
    Pass(checks, CheckRow::kFullForm);
    Fail(checks, CheckRow::kPassportSyntax, ReasonOf(passport.status()), passport.status().message());
  }
}

}  // namespace

ExaminedPassport ExamineHeader(absl::string_view identity, const VerifyPolicy& policy) {
  ExaminedPassport out;
  Checks& checks = out.verdict.checks;
  checks = MakeCheckList(policy.table);
  const absl::StatusOr<IdentityHeader> header = IdentityHeader::Parse(identity);
  if (!header.ok()) {
    Fail(checks, CheckRow::kIdentitySyntax, ReasonOf(header.status()), header.status().message());
    return out;
  }
  Pass(checks, CheckRow::kIdentitySyntax);
  if (header->ppt) out.verdict.ppt = Printable(*header->ppt);
  const std::optional<PassportType> announced = CheckParameters(*header, policy, out);
  CheckToken(header->token, &*header, announced, policy, out);
  return out;
}

ExaminedPassport ExamineNested(absl::string_view token, size_t nested_in, const VerifyPolicy& policy) {
  ExaminedPassport out;
  out.verdict.checks = MakeCheckList(policy.table);
  out.verdict.nested_in = nested_in;
  CheckToken(token, nullptr, std::nullopt, policy, out);
  return out;
}

}  // namespace sti::stir

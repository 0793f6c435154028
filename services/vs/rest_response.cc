// The writing half of rest_verification.h.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/codec/json_text.h"
#include "common/stir/error_table.h"
#include "common/stir/verdict_text.h"
#include "services/vs/rest_verification.h"

namespace sti::vs {
namespace {

using codec::JsonArray;
using codec::JsonObject;

// ATIS-1000082 spells two of RFC 8224's phrases in letters of its own (rest_api.md s1.2).
absl::string_view AtisReasonText(const stir::SipAnswer& answer) {
  switch (answer.code) {
    case 436:
      return "Bad identity Info";
    case 437:
      return "Unsupported credential";
    default:
      return answer.phrase;
  }
}

absl::string_view VerstatOf(Reason reason) {
  return VerstatText(reason == Reason::kNone ? Verstat::kTnValidationPassed : RowOf(reason).verstat);
}

JsonObject AtisResult(const stir::CallVerdict& verdict) {
  JsonObject result;
  if (verdict.reason != Reason::kNone) {
    const stir::SipAnswer answer = stir::AnswerOf(verdict.reason, verdict.table);
    result.emplace_back("reasoncode", answer.code);
    result.emplace_back("reasontext", AtisReasonText(answer));
    result.emplace_back("reasondesc", RowOf(verdict.reason).public_text);
  }
  result.emplace_back("verstat", VerstatText(verdict.verstat));
  return result;
}

// The token as received.
std::string TokenOf(const stir::SealedPassport& passport) {
  return absl::StrCat(passport.signing_input(), ".", codec::Base64UrlEncode(passport.signature()));
}

JsonObject VerifyResult(const stir::HeaderVerdict& header, stir::ErrorTable table) {
  JsonObject result{{"ppt", header.ppt}, {"status", header.passed() ? "pass" : "fail"}};
  if (header.passed()) {
    if (header.passport != nullptr) result.emplace_back("validClaims", header.passport->claims());
    return result;
  }
  const stir::SipAnswer answer = stir::AnswerOf(header.reason, table);
  result.emplace_back("reasonCode", answer.code);
  result.emplace_back("reasonText", answer.phrase);
  result.emplace_back("reasonDescription", RowOf(header.reason).public_text);
  if (header.passport != nullptr) result.emplace_back("passport", TokenOf(*header.passport));
  return result;
}

JsonArray DivResult(const stir::DivOutcome& div) {
  JsonArray hops;
  for (const stir::DivOutcome::Hop& hop : div.hops) {
    const bool number = std::holds_alternative<stir::TelephoneNumber>(hop.from);
    const JsonObject party{{number ? "tn" : "uri", stir::PartyText(hop.from)}};
    hops.push_back(JsonObject{{"div", party}, {"verstatValue", VerstatOf(hop.reason)}});
  }
  return hops;
}

JsonObject GppResult(const stir::CallVerdict& verdict) {
  JsonObject result{{"verstatValue", VerstatText(verdict.verstat)}};
  if (verdict.div.has_value()) result.emplace_back("divResult", DivResult(*verdict.div));
  if (verdict.rph.has_value()) result.emplace_back("verstatPriority", stir::VerstatPriority(*verdict.rph));
  JsonArray rows;
  for (const stir::HeaderVerdict& header : verdict.headers) {
    rows.push_back(JsonObject{{"verifyResult", VerifyResult(header, verdict.table)}});
  }
  result.emplace_back("verifyResults", std::move(rows));
  return result;
}

}  // namespace

std::string RestResponse(const stir::CallVerdict& verdict, rest::RestForm form) {
  JsonObject result = form == rest::RestForm::kAtis ? AtisResult(verdict) : GppResult(verdict);
  // In neither standard, like the callId without which it cannot be known.
  if (verdict.replay_suspected) result.emplace_back("replaySuspected", true);
  return codec::OrderedJson(JsonObject{{"verificationResponse", std::move(result)}});
}

}  // namespace sti::vs

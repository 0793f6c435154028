#include "common/stir/verdict_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/codec/base64url.h"
#include "common/stir/error_table.h"

namespace sti::stir {
namespace {

// What every parser of URI parameters takes: a UUID does, and other origids of telephone networks mostly.
bool FitsParameter(absl::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
  });
}

std::string StirReason(const HeaderVerdict& header, ErrorTable table, bool tell_which) {
  const SipAnswer answer = AnswerOf(header.reason, table);
  std::string out = absl::StrCat("STIR ;cause=", answer.code, " ;text=\"", answer.phrase, "\"");
  if (tell_which && header.passport) {
    absl::StrAppend(&out, " ;ppi=\"..", codec::Base64UrlEncode(header.passport->signature()), "\"");
  }
  return out;
}

}  // namespace

absl::string_view VerstatPriority(const RphOutcome& rph) {
  if (rph.reason == Reason::kNone) return "RPH-Validation-Passed";
  const bool differs = rph.reason == Reason::kRphMismatch || rph.reason == Reason::kSphMismatch;
  return differs || RowOf(rph.reason).verstat == Verstat::kTnValidationFailed ? "RPH-Validation-Failed"
                                                                              : "No-RPH-Validation";
}

std::string VerstatParameter(const CallVerdict& verdict, VerstatForm form) {
  std::string out(VerstatText(verdict.verstat));
  if (verdict.verstat != Verstat::kTnValidationPassed || verdict.attestation == Attestation::kNone)
    return out;
  const absl::string_view level = AttestationText(verdict.attestation);
  switch (form) {
    case VerstatForm::kPlain:
      break;
    case VerstatForm::kLevel:
      if (verdict.attestation != Attestation::kA) absl::StrAppend(&out, "-", level);
      break;
    case VerstatForm::kLevelAlways:
      absl::StrAppend(&out, "-", level);
      break;
    case VerstatForm::kParameters:
      absl::StrAppend(&out, ";attest=", level);
      if (FitsParameter(verdict.origid)) absl::StrAppend(&out, ";origid=", verdict.origid);
      break;
  }
  return out;
}

std::vector<std::string> ReasonHeaders(const CallVerdict& verdict, ReasonForm form) {
  std::vector<std::string> out;
  if (form == ReasonForm::kStir) {
    const auto is_header = [](const HeaderVerdict& header) { return !header.nested_in; };
    const bool several = std::count_if(verdict.headers.begin(), verdict.headers.end(), is_header) > 1;
    for (const HeaderVerdict& header : verdict.headers) {
      if (!is_header(header) || AnswerOf(header.reason, verdict.table).code == 0) continue;
      out.push_back(StirReason(header, verdict.table, several));
    }
  } else if (form == ReasonForm::kSip && !verdict.headers.empty()) {
    // RFC 3326 allows one value a protocol.
    const SipAnswer answer = AnswerOf(verdict.reason, verdict.table);
    if (answer.code != 0)
      out.push_back(absl::StrCat("SIP;cause=", answer.code, ";text=\"", answer.phrase, "\""));
  }
  return out;
}

bool ShouldReject(const CallVerdict& verdict, const ReplyForm& form) {
  if (verdict.passed() || AnswerOf(verdict.reason, verdict.table).code == 0) return false;
  return verdict.reason == Reason::kIdentityMissing ? form.reject_unsigned : form.reject_failed;
}

}  // namespace sti::stir

#include "common/stir/explain.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/stir/check_list.h"
#include "common/stir/error_table.h"
#include "common/stir/reason_advice.h"

namespace sti::stir {
namespace {

using Lines = std::vector<std::string>;

absl::string_view LevelText(Attestation attestation) {
  switch (attestation) {
    case Attestation::kA:
      return "attestation A: the provider knows the customer and its right to the number";
    case Attestation::kB:
      return "attestation B: the provider knows the customer, but not its right to the number";
    case Attestation::kC:
      return "attestation C: the provider only let the call into the network";
    case Attestation::kNone:
      break;
  }
  return "without a level of attestation";
}

std::string SignerText(const SignerInfo& signer) {
  if (signer.serial.empty()) return "an unknown signer";
  std::string who = signer.delegate
                        ? "the holder of a delegate certificate"
                        : absl::StrCat("SPC ", signer.spc.empty() ? "(none)" : Printable(signer.spc));
  if (!signer.organization.empty()) absl::StrAppend(&who, " (", Printable(signer.organization), ")");
  return who;
}

// "Identity header 2 (shaken)", "PASSporT 3 (shaken, nested in 2)".
std::string NameOf(const CallVerdict& verdict, size_t i) {
  const HeaderVerdict& header = verdict.headers[i];
  const std::string type = header.ppt.empty() ? "no ppt" : header.ppt;
  if (header.nested_in)
    return absl::StrCat("PASSporT ", i + 1, " (", type, ", nested in ", *header.nested_in + 1, ")");
  return absl::StrCat("Identity header ", i + 1, " (", type, ")");
}

std::string DestText(const PassportClaims& claims) {
  std::vector<std::string> out;
  for (const TelephoneNumber& number : claims.dest_tn) out.push_back(number.digits());
  for (const CanonicalUri& uri : claims.dest_uri) out.push_back(uri.text);
  return Printable(absl::StrJoin(out, ", "));  // at most 64 of them: enough to see what it is about
}

void AddHeadline(const CallVerdict& verdict, Lines& out) {
  if (verdict.passed()) {
    const HeaderVerdict& header = verdict.headers[*verdict.decided_by];
    out.push_back(absl::StrCat("The caller's number is verified: ", SignerText(verdict.signer),
                               " vouches for ", Printable(PartyText(header.claims->orig)), ", ",
                               LevelText(verdict.attestation), "."));
    return;
  }
  const SipAnswer answer = AnswerOf(verdict.reason, verdict.table);
  std::string line = absl::StrCat("The caller's number is not verified: ", RowOf(verdict.reason).public_text);
  if (verdict.reason == Reason::kIdentityMissing && !verdict.headers.empty()) {
    line = "The caller's number is not verified: no PASSporT of the request speaks for it.";
  }
  if (answer.code != 0) absl::StrAppend(&line, " In SIP: ", answer.code, " ", answer.phrase, ".");
  out.push_back(line);
}

// What it says, who signed it, and where it failed.
void AddHeader(const CallVerdict& verdict, size_t i, Lines& out) {
  const HeaderVerdict& header = verdict.headers[i];
  std::string line = NameOf(verdict, i);
  if (header.claims) {
    const PassportClaims& claims = *header.claims;
    absl::StrAppend(&line, " says that ", Printable(PartyText(claims.orig)), " calls ", DestText(claims));
    if (claims.div) absl::StrAppend(&line, " diverted from ", Printable(PartyText(*claims.div)));
  } else {
    absl::StrAppend(&line, " cannot be read");
  }
  if (!header.signer.serial.empty()) {
    const bool proven = At(header.checks, CheckRow::kSignature).outcome == CheckOutcome::kPassed;
    absl::StrAppend(&line, proven ? "; signed by " : "; in the name of ", SignerText(header.signer),
                    ", certificate ", header.signer.serial, " from ", Printable(header.signer.x5u));
    if (!header.signer.trust_domain.empty())
      absl::StrAppend(&line, ", trusted in ", header.signer.trust_domain);
  }
  if (header.passed()) {
    out.push_back(absl::StrCat(line, ". All checks passed."));
    return;
  }
  absl::StrAppend(&line, ". ", RowOf(header.reason).public_text);
  const size_t row = Progress(header.checks);
  if (row < header.checks.size() && !header.checks[row].detail.empty()) {
    absl::StrAppend(&line, " Check ", header.checks[row].name, ": ", header.checks[row].detail, ".");
  }
  out.push_back(line);
}

void AddDiversion(const CallVerdict& verdict, Lines& out) {
  if (!verdict.div) return;
  std::vector<std::string> hops;
  for (const DivOutcome::Hop& hop : verdict.div->hops) {
    hops.push_back(absl::StrCat(Printable(PartyText(hop.from)), " to ", Printable(PartyText(hop.to))));
  }
  std::string line = absl::StrCat("The call was forwarded: ", absl::StrJoin(hops, ", then "), ". ");
  if (verdict.div->reason == Reason::kNone) {
    out.push_back(line +
                  "Each forwarding is signed, and they lead from the number first called to the target.");
    return;
  }
  absl::StrAppend(&line, "This is not proven: ", RowOf(verdict.div->reason).public_text);
  if (verdict.passed()) absl::StrAppend(&line, " ", AdviceFor(verdict.div->reason));
  out.push_back(std::move(line));
}

void AddPriority(const CallVerdict& verdict, Lines& out) {
  if (!verdict.rph) return;
  if (verdict.rph->reason == Reason::kNone) {
    out.push_back(absl::StrCat("Resource priority ", Printable(absl::StrJoin(verdict.rph->auth, ", ")),
                               " is proven, signed by ",
                               SignerText(verdict.headers[verdict.rph->header].signer), "."));
    return;
  }
  out.push_back(absl::StrCat("Resource priority is not proven: ", RowOf(verdict.rph->reason).public_text,
                             " Strip Resource-Priority and treat the call as an ordinary one."));
}

void AddRichCallData(const CallVerdict& verdict, Lines& out) {
  for (const RcdOutcome& rcd : verdict.rcd) {
    const std::string name = absl::StrCat("Rich call data of ", NameOf(verdict, rcd.header));
    if (rcd.reason != Reason::kNone) {
      out.push_back(absl::StrCat(name, " must not be displayed: ", RowOf(rcd.reason).public_text, " ",
                                 AdviceFor(rcd.reason)));
      continue;
    }
    std::string line =
        absl::StrCat(name, " may be displayed", rcd.third_party ? " as a third party's word" : "");
    std::vector<std::string> fetch, never;
    for (const RcdItem& item : rcd.items) {
      if (item.integrity == RcdIntegrity::kToFetch) fetch.push_back(Printable(item.pointer));
      if (item.integrity == RcdIntegrity::kUnprotected) never.push_back(Printable(item.pointer));
    }
    if (!fetch.empty())
      absl::StrAppend(&line, "; ", absl::StrJoin(fetch, ", "), " only after comparing its digest");
    if (!never.empty())
      absl::StrAppend(&line, "; but not ", absl::StrJoin(never, ", "), ", which has no digest");
    out.push_back(line + ".");
  }
}

}  // namespace

std::string Explain(const CallVerdict& verdict) {
  Lines out;
  AddHeadline(verdict, out);
  for (size_t i = 0; i < verdict.headers.size(); ++i) AddHeader(verdict, i, out);
  AddDiversion(verdict, out);
  AddPriority(verdict, out);
  AddRichCallData(verdict, out);
  if (verdict.replay_suspected && verdict.reason != Reason::kReplaySuspected) {
    out.push_back(absl::StrCat("A replay is suspected. ", AdviceFor(Reason::kReplaySuspected)));
  }
  if (!verdict.passed()) {
    // Where the chain of diversions is broken, what is wrong there is what has to be mended.
    const bool broken =
        verdict.div && verdict.div->reason != Reason::kNone && verdict.reason == Reason::kDestMismatch;
    out.push_back(absl::StrCat("What to do: ", AdviceFor(broken ? verdict.div->reason : verdict.reason)));
  }
  // Claims may quote anything: no line break or terminal sequence of theirs gets out.
  for (std::string& line : out) {
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  }
  return absl::StrJoin(out, "\n");
}

}  // namespace sti::stir

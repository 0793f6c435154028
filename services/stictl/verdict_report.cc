#include "services/stictl/verdict_report.h"

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/stictl/attestation_text.h"
#include "services/stictl/verdict_json.h"

namespace sti::stictl {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

bool Passed(absl::string_view reason) { return reason == "NONE"; }

// A verdict word with its reason, when it has one.
std::string Outcome(const std::string& word, const std::string& reason) {
  return Passed(reason) ? word : absl::StrCat(word, " (", reason, ")");
}

// "SPC 1234, Example Telephone, certificate 0A1B by CN=..., https://...".
std::string SignerText(const sti::v1::Signer& signer) {
  return absl::StrCat(signer.delegate() ? "delegate" : absl::StrCat("SPC ", signer.spc()), ", ",
                      signer.organization(), ", certificate ", signer.serial(), " by ", signer.issuer(), ", ",
                      signer.x5u());
}

void AddSigner(const sti::v1::Signer& signer, Fields& fields) {
  if (signer.serial().empty()) return;
  fields.emplace_back("signer",
                      absl::StrCat(signer.delegate() ? "delegate" : absl::StrCat("SPC ", signer.spc()), ", ",
                                   Printable(signer.organization())));
  fields.emplace_back("certificate", absl::StrCat(signer.serial(), " by ", Printable(signer.issuer())));
  fields.emplace_back("x5u", signer.x5u());
  fields.emplace_back("trusted in", signer.trust_domain());
}

void AddResults(const sti::v1::VerifyResponse& response, Fields& fields) {
  if (response.has_div()) {
    std::vector<std::string> hops;
    for (const auto& hop : response.div().hops()) {
      hops.push_back(
          absl::StrCat(hop.from(), " -> ", hop.to(), Passed(hop.reason()) ? "" : " " + hop.reason()));
    }
    fields.emplace_back("diverted", absl::StrCat(Outcome(response.div().verstat(), response.div().reason()),
                                                 " ", Printable(absl::StrJoin(hops, ", "))));
  }
  if (response.has_rph()) {
    fields.emplace_back(
        "priority",
        absl::StrCat(Outcome(response.rph().verstat_priority(), response.rph().reason()), " ",
                     Printable(absl::StrJoin(response.rph().auth(), ", ")), " ", response.rph().sph()));
  }
  for (const auto& rcd : response.rcd()) {
    fields.emplace_back("display",
                        absl::StrCat(Passed(rcd.reason()) ? "yes" : Outcome("no", rcd.reason()), " ",
                                     Printable(rcd.data().nam()),
                                     rcd.data().crn().empty() ? "" : " - " + Printable(rcd.data().crn())));
    for (const auto& item : rcd.items()) {
      const std::string name = sti::v1::RcdItem::Integrity_Name(item.integrity());
      fields.emplace_back(absl::StrCat("  ", Printable(item.pointer())),
                          absl::AsciiStrToLower(name.substr(name.find('_') + 1)));
    }
  }
}

// Rows that were not asked for are left out: JSON has them.
void PrintChecks(const Output& output, const sti::v1::HeaderVerdict& header) {
  for (const auto& check : header.checks()) {
    std::string mark;
    if (check.outcome() == sti::v1::Check::OUTCOME_PASSED) mark = absl::StrCat("  ", Green(output, "+"), " ");
    if (check.outcome() == sti::v1::Check::OUTCOME_FAILED) mark = absl::StrCat("  ", Red(output, "x"), " ");
    if (mark.empty()) {
      if (check.detail().empty()) continue;
      mark = "  - ";
    }
    std::string line = absl::StrCat(mark, check.name());
    if (!check.reason().empty()) absl::StrAppend(&line, "  ", Red(output, check.reason()));
    if (!check.detail().empty()) absl::StrAppend(&line, "  ", Dim(output, Printable(check.detail())));
    std::cout << line << "\n";
  }
  for (const std::string& note : header.notes()) std::cout << "  * " << Dim(output, Printable(note)) << "\n";
}

void PrintHeader(const Output& output, const sti::v1::VerifyResponse& response, int i) {
  const auto& header = response.headers(i);
  std::string line =
      absl::StrCat(header.has_nested_in() ? "Nested in " : "Identity ",
                   header.has_nested_in() ? header.nested_in() + 1 : i + 1, ", ",
                   header.ppt().empty() ? "no ppt" : Printable(header.ppt()), ": ",
                   Passed(header.reason()) ? Green(output, "passed") : Red(output, header.reason()));
  if (header.certificate_cached()) absl::StrAppend(&line, " (certificate from the cache)");
  std::cout << line << "\n";
  if (!header.signer().serial().empty()) {
    std::cout << "  signed by " << Printable(SignerText(header.signer())) << "\n";
  }
  PrintChecks(output, header);
}

}  // namespace

int ReportVerdict(const Output& output, const sti::v1::VerifyResponse& response) {
  const bool passed = Passed(response.reason());
  if (output.json()) {
    PrintJson(VerdictJson(response));
    return passed ? kExitOk : kExitNegative;
  }
  std::cout << (passed ? Green(output, response.verstat()) : Red(output, response.verstat())) << "\n";
  Fields fields;
  if (!passed) {
    fields.emplace_back("reason", absl::StrCat(response.reason(), ": ", response.reason_text()));
    if (response.sip_code() != 0)
      fields.emplace_back("sip",
                          absl::StrCat(response.sip_code(), " ", response.sip_phrase(),
                                       response.reject() ? ", reject the call" : ", let the call go on"));
  }
  if (response.verstat_parameter() != response.verstat())
    fields.emplace_back("verstat", response.verstat_parameter());
  fields.emplace_back("attestation", AttestationLetter(response.attestation()));
  fields.emplace_back("origid", Printable(response.origid()));
  AddSigner(response.signer(), fields);
  AddResults(response, fields);
  if (response.replay_suspected()) fields.emplace_back("replay", Red(output, "suspected"));
  for (const std::string& reason : response.reason_headers()) fields.emplace_back("Reason", reason);
  fields.emplace_back("profile", response.profile());
  PrintFields(fields);
  for (const absl::string_view line : absl::StrSplit(response.explain(), '\n', absl::SkipEmpty())) {
    std::cout << Printable(line) << "\n";
  }
  for (int i = 0; i < response.headers_size(); ++i) PrintHeader(output, response, i);
  return passed ? kExitOk : kExitNegative;
}

}  // namespace sti::stictl

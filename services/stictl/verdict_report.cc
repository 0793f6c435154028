#include "services/stictl/verdict_report.h"

#include <cstdint>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "services/stictl/attestation_text.h"

namespace sti::stictl {
namespace {

using codec::JsonArray;
using codec::JsonObject;
using codec::JsonValue;

JsonObject SignerJson(const sti::v1::Signer& signer) {
  return {{"issuer", signer.issuer()},
          {"organization", signer.organization()},
          {"serial", signer.serial()},
          {"spc", signer.spc()},
          {"x5u", signer.x5u()}};
}

absl::string_view OutcomeText(sti::v1::Check::Outcome outcome) {
  switch (outcome) {
    case sti::v1::Check::OUTCOME_PASSED:
      return "passed";
    case sti::v1::Check::OUTCOME_FAILED:
      return "failed";
    default:
      return "skipped";
  }
}

JsonObject HeaderJson(const sti::v1::HeaderVerdict& header) {
  JsonArray checks;
  for (const auto& check : header.checks()) {
    checks.push_back(JsonObject{{"detail", check.detail()},
                                {"name", check.name()},
                                {"outcome", OutcomeText(check.outcome())},
                                {"reason", check.reason()}});
  }
  return {{"certificate_cached", header.certificate_cached()},
          {"checks", checks},
          {"ppt", header.ppt()},
          {"reason", header.reason()},
          {"reason_text", header.reason_text()},
          {"signer", SignerJson(header.signer())},
          {"sip_code", int64_t{header.sip_code()}},
          {"sip_phrase", header.sip_phrase()},
          {"verstat", header.verstat()}};
}

void PrintChecks(const Output& output, const sti::v1::HeaderVerdict& header) {
  for (const auto& check : header.checks()) {
    std::string mark = "  - ";
    if (check.outcome() == sti::v1::Check::OUTCOME_PASSED) mark = absl::StrCat("  ", Green(output, "+"), " ");
    if (check.outcome() == sti::v1::Check::OUTCOME_FAILED) mark = absl::StrCat("  ", Red(output, "x"), " ");
    std::string line = absl::StrCat(mark, check.name());
    if (!check.reason().empty()) absl::StrAppend(&line, "  ", Red(output, check.reason()));
    if (!check.detail().empty()) absl::StrAppend(&line, "  ", Dim(output, Printable(check.detail())));
    std::cout << line << "\n";
  }
}

}  // namespace

JsonValue VerdictJson(const sti::v1::VerifyResponse& response) {
  JsonArray headers;
  for (const auto& header : response.headers()) headers.push_back(HeaderJson(header));
  return JsonObject{{"attestation", AttestationLetter(response.attestation())},
                    {"headers", headers},
                    {"origid", response.origid()},
                    {"reason", response.reason()},
                    {"reason_text", response.reason_text()},
                    {"signer", SignerJson(response.signer())},
                    {"sip_code", int64_t{response.sip_code()}},
                    {"sip_phrase", response.sip_phrase()},
                    {"verstat", response.verstat()}};
}

int ReportVerdict(const Output& output, const sti::v1::VerifyResponse& response) {
  const bool passed = response.reason() == "NONE";
  if (output.json()) {
    PrintJson(VerdictJson(response));
    return passed ? kExitOk : kExitNegative;
  }
  std::cout << (passed ? Green(output, response.verstat()) : Red(output, response.verstat())) << "\n";
  std::vector<std::pair<std::string, std::string>> fields;
  if (!passed) {
    fields.emplace_back("reason", absl::StrCat(response.reason(), ": ", response.reason_text()));
    if (response.sip_code() != 0)
      fields.emplace_back("sip", absl::StrCat(response.sip_code(), " ", response.sip_phrase()));
  }
  fields.emplace_back("attestation", AttestationLetter(response.attestation()));
  fields.emplace_back("origid", response.origid());
  const auto& signer = response.signer();
  if (!signer.spc().empty()) {
    fields.emplace_back("signer", absl::StrCat("SPC ", signer.spc(), ", ", signer.organization()));
    fields.emplace_back("certificate", absl::StrCat(signer.serial(), " by ", signer.issuer()));
    fields.emplace_back("x5u", signer.x5u());
  }
  PrintFields(fields);
  for (int i = 0; i < response.headers_size(); ++i) {
    const auto& header = response.headers(i);
    std::cout << "Identity " << i + 1 << (header.certificate_cached() ? " (certificate from the cache)" : "")
              << "\n";
    PrintChecks(output, header);
  }
  return passed ? kExitOk : kExitNegative;
}

}  // namespace sti::stictl

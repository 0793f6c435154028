// Options that commands about the provisioning of sti-as share.
#ifndef SERVICES_STICTL_AS_OPTIONS_H_
#define SERVICES_STICTL_AS_OPTIONS_H_

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "proto/sti/v1/call.pb.h"
#include "services/stictl/attestation_text.h"

namespace sti::stictl {

struct ProviderOption {
  std::string provider;
};
inline void DeclareProvider(CLI::App& command, ProviderOption& options) {
  command.add_option("--provider", options.provider,
                     "name in the configuration of sti-as (default: the only one, or the one you operate)");
}

struct ProvisioningPageOptions : ProviderOption {
  int page_size = 100;
  std::string page_token;
};
inline void DeclarePage(CLI::App& command, ProvisioningPageOptions& options) {
  DeclareProvider(command, options);
  command.add_option("--page-size", options.page_size, "1 to 1000 (default 100)");
  command.add_option("--page-token", options.page_token, "as printed after the page before");
}
template <typename Request>
void SetPage(const ProvisioningPageOptions& options, Request& request) {
  request.set_provider(options.provider);
  request.set_page_size(options.page_size);
  request.set_page_token(options.page_token);
}
inline void PrintMore(const std::string& next_page_token) {
  if (!next_page_token.empty()) std::cout << "more: --page-token " << next_page_token << "\n";
}

// Of an option that may be left out. kInvalidField.
inline absl::Status SetAttest(const std::string& option, const std::string& letter,
                              sti::v1::Attestation& attest) {
  attest = AttestationFromLetter(letter);
  if (letter.empty() || attest != sti::v1::ATTESTATION_UNSPECIFIED) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, option, absl::StrCat("\"", letter, "\" is not A, B or C"));
}

inline void PrintNotDone(bool done) {
  if (!done) std::cout << "nothing has been done: add --yes to do it\n";
}

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_AS_OPTIONS_H_

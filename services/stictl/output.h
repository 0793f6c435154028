// How stictl speaks: one value, printed as JSON or as text for a person.
#ifndef SERVICES_STICTL_OUTPUT_H_
#define SERVICES_STICTL_OUTPUT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/codec/json.h"

namespace sti::stictl {

// Exit codes, the same for every command. docs/stictl.md lists them.
enum ExitCode {
  kExitOk = 0,           // done; passed
  kExitNegative = 1,     // a verdict other than passed; a token that cannot be decoded
  kExitUsage = 2,        // wrong arguments, missing or unreadable files
  kExitRefused = 3,      // a daemon refused the request
  kExitUnreachable = 4,  // a daemon does not answer
};

enum class OutputFormat { kText, kJson };

// Set by main, but for request_id.
struct Output {
  OutputFormat format = OutputFormat::kText;
  bool color = false;  // text on a terminal
  // Of the requests that were sent, for the daemon's log and audit; empty before the first.
  std::string request_id;

  bool json() const { return format == OutputFormat::kJson; }
};

// Canonical JSON and a newline on standard output.
void PrintJson(const codec::JsonValue& value);

// Columns padded to the widest cell, a header line first.
void PrintTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

// "name:  value" lines, values aligned; empty values are left out.
void PrintFields(const std::vector<std::pair<std::string, std::string>>& fields);

// Text that came from outside, with control characters made visible: a terminal must not obey it.
std::string Printable(absl::string_view text);

std::string Green(const Output& output, absl::string_view text);
std::string Red(const Output& output, absl::string_view text);
std::string Dim(const Output& output, absl::string_view text);

// Prints the error to standard error (JSON with reason, field and text when asked for) and gives the exit
// code for it.
int Fail(const Output& output, const absl::Status& status);

}  // namespace sti::stictl

#endif  // SERVICES_STICTL_OUTPUT_H_

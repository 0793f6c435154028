#include "services/stictl/output.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/reason.h"

namespace sti::stictl {
namespace {

std::string Colored(const Output& output, absl::string_view code, absl::string_view text) {
  if (!output.color) return std::string(text);
  return absl::StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      // A daemon that says NOT_READY does answer.
      return ReasonOf(status) == Reason::kNotReady ? kExitRefused : kExitUnreachable;
    default:
      return kExitRefused;
  }
}

}  // namespace

void PrintJson(const codec::JsonValue& value) { std::cout << codec::CanonicalJson(value) << "\n"; }

std::string Printable(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) {
      absl::StrAppend(&out, absl::StrFormat("\\x%02x", octet));
    } else {
      out += c;
    }
  }
  return out;
}

void PrintTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const std::string& cell : header) widths.push_back(cell.size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], Printable(row[i]).size());
    }
  }
  const auto print = [&widths](const std::vector<std::string>& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string cell = Printable(row[i]);
      std::cout << cell;
      if (i + 1 < row.size()) std::cout << std::string(widths[i] - cell.size() + 2, ' ');
    }
    std::cout << "\n";
  };
  print(header);
  for (const auto& row : rows) print(row);
}

void PrintFields(const std::vector<std::pair<std::string, std::string>>& fields) {
  size_t width = 0;
  for (const auto& [name, value] : fields) width = std::max(width, name.size());
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    std::cout << name << ":" << std::string(width - name.size() + 2, ' ') << Printable(value) << "\n";
  }
}

std::string Green(const Output& output, absl::string_view text) { return Colored(output, "32", text); }
std::string Red(const Output& output, absl::string_view text) { return Colored(output, "31", text); }
std::string Dim(const Output& output, absl::string_view text) { return Colored(output, "2", text); }

int Fail(const Output& output, const absl::Status& status) {
  const std::string reason(ReasonName(ReasonOf(status)));
  const std::string field = FieldOf(status);
  if (output.json()) {
    const codec::JsonValue error(
        codec::JsonObject{{"error", codec::JsonObject{{"field", field},
                                                      {"reason", reason},
                                                      {"request_id", output.request_id},
                                                      {"text", std::string(status.message())}}}});
    std::cerr << codec::CanonicalJson(error) << "\n";
  } else {
    std::cerr << "stictl: " << reason << (field.empty() ? "" : " (" + field + ")") << ": "
              << Printable(std::string(status.message())) << "\n";
    if (!output.request_id.empty()) std::cerr << "request id: " << output.request_id << "\n";
  }
  return ExitCodeOf(status);
}

}  // namespace sti::stictl

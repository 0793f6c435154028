#include "common/acme/link_header.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sti::acme {
namespace {

// The end of one link of the list: a comma outside of quotes and of <...>.
size_t EndOfLink(absl::string_view text) {
  bool quoted = false, bracketed = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && text[i] == '<') bracketed = true;
    if (!quoted && text[i] == '>') bracketed = false;
    if (!quoted && !bracketed && text[i] == ',') return i;
  }
  return text.size();
}

bool HasRelation(absl::string_view parameters, absl::string_view relation) {
  for (absl::string_view parameter : absl::StrSplit(parameters, ';')) {
    parameter = absl::StripAsciiWhitespace(parameter);
    if (!absl::StartsWithIgnoreCase(parameter, "rel=")) continue;
    parameter.remove_prefix(4);
    absl::ConsumePrefix(&parameter, "\"");
    absl::ConsumeSuffix(&parameter, "\"");
    const std::vector<absl::string_view> relations = absl::StrSplit(parameter, ' ');
    return std::any_of(relations.begin(), relations.end(),
                       [&](absl::string_view one) { return absl::EqualsIgnoreCase(one, relation); });
  }
  return false;
}

}  // namespace

std::vector<std::string> LinksWith(const std::vector<std::string>& fields, absl::string_view relation) {
  std::vector<std::string> found;
  for (absl::string_view rest : fields) {
    while (!rest.empty()) {
      const size_t end = EndOfLink(rest);
      absl::string_view link = absl::StripAsciiWhitespace(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const size_t close = link.find('>');
      if (!absl::ConsumePrefix(&link, "<") || close == absl::string_view::npos) continue;
      const absl::string_view target = link.substr(0, close - 1);
      if (absl::StartsWith(target, "https://") && HasRelation(link.substr(close), relation)) {
        found.emplace_back(target);
      }
    }
  }
  return found;
}

}  // namespace sti::acme

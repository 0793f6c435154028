#include "common/stir/rcd_outcome.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/stir/passport_type.h"
#include "common/stir/rcd_integrity.h"

namespace sti::stir {
namespace {

bool HasRichCallData(const HeaderVerdict& header) {
  return header.type == PassportType::kRcd || (header.claims && !header.claims->rich.empty());
}

// A PASSporT of the caller's own provider for the same number (RFC 9795 s10). rph and div speak for others.
bool Vouches(const HeaderVerdict& header, const PassportClaims& claims) {
  if (!header.passed() || !header.claims || header.claims->rich.iss) return false;
  const PassportType type = header.claims->type;
  return (type == PassportType::kShaken || type == PassportType::kBase || type == PassportType::kRcd) &&
         header.claims->orig == claims.orig;
}

std::string Normalized(absl::string_view name) {
  std::string out(name);
  absl::RemoveExtraAsciiWhitespace(&out);
  return out;
}

bool NameMatches(const RichCallData& data, const std::string& display_name) {
  const codec::JsonValue* nam = data.rcd ? data.rcd->Find("nam") : nullptr;
  if (nam == nullptr || !nam->is_string() || nam->if_string()->empty()) return true;  // it says nothing
  return Normalized(*nam->if_string()) == Normalized(display_name);
}

Reason ReasonFor(const RcdOutcome& outcome, const HeaderVerdict& header,
                 absl::Span<const HeaderVerdict> headers, const std::optional<std::string>& display_name) {
  if (!header.passed()) return header.reason;
  const PassportClaims& claims = *header.claims;
  if (outcome.third_party && std::none_of(headers.begin(), headers.end(), [&](const HeaderVerdict& other) {
        return Vouches(other, claims);
      })) {
    return Reason::kRcdThirdPartyUnvouched;
  }
  if (std::any_of(outcome.items.begin(), outcome.items.end(),
                  [](const RcdItem& item) { return item.integrity == RcdIntegrity::kFailed; })) {
    return Reason::kRcdIntegrityFailed;
  }
  if (display_name && !NameMatches(claims.rich, *display_name)) return Reason::kRcdNameMismatch;
  return Reason::kNone;
}

}  // namespace

std::vector<RcdOutcome> JudgeRichCallData(absl::Span<const HeaderVerdict> headers,
                                          const std::optional<std::string>& display_name) {
  std::vector<RcdOutcome> out;
  for (size_t i = 0; i < headers.size(); ++i) {
    if (!HasRichCallData(headers[i])) continue;
    RcdOutcome outcome;
    outcome.header = i;
    if (headers[i].claims) {
      outcome.third_party = headers[i].claims->rich.iss.has_value();
      outcome.items = JudgeRcdIntegrity(headers[i].claims->rich);
    }
    outcome.reason = ReasonFor(outcome, headers[i], headers, display_name);
    out.push_back(std::move(outcome));
  }
  const auto key = [&](const RcdOutcome& one) {
    return std::make_tuple(one.reason != Reason::kNone, one.third_party,
                           headers[one.header].type != PassportType::kRcd);
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const RcdOutcome& a, const RcdOutcome& b) { return key(a) < key(b); });
  return out;
}

}  // namespace sti::stir

// SerializeClaims: member by member in the order of RFC 8225 s9, since building a tree first would cost more
// than all of it.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/stir/passport_claims.h"

namespace sti::stir {
namespace {

const std::string& TextOf(const TelephoneNumber& number) { return number.digits(); }
const std::string& TextOf(const CanonicalUri& uri) { return uri.text; }
const std::string& TextOf(const std::string& text) { return text; }

template <typename Iterator>
void AppendStrings(Iterator begin, Iterator end, std::string& out) {
  char separator = '[';
  for (; begin != end; ++begin) {
    out.push_back(separator);
    codec::AppendJsonString(TextOf(*begin), out);
    separator = ',';
  }
  if (separator == '[') out.push_back('[');
  out.push_back(']');
}

// In lexicographic order (RFC 8225 s5.2.1).
template <typename T>
void AppendSorted(const std::vector<T>& entries, std::string& out) {
  const auto less = [](const T& a, const T& b) { return TextOf(a) < TextOf(b); };
  if (std::is_sorted(entries.begin(), entries.end(), less)) {
    AppendStrings(entries.begin(), entries.end(), out);
    return;
  }
  std::vector<T> sorted = entries;
  std::sort(sorted.begin(), sorted.end(), less);
  AppendStrings(sorted.begin(), sorted.end(), out);
}

// "name":"text", with a comma in front.
void AppendText(absl::string_view name, absl::string_view text, std::string& out) {
  absl::StrAppend(&out, ",\"", name, "\":");
  codec::AppendJsonString(text, out);
}

void AppendParty(const PartyIdentity& party, std::string& out) {
  if (const auto* number = std::get_if<TelephoneNumber>(&party)) {
    absl::StrAppend(&out, R"("tn":")", number->digits(), "\"");
  } else {
    out += R"("uri":)";
    codec::AppendJsonString(std::get<CanonicalUri>(party).text, out);
  }
}

void AppendDest(const PassportClaims& claims, std::string& out) {
  out += R"("dest":{)";
  if (!claims.dest_tn.empty()) {
    out += R"("tn":)";
    AppendSorted(claims.dest_tn, out);
  }
  if (!claims.dest_uri.empty()) {
    out += claims.dest_tn.empty() ? R"("uri":)" : R"(,"uri":)";
    AppendSorted(claims.dest_uri, out);
  }
  out.push_back('}');
}

void AppendDiv(const PassportClaims& claims, std::string& out) {
  out += R"(,"div":{)";
  if (claims.div_hi) {
    out += R"("hi":)";
    codec::AppendJsonString(*claims.div_hi, out);
    if (claims.div) out.push_back(',');
  }
  if (claims.div) AppendParty(*claims.div, out);
  out.push_back('}');
}

void AppendMediaKeys(std::vector<MediaKeyFingerprint> keys, std::string& out) {
  std::sort(keys.begin(), keys.end(), [](const MediaKeyFingerprint& a, const MediaKeyFingerprint& b) {
    return absl::StrCat(a.alg, a.dig) < absl::StrCat(b.alg, b.dig);
  });
  out += R"(,"mky":[)";
  for (size_t i = 0; i < keys.size(); ++i) {
    out += i == 0 ? R"({"alg":)" : R"(,{"alg":)";
    codec::AppendJsonString(keys[i].alg, out);
    AppendText("dig", keys[i].dig, out);
    out.push_back('}');
  }
  out.push_back(']');
}

void AppendDigests(std::vector<std::pair<std::string, std::string>> digests, std::string& out) {
  std::sort(digests.begin(), digests.end());
  out += R"(,"rcdi":{)";
  for (size_t i = 0; i < digests.size(); ++i) {
    if (i != 0) out.push_back(',');
    codec::AppendJsonString(digests[i].first, out);
    out.push_back(':');
    codec::AppendJsonString(digests[i].second, out);
  }
  out.push_back('}');
}

}  // namespace

std::string SerializeClaims(const PassportClaims& claims) {
  const bool shaken = claims.type == PassportType::kShaken;
  const bool rich = shaken || claims.type == PassportType::kRcd;
  std::string out;
  out.reserve(256);
  out.push_back('{');
  if (shaken) absl::StrAppend(&out, R"("attest":")", AttestationText(claims.attest), "\",");
  if (rich && claims.rich.crn) {
    out += R"("crn":)";
    codec::AppendJsonString(*claims.rich.crn, out);
    out.push_back(',');
  }
  AppendDest(claims, out);
  if (IsDiversion(claims.type)) AppendDiv(claims, out);
  absl::StrAppend(&out, R"(,"iat":)", claims.iat);
  if (rich && claims.rich.iss) AppendText("iss", *claims.rich.iss, out);
  if (!claims.mky.empty()) AppendMediaKeys(claims.mky, out);
  if (claims.type == PassportType::kMsg && claims.msgi) AppendText("msgi", *claims.msgi, out);
  if (claims.type == PassportType::kDivO) AppendText("opt", claims.opt, out);
  out += R"(,"orig":{)";
  AppendParty(claims.orig, out);
  out.push_back('}');
  if (shaken) AppendText("origid", claims.origid, out);
  if (rich && claims.rich.rcd) {
    out += R"(,"rcd":)";
    codec::AppendCanonicalJson(*claims.rich.rcd, out);
  }
  if (rich && !claims.rich.digests.empty()) AppendDigests(claims.rich.digests, out);
  if (claims.type == PassportType::kRph) {
    out += R"(,"rph":{"auth":)";
    AppendStrings(claims.rph_auth.begin(), claims.rph_auth.end(), out);
    out.push_back('}');
    if (claims.sph) AppendText("sph", *claims.sph, out);
  }
  out.push_back('}');
  return out;
}

}  // namespace sti::stir

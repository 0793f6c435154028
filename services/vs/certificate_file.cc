#include "services/vs/certificate_file.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/crypto/digest.h"

namespace sti::vs {
namespace {

constexpr char kMagic[] = "sti-vs certificates 1 ";

absl::Status Torn(absl::string_view what) {
  return MakeError(Reason::kStorageFailed, absl::StrCat("stored certificates: ", what));
}

// Takes the text up to the next newline off `rest`. False when there is none.
bool TakeLine(absl::string_view& rest, absl::string_view& line) {
  const size_t end = rest.find('\n');
  if (end == absl::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

std::string DigestOf(absl::string_view text) { return absl::BytesToHexString(crypto::Sha256(text)); }

// Null for an entry whose chain can not be used: the others can.
absl::StatusOr<std::optional<StoredCertificate>> TakeCertificate(absl::string_view& rest) {
  absl::string_view line;
  if (!TakeLine(rest, line)) return Torn("an entry without end of line");
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  int64_t fetched = 0, expires = 0;
  size_t length = 0;
  if (words.size() != 4 || !absl::SimpleAtoi(words[1], &fetched) || !absl::SimpleAtoi(words[2], &expires) ||
      !absl::SimpleAtoi(words[3], &length)) {
    return Torn("an entry that is no URL, two times and a length");
  }
  // Ten times what a repository may deliver: PEM is longer than DER.
  if (length > rest.size() || length > 10 * limits::kChainBody) return Torn("an entry longer than the file");
  STI_ASSIGN_OR_RETURN(codec::Url url, codec::Url::Parse(words[0]));
  auto chain = pki::CertificateChain::Parse(rest.substr(0, length));
  rest.remove_prefix(length);
  if (!chain.ok()) return std::nullopt;
  return StoredCertificate{std::move(url), *std::move(chain), absl::FromUnixSeconds(fetched),
                           absl::FromUnixSeconds(expires)};
}

}  // namespace

std::string SerializeCertificates(const std::vector<CertificateCache::Kept>& kept) {
  std::string text;
  for (const CertificateCache::Kept& each : kept) {
    const CachedCertificate& certificate = *each.certificate;
    const std::string pem = certificate.chain->Pem();
    if (pem.size() > limits::kChainBody) continue;  // came with longer lines: could not be read again
    if (text.size() + each.url.size() + pem.size() > kCertificateFile - 1024) break;
    absl::StrAppend(&text, each.url, " ", absl::ToUnixSeconds(certificate.fetched), " ",
                    absl::ToUnixSeconds(certificate.expires), " ", pem.size(), "\n", pem);
  }
  return absl::StrCat(kMagic, DigestOf(text), "\n", text);
}

absl::StatusOr<std::vector<StoredCertificate>> ParseCertificates(absl::string_view contents) {
  absl::string_view line;
  if (!TakeLine(contents, line) || !absl::ConsumePrefix(&line, kMagic)) return Torn("not such a file");
  if (line != DigestOf(contents)) return Torn("the digest does not fit");
  std::vector<StoredCertificate> all;
  while (!contents.empty()) {
    auto certificate = TakeCertificate(contents);
    if (!certificate.ok()) return Torn(certificate.status().message());
    if (certificate->has_value()) all.push_back(**std::move(certificate));
  }
  return all;
}

}  // namespace sti::vs

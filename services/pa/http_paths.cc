#include "services/pa/http_paths.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/digest.h"

namespace sti::pa {

std::string CertificatePath(const pki::Certificate& signer) {
  return absl::StrCat(kCertificatePrefix, absl::BytesToHexString(crypto::Sha256(signer.der())), ".crt");
}

std::optional<TokenPath> ParseTokenPath(absl::string_view path) {
  TokenPath parsed;
  parsed.deployed = absl::ConsumePrefix(&path, "/api/v1/account/");
  // ATIS-1000080 prints the one, RFC 9447 the other.
  if (!parsed.deployed && !absl::ConsumePrefix(&path, "/sti-pa/account/") &&
      !absl::ConsumePrefix(&path, "/at/account/"))
    return std::nullopt;
  if (!absl::ConsumeSuffix(&path, "/token")) return std::nullopt;
  if (path.empty() || path.find('/') != absl::string_view::npos) return std::nullopt;
  parsed.account = std::string(path);
  return parsed;
}

}  // namespace sti::pa

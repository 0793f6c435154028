// Paths of the HTTPS interface, as deployed (acme_pa.md s2.1, s5 to s7).
#ifndef SERVICES_PA_HTTP_PATHS_H_
#define SERVICES_PA_HTTP_PATHS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/pki/certificate.h"

namespace sti::pa {

inline constexpr char kLoginPath[] = "/api/v1/auth/login";
inline constexpr char kRefreshPath[] = "/api/v1/auth/refreshToken";
inline constexpr char kTrustListPath[] = "/api/v1/ca-list";
inline constexpr char kNumberListPath[] = "/api/v1/number-list";
inline constexpr char kCrlPath[] = "/download/v1/crl";         // PEM, as deployed; DER by Accept
inline constexpr char kDerCrlPath[] = "/download/v1/crl.der";  // RFC 5280 s4.2.1.13 asks for DER
inline constexpr char kCertificatePrefix[] = "/download/v1/certificate/";

// Where the chain of a signer stands: named by its SHA-256, so that nothing else can ever stand there.
std::string CertificatePath(const pki::Certificate& signer);

// A request for a token, from its path.
struct TokenPath {
  std::string account;    // id of the provider, or one of its codes
  bool deployed = false;  // /api/v1/account/ID/token; else the form of RFC 9447 s5.1
};
// nullopt for other paths.
std::optional<TokenPath> ParseTokenPath(absl::string_view path);

}  // namespace sti::pa

#endif  // SERVICES_PA_HTTP_PATHS_H_

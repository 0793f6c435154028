// JWTClaimConstraints (RFC 8226 s8) and EnhancedJWTClaimConstraints (RFC 9118): what a certificate's
// PASSporTs may say. Parsed here; judged against claims in common/stir.
#ifndef COMMON_PKI_CLAIM_CONSTRAINTS_H_
#define COMMON_PKI_CLAIM_CONSTRAINTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::pki {

inline constexpr char kJwtClaimConstraintsOid[] = "1.3.6.1.5.5.7.1.27";
inline constexpr char kEnhancedJwtClaimConstraintsOid[] = "1.3.6.1.5.5.7.1.33";

struct PermittedValues {
  std::string claim;
  std::vector<std::string> values;  // UTF-8
};

struct ClaimConstraints {
  std::vector<std::string> must_include;
  std::vector<PermittedValues> permitted;
  std::vector<std::string> must_exclude;  // only in the enhanced form

  // kCertificateMalformed. A mustExclude that names iat, orig or dest makes the extension count as absent
  // (RFC 9118 s4): such constraints parse to an empty object.
  static absl::StatusOr<ClaimConstraints> ParseDer(absl::string_view der, bool enhanced);

  bool IsEmpty() const { return must_include.empty() && permitted.empty() && must_exclude.empty(); }
  // Of the enhanced form, for issuing; must not be empty. kInvalidField for what ParseDer would not read back
  // as the same: mustExclude of iat, orig or dest, an empty list of values, a claim that is not ASCII, a
  // claim that is both demanded and excluded.
  absl::StatusOr<std::string> EnhancedDer() const;
};

}  // namespace sti::pki

#endif  // COMMON_PKI_CLAIM_CONSTRAINTS_H_

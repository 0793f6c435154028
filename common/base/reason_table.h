// The rows of Reason, in the order of the enumeration. docs/reasons.md is generated from here.
#ifndef COMMON_BASE_REASON_TABLE_H_
#define COMMON_BASE_REASON_TABLE_H_

#include <array>

#include "common/base/reason.h"

namespace sti {
namespace reason_internal {

using R = Reason;
using C = absl::StatusCode;
inline constexpr Verstat kNo = Verstat::kNoTnValidation;
inline constexpr Verstat kFailed = Verstat::kTnValidationFailed;

// Phrases of RFC 8224 s6.2.2 and s13.
inline constexpr char kStaleDate[] = "Stale Date";
inline constexpr char kUseIdentity[] = "Use Identity Header";
inline constexpr char kBadInfo[] = "Bad Identity Info";
inline constexpr char kUnsupportedCredential[] = "Unsupported Credential";
inline constexpr char kInvalidIdentity[] = "Invalid Identity Header";

constexpr ReasonRow General(R r, const char* name, C code, const char* atis, int http, const char* acme,
                            const char* text) {
  return {r, name, code, 0, "", kNo, 0, atis, http, acme, text};
}

constexpr ReasonRow Call(R r, const char* name, int sip, const char* phrase, Verstat verstat, int row,
                         const char* text) {
  return {r, name, C::kInvalidArgument, sip, phrase, verstat, row, "SVC4005", 400, "malformed", text};
}

constexpr ReasonRow Chain(R r, const char* name, const char* text) {
  return {r,         name, C::kFailedPrecondition, 437, kUnsupportedCredential, kFailed, 17,
          "SVC4005", 400,  "unauthorized",         text};
}

constexpr ReasonRow Authority(R r, const char* name, C code, const char* acme, const char* text) {
  return {r, name, code, 0, "", kNo, 0, "POL4050", 403, acme, text};
}

}  // namespace reason_internal

// clang-format off
inline constexpr std::array<ReasonRow, kReasonCount> kReasonTable = [] {
  using namespace reason_internal;  // NOLINT(google-build-using-namespace): a table reads better without prefixes
  return std::array<ReasonRow, kReasonCount>{{
  General(R::kNone, "NONE", C::kOk, "", 200, "", "Nothing went wrong."),

  {R::kMissingField, "MISSING_FIELD", C::kInvalidArgument, 0, "", kNo, 1, "SVC4001", 400, "malformed", "A mandatory field is missing."},
  {R::kInvalidField, "INVALID_FIELD", C::kInvalidArgument, 0, "", kNo, 2, "SVC4005", 400, "malformed", "A field has a value that is not allowed."},
  General(R::kTooLarge, "TOO_LARGE", C::kInvalidArgument, "SVC4005", 413, "malformed", "The input is larger than the limit."),
  General(R::kMalformedJson, "MALFORMED_JSON", C::kInvalidArgument, "SVC4006", 400, "malformed", "The JSON text is not valid."),
  General(R::kMalformedPem, "MALFORMED_PEM", C::kInvalidArgument, "SVC4005", 400, "malformed", "The PEM text is not valid."),
  General(R::kMalformedBase64, "MALFORMED_BASE64", C::kInvalidArgument, "SVC4005", 400, "malformed", "The base64 text is not valid."),
  General(R::kMalformedDer, "MALFORMED_DER", C::kInvalidArgument, "SVC4005", 400, "malformed", "The DER encoding is not valid."),
  General(R::kNotFound, "NOT_FOUND", C::kNotFound, "SVC4003", 404, "malformed", "There is no such object."),
  General(R::kAlreadyExists, "ALREADY_EXISTS", C::kAlreadyExists, "SVC4005", 409, "malformed", "The object exists already."),
  General(R::kStateConflict, "STATE_CONFLICT", C::kFailedPrecondition, "SVC4005", 409, "malformed", "The object is not in a state that allows this."),
  General(R::kUnauthenticated, "UNAUTHENTICATED", C::kUnauthenticated, "POL4050", 401, "unauthorized", "The caller did not say who it is."),
  General(R::kPermissionDenied, "PERMISSION_DENIED", C::kPermissionDenied, "POL4050", 403, "unauthorized", "The caller may not do this."),
  General(R::kOverloaded, "OVERLOADED", C::kResourceExhausted, "POL5000", 503, "rateLimited", "Too much work at once; try again later."),
  General(R::kNotReady, "NOT_READY", C::kUnavailable, "POL5000", 503, "serverInternal", "The daemon is not ready for this yet."),
  General(R::kUnavailable, "UNAVAILABLE", C::kUnavailable, "POL5000", 503, "serverInternal", "A peer does not answer; try again later."),
  General(R::kDeadlineExceeded, "DEADLINE_EXCEEDED", C::kDeadlineExceeded, "POL5000", 504, "serverInternal", "The time allowed ran out."),
  General(R::kStorageFailed, "STORAGE_FAILED", C::kUnavailable, "POL5000", 503, "serverInternal", "The state could not be read or written."),
  General(R::kConfigInvalid, "CONFIG_INVALID", C::kInvalidArgument, "", 0, "", "The configuration is not valid."),
  General(R::kInternal, "INTERNAL", C::kInternal, "POL5000", 500, "serverInternal", "Internal error."),

  Call(R::kTelephoneNumberInvalid, "TELEPHONE_NUMBER_INVALID", 0, "", kNo, 2, "The value is not a telephone number."),
  Call(R::kDateStale, "DATE_STALE", 403, kStaleDate, kNo, 3, "The Date of the request is not fresh."),

  Call(R::kIdentityMissing, "IDENTITY_MISSING", 428, kUseIdentity, kNo, 0, "The request has no Identity header."),
  Call(R::kIdentityMalformed, "IDENTITY_MALFORMED", 438, kInvalidIdentity, kNo, 0, "The Identity header is malformed."),
  Call(R::kIdentityTooLarge, "IDENTITY_TOO_LARGE", 438, kInvalidIdentity, kNo, 0, "The Identity header is larger than the limit."),
  Call(R::kIdentityCompactForm, "IDENTITY_COMPACT_FORM", 438, kInvalidIdentity, kNo, 4, "The PASSporT is in compact form; SHAKEN requires the full form."),
  Call(R::kIdentityPptUnsupported, "IDENTITY_PPT_UNSUPPORTED", 438, kInvalidIdentity, kNo, 5, "The ppt parameter of the Identity header is not supported."),
  Call(R::kInfoMissing, "INFO_MISSING", 436, kBadInfo, kNo, 6, "The Identity header has no info parameter."),
  Call(R::kInfoInvalid, "INFO_INVALID", 436, kBadInfo, kNo, 7, "The info parameter is not an acceptable https URL."),
  Call(R::kIdentityParameterUnexpected, "IDENTITY_PARAMETER_UNEXPECTED", 438, kInvalidIdentity, kNo, 0, "The Identity header has a parameter that is not allowed."),
  Call(R::kAlgParameterMissing, "ALG_PARAMETER_MISSING", 437, kUnsupportedCredential, kNo, 0, "The Identity header has no alg parameter."),

  Call(R::kCertificateUnavailable, "CERTIFICATE_UNAVAILABLE", 436, kBadInfo, kNo, 8, "The certificate could not be downloaded."),
  Call(R::kCertificateFetchTimeout, "CERTIFICATE_FETCH_TIMEOUT", 436, kBadInfo, kNo, 8, "The certificate repository did not answer in time."),
  Call(R::kCertificateAddressRefused, "CERTIFICATE_ADDRESS_REFUSED", 436, kBadInfo, kNo, 8, "The certificate repository has an address that is not allowed."),

  Call(R::kPassportMalformed, "PASSPORT_MALFORMED", 438, kInvalidIdentity, kNo, 0, "The PASSporT cannot be decoded."),
  Call(R::kPassportTooLarge, "PASSPORT_TOO_LARGE", 438, kInvalidIdentity, kNo, 0, "The PASSporT is larger than the limit."),
  Call(R::kPassportHeaderIncomplete, "PASSPORT_HEADER_INCOMPLETE", 436, kBadInfo, kNo, 9, "The PASSporT header lacks ppt, typ, alg or x5u."),
  Call(R::kX5uInfoMismatch, "X5U_INFO_MISMATCH", 436, kBadInfo, kNo, 10, "The x5u of the PASSporT differs from the info parameter."),
  Call(R::kTypNotPassport, "TYP_NOT_PASSPORT", 437, kUnsupportedCredential, kNo, 11, "The typ of the PASSporT is not passport."),
  Call(R::kAlgNotEs256, "ALG_NOT_ES256", 437, kUnsupportedCredential, kNo, 12, "The alg of the PASSporT is not ES256."),
  Call(R::kPptUnsupported, "PPT_UNSUPPORTED", 438, kInvalidIdentity, kNo, 13, "The ppt of the PASSporT is not supported."),
  Call(R::kPptMismatch, "PPT_MISMATCH", 438, kInvalidIdentity, kNo, 13, "The ppt of the PASSporT differs from the Identity header's."),
  Call(R::kCritUnsupported, "CRIT_UNSUPPORTED", 438, kInvalidIdentity, kNo, 0, "The PASSporT header marks an unknown member as critical."),
  Call(R::kClaimMissing, "CLAIM_MISSING", 438, kInvalidIdentity, kNo, 14, "A mandatory claim is missing."),
  Call(R::kClaimInvalid, "CLAIM_INVALID", 438, kInvalidIdentity, kNo, 14, "A claim has the wrong type or shape."),
  Call(R::kIatStale, "IAT_STALE", 403, kStaleDate, kNo, 15, "The iat of the PASSporT is too old."),
  Call(R::kIatInFuture, "IAT_IN_FUTURE", 403, kStaleDate, kNo, 15, "The iat of the PASSporT lies in the future."),
  Call(R::kOrigMismatch, "ORIG_MISMATCH", 438, kInvalidIdentity, kNo, 16, "The calling number differs from the signed one."),
  Call(R::kDestMismatch, "DEST_MISMATCH", 438, kInvalidIdentity, kNo, 16, "The called number differs from the signed one."),
  Call(R::kSignatureInvalid, "SIGNATURE_INVALID", 438, kInvalidIdentity, kFailed, 18, "The signature of the PASSporT is wrong."),
  Call(R::kAttestInvalid, "ATTEST_INVALID", 438, kInvalidIdentity, kNo, 19, "The attest claim is not A, B or C."),
  Call(R::kDivChainIncomplete, "DIV_CHAIN_INCOMPLETE", 438, kInvalidIdentity, kNo, 16, "The div PASSporTs do not lead to the target of the call."),
  Call(R::kDivChainInvalid, "DIV_CHAIN_INVALID", 438, kInvalidIdentity, kNo, 16, "The div PASSporTs contradict each other."),
  Call(R::kDivTooDeep, "DIV_TOO_DEEP", 438, kInvalidIdentity, kNo, 14, "The PASSporT nests more diversions than the limit."),
  Call(R::kRphMismatch, "RPH_MISMATCH", 438, kInvalidIdentity, kNo, 16, "The Resource-Priority of the call differs from the signed one."),
  Call(R::kSphMismatch, "SPH_MISMATCH", 438, kInvalidIdentity, kNo, 16, "The Priority of the call differs from the signed one."),
  Call(R::kRphSignerUnauthorized, "RPH_SIGNER_UNAUTHORIZED", 437, kUnsupportedCredential, kFailed, 17, "The signer may not assert this resource priority."),
  Call(R::kRcdIntegrityFailed, "RCD_INTEGRITY_FAILED", 438, kInvalidIdentity, kNo, 0, "Rich call data differs from its digest."),
  Call(R::kRcdNameMismatch, "RCD_NAME_MISMATCH", 438, kInvalidIdentity, kNo, 0, "The display name of the call differs from the signed one."),
  Call(R::kRcdThirdPartyUnvouched, "RCD_THIRD_PARTY_UNVOUCHED", 438, kInvalidIdentity, kNo, 0, "No PASSporT vouches for the number that third-party call data is about."),
  Call(R::kMsgiMismatch, "MSGI_MISMATCH", 438, kInvalidIdentity, kNo, 16, "The body of the message differs from the signed one."),
  Call(R::kMkyMismatch, "MKY_MISMATCH", 438, kInvalidIdentity, kNo, 16, "The media keys of the call differ from the signed ones."),
  Call(R::kReplaySuspected, "REPLAY_SUSPECTED", 403, kStaleDate, kNo, 15, "The PASSporT was used in another call already."),
  Call(R::kNumberNotAuthorized, "NUMBER_NOT_AUTHORIZED", 438, kInvalidIdentity, kFailed, 0, "The calling number belongs to another provider."),

  Chain(R::kCertificateMalformed, "CERTIFICATE_MALFORMED", "The certificate cannot be parsed."),
  Chain(R::kCertificateChainTooLong, "CERTIFICATE_CHAIN_TOO_LONG", "The chain has more certificates than the limit."),
  Chain(R::kCertificateUntrusted, "CERTIFICATE_UNTRUSTED", "The chain does not lead to a trusted STI-CA."),
  Chain(R::kCertificateSignatureInvalid, "CERTIFICATE_SIGNATURE_INVALID", "A certificate of the chain has a wrong signature."),
  Chain(R::kCertificateExpired, "CERTIFICATE_EXPIRED", "A certificate of the chain has expired."),
  Chain(R::kCertificateNotYetValid, "CERTIFICATE_NOT_YET_VALID", "A certificate of the chain is not valid yet."),
  Chain(R::kCertificateRevoked, "CERTIFICATE_REVOKED", "A certificate of the chain is revoked."),
  Chain(R::kCertificateNotCa, "CERTIFICATE_NOT_CA", "An issuer of the chain is not a CA."),
  Chain(R::kCertificatePathTooLong, "CERTIFICATE_PATH_TOO_LONG", "The chain is longer than a CA of it allows."),
  Chain(R::kCertificateNotLeaf, "CERTIFICATE_NOT_LEAF", "The signing certificate may not sign PASSporTs."),
  Chain(R::kCertificateKeyUnsupported, "CERTIFICATE_KEY_UNSUPPORTED", "A certificate of the chain has an unsupported key."),
  Chain(R::kCertificateCriticalExtension, "CERTIFICATE_CRITICAL_EXTENSION", "A certificate of the chain has an unknown critical extension."),
  Chain(R::kTnAuthListMissing, "TN_AUTH_LIST_MISSING", "The signing certificate has no TNAuthList."),
  Chain(R::kTnAuthListInvalid, "TN_AUTH_LIST_INVALID", "The TNAuthList is malformed, or not one for this use."),
  Chain(R::kClaimConstraintsViolated, "CLAIM_CONSTRAINTS_VIOLATED", "The claims break the claim constraints of the certificate."),
  Chain(R::kTnNotCovered, "TN_NOT_COVERED", "The TNAuthList of the certificate does not cover the number."),
  Chain(R::kDelegateScopeExceeded, "DELEGATE_SCOPE_EXCEEDED", "A delegate certificate covers numbers that its parent does not."),
  Chain(R::kCertificatePolicyMissing, "CERTIFICATE_POLICY_MISSING", "The certificate was not issued under a policy of the trust domain."),
  {R::kTrustStale, "TRUST_STALE", C::kUnavailable, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "The trust list or CRL is older than policy allows."},
  {R::kTrustListUnavailable, "TRUST_LIST_UNAVAILABLE", C::kUnavailable, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "There is no list of trusted STI-CAs yet."},
  {R::kTrustListInvalid, "TRUST_LIST_INVALID", C::kFailedPrecondition, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "The list of trusted STI-CAs is not valid."},
  {R::kTrustListExpired, "TRUST_LIST_EXPIRED", C::kFailedPrecondition, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "The list of trusted STI-CAs has expired."},
  {R::kTrustListRollback, "TRUST_LIST_ROLLBACK", C::kFailedPrecondition, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "The list of trusted STI-CAs is older than the one in use."},
  {R::kCrlInvalid, "CRL_INVALID", C::kFailedPrecondition, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "The CRL is not valid."},
  {R::kCrlExpired, "CRL_EXPIRED", C::kFailedPrecondition, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "The CRL has expired."},
  {R::kCrlRollback, "CRL_ROLLBACK", C::kFailedPrecondition, 437, kUnsupportedCredential, kNo, 17, "POL5000", 503, "serverInternal", "The CRL is older than the one in use."},
  General(R::kNumberListInvalid, "NUMBER_LIST_INVALID", C::kFailedPrecondition, "POL5000", 503, "serverInternal", "The number authority list is not valid."),
  General(R::kNumberListExpired, "NUMBER_LIST_EXPIRED", C::kFailedPrecondition, "POL5000", 503, "serverInternal", "The number authority list has expired."),
  General(R::kNumberListRollback, "NUMBER_LIST_ROLLBACK", C::kFailedPrecondition, "POL5000", 503, "serverInternal", "The number authority list is older than the one in use."),

  Authority(R::kKeyInvalid, "KEY_INVALID", C::kInvalidArgument, "badPublicKey", "The key is not a usable P-256 key."),
  Authority(R::kKeyPermissions, "KEY_PERMISSIONS", C::kFailedPrecondition, "serverInternal", "The private key file may be read by others."),
  Authority(R::kKeyMismatch, "KEY_MISMATCH", C::kFailedPrecondition, "badPublicKey", "Certificate and private key do not belong together."),
  Authority(R::kCsrInvalid, "CSR_INVALID", C::kInvalidArgument, "badCSR", "The certificate signing request is not valid."),
  Authority(R::kSpcTokenMalformed, "SPC_TOKEN_MALFORMED", C::kInvalidArgument, "malformed", "The SPC token cannot be decoded."),
  Authority(R::kSpcTokenUntrusted, "SPC_TOKEN_UNTRUSTED", C::kPermissionDenied, "unauthorized", "The SPC token was not signed by a trusted STI-PA."),
  Authority(R::kSpcTokenSignatureInvalid, "SPC_TOKEN_SIGNATURE_INVALID", C::kPermissionDenied, "unauthorized", "The signature of the SPC token is wrong."),
  Authority(R::kSpcTokenExpired, "SPC_TOKEN_EXPIRED", C::kPermissionDenied, "unauthorized", "The SPC token has expired."),
  Authority(R::kSpcTokenReplayed, "SPC_TOKEN_REPLAYED", C::kPermissionDenied, "unauthorized", "The SPC token was used before."),
  Authority(R::kSpcTokenFingerprintMismatch, "SPC_TOKEN_FINGERPRINT_MISMATCH", C::kPermissionDenied, "unauthorized", "The SPC token belongs to another key."),
  Authority(R::kSpcTokenTnAuthListMismatch, "SPC_TOKEN_TN_AUTH_LIST_MISMATCH", C::kPermissionDenied, "rejectedIdentifier", "The SPC token covers another TNAuthList."),
  Authority(R::kSpcTokenCaFlagMismatch, "SPC_TOKEN_CA_FLAG_MISMATCH", C::kPermissionDenied, "unauthorized", "The ca flag of the SPC token does not fit the request."),
  Authority(R::kProviderUnknown, "PROVIDER_UNKNOWN", C::kPermissionDenied, "unauthorized", "The caller is no registered provider."),
  Authority(R::kSpcNotAssigned, "SPC_NOT_ASSIGNED", C::kPermissionDenied, "rejectedIdentifier", "The SPC is not assigned to this provider."),
  Authority(R::kNumbersOverlap, "NUMBERS_OVERLAP", C::kAlreadyExists, "malformed", "A number of the range belongs to another SPC already."),
  Authority(R::kProviderNotApproved, "PROVIDER_NOT_APPROVED", C::kPermissionDenied, "unauthorized", "The provider is not approved, or suspended or revoked."),
  General(R::kAuditBroken, "AUDIT_BROKEN", C::kDataLoss, "POL5000", 500, "serverInternal", "An event of the audit is missing or was changed."),

  General(R::kCustomerUnknown, "CUSTOMER_UNKNOWN", C::kPermissionDenied, "SVC4005", 400, "unauthorized", "The provider has no such customer or trunk, or has suspended it."),
  General(R::kNumberDoNotOriginate, "NUMBER_DO_NOT_ORIGINATE", C::kPermissionDenied, "POL4050", 403, "unauthorized", "Calls from this number are not signed."),
  General(R::kAttestRefused, "ATTEST_REFUSED", C::kPermissionDenied, "POL4050", 403, "unauthorized", "The call may not be attested so."),
  General(R::kQuotaExceeded, "QUOTA_EXCEEDED", C::kResourceExhausted, "POL5000", 429, "rateLimited", "The client has used up what it may ask for; try again later."),
  General(R::kClockWrong, "CLOCK_WRONG", C::kUnavailable, "POL5000", 503, "serverInternal", "The clock of the daemon is wrong; nothing is signed."),
  General(R::kIncomingNotVerified, "INCOMING_NOT_VERIFIED", C::kFailedPrecondition, "SVC4005", 400, "unauthorized", "The PASSporT of the incoming call was not verified, so its diversion is not signed."),
  }};
}();
// clang-format on

}  // namespace sti

#endif  // COMMON_BASE_REASON_TABLE_H_

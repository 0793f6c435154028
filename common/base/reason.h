// The one table of everything that can go wrong (DESIGN idea 2). A Reason is one row: its stable name, the
// gRPC code, SIP code and phrase (RFC 8224 s6.2.2), verstat (3GPP TS 24.229), the row of the ATIS-1000082
// error table, the ATIS message id and HTTP status, the ACME problem type (RFC 8555 s6.7) and a fixed public
// text. Status text is for the log; only the public text and the field name leave the process unasked.
#ifndef COMMON_BASE_REASON_H_
#define COMMON_BASE_REASON_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sti {

enum class Reason {
  kNone = 0,  // nothing went wrong

  // --- the request itself
  kMissingField,  // E1
  kInvalidField,  // E2
  kTooLarge,      // beyond a bound of limits.h
  kMalformedJson,
  kMalformedPem,
  kMalformedBase64,
  kMalformedDer,
  kNotFound,
  kAlreadyExists,
  kStateConflict,  // the object is not in a state that allows this
  kUnauthenticated,
  kPermissionDenied,
  kOverloaded,
  kNotReady,     // the daemon still lacks something (key, certificate, trust list)
  kUnavailable,  // a peer or the database does not answer
  kDeadlineExceeded,
  kStorageFailed,
  kConfigInvalid,
  kInternal,

  // --- SIP facts of a call
  kTelephoneNumberInvalid,
  kDateStale,  // E3

  // --- Identity header
  kIdentityMissing,
  kIdentityMalformed,
  kIdentityTooLarge,
  kIdentityCompactForm,          // E4
  kIdentityPptUnsupported,       // E5
  kInfoMissing,                  // E6
  kInfoInvalid,                  // E7
  kIdentityParameterUnexpected,  // a parameter beside info, alg and ppt, where a profile refuses it
  kAlgParameterMissing,          // where a profile demands the alg parameter

  // --- certificate download, E8
  kCertificateUnavailable,
  kCertificateFetchTimeout,
  kCertificateAddressRefused,  // the SSRF guard refused the address

  // --- PASSporT
  kPassportMalformed,
  kPassportTooLarge,
  kPassportHeaderIncomplete,  // E9
  kX5uInfoMismatch,           // E10
  kTypNotPassport,            // E11
  kAlgNotEs256,               // E12
  kPptUnsupported,            // E13
  kPptMismatch,               // header parameter ppt differs from the token's, E13
  kCritUnsupported,           // RFC 7515 s4.1.11
  kClaimMissing,              // E14
  kClaimInvalid,              // wrong JSON type or shape, E14
  kIatStale,                  // E15
  kIatInFuture,               // E15
  kOrigMismatch,              // E16
  kDestMismatch,              // E16
  kSignatureInvalid,          // E18
  kAttestInvalid,             // E19
  kDivChainIncomplete,        // RFC 8946 s4.2: no path of div PASSporTs from dest to the call's target
  kDivChainInvalid,           // a cycle, duplicate, or differing orig
  kDivTooDeep,                // opt nested beyond limits.h
  kRphMismatch,               // RFC 8443 s4.2: rph differs from Resource-Priority
  kSphMismatch,               // RFC 9027 s4: sph differs from Priority
  kRphSignerUnauthorized,     // the signer may not assert these namespaces
  kRcdIntegrityFailed,        // RFC 9795 s8.2: a digest of rcdi differs
  kRcdNameMismatch,           // RFC 9795 s12.2: nam differs from the display name
  kRcdThirdPartyUnvouched,    // RFC 9795 s10: third-party rcd without a valid first-party PASSporT
  kMsgiMismatch,              // RFC 9475 s4: msgi differs from the digest of the body
  kMkyMismatch,               // RFC 8225 s5.2.2: mky differs from the fingerprints of the SDP
  kReplaySuspected,           // RFC 8224 s12.1: the same PASSporT in another call
  kNumberNotAuthorized,       // by the STI-PA's number authority list, the number is another provider's

  // --- certificates, E17
  kCertificateMalformed,
  kCertificateChainTooLong,
  kCertificateUntrusted,         // no path to an anchor of the trust list
  kCertificateSignatureInvalid,  // a link of the chain does not verify
  kCertificateExpired,
  kCertificateNotYetValid,
  kCertificateRevoked,
  kCertificateNotCa,              // issuer without CA:TRUE or keyCertSign
  kCertificatePathTooLong,        // pathLenConstraint
  kCertificateNotLeaf,            // signer is a CA, or has no digitalSignature
  kCertificateKeyUnsupported,     // not P-256 (leaf) or P-256 / P-384 (CA)
  kCertificateCriticalExtension,  // unknown critical extension
  kTnAuthListMissing,
  kTnAuthListInvalid,
  kClaimConstraintsViolated,  // RFC 8226 s8, RFC 9118
  kTnNotCovered,              // the TNAuthList does not cover the number
  kDelegateScopeExceeded,     // RFC 9060 s4: a TNAuthList that its parent's does not encompass
  kCertificatePolicyMissing,  // no policy OID of the trust domain
  kTrustStale,                // trust list or CRL is older than policy allows
  kTrustListUnavailable,
  kTrustListInvalid,
  kTrustListExpired,
  kTrustListRollback,  // sequence went back
  kCrlInvalid,
  kCrlExpired,
  kCrlRollback,  // CRL number went back
  kNumberListInvalid,
  kNumberListExpired,
  kNumberListRollback,  // sequence went back

  // --- keys, CSRs, SPC tokens, issuing
  kKeyInvalid,
  kKeyPermissions,  // a private key file that others may read
  kKeyMismatch,     // certificate and key do not belong together
  kCsrInvalid,
  kSpcTokenMalformed,
  kSpcTokenUntrusted,  // no path to the STI-PA root
  kSpcTokenSignatureInvalid,
  kSpcTokenExpired,
  kSpcTokenReplayed,  // jti used before
  kSpcTokenFingerprintMismatch,
  kSpcTokenTnAuthListMismatch,
  kSpcTokenCaFlagMismatch,
  kProviderUnknown,
  kSpcNotAssigned,       // the provider may not use this SPC
  kNumbersOverlap,       // a number range belongs to another SPC already
  kProviderNotApproved,  // pending, suspended or revoked
  kAuditBroken,          // an event of the audit is missing or changed

  // Signing policy
  kCustomerUnknown,       // no such customer or trunk of the provider, or a suspended one
  kNumberDoNotOriginate,  // nobody calls from this number
  kAttestRefused,         // the client may not decide so, or no attest is allowed
  kQuotaExceeded,         // the client's limit, not the daemon's
  kClockWrong,            // the own clock
  kIncomingNotVerified,   // the PASSporT that a diversion begins with

  kCount,  // not a reason; must stay last
};

// Where a failed call stands in the verdict.
enum class Verstat { kNoTnValidation, kTnValidationPassed, kTnValidationFailed };

// "TN-Validation-Passed" and so on, as 3GPP TS 24.229 s7.2A.20 spells them.
absl::string_view VerstatText(Verstat verstat);

struct ReasonRow {
  Reason reason;
  const char* name;       // stable, upper snake case: "IAT_STALE"
  absl::StatusCode code;  // canonical code = gRPC code
  int sip_code;           // 0 when it never reaches SIP
  const char* sip_phrase;
  Verstat verstat;
  int table_row;        // n of En in ATIS-1000082's table; 0 when not in the table
  const char* atis_id;  // "SVC4005"
  int http_status;
  const char* acme_type;    // after "urn:ietf:params:acme:error:"
  const char* public_text;  // one sentence that may leave the process
};

inline constexpr size_t kReasonCount = static_cast<size_t>(Reason::kCount);

// Never fails: a value outside of the enumeration gives the row of kInternal. Thread-safe, no allocation.
const ReasonRow& RowOf(Reason reason);
inline absl::string_view ReasonName(Reason reason) { return RowOf(reason).name; }

// kNone when no row has that name.
Reason ReasonFromName(absl::string_view name);

// A status with the row's code that carries `reason` and, if not empty, the name of the offending field.
// `detail` is for logs and for callers of admin RPCs; it must not hold secrets.
absl::Status MakeError(Reason reason, absl::string_view field, absl::string_view detail);
inline absl::Status MakeError(Reason reason, absl::string_view detail) {
  return MakeError(reason, "", detail);
}

// The Reason that a status carries. kNone for OK; for a status made elsewhere, the nearest general row.
Reason ReasonOf(const absl::Status& status);
// The field that a status names; empty when it names none.
std::string FieldOf(const absl::Status& status);

// The same error with "`prefix`." put before its field: "dest" -> "requests[3].dest".
absl::Status PrefixField(absl::string_view prefix, const absl::Status& status);

}  // namespace sti

#endif  // COMMON_BASE_REASON_H_

// Every bound on bytes, counts and depths that come from outside. Checked before parsing.
#ifndef COMMON_BASE_LIMITS_H_
#define COMMON_BASE_LIMITS_H_

#include <cstddef>

namespace sti::limits {

// One Identity header field value, octets. rcd with an inline jCard is the longest legitimate one.
inline constexpr size_t kIdentityHeader = 16 * 1024;
// One PASSporT in compact serialization, octets.
inline constexpr size_t kPassport = 15 * 1024;
// P-Asserted-Identity values of one request; RFC 3325 s9.1 knows two.
inline constexpr size_t kAssertedIdentities = 8;
// Identity headers of one request.
inline constexpr size_t kIdentityHeadersPerCall = 16;
// JSON text and nesting of a PASSporT, token or REST body.
inline constexpr size_t kJson = 64 * 1024;
inline constexpr int kJsonDepth = 16;
// Members of one JSON object; duplicates are looked for among them.
inline constexpr size_t kJsonMembers = 256;
// Digits of a telephone number in a claim (E.164 has 15; service codes and test numbers get some air).
inline constexpr size_t kTelephoneNumber = 32;
// A SIP or tel URI.
inline constexpr size_t kSipUri = 1024;
// Hops of one div chain, and levels of nested opt (RFC 8946); real calls have one or two.
inline constexpr size_t kDivHops = 8;
// r-values of one rph claim or Resource-Priority field; entries of rcdi; media keys of one call.
inline constexpr size_t kResourcePriorities = 32;
inline constexpr size_t kRcdDigests = 64;
inline constexpr size_t kMediaKeys = 16;
// A display name, call reason (crn) or other text shown to the called party, octets.
inline constexpr size_t kDisplayText = 1024;
// MIME body of a SIP MESSAGE, octets.
inline constexpr size_t kMessageBody = 64 * 1024;
// Entries of one dest claim.
inline constexpr size_t kDestinations = 64;
// An https URL (x5u, info). The longest seen in the wild has 106 octets.
inline constexpr size_t kUrl = 512;
// One certificate, CSR, or TNAuthList in DER.
inline constexpr size_t kCertificate = 16 * 1024;
inline constexpr size_t kCsr = 8 * 1024;
inline constexpr size_t kTnAuthList = 4 * 1024;
inline constexpr size_t kTnAuthListEntries = 256;
// A chain as delivered by a repository (RFC 8555 s9.1 form).
inline constexpr size_t kChainBody = 32 * 1024;
inline constexpr size_t kChainCertificates = 10;
// A CRL, DER or PEM. One entry takes about 40 to 120 octets.
inline constexpr size_t kCrl = 64 * 1024 * 1024;
// SPC token (RFC 9447 JWT), trust list (JWS over PEM roots).
inline constexpr size_t kSpcToken = 16 * 1024;
inline constexpr size_t kTrustList = 4 * 1024 * 1024;
inline constexpr size_t kTrustListAnchors = 1024;
// Number authority list (JWS), and number ranges in it; single numbers count as ranges of one.
inline constexpr size_t kNumberList = 7 * 1024 * 1024;
inline constexpr size_t kNumberListRanges = 200'000;
// Requests of one SignBatch or VerifyBatch.
inline constexpr size_t kBatch = 256;
// Names given by an admin (provider, CA, client identity), octets; codes or identities of one provider.
inline constexpr size_t kName = 256;
inline constexpr size_t kProviderList = 256;
// One event of the audit, octets: what it is about, before and after.
inline constexpr size_t kAuditEvent = 64 * 1024;
// Changes that wait for a second admin at one sti-pa.
inline constexpr size_t kPendingChanges = 1000;
// Contacts of one provider.
inline constexpr size_t kContacts = 16;
// User name and password of an account at the STI-PA's HTTPS interface, octets.
inline constexpr size_t kUserName = 128;
inline constexpr size_t kPassword = 256;
// Providers of one sti-as; PASSporTs of one SignCall; a name of the provisioning (customer, trunk, profile), octets.
inline constexpr size_t kSigningProviders = 256;
inline constexpr size_t kPassportsPerCall = 8;
inline constexpr size_t kProvisionedName = 64;
// Provisioning of sti-as: numbers of one request, octets of a piece of a CSV file and of one line in it, problems told of one
// file, rules on numbers of one provider.
inline constexpr size_t kNumbersPerRequest = 10'000;
inline constexpr size_t kImportPiece = 1024 * 1024;
inline constexpr size_t kImportLine = 1024;
inline constexpr size_t kImportProblems = 100;
inline constexpr size_t kNumberRules = 100'000;
// Call-ID of a call (RFC 3261 has no bound), octets.
inline constexpr size_t kCallId = 256;

// Watchers of the trust documents at one sti-pa.
inline constexpr size_t kTrustWatchers = 1024;
// A gRPC message that a server accepts.
inline constexpr size_t kGrpcMessage = 8 * 1024 * 1024;
// A configuration file, a private key file.
inline constexpr size_t kConfigFile = 1024 * 1024;
inline constexpr size_t kKeyFile = 16 * 1024;

}  // namespace sti::limits

#endif  // COMMON_BASE_LIMITS_H_

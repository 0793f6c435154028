#include "common/stir/error_table.h"

namespace sti::stir {
namespace {

struct Row {
  Reason reason;
  SipAnswer answer;
};

constexpr char kStaleDate[] = "Stale Date";
constexpr char kUnsupportedCredential[] = "Unsupported Credential";
constexpr char kInvalidIdentity[] = "Invalid Identity Header";

// What the MAN prescribes beyond RFC 8224, and must not move when the Reason table does.
constexpr Row kMan[] = {
    {Reason::kDateStale, {403, kStaleDate}},
    {Reason::kIatStale, {403, kStaleDate}},
    {Reason::kIatInFuture, {403, kStaleDate}},
    {Reason::kAlgParameterMissing, {437, kUnsupportedCredential}},
    {Reason::kAlgNotEs256, {437, kUnsupportedCredential}},
    {Reason::kTypNotPassport, {437, kUnsupportedCredential}},
    {Reason::kCertificateExpired, {437, kUnsupportedCredential}},
    {Reason::kCertificateNotYetValid, {437, kUnsupportedCredential}},
    {Reason::kIdentityParameterUnexpected, {438, kInvalidIdentity}},
    {Reason::kIdentityPptUnsupported, {438, kInvalidIdentity}},
    {Reason::kAttestInvalid, {438, kInvalidIdentity}},
    {Reason::kOrigMismatch, {438, kInvalidIdentity}},
    {Reason::kDestMismatch, {438, kInvalidIdentity}},
};

}  // namespace

SipAnswer AnswerOf(Reason reason, ErrorTable table) {
  if (table == ErrorTable::kMan) {
    for (const Row& row : kMan) {
      if (row.reason == reason) return row.answer;
    }
  }
  return {RowOf(reason).sip_code, RowOf(reason).sip_phrase};
}

}  // namespace sti::stir

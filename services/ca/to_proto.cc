#include "services/ca/to_proto.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/jose/jwk.h"

namespace sti::ca {
namespace {

// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, as google/protobuf/timestamp.proto says.
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kLastSecond = 253402300799;

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

absl::StatusOr<absl::Time> FromTimestamp(const google::protobuf::Timestamp& timestamp,
                                         absl::string_view field) {
  const bool fits = timestamp.seconds() >= kFirstSecond && timestamp.seconds() <= kLastSecond &&
                    timestamp.nanos() >= 0 && timestamp.nanos() <= 999999999;
  if (!fits) return MakeError(Reason::kInvalidField, field, "not a timestamp of the years 1 to 9999");
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

sti::v1::CertificateRecord ToProto(const CertificateRecord& record, const std::string& public_url) {
  sti::v1::CertificateRecord message;
  message.set_serial(record.serial);
  message.set_spc(record.spc);
  message.set_subject(record.subject);
  *message.mutable_not_before() = ToTimestamp(record.not_before);
  *message.mutable_not_after() = ToTimestamp(record.not_after);
  message.set_x5u(absl::StrCat(public_url, record.path));
  message.set_requested_by(record.requested_by);
  if (!absl::StartsWith(record.token_jti, kNoToken)) message.set_token_jti(record.token_jti);
  *message.mutable_issued() = ToTimestamp(record.issued);
  message.set_chain_pem(record.chain_pem);
  if (record.revoked) {
    *message.mutable_revoked() = ToTimestamp(*record.revoked);
    message.set_revocation_reason(record.revocation_reason);
  }
  if (record.revocation_told) *message.mutable_revocation_told() = ToTimestamp(*record.revocation_told);
  return message;
}

sti::v1::IssueCertificateResponse ToIssued(const CertificateRecord& record, const std::string& public_url) {
  sti::v1::IssueCertificateResponse message;
  message.set_chain_pem(record.chain_pem);
  message.set_x5u(absl::StrCat(public_url, record.path));
  message.set_serial(record.serial);
  *message.mutable_not_before() = ToTimestamp(record.not_before);
  *message.mutable_not_after() = ToTimestamp(record.not_after);
  return message;
}

sti::v1::AcmeAccount ToProto(const AcmeAccount& account) {
  sti::v1::AcmeAccount message;
  message.set_id(account.id);
  message.set_state(account.valid ? "valid" : "deactivated");
  message.set_paused(account.paused);
  for (const std::string& contact : account.contacts) message.add_contacts(contact);
  const absl::StatusOr<codec::JsonValue> jwk = codec::ParseJson(account.jwk, limits::kJson);
  if (jwk.ok()) {
    const absl::StatusOr<crypto::VerifyingKey> key = jose::ParseJwk(*jwk);
    if (key.ok()) message.set_fingerprint(jose::Fingerprint(*key));
  }
  message.set_external_key(account.external_key);
  *message.mutable_created() = ToTimestamp(account.created);
  return message;
}

std::optional<CertificateState> FromProto(sti::v1::CertificateState state) {
  switch (state) {
    case sti::v1::CERTIFICATE_STATE_VALID:
      return CertificateState::kValid;
    case sti::v1::CERTIFICATE_STATE_EXPIRED:
      return CertificateState::kExpired;
    case sti::v1::CERTIFICATE_STATE_REVOKED:
      return CertificateState::kRevoked;
    default:
      return std::nullopt;
  }
}

}  // namespace sti::ca

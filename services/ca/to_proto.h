// The project's own structs as generated messages. Only for the edges of sti-ca.
#ifndef SERVICES_CA_TO_PROTO_H_
#define SERVICES_CA_TO_PROTO_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "proto/sti/v1/certificate_authority.pb.h"
#include "services/ca/acme_account_records.h"
#include "services/ca/ca_records.h"

namespace sti::ca {

google::protobuf::Timestamp ToTimestamp(absl::Time time);
// kInvalidField beyond the years 1 to 9999 (the bounds of the type), or for nanoseconds out of range.
absl::StatusOr<absl::Time> FromTimestamp(const google::protobuf::Timestamp& timestamp,
                                         absl::string_view field);

// chain_pem is copied as it is in the record.
sti::v1::CertificateRecord ToProto(const CertificateRecord& record, const std::string& public_url);

// The answer to who asked for the certificate.
sti::v1::IssueCertificateResponse ToIssued(const CertificateRecord& record, const std::string& public_url);

sti::v1::AcmeAccount ToProto(const AcmeAccount& account);
// Absent for "unspecified".
std::optional<CertificateState> FromProto(sti::v1::CertificateState state);

}  // namespace sti::ca

#endif  // SERVICES_CA_TO_PROTO_H_

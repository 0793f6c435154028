#include "services/pa/revocation_registry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/json.h"
#include "common/store/audit_log.h"
#include "common/store/page.h"
#include "services/pa/pa_schema.h"

namespace sti::pa {
namespace {

constexpr char kListing[] = "revocations";
constexpr size_t kMaxSerialDigits = 40;  // 20 octets, RFC 5280 s4.1.2.2

// RFC 5280 s5.3.1; 7 is not used, and 8 (removeFromCRL) exists in delta CRLs only.
absl::Status CheckReasonCode(int code) {
  if ((code >= 0 && code <= 6) || code == 9 || code == 10) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, "reason_code", absl::StrCat(code, " is not 0 to 6, 9 or 10"));
}

absl::StatusOr<std::string> CanonicalSerial(absl::string_view text) {
  const bool hexadecimal = std::all_of(
      text.begin(), text.end(), [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); });
  if (text.empty())
    return MakeError(Reason::kMissingField, "serial", "the serial number goes with issuer_der");
  while (!text.empty() && text.front() == '0') text.remove_prefix(1);
  if (!hexadecimal || text.empty() || text.size() > kMaxSerialDigits) {
    return MakeError(Reason::kInvalidField, "serial",
                     "not the hexadecimal digits of a positive number of 20 octets");
  }
  return absl::AsciiStrToUpper(text);
}

// What is to be recorded, and the codes of the certificate when that is there.
struct Named {
  Revocation revocation;
  std::vector<std::string> spcs;
};

std::string ForAudit(const Revocation& revocation) {
  return codec::CanonicalJson(codec::JsonObject{{"issuer", revocation.issuer.Text()},
                                                {"reason_code", revocation.reason_code},
                                                {"serial", revocation.serial}});
}

absl::StatusOr<Named> FromCertificate(const RevocationRequest& request) {
  if (!request.issuer_der.empty() || !request.serial.empty()) {
    return MakeError(Reason::kInvalidField, "certificate_pem",
                     "give either the certificate, or issuer_der and serial");
  }
  if (request.certificate_pem.size() > limits::kChainBody) {
    return MakeError(Reason::kTooLarge, "certificate_pem",
                     absl::StrCat("more than ", limits::kChainBody, " octets"));
  }
  const absl::StatusOr<pki::Certificate> certificate = pki::Certificate::ParsePem(request.certificate_pem);
  if (!certificate.ok()) return PrefixField("certificate_pem", certificate.status());
  Named named{{certificate->issuer(), certificate->serial(), 0, absl::Time()}, {}};
  if (certificate->tn_auth_list()) named.spcs = certificate->tn_auth_list()->Spcs();
  return named;
}

absl::StatusOr<Named> FromNames(const RevocationRequest& request) {
  if (request.issuer_der.empty()) {
    return MakeError(Reason::kMissingField, request.serial.empty() ? "certificate_pem" : "issuer_der",
                     "either the certificate, or issuer_der and serial are needed");
  }
  if (request.issuer_der.size() > limits::kCertificate) {
    return MakeError(Reason::kTooLarge, "issuer_der",
                     absl::StrCat("more than ", limits::kCertificate, " octets"));
  }
  STI_ASSIGN_OR_RETURN(std::string serial, CanonicalSerial(request.serial));
  absl::StatusOr<pki::DistinguishedName> issuer = pki::DistinguishedName::ParseDer(request.issuer_der);
  if (!issuer.ok()) return MakeError(Reason::kInvalidField, "issuer_der", issuer.status().message());
  return Named{{*std::move(issuer), std::move(serial), 0, absl::Time()}, {}};
}

}  // namespace

RevocationRegistry::RevocationRegistry(store::Database& database, TrustPublisher& publisher,
                                       const Clock& clock)
    : database_(database), publisher_(publisher), clock_(clock) {}

absl::StatusOr<Revocation> RevocationRegistry::Record(const Actor& actor,
                                                      const RevocationRequest& request) const {
  STI_RETURN_IF_ERROR(CheckReasonCode(request.reason_code));
  STI_ASSIGN_OR_RETURN(Named named,
                       request.certificate_pem.empty() ? FromNames(request) : FromCertificate(request));
  Revocation& revocation = named.revocation;
  revocation.reason_code = request.reason_code;
  revocation.revoked = WholeSeconds(clock_.TimeNow());
  bool known = false;
  const absl::Status stored = database_.Write([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(std::optional<Revocation> first,
                         FindRevocation(transaction, revocation.issuer, revocation.serial));
    known = first.has_value();
    if (known) {
      revocation = *std::move(first);
      return absl::OkStatus();
    }
    STI_RETURN_IF_ERROR(InsertRevocation(transaction, revocation));
    return store::AppendAudit(transaction, actor,
                              {"revocation.record", absl::StrCat("certificate/", revocation.serial),
                               named.spcs, "", ForAudit(revocation)},
                              revocation.revoked);
  });
  STI_RETURN_IF_ERROR(stored);
  if (!known) publisher_.PublishCrl().IgnoreError();  // RenewIfDue tries again and reports
  return revocation;
}

absl::StatusOr<RevocationPage> RevocationRegistry::List(int64_t page_size,
                                                        absl::string_view page_token) const {
  STI_ASSIGN_OR_RETURN(const int64_t limit, store::CheckPageSize(page_size));
  STI_ASSIGN_OR_RETURN(const int64_t after, store::ParseNumericPageToken(kListing, page_token, 0));
  std::vector<NumberedRevocation> rows;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(rows, ListRevocations(transaction, after, limit + 1));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  RevocationPage page;
  if (rows.size() > static_cast<size_t>(limit)) {
    rows.pop_back();
    page.next_page_token = store::MakePageToken(kListing, absl::StrCat(rows.back().seq));
  }
  for (NumberedRevocation& row : rows) page.revocations.push_back(std::move(row.revocation));
  if (const auto crl = publisher_.Crl()) page.crl_number = crl->number;
  return page;
}

}  // namespace sti::pa

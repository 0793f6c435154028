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
  bool of_a_ca = false;
};

std::string ForAudit(const Revocation& revocation) {
  return codec::CanonicalJson(codec::JsonObject{{"issuer", revocation.issuer.Text()},
                                                {"reason_code", revocation.reason_code},
                                                {"serial", revocation.serial}});
}

std::string Time(absl::Time time) { return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone()); }

std::vector<std::string> EffectsOf(const Named& named, const std::optional<Revocation>& known) {
  if (known) {
    return {absl::StrCat("it is on the CRL since ", Time(known->revoked), " with reason ", known->reason_code,
                         ": nothing changes")};
  }
  const Revocation& revocation = named.revocation;
  std::vector<std::string> effects = {
      absl::StrCat("the certificate ", revocation.serial, " of ", revocation.issuer.Text(),
                   " goes on the CRL with reason ", revocation.reason_code,
                   ", for good: calls that it signs fail at verifiers within seconds")};
  if (named.of_a_ca)
    effects.emplace_back("it is a CA's certificate: so do all calls of everybody whom that CA has certified");
  return effects;
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
  Named named{{certificate->issuer(), certificate->serial(), 0, absl::Time()}, {}, certificate->is_ca()};
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

absl::StatusOr<RecordedRevocation> RevocationRegistry::Record(const Actor& actor,
                                                              const RevocationRequest& request,
                                                              RunMode run) const {
  STI_RETURN_IF_ERROR(CheckReasonCode(request.reason_code));
  STI_ASSIGN_OR_RETURN(Named named,
                       request.certificate_pem.empty() ? FromNames(request) : FromCertificate(request));
  named.revocation.reason_code = request.reason_code;
  named.revocation.revoked = WholeSeconds(clock_.TimeNow());
  std::optional<RecordedRevocation> recorded;
  bool changed = false;
  const auto record = [&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(const std::optional<Revocation> known,
                         FindRevocation(transaction, named.revocation.issuer, named.revocation.serial));
    recorded = RecordedRevocation{known.value_or(named.revocation), EffectsOf(named, known)};
    changed = !known && run == RunMode::kReal;
    if (!changed) return absl::OkStatus();
    STI_RETURN_IF_ERROR(InsertRevocation(transaction, named.revocation));
    return store::AppendAudit(transaction, actor,
                              {"revocation.record", absl::StrCat("certificate/", named.revocation.serial),
                               named.spcs, "", ForAudit(named.revocation)},
                              named.revocation.revoked);
  };
  STI_RETURN_IF_ERROR(run == RunMode::kReal ? database_.Write(record) : database_.Read(record));
  if (changed) publisher_.PublishCrl().IgnoreError();  // RenewIfDue tries again and reports
  return *std::move(recorded);
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

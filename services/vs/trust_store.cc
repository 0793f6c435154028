#include "services/vs/trust_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/codec/pem.h"
#include "common/crypto/digest.h"
#include "common/daemon/files.h"
#include "common/stir/number_authority.h"
#include "common/stir/trust_list.h"

namespace sti::vs {
namespace {

constexpr char kAccepted[] = "Accepted: ";

// The file of a document: a line with the time of acceptance, then the document.
std::string Envelope(absl::Time accepted, absl::string_view document) {
  return absl::StrCat(kAccepted, absl::FormatTime(absl::RFC3339_full, accepted, absl::UTCTimeZone()), "\n",
                      document);
}

struct StoredDocument {
  absl::Time accepted;
  std::string text;
};

absl::StatusOr<StoredDocument> OpenEnvelope(const std::string& path, size_t max_size) {
  STI_ASSIGN_OR_RETURN(const std::string contents, daemon::ReadFile(path, max_size));
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(contents, absl::MaxSplits('\n', 1));
  absl::string_view line = parts.first;
  StoredDocument document;
  if (!absl::ConsumePrefix(&line, kAccepted) ||
      !absl::ParseTime(absl::RFC3339_full, line, &document.accepted, nullptr)) {
    return MakeError(Reason::kStorageFailed,
                     absl::StrCat(path, " does not begin with \"", kAccepted, "TIME\""));
  }
  document.text = std::string(parts.second);
  return document;
}

// The form that stictl's offline verification reads too: the CRL, then its signer's chain.
std::string CrlPem(const SignedCrl& signed_crl, absl::string_view crl_der) {
  std::string pem = codec::PemEncode("X509 CRL", crl_der);
  for (const std::string& der : signed_crl.signer_chain)
    absl::StrAppend(&pem, codec::PemEncode("CERTIFICATE", der));
  return pem;
}

absl::StatusOr<SignedCrl> ParseCrlPem(absl::string_view pem) {
  STI_ASSIGN_OR_RETURN(const auto blocks, codec::ParsePem(pem, 1 + limits::kChainCertificates));
  SignedCrl result;
  for (const codec::PemBlock& block : blocks) {
    if (block.label == "X509 CRL") result.crl = block.der;
    if (block.label == "CERTIFICATE") result.signer_chain.push_back(block.der);
  }
  return result;
}

// The STI-PA may deliver PEM; the stored form holds DER in one block.
absl::StatusOr<std::string> CrlDer(const std::string& crl) {
  if (crl.empty() || crl.front() == '\x30') return crl;
  STI_ASSIGN_OR_RETURN(const auto blocks, codec::ParsePem(crl, 1 + limits::kChainCertificates));
  for (const codec::PemBlock& block : blocks) {
    if (block.label == "X509 CRL") return block.der;
  }
  return MakeError(Reason::kCrlInvalid, "no X509 CRL block");
}

}  // namespace

struct TrustStore::Candidate {
  std::optional<stir::TrustList> list;  // set when the list is a new one
  std::shared_ptr<const TrustState> current;
  std::shared_ptr<const pki::VerifiedCrl> crl;
  std::shared_ptr<const stir::NumberAuthority> numbers;
};

TrustStore::TrustStore(const std::string& folder, std::vector<pki::Certificate> pa_roots, const Clock& clock,
                       TrustBoard& board, size_t domain)
    : trust_list_file_(folder + "/trust_list.jws"),
      crl_file_(folder + "/crl.pem"),
      numbers_file_(folder + "/number_list.jws"),
      pa_roots_(std::move(pa_roots)),
      clock_(clock),
      board_(board),
      domain_(domain),
      began_(clock.TimeNow()) {}

TrustStore::Candidate TrustStore::Current() const {
  Candidate candidate;
  candidate.current = state();
  candidate.crl = candidate.current != nullptr ? candidate.current->crl : early_crl_;
  candidate.numbers = candidate.current != nullptr ? candidate.current->numbers : early_numbers_;
  return candidate;
}

absl::Status TrustStore::Consider(const std::string& trust_list, absl::Time at, Candidate& candidate) const {
  const int64_t least = candidate.current != nullptr ? candidate.current->sequence : 0;
  STI_ASSIGN_OR_RETURN(candidate.list, stir::VerifyTrustList(trust_list, pa_roots_, nullptr, least, at));
  return absl::OkStatus();
}

absl::Status TrustStore::Consider(const SignedCrl& crl, absl::Time at, Candidate& candidate) const {
  std::vector<pki::Certificate> signers;
  if (crl.signer_chain.size() > limits::kChainCertificates) {
    return MakeError(Reason::kTooLarge, "signer_chain", "too many certificates");
  }
  for (const std::string& der : crl.signer_chain) {
    STI_ASSIGN_OR_RETURN(auto signer, pki::Certificate::ParseDer(der));
    signers.push_back(std::move(signer));
  }
  STI_ASSIGN_OR_RETURN(const auto verified, pki::VerifiedCrl::Verify(crl.crl, signers, pa_roots_, at));
  if (candidate.crl != nullptr && verified->number() < candidate.crl->number()) {
    return MakeError(Reason::kCrlRollback,
                     absl::StrCat("CRL number ", verified->number(), " after ", candidate.crl->number()));
  }
  candidate.crl = verified;
  return absl::OkStatus();
}

void TrustStore::Publish(Candidate candidate) {
  if (!candidate.list.has_value() && candidate.current == nullptr) {
    early_crl_ = candidate.crl;  // published with the first list
    early_numbers_ = candidate.numbers;
    return;
  }
  // Built whole before it is shown: an immutable TrustAnchors has no other way in.
  auto next = std::make_shared<TrustState>(
      candidate.list.has_value()
          ? TrustState{pki::TrustAnchors(std::move(candidate.list->roots)), candidate.list->sequence,
                       candidate.list->expires, nullptr, nullptr}
          : *candidate.current);
  next->crl = std::move(candidate.crl);
  next->numbers = std::move(candidate.numbers);
  next->crl_wanted = began_;
  board_.Publish(domain_, std::move(next));
}

absl::Status TrustStore::Accept(const std::string& trust_list, absl::Time now, Candidate& candidate) {
  const std::string digest = crypto::Sha256(trust_list);
  if (digest == known_list_) return absl::OkStatus();
  STI_RETURN_IF_ERROR(Consider(trust_list, now, candidate));
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(trust_list_file_, Envelope(now, trust_list)));
  known_list_ = digest;  // only now, so that a failed write is tried again
  return absl::OkStatus();
}

absl::Status TrustStore::Accept(const SignedCrl& crl, absl::Time now, Candidate& candidate) {
  const std::string digest = crypto::Sha256(absl::StrCat(crl.crl, absl::StrJoin(crl.signer_chain, "")));
  if (digest == known_crl_) return absl::OkStatus();
  STI_RETURN_IF_ERROR(Consider(crl, now, candidate));
  STI_ASSIGN_OR_RETURN(const std::string der, CrlDer(crl.crl));
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(crl_file_, Envelope(now, CrlPem(crl, der))));
  known_crl_ = digest;
  return absl::OkStatus();
}

absl::Status TrustStore::ConsiderNumbers(const std::string& numbers, absl::Time at,
                                         Candidate& candidate) const {
  const int64_t least = candidate.numbers != nullptr ? candidate.numbers->sequence() : 0;
  STI_ASSIGN_OR_RETURN(candidate.numbers,
                       stir::VerifyNumberAuthority(numbers, pa_roots_, nullptr, least, at));
  return absl::OkStatus();
}

absl::Status TrustStore::AcceptNumbers(const std::string& numbers, absl::Time now, Candidate& candidate) {
  const std::string digest = crypto::Sha256(numbers);
  if (digest == known_numbers_) return absl::OkStatus();
  STI_RETURN_IF_ERROR(ConsiderNumbers(numbers, now, candidate));
  STI_RETURN_IF_ERROR(daemon::WriteFileAtomically(numbers_file_, Envelope(now, numbers)));
  known_numbers_ = digest;
  return absl::OkStatus();
}

absl::Status TrustStore::LoadNumbers(Candidate& candidate) const {
  auto stored = OpenEnvelope(numbers_file_, limits::kNumberList + 64);
  if (ReasonOf(stored.status()) == Reason::kNotFound) return absl::OkStatus();
  STI_RETURN_IF_ERROR(stored.status());
  return ConsiderNumbers(stored->text, std::min(stored->accepted, clock_.TimeNow()), candidate);
}

TrustStore::Outcome TrustStore::Offer(const std::optional<std::string>& trust_list,
                                      const std::optional<SignedCrl>& crl,
                                      const std::optional<std::string>& numbers) {
  const absl::Time now = clock_.TimeNow();
  Outcome outcome;
  Candidate candidate = Current();
  const auto crl_in_use = candidate.crl;
  const auto numbers_in_use = candidate.numbers;
  if (trust_list.has_value()) outcome.trust_list = Accept(*trust_list, now, candidate);
  if (crl.has_value()) outcome.crl = Accept(*crl, now, candidate);
  if (numbers.has_value()) outcome.numbers = AcceptNumbers(*numbers, now, candidate);
  if (trust_list.has_value() && outcome.trust_list.ok()) list_confirmed_ = now;
  if (crl.has_value() && outcome.crl.ok()) crl_confirmed_ = now;
  if (candidate.list.has_value() || candidate.crl != crl_in_use || candidate.numbers != numbers_in_use) {
    Publish(std::move(candidate));
  }
  return outcome;
}

absl::Status TrustStore::LoadTrustList(Candidate& candidate) {
  auto stored = OpenEnvelope(trust_list_file_, limits::kTrustList + 64);
  if (ReasonOf(stored.status()) == Reason::kNotFound) return absl::OkStatus();
  STI_RETURN_IF_ERROR(stored.status());
  const absl::Time at = std::min(stored->accepted, clock_.TimeNow());
  STI_RETURN_IF_ERROR(Consider(stored->text, at, candidate));
  list_confirmed_ = at;
  return absl::OkStatus();
}

absl::Status TrustStore::LoadCrl(Candidate& candidate) {
  auto stored = OpenEnvelope(crl_file_, 2 * limits::kCrl);
  if (ReasonOf(stored.status()) == Reason::kNotFound) return absl::OkStatus();
  STI_RETURN_IF_ERROR(stored.status());
  STI_ASSIGN_OR_RETURN(const SignedCrl crl, ParseCrlPem(stored->text));
  const absl::Time at = std::min(stored->accepted, clock_.TimeNow());
  STI_RETURN_IF_ERROR(Consider(crl, at, candidate));
  crl_confirmed_ = at;
  return absl::OkStatus();
}

absl::Status TrustStore::Load() {
  Candidate candidate = Current();
  const absl::Status list = LoadTrustList(candidate);
  const absl::Status crl = LoadCrl(candidate);
  const absl::Status numbers = LoadNumbers(candidate);
  if (candidate.list.has_value() || candidate.crl != nullptr || candidate.numbers != nullptr) {
    Publish(std::move(candidate));
  }
  absl::Status first = list;
  first.Update(crl);
  first.Update(numbers);
  return first;
}

}  // namespace sti::vs

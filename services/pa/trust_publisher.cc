#include "services/pa/trust_publisher.h"

#include <algorithm>
#include <utility>

#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/pki/crl.h"
#include "common/stir/number_authority.h"
#include "common/stir/trust_list.h"
#include "services/pa/authority_state.h"
#include "services/pa/number_ledger.h"
#include "services/pa/number_records.h"
#include "services/pa/pa_schema.h"
#include "services/pa/trust_records.h"

namespace sti::pa {
namespace {

bool HalfIsGone(absl::Time now, absl::Time signed_at, absl::Time expires) {
  return now >= signed_at + (expires - signed_at) / 2;
}

struct TrustContents {
  stir::TrustList list;
  absl::Time complete_until = absl::InfiniteFuture();
  bool ended = false;  // an approval has run out, but the sequence does not tell of it yet
};

// Read as a whole: the sequence must be that of exactly these roots.
absl::StatusOr<TrustContents> ReadTrustList(store::Database& database, absl::Time now) {
  TrustContents contents;
  const absl::Status read = database.Read([&](store::Transaction& transaction) -> absl::Status {
    contents = TrustContents();
    STI_ASSIGN_OR_RETURN(contents.list.sequence, TrustListSequence(transaction));
    STI_ASSIGN_OR_RETURN(std::vector<Authority> authorities, ListAuthorities(transaction));
    for (Authority& authority : authorities) {
      if (authority.state != Authority::State::kApproved) continue;
      contents.ended = contents.ended || !authority.IsTrustedAt(now);
      contents.complete_until = std::min(contents.complete_until, authority.End());
      contents.list.roots.push_back(std::move(authority.root));
    }
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  return contents;
}

// Without those whose approval has run out.
absl::StatusOr<TrustContents> CurrentTrustList(store::Database& database, absl::Time now) {
  STI_ASSIGN_OR_RETURN(TrustContents contents, ReadTrustList(database, now));
  if (!contents.ended) return contents;
  STI_RETURN_IF_ERROR(ExpireAuthorities(database, now));
  return ReadTrustList(database, now);
}

// The number is on disk before anything is signed with it: no crash makes it come twice.
absl::StatusOr<pki::CrlContents> ReserveCrl(store::Database& database, int64_t& last_revocation) {
  pki::CrlContents contents;
  const absl::Status written = database.Write([&](store::Transaction& transaction) -> absl::Status {
    contents.entries.clear();
    STI_ASSIGN_OR_RETURN(contents.number, NextCrlNumber(transaction));
    STI_ASSIGN_OR_RETURN(last_revocation, LastRevocation(transaction));
    STI_ASSIGN_OR_RETURN(std::vector<NumberedRevocation> rows, ListRevocations(transaction, 0, 0));
    contents.entries.reserve(rows.size());
    for (NumberedRevocation& row : rows) {
      Revocation& revocation = row.revocation;
      contents.entries.push_back({std::move(revocation.issuer), std::move(revocation.serial),
                                  revocation.revoked, revocation.reason_code});
    }
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(written);
  return contents;
}

// Read as a whole, like the trust list. Sequence 0: there is none.
absl::StatusOr<stir::NumberAuthorityContents> ReadNumbers(store::Database& database) {
  stir::NumberAuthorityContents contents;
  const absl::Status read = database.Read([&](store::Transaction& transaction) -> absl::Status {
    contents.ranges.clear();
    STI_ASSIGN_OR_RETURN(contents.sequence, NumberListSequence(transaction));
    if (contents.sequence == 0) return absl::OkStatus();
    STI_ASSIGN_OR_RETURN(const std::vector<NumberBlock> blocks, AllNumbers(transaction));
    contents.ranges.reserve(blocks.size());
    for (const NumberBlock& block : blocks)
      contents.ranges.push_back({block.spc, block.start(), static_cast<uint64_t>(block.count())});
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  return contents;
}

absl::Status CheckSigner(const DocumentSigner& signer, absl::Time now, absl::string_view what) {
  if (signer.IsValidAt(now)) return absl::OkStatus();
  return MakeError(Reason::kNotReady, what, "the certificate that signs it is not valid now");
}

}  // namespace

TrustPublisher::TrustPublisher(store::Database& database, const DocumentSigner& list_signer,
                               const DocumentSigner& crl_signer, PublisherOptions options, const Clock& clock)
    : database_(database),
      list_signer_(list_signer),
      crl_signer_(crl_signer),
      options_(std::move(options)),
      clock_(clock) {}

void TrustPublisher::Demand::Meet(int64_t number) {
  int64_t before = met.load();
  while (before < number && !met.compare_exchange_weak(before, number)) {
  }
}

absl::Status TrustPublisher::PublishTrustList() {
  const int64_t demand = list_demand_.Ask();
  const absl::Time now = clock_.TimeNow();
  STI_RETURN_IF_ERROR(CheckSigner(list_signer_, now, "trust list"));
  STI_ASSIGN_OR_RETURN(TrustContents contents, CurrentTrustList(database_, now));
  stir::TrustList& list = contents.list;
  list.expires = list_signer_.ExpiryFrom(now, options_.lifetime);
  STI_ASSIGN_OR_RETURN(std::string jws, stir::SignTrustList(list, list_signer_.chain, *list_signer_.key,
                                                            list_signer_.list_naming()));
  Install(std::make_shared<SignedTrustList>(
      SignedTrustList{std::move(jws), list.sequence, now, list.expires, contents.complete_until}));
  list_demand_.Meet(demand);
  return absl::OkStatus();
}

absl::Status TrustPublisher::PublishCrl() {
  const int64_t demand = crl_demand_.Ask();
  const absl::Time now = clock_.TimeNow();
  STI_RETURN_IF_ERROR(CheckSigner(crl_signer_, now, "CRL"));
  SignedCrl crl;
  STI_ASSIGN_OR_RETURN(pki::CrlContents contents, ReserveCrl(database_, crl.last_revocation));
  contents.this_update = WholeSeconds(now);
  contents.next_update = crl_signer_.ExpiryFrom(now, options_.lifetime);
  contents.distribution_url = options_.crl_url;
  contents.signer_url = crl_signer_.x5u;
  STI_ASSIGN_OR_RETURN(crl.der, pki::BuildCrl(contents, crl_signer_.certificate(), *crl_signer_.key));
  for (const pki::Certificate& certificate : crl_signer_.chain) crl.signer_chain.push_back(certificate.der());
  crl.number = contents.number;
  crl.signed_at = contents.this_update;
  crl.expires = contents.next_update;
  Install(std::make_shared<SignedCrl>(std::move(crl)));
  crl_demand_.Meet(demand);
  return absl::OkStatus();
}

absl::Status TrustPublisher::PublishNumberList() {
  const int64_t demand = number_demand_.Ask();
  const absl::Time now = clock_.TimeNow();
  STI_ASSIGN_OR_RETURN(stir::NumberAuthorityContents contents, ReadNumbers(database_));
  if (contents.sequence > 0) {
    STI_RETURN_IF_ERROR(CheckSigner(list_signer_, now, "number list"));
    contents.expires = list_signer_.ExpiryFrom(now, options_.lifetime);
    STI_ASSIGN_OR_RETURN(std::string jws,
                         stir::SignNumberAuthority(contents, list_signer_.chain, *list_signer_.key,
                                                   list_signer_.list_naming()));
    Install(std::make_shared<SignedNumberList>(
        SignedNumberList{std::move(jws), contents.sequence, now, contents.expires}));
  }
  number_demand_.Meet(demand);
  return absl::OkStatus();
}

void TrustPublisher::Install(std::shared_ptr<const SignedTrustList> list) {
  {
    MutexLock lock(installing_);
    const auto current = trust_list_.Get();
    if (current &&
        std::make_pair(current->sequence, current->expires) > std::make_pair(list->sequence, list->expires)) {
      return;
    }
    trust_list_.Set(std::move(list));
  }
  if (listener_) listener_();
}

void TrustPublisher::Install(std::shared_ptr<const SignedCrl> crl) {
  {
    MutexLock lock(installing_);
    const auto current = crl_.Get();
    if (current && current->number > crl->number) return;
    crl_.Set(std::move(crl));
  }
  if (listener_) listener_();
}

void TrustPublisher::Install(std::shared_ptr<const SignedNumberList> list) {
  {
    MutexLock lock(installing_);
    const auto current = number_list_.Get();
    if (current &&
        std::make_pair(current->sequence, current->expires) > std::make_pair(list->sequence, list->expires)) {
      return;
    }
    number_list_.Set(std::move(list));
  }
  if (listener_) listener_();
}

absl::Status TrustPublisher::RenewNumberListIfDue(absl::Time now) {
  const auto list = NumberList();
  const bool due = number_demand_.open() || (list && HalfIsGone(now, list->signed_at, list->expires));
  return due ? PublishNumberList() : absl::OkStatus();
}

// By what the documents were made of and not by the CRL's number, which two replicas would drive up in turns.
void TrustPublisher::DemandWhatOthersChanged() {
  const auto list = TrustList();
  const auto crl = Crl();
  const auto numbers = NumberList();
  int64_t list_sequence = 0, last_revocation = 0, number_sequence = 0;
  const absl::Status read = database_.Read([&](store::Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(list_sequence, TrustListSequence(transaction));
    STI_ASSIGN_OR_RETURN(last_revocation, LastRevocation(transaction));
    STI_ASSIGN_OR_RETURN(number_sequence, NumberListSequence(transaction));
    return absl::OkStatus();
  });
  if (!read.ok()) return;  // what we have stays good; we look again soon
  if (list && list_sequence > list->sequence) list_demand_.Ask();
  if (crl && last_revocation > crl->last_revocation) crl_demand_.Ask();
  if (number_sequence > (numbers ? numbers->sequence : 0)) number_demand_.Ask();
}

absl::Status TrustPublisher::RenewIfDue() {
  DemandWhatOthersChanged();
  const absl::Time now = clock_.TimeNow();
  const auto list = TrustList();
  absl::Status first;
  if (!list || list_demand_.open() || HalfIsGone(now, list->signed_at, list->expires) ||
      now > list->complete_until) {
    first = PublishTrustList();
  }
  const auto crl = Crl();
  if (!crl || crl_demand_.open() || HalfIsGone(now, crl->signed_at, crl->expires)) first.Update(PublishCrl());
  first.Update(RenewNumberListIfDue(now));
  return first;
}

std::vector<std::string> TrustPublisher::Lacking() const {
  const absl::Time now = clock_.TimeNow();
  std::vector<std::string> lacking;
  const auto list = TrustList();
  if (!list || list->expires <= now) lacking.emplace_back("trust list");
  const auto crl = Crl();
  if (!crl || crl->expires <= now) lacking.emplace_back("CRL");
  const auto numbers = NumberList();
  if ((numbers && numbers->expires <= now) || (!numbers && OwesNumberList()))
    lacking.emplace_back("number list");
  if (!list_signer_.IsValidAt(now)) lacking.emplace_back("valid certificate of the token signer");
  return lacking;
}

}  // namespace sti::pa

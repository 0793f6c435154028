#include "services/vs/trust_refresher.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/reason.h"
#include "common/daemon/log.h"
#include "common/stir/number_authority.h"

namespace sti::vs {
namespace {

std::optional<std::string> Take(absl::StatusOr<std::string>& document) {
  if (!document.ok()) return std::nullopt;
  return *std::move(document);
}

std::optional<SignedCrl> Take(absl::StatusOr<SignedCrl>& document) {
  if (!document.ok()) return std::nullopt;
  return *std::move(document);
}

absl::StatusOr<std::string> NoNumbers() { return MakeError(Reason::kNotFound, "not asked for"); }

}  // namespace

TrustRefresher::TrustRefresher(TrustSource& source, TrustStore& store, TrustDomainRules rules,
                               const Clock& clock, LackingSink lacking, const TrustRefresherOptions& options)
    : source_(source),
      store_(store),
      rules_(std::move(rules)),
      clock_(clock),
      lacking_(std::move(lacking)),
      options_(options) {}

TrustRefresher::~TrustRefresher() { Stop(); }

void TrustRefresher::LoadStored() {
  const absl::Status loaded = store_.Load();
  if (!loaded.ok()) {
    daemon::LogError("stored trust unusable", {{"trust_domain", rules_.name}, {"error", loaded.message()}});
  }
  std::vector<std::string> lacking;
  if (store_.state() == nullptr) lacking.push_back("no trust list yet: sti-pa was not asked yet");
  ShowHealth(lacking.empty() ? "" : lacking[0]);
  lacking_(lacking, {});
}

bool TrustRefresher::RefreshOnce() {
  auto trust_list = source_.GetTrustList();
  // Who did not answer is not waited for again: health must say so soon.
  const bool away = absl::IsUnavailable(trust_list.status()) || absl::IsDeadlineExceeded(trust_list.status());
  auto crl = away ? absl::StatusOr<SignedCrl>(trust_list.status()) : source_.GetCrl();
  auto numbers = rules_.numbers == stir::NumberAuthorityMode::kOff ? NoNumbers()
                 : away                                            ? trust_list
                                                                   : source_.GetNumberList();
  absl::Status list_status = trust_list.status();
  absl::Status crl_status = crl.status();
  absl::Status numbers_status = numbers.status();
  // Offered together, so that no call is judged by the new list and no CRL.
  const TrustStore::Outcome outcome = store_.Offer(Take(trust_list), Take(crl), Take(numbers));
  list_status.Update(outcome.trust_list);
  crl_status.Update(outcome.crl);
  numbers_status.Update(outcome.numbers);
  // An STI-PA that keeps none is as good as one whose list is known; but it cannot take back, unsigned, what
  // it has signed: a list that is there stays in use.
  const std::shared_ptr<const TrustState> state = store_.state();
  if (ReasonOf(numbers_status) == Reason::kNotFound && (state == nullptr || state->numbers == nullptr)) {
    numbers_status = absl::OkStatus();
  }
  Report(list_status, crl_status, numbers_status);
  return list_status.ok() && crl_status.ok() && numbers_status.ok();
}

std::vector<std::string> TrustRefresher::TroubleOf(const TrustState* trust, const absl::Status& trust_list,
                                                   const absl::Status& crl,
                                                   const absl::Status& numbers) const {
  std::vector<std::string> trouble;
  if (!trust_list.ok()) {
    trouble.push_back(absl::StrCat(trust == nullptr ? "no trust list yet: " : "trust list not refreshed: ",
                                   trust_list.message()));
  }
  const absl::Time now = clock_.TimeNow();
  const bool list_expired = trust != nullptr && trust->expires <= now;
  if (list_expired) trouble.push_back("the trust list in use has expired");
  if (!crl.ok()) {
    const bool none = trust == nullptr || trust->crl == nullptr;
    trouble.push_back(absl::StrCat(none ? "no CRL yet: " : "CRL not refreshed: ", crl.message()));
  }
  if (!numbers.ok()) {
    trouble.push_back(absl::StrCat("number authority list not refreshed: ", numbers.message()));
  }
  if (trust != nullptr && trust->numbers != nullptr && trust->numbers->expires() <= now) {
    trouble.push_back("the number authority list in use has expired");
  }
  // What enforces nothing must not look as if it did.
  if (trust != nullptr && trust->numbers == nullptr &&
      rules_.numbers == stir::NumberAuthorityMode::kEnforce) {
    trouble.push_back(
        "number_authority is enforce, but there is no number authority list: nothing is enforced");
  }
  const bool crl_expired = trust != nullptr && trust->crl != nullptr && trust->crl->next_update() <= now;
  if (crl_expired) trouble.push_back("the CRL in use has expired");
  if (trust != nullptr && (list_expired || crl_expired || trust->crl == nullptr)) {
    const TrustDomain domain{std::make_shared<const TrustDomainRules>(rules_),
                             std::make_shared<const TrustState>(*trust)};
    if (domain.IsStale(now)) trouble.push_back("the grace for it is over: calls fail");
  }
  return trouble;
}

void TrustRefresher::Report(const absl::Status& trust_list, const absl::Status& crl,
                            const absl::Status& numbers) {
  const std::shared_ptr<const TrustState> trust = store_.state();
  const std::vector<std::string> trouble = TroubleOf(trust.get(), trust_list, crl, numbers);
  // Only a missing trust list keeps the daemon from judging: calls must not hang on the STI-PA (operations.md
  // s10).
  trust == nullptr ? lacking_(trouble, {}) : lacking_({}, trouble);
  ShowHealth(absl::StrJoin(trouble, "; "));
  LogChange(absl::StrJoin(trouble, "; "));
  if (trust != nullptr && trust != last_state_) {
    last_state_ = trust;
    daemon::LogInfo("trust updated", {{"trust_domain", rules_.name},
                                      {"trust_list_sequence", trust->sequence},
                                      {"anchors", trust->anchors.roots().size()},
                                      {"crl_number", trust->crl == nullptr ? 0 : trust->crl->number()}});
  }
}

void TrustRefresher::ShowHealth(std::string trouble) {
  auto health = std::make_shared<DomainHealth>();
  health->list_confirmed = store_.list_confirmed();
  health->crl_confirmed = store_.crl_confirmed();
  health->trouble = std::move(trouble);
  health_.Set(std::move(health));
}

void TrustRefresher::LogChange(const std::string& trouble) {
  if (trouble == last_trouble_) return;
  last_trouble_ = trouble;
  if (trouble.empty()) {
    daemon::LogInfo("trust up to date", {{"trust_domain", rules_.name}});
  } else {
    daemon::LogWarning("trust not up to date", {{"trust_domain", rules_.name}, {"why", trouble}});
  }
}

void TrustRefresher::Start() {
  refresh_thread_ = std::thread([this] { RefreshLoop(); });
  watch_thread_ = std::thread([this] { WatchLoop(); });
}

void TrustRefresher::Stop() {
  refresh_pause_.Stop();
  watch_pause_.Stop();
  source_.Cancel();
  if (refresh_thread_.joinable()) refresh_thread_.join();
  if (watch_thread_.joinable()) watch_thread_.join();
}

void TrustRefresher::RefreshLoop() {
  absl::Duration retry = options_.first_retry;
  absl::Duration wait;
  do {
    const bool fresh = RefreshOnce();
    wait = fresh ? options_.interval : retry;
    retry = fresh ? options_.first_retry : std::min(retry * 2, options_.longest_retry);
  } while (refresh_pause_.For(wait));
}

void TrustRefresher::WatchLoop() {
  absl::Duration retry = options_.first_retry;
  do {
    bool told = false;
    const absl::Status end = source_.Watch([this, &retry, &told] {
      told = true;
      retry = options_.first_retry;
      refresh_pause_.Wake();
    });
    // Only asking shows whether the STI-PA is away. A watch that never told anything is no news.
    if (told) refresh_pause_.Wake();
    daemon::LogDebug("trust watch ended", {{"why", end.message()}});
    retry = std::min(retry * 2, options_.longest_retry);
  } while (watch_pause_.For(retry));
}

}  // namespace sti::vs

#include "services/ca/revocation_reporter.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/base/status_macros.h"
#include "common/daemon/log.h"
#include "common/pki/certificate.h"
#include "services/ca/ca_records.h"

namespace sti::ca {
namespace {

using store::Transaction;

constexpr absl::Duration kInterval = absl::Minutes(1);
constexpr absl::Duration kFirstRetry = absl::Seconds(1);
constexpr absl::Duration kLongestRetry = absl::Minutes(5);

// The same each time that the STI-PA is asked, until it has confirmed.
std::string RequestIdFor(const RevocationRecord& record) {
  return absl::StrCat("revocation-", record.serial);
}

}  // namespace

absl::Status RevocationReporter::Tell(const RevocationRecord& record) {
  std::optional<CertificateRecord> certificate;
  const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
    STI_ASSIGN_OR_RETURN(certificate, FindCertificate(transaction, record.serial));
    return absl::OkStatus();
  });
  STI_RETURN_IF_ERROR(read);
  if (!certificate) return MakeError(Reason::kInternal, "a revocation without its certificate");
  STI_ASSIGN_OR_RETURN(const pki::CertificateChain chain,
                       pki::CertificateChain::Parse(certificate->chain_pem));
  return pa_.RecordRevocation(chain.leaf().Pem(), record.reason, RequestIdFor(record));
}

absl::StatusOr<int> RevocationReporter::TellEach(const std::vector<RevocationRecord>& untold) {
  int failed = 0;
  for (const RevocationRecord& record : untold) {
    const absl::Status told = Tell(record);
    if (told.ok()) {
      daemon::LogInfo("the STI-PA knows of a revocation",
                      {{"serial", record.serial}, {"request_id", RequestIdFor(record)}});
    } else {
      ++failed;
      daemon::LogError("the STI-PA could not be told of a revocation; trying again",
                       {{"serial", record.serial},
                        {"request_id", RequestIdFor(record)},
                        {"reason", ReasonName(ReasonOf(told))},
                        {"detail", told.message()}});
    }
    const absl::Status written = database_.Write([&](Transaction& transaction) {
      return told.ok() ? MarkTold(transaction, record.serial, clock_.TimeNow())
                       : NoteTrouble(transaction, record.serial, told.message());
    });
    STI_RETURN_IF_ERROR(written);
  }
  return failed;
}

absl::StatusOr<int> RevocationReporter::TellAll() {
  std::vector<RevocationRecord> untold;
  int failures = 0, failed_now = 0;
  do {
    const absl::Status read = database_.Read([&](Transaction& transaction) -> absl::Status {
      STI_ASSIGN_OR_RETURN(untold, ListUntold(transaction, kAtOnce));
      return absl::OkStatus();
    });
    STI_RETURN_IF_ERROR(read);
    STI_ASSIGN_OR_RETURN(failed_now, TellEach(untold));
    failures += failed_now;
    // All of an SPC may have been revoked at once. Those that failed come last the next time.
  } while (untold.size() == static_cast<size_t>(kAtOnce) && failed_now < kAtOnce);
  return failures;
}

void RevocationReporter::Run() {
  absl::Duration retry = kFirstRetry;
  absl::Duration wait = absl::ZeroDuration();
  while (pause_.For(wait)) {
    const absl::StatusOr<int> failed = TellAll();
    if (!failed.ok()) {
      daemon::LogError("revocations cannot be read", {{"detail", failed.status().message()}});
    }
    if (failed.ok() && *failed == 0) {
      retry = kFirstRetry;
      wait = kInterval;
    } else {
      wait = retry;
      retry = std::min(retry * 2, kLongestRetry);
    }
  }
}

void RevocationReporter::Start() {
  thread_ = std::thread([this] { Run(); });
}

void RevocationReporter::Stop() {
  pause_.Stop();
  pa_.Cancel();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sti::ca

// The input as whatever an ACME server answers a client: objects, problem documents, headers. What is refused
// has a Reason, and no text that gets into a log has control characters.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/acme/link_header.h"
#include "common/acme/object_reader.h"
#include "common/acme/refusal.h"
#include "common/acme/retry_after_header.h"
#include "common/base/reason.h"

namespace {

void Look(const absl::Status& status) {
  if (status.ok()) return;
  if (sti::ReasonOf(status) == sti::Reason::kNone || status.message().size() > 2000) abort();
  const absl::string_view text = status.message();
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); })) {
    abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace acme = sti::acme;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  Look(acme::ReadDirectory(text).status());
  Look(acme::ReadAccountStatus(text).status());
  Look(acme::ReadAuthorization(text).status());
  const auto order = acme::ReadOrder(text);
  Look(order.status());
  if (order.ok() && order->status == "valid" && order->certificate.empty()) abort();
  Look(acme::RefusalOf({403, "application/problem+json", "", "", text, {}, text}, now));
  Look(acme::FailureOf("it is invalid", text));
  const auto wait = acme::ParseRetryAfter(text, now);
  if (wait && (*wait < absl::ZeroDuration() || *wait > absl::Hours(168))) abort();
  for (const std::string& link : acme::LinksWith({text, text}, "alternate")) {
    if (link.substr(0, 8) != "https://") abort();
  }
  return 0;
}

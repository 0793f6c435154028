// A verdict explained on a page: what the call would have got, and each check of each PASSporT.
#ifndef SERVICES_VS_VERDICT_SECTIONS_H_
#define SERVICES_VS_VERDICT_SECTIONS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/pki/certificate.h"
#include "common/status/page.h"
#include "common/stir/verdict.h"
#include "common/stir/verdict_text.h"

namespace sti::vs {

struct VerdictView {
  stir::ReplyForm reply;
  std::string profile;
  absl::Time judged_as_of;
  bool as_issued = false;  // judged as of its own signature
  absl::Time now;
  bool mask_numbers = false;
  // The chain that an x5u gave; none when there is none. May be null.
  std::function<std::optional<pki::CertificateChain>(const std::string& x5u)> chain_of;
};

// The verdict in a word: "TN-Validation-Passed".
status::Value HeadlineOf(const stir::CallVerdict& verdict);
std::vector<status::Section> VerdictSections(const stir::CallVerdict& verdict, const VerdictView& view);

}  // namespace sti::vs

#endif  // SERVICES_VS_VERDICT_SECTIONS_H_

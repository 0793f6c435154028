// Which provider may use which telephone numbers, as the STI-PA says in a signed list. Our own document: no
// standard has one. An ES256 JWS like the trust list; payload:
//   {"version":"1.0","sequence":N,"exp":T,
//    "numbers":[{"spc":"1234","tn":["12155550121"],"ranges":[["12155551000",1000]]}]}
#ifndef COMMON_STIR_NUMBER_AUTHORITY_H_
#define COMMON_STIR_NUMBER_AUTHORITY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/crypto/es256.h"
#include "common/pki/certificate.h"
#include "common/stir/pa_document.h"
#include "common/stir/telephone_number.h"

namespace sti::stir {

// `count` consecutive numbers from `start`, all of the same length.
struct NumberRange {
  std::string spc;
  std::string start;  // digits
  uint64_t count = 1;
};

struct NumberAuthorityContents {
  int64_t sequence = 0;  // grows with every change
  absl::Time expires;
  std::vector<NumberRange> ranges;
};

// Immutable, thread-safe. One binary search a question.
class NumberAuthority {
 public:
  // kNumberListInvalid for an SPC that is not A-Z 0-9, an entry that is no range of numbers (1 to 15 digits),
  // or ranges of two SPCs that overlap; those of one SPC may. kTooLarge.
  static absl::StatusOr<std::shared_ptr<const NumberAuthority>> Create(NumberAuthorityContents contents);

  enum class Answer { kAssigned, kOtherProvider, kUnknown };
  // Whether the number is `spc`'s. kUnknown when nobody has it.
  virtual Answer Ask(const TelephoneNumber& number, absl::string_view spc) const = 0;
  virtual ~NumberAuthority() = default;
  virtual int64_t sequence() const = 0;
  virtual absl::Time expires() const = 0;
  virtual size_t size() const = 0;  // ranges, once those of one SPC that touch are joined
};

// Header as in SPC tokens. kMissingField, kKeyMismatch, kTooLarge, kInternal, and as Create.
absl::StatusOr<std::string> SignNumberAuthority(const NumberAuthorityContents& contents,
                                                const std::vector<pki::Certificate>& signer_chain,
                                                const crypto::Signer& signer,
                                                const SignerNaming& naming = {});

// Signature, path of the signer to one of `pa_roots`, exp, sequence at least `min_sequence`.
// kNumberListInvalid, kNumberListExpired, kNumberListRollback, kTooLarge.
absl::StatusOr<std::shared_ptr<const NumberAuthority>> VerifyNumberAuthority(
    absl::string_view jws, absl::Span<const pki::Certificate> pa_roots, const SignerChainSource* sources,
    int64_t min_sequence, absl::Time now);
inline absl::StatusOr<std::shared_ptr<const NumberAuthority>> VerifyNumberAuthority(
    absl::string_view jws, const pki::Certificate& pa_root, const SignerChainSource* sources,
    int64_t min_sequence, absl::Time now) {
  return VerifyNumberAuthority(jws, absl::MakeConstSpan(&pa_root, 1), sources, min_sequence, now);
}

}  // namespace sti::stir

#endif  // COMMON_STIR_NUMBER_AUTHORITY_H_

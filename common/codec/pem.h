// PEM text encoding (RFC 7468) of public objects. Private keys go through crypto::LoadPrivateKeyFile instead.
#ifndef COMMON_CODEC_PEM_H_
#define COMMON_CODEC_PEM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sti::codec {

struct PemBlock {
  std::string label;  // "CERTIFICATE"
  std::string der;
};

// Every block of `text` in order; text outside of blocks is ignored (RFC 7468 s2). kTooLarge when there are
// more than `max_blocks`; kMalformedPem for a block without end, with a wrong end label or bad base64; an
// empty result is OK.
absl::StatusOr<std::vector<PemBlock>> ParsePem(absl::string_view text, size_t max_blocks);

// 64 characters a line, final newline.
std::string PemEncode(absl::string_view label, absl::string_view der);

}  // namespace sti::codec

#endif  // COMMON_CODEC_PEM_H_

#include "common/acme/certificate_id.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/codec/base64url.h"

namespace sti::acme {
namespace {

constexpr size_t kMaxText = 128;

absl::Status Malformed() {
  return Refuse(ErrorType::kMalformed, "not a certificate identifier: base64url(AKI).base64url(serial)");
}

}  // namespace

absl::StatusOr<CertificateId> CertificateId::Parse(absl::string_view text) {
  const size_t dot = text.find('.');
  if (text.size() > kMaxText || dot == absl::string_view::npos) return Malformed();
  absl::StatusOr<std::string> key_id = codec::Base64UrlDecode(text.substr(0, dot));
  const absl::StatusOr<std::string> serial = codec::Base64UrlDecode(text.substr(dot + 1));
  if (!key_id.ok() || key_id->empty() || !serial.ok() || serial->empty()) return Malformed();
  std::string hex = absl::AsciiStrToUpper(absl::BytesToHexString(*serial));
  hex.erase(0, std::min(hex.find_first_not_of('0'), hex.size() - 1));
  return CertificateId{*std::move(key_id), std::move(hex)};
}

std::string CertificateIdText(const pki::Certificate& certificate) {
  std::string hex = certificate.serial();
  if (hex.size() % 2 == 1) hex.insert(0, "0");
  std::string octets = absl::HexStringToBytes(hex);
  // The INTEGER of a positive number does not begin with a set bit.
  if ((static_cast<unsigned char>(octets.front()) & 0x80) != 0) octets.insert(0, 1, '\0');
  return absl::StrCat(codec::Base64UrlEncode(certificate.authority_key_id()), ".",
                      codec::Base64UrlEncode(octets));
}

}  // namespace sti::acme

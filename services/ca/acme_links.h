// URLs of ACME objects. Clients take them as they are given; only this file knows how they look.
#ifndef SERVICES_CA_ACME_LINKS_H_
#define SERVICES_CA_ACME_LINKS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace sti::ca {

inline constexpr char kAcmePath[] = "/acme/";

// Has the letters of an id or serial number; other text must not get as far as the database.
inline bool IsAcmeId(absl::string_view text) {
  constexpr size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
}

// Immutable.
class AcmeLinks {
 public:
  // `public_url`: "https://host:port", without a slash at its end.
  explicit AcmeLinks(std::string public_url) : public_url_(std::move(public_url)) {}

  // Of a request target, as clients see it.
  std::string Request(absl::string_view target) const { return absl::StrCat(public_url_, target); }
  std::string To(absl::string_view resource) const { return absl::StrCat(public_url_, kAcmePath, resource); }
  std::string To(absl::string_view resource, absl::string_view id) const {
    return absl::StrCat(public_url_, kAcmePath, resource, "/", id);
  }
  std::string To(absl::string_view resource, absl::string_view id, absl::string_view part) const {
    return absl::StrCat(public_url_, kAcmePath, resource, "/", id, "/", part);
  }
  // The id in the URL of an object; empty when it is none of that resource, or cannot be an id.
  std::string IdOf(absl::string_view resource, absl::string_view url) const {
    if (!absl::ConsumePrefix(&url, To(resource, ""))) return "";
    return IsAcmeId(url) ? std::string(url) : std::string();
  }

 private:
  const std::string public_url_;
};

}  // namespace sti::ca

#endif  // SERVICES_CA_ACME_LINKS_H_

#include "common/stir/rcd_integrity.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/crypto/digest.h"
#include "common/crypto/sha512.h"
#include "common/stir/claim_syntax.h"

namespace sti::stir {
namespace {

using codec::JsonArray;
using codec::JsonValue;

bool IsBehindUrl(const std::string* text) {
  return text != nullptr &&
         (absl::StartsWithIgnoreCase(*text, "https://") || absl::StartsWithIgnoreCase(*text, "http://"));
}

std::string Escape(absl::string_view name) { return absl::StrReplaceAll(name, {{"~", "~0"}, {"/", "~1"}}); }

// RFC 6901 s4: digits without leading zeros.
const JsonValue* Entry(const JsonArray& array, absl::string_view index) {
  if (index.empty() || (index.size() > 1 && index[0] == '0')) return nullptr;
  size_t at = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), at);
  if (error != std::errc() || end != index.data() + index.size() || at >= array.size()) return nullptr;
  return &array[at];
}

// Judges item by item and remembers which digests that used up.
class Judgement {
 public:
  explicit Judgement(const RichCallData& data) : data_(data), used_(data.digests.size()) {}

  // What stands in the token, in the serialization that is signed.
  void AddValue(std::string pointer, const JsonValue& value) {
    const std::string* digest = Use(pointer);
    RcdIntegrity integrity = RcdIntegrity::kSigned;
    if (digest != nullptr) {
      integrity = RcdDigestMatches(*digest, codec::CanonicalJson(value)) ? RcdIntegrity::kVerified
                                                                         : RcdIntegrity::kFailed;
    }
    Add(std::move(pointer), integrity, digest);
  }

  // Content of which the token has the URL alone.
  void AddUrl(std::string pointer) {
    const std::string* digest = Use(pointer);
    RcdIntegrity integrity = RcdIntegrity::kUnprotected;
    if (digest != nullptr) {
      const std::optional<DigestText> text = DigestText::Parse(*digest);
      integrity = text && text->HasRightSize() ? RcdIntegrity::kToFetch : RcdIntegrity::kFailed;
    }
    Add(std::move(pointer), integrity, digest);
  }

  // Digests that no item asked for: of parts of jcd, or of nothing.
  void AddRest() {
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i]) continue;
      const std::string& pointer = data_.digests[i].first;
      const JsonValue* value = data_.rcd ? ResolvePointer(*data_.rcd, pointer) : nullptr;
      if (value != nullptr) {
        AddValue(pointer, *value);
      } else {
        Add(pointer, RcdIntegrity::kFailed, &data_.digests[i].second);
      }
    }
  }

  std::vector<RcdItem> Take() { return std::move(items_); }

 private:
  const std::string* Use(absl::string_view pointer) {
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i] || data_.digests[i].first != pointer) continue;
      used_[i] = true;
      return &data_.digests[i].second;
    }
    return nullptr;
  }
  void Add(std::string pointer, RcdIntegrity integrity, const std::string* digest) {
    items_.push_back({std::move(pointer), integrity, digest == nullptr ? "" : *digest});
  }

  const RichCallData& data_;
  std::vector<bool> used_;
  std::vector<RcdItem> items_;
};

// URLs among the values of jCard properties of type uri (RFC 7095 s3.5.2): photo, logo, sound and the like.
// tel, mailto and sip URIs have no content.
void JudgeCardUrls(const JsonValue& card, Judgement& judgement) {
  const JsonArray* parts = card.if_array();
  const JsonArray* properties = parts != nullptr && parts->size() > 1 ? (*parts)[1].if_array() : nullptr;
  if (properties == nullptr) return;
  for (size_t i = 0; i < properties->size(); ++i) {
    const JsonArray* property = (*properties)[i].if_array();
    if (property == nullptr) continue;
    for (size_t j = 3; j < property->size(); ++j) {
      const std::string* type = (*property)[2].if_string();
      if (type != nullptr && *type == "uri" && IsBehindUrl((*property)[j].if_string())) {
        judgement.AddUrl(absl::StrCat("/jcd/1/", i, "/", j));
      }
    }
  }
}

}  // namespace

std::string RcdDigest(RcdDigestAlgorithm algorithm, absl::string_view octets) {
  std::string text, digest;
  switch (algorithm) {
    case RcdDigestAlgorithm::kSha256:
      text = "sha256-";
      digest = crypto::Sha256(octets);
      break;
    case RcdDigestAlgorithm::kSha384:
      text = "sha384-";
      digest = crypto::Sha384(octets);
      break;
    case RcdDigestAlgorithm::kSha512:
      text = "sha512-";
      digest = crypto::Sha512(octets);
      break;
  }
  const std::string base64 = codec::Base64Encode(digest);
  return absl::StrCat(text, base64.substr(0, base64.find('=')));
}

std::string RcdDigestOfValue(RcdDigestAlgorithm algorithm, const JsonValue& value) {
  return RcdDigest(algorithm, codec::CanonicalJson(value));
}

bool RcdDigestMatches(absl::string_view digest, absl::string_view octets) {
  const std::optional<DigestText> text = DigestText::Parse(digest);
  if (!text) return false;
  if (text->algorithm == "sha256") return text->octets == crypto::Sha256(octets);
  if (text->algorithm == "sha384") return text->octets == crypto::Sha384(octets);
  return text->octets == crypto::Sha512(octets);
}

const JsonValue* ResolvePointer(const JsonValue& root, absl::string_view pointer) {
  if (!IsJsonPointer(pointer)) return nullptr;
  const JsonValue* at = &root;
  if (pointer.empty()) return at;
  for (const absl::string_view token : absl::StrSplit(pointer.substr(1), '/')) {
    if (const JsonArray* array = at->if_array(); array != nullptr) {
      at = Entry(*array, token);
    } else {
      // In this order: "~01" is "~1", not "/".
      at = at->Find(absl::StrReplaceAll(absl::StrReplaceAll(token, {{"~1", "/"}}), {{"~0", "~"}}));
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::vector<RcdItem> JudgeRcdIntegrity(const RichCallData& data) {
  Judgement judgement(data);
  const codec::JsonObject* members = data.rcd ? data.rcd->if_object() : nullptr;
  if (members != nullptr) {
    for (const auto& [name, value] : *members) {
      std::string pointer = absl::StrCat("/", Escape(name));
      if ((name == "icn" || name == "jcl") && IsBehindUrl(value.if_string())) {
        judgement.AddUrl(std::move(pointer));
      } else {
        judgement.AddValue(std::move(pointer), value);
        if (name == "jcd") JudgeCardUrls(value, judgement);
      }
    }
  }
  judgement.AddRest();
  return judgement.Take();
}

absl::Status CompleteRcdDigests(RichCallData& data) {
  std::vector<std::pair<std::string, std::string>> added;
  for (const RcdItem& item : JudgeRcdIntegrity(data)) {
    if (item.integrity == RcdIntegrity::kUnprotected) {
      return MakeError(Reason::kMissingField, item.pointer, "content behind a URL needs a digest");
    }
    if (item.integrity == RcdIntegrity::kFailed) {
      return MakeError(Reason::kInvalidField, item.pointer, "the digest does not fit");
    }
    if (item.integrity == RcdIntegrity::kSigned &&
        (item.pointer == "/nam" || item.pointer == "/apn" || item.pointer == "/jcd")) {
      const JsonValue& value = *ResolvePointer(*data.rcd, item.pointer);
      added.emplace_back(item.pointer, RcdDigestOfValue(RcdDigestAlgorithm::kSha256, value));
    }
  }
  if (data.digests.size() + added.size() > limits::kRcdDigests) {
    return MakeError(Reason::kTooLarge, "", absl::StrCat("more digests than ", limits::kRcdDigests));
  }
  data.digests.insert(data.digests.end(), added.begin(), added.end());
  std::sort(data.digests.begin(), data.digests.end());
  return absl::OkStatus();
}

}  // namespace sti::stir

#include "services/vs/pasted_call.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/stir/identity_header.h"
#include "common/stir/passport.h"

namespace sti::vs {
namespace {

bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

// RFC 3261 s7.3.3, RFC 8224 s4.
std::string LongName(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  if (lower == "f") return "from";
  if (lower == "t") return "to";
  if (lower == "i") return "call-id";
  if (lower == "y") return "identity";
  return lower;
}

// A line that begins a PASSporT, of full or of compact form.
bool BeginsIdentity(absl::string_view line) {
  return absl::StartsWith(line, "eyJ") || absl::StartsWith(line, "..");
}

// "INVITE sip:12155550131@example.com SIP/2.0"
bool TakeRequestLine(absl::string_view line, IncomingCall& call) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() != 3 || !absl::StartsWithIgnoreCase(words[2], "SIP/2.0")) return false;
  call.request_uri = std::string(words[1]);
  return true;
}

class Reader {
 public:
  void Take(absl::string_view line) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty()) {
      ended_ = ended_ || named_;  // what follows is a body
      return;
    }
    if (ended_) return;
    const bool folded = absl::ascii_isspace(static_cast<unsigned char>(line.front()));
    if (folded && last_ != nullptr) {
      absl::StrAppend(last_, " ", text);
      return;
    }
    if (!named_ && TakeRequestLine(text, call_)) {
      named_ = true;
      return;
    }
    const size_t colon = text.find(':');
    if (colon != absl::string_view::npos && IsName(absl::StripAsciiWhitespace(text.substr(0, colon)))) {
      named_ = true;
      TakeHeader(LongName(absl::StripAsciiWhitespace(text.substr(0, colon))),
                 absl::StripAsciiWhitespace(text.substr(colon + 1)));
      return;
    }
    TakeBare(text);
  }

  IncomingCall call() && {
    call_.from = std::move(from_);
    return std::move(call_);
  }

 private:
  void TakeHeader(const std::string& name, absl::string_view value) {
    last_ = &other_;
    in_identity_ = name == "identity";
    if (in_identity_) {
      last_ = &call_.identity.emplace_back(value);
    } else if (name == "p-asserted-identity") {
      last_ = &call_.p_asserted_identity.emplace_back(value);
    } else if (name == "resource-priority") {
      last_ = &call_.resource_priority.emplace_back(value);
    } else if (name == "from") {
      *(last_ = &from_) = std::string(value);
    } else if (name == "to") {
      *(last_ = &call_.to) = std::string(value);
    } else if (name == "priority") {
      *(last_ = &call_.priority) = std::string(value);
    } else if (name == "date") {
      call_.date = TimeFrom(value);
    }
  }

  void TakeBare(absl::string_view text) {
    if (in_identity_ && !BeginsIdentity(text)) {
      absl::StrAppend(last_, text);
      return;
    }
    last_ = &call_.identity.emplace_back(text);
    in_identity_ = true;
  }

  IncomingCall call_;
  std::string from_, other_;
  std::string* last_ = nullptr;  // what a further line may go on with; no element is added while it is in use
  bool named_ = false, ended_ = false, in_identity_ = false;
};

std::string Field(const std::map<std::string, std::string>& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : std::string(absl::StripAsciiWhitespace(found->second));
}

std::optional<absl::Time> IssuedAt(const std::vector<std::string>& identities) {
  for (const std::string& value : identities) {
    const auto header = stir::IdentityHeader::Parse(value);
    if (!header.ok()) continue;
    const auto passport = stir::SealedPassport::Parse(header->token);
    if (!passport.ok()) continue;
    const codec::JsonValue* iat = passport->claims().Find("iat");
    // The years of a calendar, which the pages can show.
    if (iat != nullptr && iat->is_int() && *iat->if_int() >= 0 && *iat->if_int() < 253402300800) {
      return absl::FromUnixSeconds(*iat->if_int());
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<absl::Time>> MomentFrom(const std::map<std::string, std::string>& fields,
                                                     const IncomingCall& call, AsOf& as_of) {
  const std::string choice = Field(fields, "as_of"), at = Field(fields, "at");
  if (choice == "now") {
    as_of = AsOf::kNow;
    return std::optional<absl::Time>();
  }
  if (choice == "given") {
    as_of = AsOf::kGiven;
    if (at.empty()) return MakeError(Reason::kMissingField, "at", "the time of the call is not given");
    const std::optional<absl::Time> time = TimeFrom(at);
    if (!time) return MakeError(Reason::kInvalidField, "at", "no time such as 2026-11-23T22:05:09Z");
    return time;
  }
  if (!choice.empty() && choice != "issued") {
    return MakeError(Reason::kInvalidField, "as_of", "issued, now or given");
  }
  as_of = AsOf::kIssued;
  return IssuedAt(IdentitiesOf(call));
}

}  // namespace

IncomingCall ReadPasted(absl::string_view text) {
  Reader reader;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) reader.Take(line);
  return std::move(reader).call();
}

std::optional<absl::Time> TimeFrom(absl::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
  absl::Time time;
  std::string error;
  for (const char* format :
       {"%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%d%n%H:%M:%E*S%Ez", "%Y-%m-%dT%H:%M:%E*S", "%Y-%m-%d%n%H:%M:%E*S",
        "%Y-%m-%dT%H:%M", "%Y-%m-%d%n%H:%M", "%a, %d %b %Y %H:%M:%S GMT"}) {
    if (!absl::ParseTime(format, trimmed, absl::UTCTimeZone(), &time, &error)) continue;
    return time > absl::InfinitePast() && time < absl::InfiniteFuture() ? std::make_optional(time)
                                                                        : std::nullopt;
  }
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(trimmed, &seconds) || seconds < 0 || seconds >= 253402300800) return std::nullopt;
  return absl::FromUnixSeconds(seconds);
}

absl::StatusOr<PastedCall> PastedCallFrom(const std::map<std::string, std::string>& fields) {
  PastedCall pasted;
  pasted.call = ReadPasted(Field(fields, "pasted"));
  IncomingCall& call = pasted.call;
  if (std::string from = Field(fields, "from"); !from.empty()) call.from = std::move(from);
  if (std::string to = Field(fields, "to"); !to.empty()) call.to = std::move(to);
  if (std::string uri = Field(fields, "ruri"); !uri.empty()) call.request_uri = std::move(uri);
  if (std::string pai = Field(fields, "pai"); !pai.empty()) call.p_asserted_identity = {std::move(pai)};
  if (const std::string date = Field(fields, "date"); !date.empty()) {
    call.date = TimeFrom(date);
    if (!call.date) return MakeError(Reason::kInvalidField, "date", "no time such as 2026-11-23T22:05:09Z");
  }
  auto at = MomentFrom(fields, call, pasted.as_of);
  if (!at.ok()) return at.status();
  call.at = *at;
  call.dry_run = true;
  pasted.profile = Field(fields, "profile");
  return pasted;
}

}  // namespace sti::vs

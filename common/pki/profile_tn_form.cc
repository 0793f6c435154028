// Looks at the octets of a TNAuthList (RFC 8226 s9), so that what is wrong can be named: TnAuthList::ParseDer
// refuses such a list as a whole.
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/pki/profile_rules.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

constexpr uint8_t kSequence = 0x30, kIa5String = 0x16, kInteger = 0x02;
constexpr uint8_t kSpc = 0xA0, kRange = 0xA1, kOne = 0xA2;  // EXPLICIT tags
constexpr size_t kMostDigits = 15;

struct Value {
  uint8_t tag = 0;
  absl::string_view octets;
};

// Takes one value off `rest`: a tag of one octet, a length in the shortest form.
std::optional<Value> TakeValue(absl::string_view& rest) {
  const auto octet = [&rest](size_t i) { return static_cast<uint8_t>(rest[i]); };
  if (rest.size() < 2) return std::nullopt;
  size_t head = 2, length = octet(1);
  if (length >= 0x80) {
    const size_t size = length & 0x7F;
    if (size == 0 || size > 3 || rest.size() < 2 + size || octet(2) == 0) return std::nullopt;
    length = 0;
    for (size_t i = 0; i < size; ++i) length = length << 8 | octet(2 + i);
    if (length < 0x80) return std::nullopt;
    head += size;
  }
  if (rest.size() - head < length) return std::nullopt;
  const Value value{octet(0), rest.substr(head, length)};
  rest.remove_prefix(head + length);
  return value;
}

class Reader {
 public:
  explicit Reader(ProfileFacts& facts) : facts_(facts) {}

  void List(absl::string_view der) {
    const std::optional<Value> list = TakeValue(der);
    if (!list || list->tag != kSequence || !der.empty())
      return Note(TnDefect::kForm, "it is not one SEQUENCE");
    absl::string_view rest = list->octets;
    if (rest.empty()) Note(TnDefect::kEmpty, "it has no entry");
    while (!rest.empty()) {
      const std::optional<Value> entry = TakeValue(rest);
      if (!entry) return Note(TnDefect::kForm, "an entry is cut off, or its length not in DER");
      ++facts_.tn_entries;
      Entry(*entry);
    }
  }

 private:
  // The first of its kind is told.
  void Note(TnDefect defect, std::string text) { facts_.tn_defects.emplace(defect, std::move(text)); }

  void Entry(const Value& entry) {
    if (entry.tag != kSpc && entry.tag != kRange && entry.tag != kOne) {
      return Note(TnDefect::kEntryTag,
                  absl::StrFormat("an entry has the tag %02X; EXPLICIT [0], [1] and [2] are A0, A1 and A2",
                                  entry.tag));
    }
    absl::string_view rest = entry.octets;
    const std::optional<Value> inner = TakeValue(rest);
    if (!inner || !rest.empty()) return Note(TnDefect::kForm, "an entry does not hold exactly one value");
    if (entry.tag == kRange) return Range(*inner);
    if (inner->tag != kIa5String) {
      return entry.tag == kSpc
                 ? Note(TnDefect::kSpcType,
                        absl::StrFormat("an SPC has the type %02X, not IA5String", inner->tag))
                 : Note(TnDefect::kNumberType,
                        absl::StrFormat("a number has the type %02X, not IA5String", inner->tag));
    }
    if (entry.tag == kOne) return Number(inner->octets);
    facts_.spcs.emplace_back(inner->octets);
  }

  void Number(absl::string_view number) {
    if (number.empty() || number.size() > kMostDigits) {
      Note(TnDefect::kNumberSize, absl::StrCat("a number has ", number.size(), " characters, not 1 to 15"));
    }
    if (number.find_first_not_of("0123456789#*") != absl::string_view::npos) {
      Note(TnDefect::kNumberCharacters, absl::StrCat("number ", number, " has others than 0-9, # and *"));
    }
  }

  void Range(const Value& range) {
    absl::string_view rest = range.octets;
    const std::optional<Value> start = TakeValue(rest);
    const std::optional<Value> count = start ? TakeValue(rest) : std::nullopt;
    if (range.tag != kSequence || !count || start->tag != kIa5String || count->tag != kInteger ||
        count->octets.empty()) {
      return Note(TnDefect::kRangeForm, "a range is not a SEQUENCE of IA5String and INTEGER");
    }
    Number(start->octets);
    const bool digits = start->octets.find_first_not_of("0123456789") == absl::string_view::npos;
    if (!digits)
      Note(TnDefect::kRangeStart, absl::StrCat("a range starts at ", start->octets, ", not at digits"));
    Count(count->octets, digits ? start->octets : absl::string_view());
  }

  // `start`: empty when it is none.
  void Count(absl::string_view octets, absl::string_view start) {
    const bool negative = (static_cast<uint8_t>(octets[0]) & 0x80) != 0;
    const bool huge = octets.size() > 8;
    uint64_t count = 0;
    for (const char octet : octets) count = count << 8 | static_cast<uint8_t>(octet);
    if (negative || (!huge && count < 2))
      return Note(TnDefect::kRangeCount, "the count of a range is less than 2");
    if (start.empty() || start.size() > kMostDigits) return;
    uint64_t first = 0, bound = 1;
    for (const char digit : start) {
      first = first * 10 + static_cast<uint64_t>(digit - '0');
      bound *= 10;
    }
    if (huge || count >= bound - first) {
      Note(TnDefect::kRangeEnd,
           absl::StrCat("the range from ", start, " on goes beyond ", start.size(), " digits"));
    }
  }

  ProfileFacts& facts_;
};

template <TnDefect kDefect>
std::string CheckTn(const ProfileFacts& facts) {
  const auto found = facts.tn_defects.find(kDefect);
  return found == facts.tn_defects.end() ? "" : absl::StrCat("TNAuthList: ", found->second);
}

constexpr ProfileSource kRfc8226 = {"RFC 8226 s9", "2018-02-01", "2018-02-01"};
constexpr int kAll = CertificateRole::kLeaf | CertificateRole::kIntermediate | CertificateRole::kRoot |
                     CertificateRole::kDelegate | CertificateRole::kDelegateCa;

}  // namespace

void ReadTnAuthList(absl::string_view der, ProfileFacts& facts) {
  Reader(facts).List(der);
  if (!facts.tn_defects.empty()) return;
  const absl::Status parsed = TnAuthList::ParseDer(der).status();
  if (!parsed.ok()) facts.tn_defects.emplace(TnDefect::kForm, std::string(parsed.message()));
}

absl::Span<const ProfileRule> TnFormRules() {
  static constexpr ProfileRule kRules[] = {
      {"tn_auth_list_malformed", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kForm>},
      {"tn_auth_list_empty", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kEmpty>},
      {"tn_auth_list_entry_tag", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kEntryTag>},
      {"tn_auth_list_spc_type", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kSpcType>},
      {"tn_auth_list_number_type", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kNumberType>},
      {"tn_auth_list_number_size", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kNumberSize>},
      {"tn_auth_list_number_characters", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kNumberCharacters>},
      {"tn_auth_list_range_malformed", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kRangeForm>},
      {"tn_auth_list_range_start", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kRangeStart>},
      {"tn_auth_list_range_count", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kRangeCount>},
      {"tn_auth_list_range_end", kRfc8226, nullptr, kAll, CheckTn<TnDefect::kRangeEnd>},
  };
  return kRules;
}

}  // namespace sti::pki

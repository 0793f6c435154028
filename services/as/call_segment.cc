#include "services/as/call_segment.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/reason.h"
#include "common/crypto/digest.h"
#include "common/daemon/files.h"

namespace sti::as {
namespace {

constexpr char kTimeFormat[] = "%E4Y%m%dT%H%M%SZ";
constexpr char kMagic[] = "sti-as calls 1\n\n";  // 16 octets
constexpr size_t kHeader = 16 + 3 * 8;
constexpr size_t kEntry = 16;
constexpr size_t kReadAtOnce = 256 * 1024;

uint64_t HashOf(absl::string_view key) {
  const std::string digest = crypto::Sha256(key);
  uint64_t hash = 0;
  for (size_t i = 0; i < 8; ++i) hash = hash << 8 | static_cast<unsigned char>(digest[i]);
  return hash;
}

void AppendNumber(uint64_t number, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift & 0xff));
}

uint64_t NumberAt(const char* at) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(at[i]);
  return number;
}

bool ReadAt(std::ifstream& file, uint64_t offset, char* to, size_t size) {
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(to, static_cast<std::streamsize>(size));
  return file.good();
}

// calls-TIME-SEQ
std::optional<CallSegment> SegmentOf(const std::filesystem::path& path) {
  const std::string name = path.stem().string();
  if (path.extension() != ".log" || !absl::StartsWith(name, "calls-")) return std::nullopt;
  const size_t dash = name.rfind('-');
  CallSegment segment;
  std::string error;
  if (dash < 6 || !absl::SimpleAtoi(name.substr(dash + 1), &segment.first_seq) ||
      !absl::ParseTime(kTimeFormat, name.substr(6, dash - 6), &segment.begin, &error)) {
    return std::nullopt;
  }
  segment.stem = (path.parent_path() / name).string();
  return segment;
}

}  // namespace

CallSegment MakeCallSegment(absl::string_view folder, absl::Time begin, int64_t first_seq) {
  const std::string time = absl::FormatTime(kTimeFormat, begin, absl::UTCTimeZone());
  return {absl::StrCat(folder, "/calls-", time, "-", first_seq), begin, first_seq};
}

absl::StatusOr<std::vector<CallSegment>> ListCallSegments(const std::string& folder) {
  std::vector<CallSegment> segments;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (auto segment = SegmentOf(entry.path())) segments.push_back(*std::move(segment));
  }
  if (error)
    return MakeError(Reason::kStorageFailed, absl::StrCat("cannot list ", folder, ": ", error.message()));
  std::sort(segments.begin(), segments.end(),
            [](const CallSegment& a, const CallSegment& b) { return a.first_seq < b.first_seq; });
  return segments;
}

void CallIndex::Add(absl::string_view key, uint64_t offset) { entries_.emplace_back(HashOf(key), offset); }

void CallIndex::AddTime(absl::Time time) {
  earliest_ = std::min(earliest_, time);
  latest_ = std::max(latest_, time);
}

absl::Status CallIndex::Save(const std::string& path) {
  std::sort(entries_.begin(), entries_.end());
  std::string octets(kMagic, 16);
  octets.reserve(kHeader + entries_.size() * kEntry);
  AppendNumber(static_cast<uint64_t>(absl::ToUnixMillis(earliest_)), octets);
  AppendNumber(static_cast<uint64_t>(absl::ToUnixMillis(latest_)), octets);
  AppendNumber(entries_.size(), octets);
  for (const auto& [hash, offset] : entries_) {
    AppendNumber(hash, octets);
    AppendNumber(offset, octets);
  }
  return daemon::WriteFileAtomically(path, octets);
}

std::optional<CallIndexAnswer> AskCallIndex(const std::string& path, absl::string_view key) {
  std::ifstream file(path, std::ios::binary);
  std::error_code no_size;
  const uintmax_t size = std::filesystem::file_size(path, no_size);
  char header[kHeader];
  if (!file.is_open() || no_size || !ReadAt(file, 0, header, kHeader) ||
      std::memcmp(header, kMagic, 16) != 0) {
    return std::nullopt;
  }
  const uint64_t count = NumberAt(header + 32);
  if (size != kHeader + count * kEntry) return std::nullopt;
  CallIndexAnswer answer{absl::FromUnixMillis(static_cast<int64_t>(NumberAt(header + 16))),
                         absl::FromUnixMillis(static_cast<int64_t>(NumberAt(header + 24))),
                         {}};
  const uint64_t hash = HashOf(key);
  char entry[kEntry];
  uint64_t low = 0, high = count;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (!ReadAt(file, kHeader + middle * kEntry, entry, kEntry)) return std::nullopt;
    NumberAt(entry) < hash ? low = middle + 1 : high = middle;
  }
  for (; low < count; ++low) {
    if (!ReadAt(file, kHeader + low * kEntry, entry, kEntry)) return std::nullopt;
    if (NumberAt(entry) != hash) break;
    answer.offsets.push_back(NumberAt(entry + 8));
  }
  return answer;
}

absl::StatusOr<uint64_t> ReadCallLines(const std::string& path, uint64_t offset, uint64_t longest,
                                       const std::function<bool(absl::string_view line)>& take) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    const bool there = std::filesystem::exists(path);
    return MakeError(there ? Reason::kStorageFailed : Reason::kNotFound, absl::StrCat("cannot open ", path));
  }
  file.seekg(static_cast<std::streamoff>(offset));
  std::string buffer;
  const uint64_t begin = offset;
  while (offset - begin < longest) {
    const size_t kept = buffer.size();
    buffer.resize(kept + kReadAtOnce);
    file.read(&buffer[kept], kReadAtOnce);
    const auto got = static_cast<size_t>(file.gcount());
    if (file.bad()) return MakeError(Reason::kStorageFailed, absl::StrCat("cannot read ", path));
    buffer.resize(kept + got);
    size_t line = 0;
    for (size_t end = buffer.find('\n', kept); end != std::string::npos; end = buffer.find('\n', line)) {
      const bool more = take(absl::string_view(buffer).substr(line, end - line));
      line = end + 1;
      if (!more) return offset + line;
    }
    offset += line;
    buffer.erase(0, line);
    if (got == 0) break;
  }
  return offset;
}

}  // namespace sti::as

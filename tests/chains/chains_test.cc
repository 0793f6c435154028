// Every golden folder must get the judgement that its expect.txt demands. README.md explains the files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/base/reason.h"
#include "common/codec/pem.h"
#include "common/pki/certificate.h"
#include "common/pki/chain_verifier.h"
#include "common/pki/crl.h"
#include "common/pki/tn_auth_list.h"

namespace sti::pki {
namespace {

constexpr char kFolder[] = "tests/chains";
constexpr size_t kMaxBlocks = 32;

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::vector<Certificate> ReadCertificates(const std::filesystem::path& path) {
  std::vector<Certificate> certificates;
  const std::vector<codec::PemBlock> blocks = codec::ParsePem(Read(path), kMaxBlocks).value();
  for (const codec::PemBlock& block : blocks) {
    if (block.label == "CERTIFICATE") certificates.push_back(Certificate::ParseDer(block.der).value());
  }
  return certificates;
}

// Null when the folder has no CRL.
std::shared_ptr<const VerifiedCrl> ReadCrl(const std::filesystem::path& folder, absl::Time at) {
  if (!std::filesystem::exists(folder / "crl.pem")) return nullptr;
  const std::vector<codec::PemBlock> blocks = codec::ParsePem(Read(folder / "crl.pem"), kMaxBlocks).value();
  const std::vector<Certificate> signers = ReadCertificates(folder / "crl.pem");
  return VerifiedCrl::Verify(blocks.front().der, signers, signers.back(), at).value();
}

std::map<std::string, std::string> ReadExpectation(const std::filesystem::path& folder) {
  std::map<std::string, std::string> expected;
  for (const absl::string_view line : absl::StrSplit(Read(folder / "expect.txt"), '\n', absl::SkipEmpty())) {
    expected.insert(absl::StrSplit(line, absl::MaxSplits(' ', 1)));
  }
  return expected;
}

ChainPolicy ReadPolicy(std::map<std::string, std::string> expected) {
  ChainPolicy policy;
  policy.delegates_allowed = expected["delegates"] != "off";
  if (expected["spc_scope"] == "itself") policy.spc_scope = SpcScope::kItself;
  policy.policy_oids = absl::StrSplit(expected["policy_oids"], ',', absl::SkipEmpty());
  return policy;
}

absl::Status Judge(const std::filesystem::path& folder, const ChainPolicy& policy, absl::Time at) {
  const auto chain = CertificateChain::Parse(Read(folder / "chain.pem"));
  if (!chain.ok()) return chain.status();
  const TrustAnchors anchors(ReadCertificates(folder / "anchors.pem"));
  return VerifyChain(*chain, anchors, ReadCrl(folder, at).get(), policy, at);
}

class GoldenChains : public testing::TestWithParam<std::string> {};

TEST_P(GoldenChains, GetsTheExpectedReason) {
  const std::filesystem::path folder = std::filesystem::path(kFolder) / GetParam();
  std::map<std::string, std::string> expected = ReadExpectation(folder);
  absl::Time at;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, expected["time"], &at, &error)) << error;
  ASSERT_TRUE(expected["reason"] == "NONE" || ReasonFromName(expected["reason"]) != Reason::kNone);
  const absl::Status judgement = Judge(folder, ReadPolicy(expected), at);
  EXPECT_EQ(ReasonName(ReasonOf(judgement)), expected["reason"]) << judgement;
}

std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.is_directory()) folders.push_back(entry.path().filename());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

INSTANTIATE_TEST_SUITE_P(Folders, GoldenChains, testing::ValuesIn(Folders()),
                         [](const auto& param_info) { return param_info.param; });

TEST(GoldenChains, AreAllThere) {
  const std::vector<std::string> folders = Folders();
  EXPECT_GE(folders.size(), 100U);
  EXPECT_THAT(folders, testing::Contains("good"));
}

}  // namespace
}  // namespace sti::pki

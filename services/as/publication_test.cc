#include "services/as/publication.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "common/base/reason.h"
#include "common/stir/vectors_testing.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"

namespace sti::as {
namespace {

constexpr char kBase[] = "https://certs.example.com:8443";

class PublicationTest : public ::testing::Test {
 protected:
  void Open() { publication_ = Publication::Open(dir_.File("published"), kBase, clock_).value(); }
  PublicationTest() { Open(); }

  http::HttpResponse Ask(const std::string& target, const std::string& method = "GET",
                         http::HttpHeaders headers = {}) const {
    http::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    return publication_->Handle(request);
  }
  static std::string Header(const http::HttpResponse& response, const std::string& name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == response.headers.end() ? "" : found->second;
  }
  std::string PathOf(const pki::CertificateChain& chain) const {
    return publication_->Publish(chain).value().substr(sizeof kBase - 1);
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{stir::DemoTime()};
  const std::string pem_ = stir::ReadVector("demo-pki/chain1234.pem");
  const pki::CertificateChain chain_ = pki::CertificateChain::Parse(pem_).value();
  std::unique_ptr<Publication> publication_;
};

TEST_F(PublicationTest, ChainIsPublishedLeafFirstWithTypeAndCachingDirectives) {
  const std::string url = publication_->Publish(chain_).value();
  EXPECT_EQ(url.rfind(std::string(kBase) + "/certs/", 0), 0u) << url;
  const http::HttpResponse response = Ask(url.substr(sizeof kBase - 1));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, pem_);
  EXPECT_EQ(Header(response, "Content-Type"), "application/pem-certificate-chain");
  EXPECT_EQ(Header(response, "Cache-Control"), "public, max-age=86400, immutable");
  EXPECT_EQ(Ask(url.substr(sizeof kBase - 1), "GET", {{"if-none-match", Header(response, "ETag")}}).status,
            304);
}

TEST_F(PublicationTest, AUrlGivesTheSameForEverAndAnotherChainHasAnother) {
  const std::string path = PathOf(chain_);
  EXPECT_EQ(PathOf(chain_), path);
  const auto leaf_alone = pki::CertificateChain::FromCertificates({chain_.leaf()}).value();
  EXPECT_NE(PathOf(leaf_alone), path);
  EXPECT_EQ(Ask(path).body, pem_);
}

TEST_F(PublicationTest, SurvivesARestart) {
  const std::string path = PathOf(chain_);
  Open();
  EXPECT_EQ(Ask(path).body, pem_);
}

TEST_F(PublicationTest, WhatIsNotTheChainThatItIsNamedAfterIsPassedOver) {
  const std::string path = PathOf(chain_);
  dir_.Write("published/junk.pem", "junk");
  dir_.Write("published/" + path.substr(7), stir::ReadVector("demo-pki/int.pem"));
  Open();
  EXPECT_EQ(Ask("/certs/junk.pem").status, 404);
  EXPECT_EQ(Ask(path).status, 404);
}

TEST_F(PublicationTest, OtherPathsAndMethodsAreRefusedAndNotCached) {
  PathOf(chain_);
  for (const char* target : {"/", "/certs/", "/certs/..", "/certs/0.pem", ""}) {
    EXPECT_EQ(Ask(target).status, 404) << target;
    EXPECT_EQ(Header(Ask(target), "Cache-Control"), "no-store");
  }
  EXPECT_EQ(Ask(PathOf(chain_), "POST").status, 405);
}

TEST_F(PublicationTest, IsThereUntilItsLastSecondAndGoneThen) {
  const std::string path = PathOf(chain_);
  clock_.Set(chain_.leaf().not_after());
  publication_->RemoveExpired();
  EXPECT_EQ(Ask(path).status, 200);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Ask(path).status, 410);
  EXPECT_EQ(ReasonOf(publication_->Publish(chain_).status()), Reason::kCertificateExpired);
  clock_.Advance(absl::Hours(24));
  publication_->RemoveExpired();
  EXPECT_EQ(Ask(path).status, 404);
  Open();
  EXPECT_EQ(Ask(path).status, 404);
}

TEST_F(PublicationTest, WhatCannotBeKeptIsNotPublished) {
  std::filesystem::remove_all(dir_.File("published"));
  EXPECT_EQ(ReasonOf(publication_->Publish(chain_).status()), Reason::kStorageFailed);
}

}  // namespace
}  // namespace sti::as

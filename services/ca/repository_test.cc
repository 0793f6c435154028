#include "services/ca/repository.h"

#include <algorithm>
#include <string>

#include "common/base/status_macros.h"
#include "common/testing/failing_database.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "gtest/gtest.h"
#include "services/ca/ca_records.h"
#include "services/ca/ca_testing.h"

namespace sti::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1750000000);
const absl::Duration kKeep = absl::Hours(24 * 30);
constexpr char kPath[] = "/certs/AB12.pem";
constexpr char kChain[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
// sha256sum of kChain.
constexpr char kEtag[] = "\"7cc358aa45100f42d57b76e9b235253bfc6fc830b3e45858d2bc473657aae3f7\"";

class RepositoryTest : public ::testing::Test {
 protected:
  RepositoryTest() {
    CertificateRecord record;
    record.serial = "AB12";
    record.path = kPath;
    record.chain_pem = kChain;
    record.token_jti = "jti";
    record.not_after = kNow;
    const absl::Status stored = real_->Write([&](store::Transaction& transaction) {
      ReserveSerial(transaction, record.serial, record.spc, absl::UnixEpoch()).IgnoreError();
      return InsertCertificate(transaction, record);
    });
    EXPECT_TRUE(stored.ok()) << stored;
  }

  http::HttpResponse Ask(const std::string& method, const std::string& target,
                         http::HttpHeaders headers = {}) const {
    http::HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = std::move(headers);
    return repository_.Handle(request);
  }
  static std::string Header(const http::HttpResponse& response, const std::string& name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == response.headers.end() ? "" : found->second;
  }

  testing::TempDir dir_;
  std::unique_ptr<store::Database> real_ = OpenScratchDatabase(dir_);
  testing::FailingDatabase database_{*real_};
  testing::FakeClock clock_{kNow};
  const Repository repository_{database_, absl::Hours(24), kKeep, clock_};
};

TEST_F(RepositoryTest, ChainComesWithItsTypeAndCachingDirectives) {
  const http::HttpResponse response = Ask("GET", kPath);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, kChain);
  EXPECT_EQ(Header(response, "Content-Type"), "application/pem-certificate-chain");
  EXPECT_EQ(Header(response, "Cache-Control"), "public, max-age=86400, immutable");
  EXPECT_EQ(Header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Header(response, "ETag"), kEtag);
}

TEST_F(RepositoryTest, KnownEtagGivesNotModified) {
  for (const std::string& value : {std::string(kEtag), "W/" + std::string(kEtag),
                                   "\"other\", " + std::string(kEtag), std::string("*")}) {
    const http::HttpResponse response = Ask("GET", kPath, {{"if-none-match", value}});
    EXPECT_EQ(response.status, 304) << value;
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(Header(response, "ETag"), kEtag);
  }
  EXPECT_EQ(Ask("GET", kPath, {{"if-none-match", "\"other\""}}).status, 200);
  EXPECT_EQ(Ask("GET", kPath, {{"if-none-match", ""}}).status, 200);
}

TEST_F(RepositoryTest, EveryOtherPathIsNotFoundAndNotCached) {
  for (const char* target :
       {"/", "/certs/", "/certs/AB13.pem", "/certs/ab12.pem", "/certs/AB12", "/certs/AB12.pem?",
        "/certs//AB12.pem", "/certs/../certs/AB12.pem", "/certs/%41B12.pem", "' OR ''='"}) {
    const http::HttpResponse response = Ask("GET", target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_EQ(Header(response, "Cache-Control"), "no-store");
  }
  EXPECT_EQ(Ask("GET", std::string(5000, '/')).status, 404);
}

TEST_F(RepositoryTest, CertificateOfAnOlderReplicaHasTheJtiWhereThatOneKeepsIt) {
  std::string jti;
  const absl::Status read = real_->Write([&](store::Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute("UPDATE certificates SET jti = ''", {}));
    STI_ASSIGN_OR_RETURN(const auto found, FindCertificate(transaction, "AB12"));
    if (found) jti = found->token_jti;
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  EXPECT_EQ(jti, "jti");
}

// PostgreSQL fails on some of them, and a failing database is what the health reports.
TEST_F(RepositoryTest, WhatWasNeverGivenOutDoesNotReachTheDatabase) {
  database_.FailReads(true);
  const std::string longest = "/certs/" + std::string(40, 'F') + ".pem";
  EXPECT_EQ(Ask("GET", longest).status, 503) << "could be one of ours";
  for (const std::string& target :
       {std::string("/certs/\xff.pem"), std::string("/certs/A\0.pem", 13), std::string("/certs/\xc3\xa4.pem"),
        "/certs/" + std::string(41, 'F') + ".pem", std::string("/certs/.pem"), std::string("/certs/ab12.pem"),
        std::string("/certs/AB12.pemx"), std::string("x/certs/AB12.pem"), std::string()}) {
    EXPECT_EQ(Ask("GET", target).status, 404) << target;
  }
}

TEST_F(RepositoryTest, OtherMethodsAreNotAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const http::HttpResponse response = Ask(method, kPath);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(Header(response, "Allow"), "GET, HEAD");
  }
}

TEST_F(RepositoryTest, DeadDatabaseIsAPassingFailure) {
  database_.FailReads(true);
  EXPECT_EQ(Ask("GET", kPath).status, 503);
  EXPECT_EQ(Header(Ask("GET", kPath), "Cache-Control"), "no-store");
}

TEST_F(RepositoryTest, StaysForAMarginAfterItHasExpiredAndIsGoneThen) {
  clock_.Set(kNow + kKeep);
  EXPECT_EQ(Ask("GET", kPath).status, 200);
  clock_.Set(kNow + kKeep + absl::Seconds(1));
  const http::HttpResponse gone = Ask("GET", kPath);
  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(gone.body.find("BEGIN CERTIFICATE"), std::string::npos);
  EXPECT_EQ(Ask("GET", "/certs/AB13.pem").status, 404);
}

}  // namespace
}  // namespace sti::ca

#include "tests/bench/audit_cases.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/store/audit_log.h"

namespace sti::bench {
namespace {

constexpr char kBaseline[] = "SQLite: a row, on disk";

void Require(const absl::Status& status, absl::string_view what) {
  if (status.ok()) return;
  std::cerr << "bench: " << what << ": " << status << "\n";
  std::exit(1);
}

std::string MakeFolder() {
  const char* place = std::getenv("TMPDIR");
  std::string folder = absl::StrCat(place == nullptr ? "/tmp" : place, "/sti-bench-XXXXXX");
  Require(mkdtemp(folder.data()) == nullptr ? absl::InternalError("mkdtemp") : absl::OkStatus(), "folder");
  return folder;
}

std::vector<store::Migration> Schema() {
  std::vector<std::string> statements = store::AuditTables();
  statements.emplace_back(
      "CREATE TABLE tokens (seq BIGINT PRIMARY KEY, jti TEXT NOT NULL UNIQUE, provider TEXT NOT NULL,"
      " spc TEXT NOT NULL, issued BIGINT NOT NULL, expires BIGINT NOT NULL)");
  return {{1, std::move(statements)}};
}

}  // namespace

AuditBench::AuditBench() : folder_(MakeFolder()) {
  auto database = store::OpenSqlite(folder_ + "/bench.sqlite", Schema());
  Require(database.status(), "database");
  database_ = *std::move(database);
}

AuditBench::~AuditBench() {
  database_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void AuditBench::Write(bool with_event) {
  const int64_t number = ++count_;
  const std::string jti = absl::StrCat("7d0e3b5c-6a52-4f5e-9d4e-", number);
  const absl::Time now = SystemClock::Instance().TimeNow();
  Require(database_->Write([&](store::Transaction& transaction) -> absl::Status {
    STI_RETURN_IF_ERROR(transaction.Execute(
        "INSERT INTO tokens (seq, jti, provider, spc, issued, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        {number, jti, std::string("example-telephone"), std::string("1234"), absl::ToUnixSeconds(now),
         absl::ToUnixSeconds(now) + 3600}));
    if (!with_event) return absl::OkStatus();
    return store::AppendAudit(
        transaction, {"sti-as.example.net", "0f8fad5b-d9cb-469f-a165-70867728950e"},
        {"token.issue",
         absl::StrCat("token/", jti),
         {"1234"},
         "",
         absl::StrCat("{\"expires\":\"2026-11-23T08:00:00Z\",\"fingerprint\":\"SHA256 ", std::string(95, 'A'),
                      "\",\"jti\":\"", jti, "\",\"provider\":\"example-telephone\"}")},
        now);
  }),
          "write");
}

std::vector<Case> AuditBench::Cases() {
  return {
      {kBaseline, "", [this](absl::Duration duration) { return Repeat(duration, [this] { Write(false); }); }},
      {"SQLite: a row and its audit event", kBaseline,
       [this](absl::Duration duration) { return Repeat(duration, [this] { Write(true); }); }},
  };
}

}  // namespace sti::bench

#include "services/as/call_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/admin/audit_line.h"
#include "common/base/reason.h"
#include "common/base/retry_after.h"
#include "common/daemon/files.h"
#include "common/store/audit_chain.h"
#include "common/testing/fake_clock.h"
#include "common/testing/temp_dir.h"
#include "services/as/call_record_event.h"
#include "services/as/call_segment.h"
#include "services/as/call_trace.h"

namespace sti::as {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1735689600);

std::string OrigidOf(int i) { return absl::StrCat("123e4567-e89b-42d3-a456-", 426655440000 + i); }

// The i-th call, a second after the one before.
CallRecord Call(int i) {
  CallRecord call;
  call.time = kStart + absl::Seconds(i);
  call.provider = "acme";
  call.spc = "1234";
  call.client = "sbc";
  call.request_id = absl::StrCat("r", i);
  call.ppt = "shaken";
  call.orig = absl::StrCat(12155550000 + i);
  call.dest = {"12155559000", absl::StrCat(13105550000 + i)};
  call.iat = 1735689600 + i;
  call.attest = stir::Attestation::kB;
  call.rule = "unknown_number";
  call.origid = OrigidOf(i);
  call.customer = "bakery";
  call.trunk = "trunk-7";
  call.call_id = absl::StrCat(i, "@sbc.example.net");
  call.certificate_serial = "0A1B";
  call.x5u = "https://cr.example.net/1234.pem";
  return call;
}

class CallLogTest : public ::testing::Test {
 protected:
  CallLogOptions Options() const {
    CallLogOptions options;
    options.folder = folder();
    return options;
  }
  std::string folder() const { return dir_.File("calls"); }

  std::unique_ptr<CallLog> Open(const CallLogOptions& options) {
    auto log = CallLog::Open(options, clock_, [this] { ++changes_; });
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }

  void Write(const CallLogOptions& options, int from, int to) {
    const auto log = Open(options);
    for (int i = from; i < to; ++i) {
      log->Record(Call(i));
      ASSERT_TRUE(log->Flush().ok());
    }
  }

  // Every seq that the filter finds, over all pages of `limit`.
  std::vector<int64_t> Seqs(const CallFilter& filter, size_t limit = 1000, int64_t* lost = nullptr) const {
    std::vector<int64_t> seqs;
    int64_t after = 0;
    do {
      const auto page = TraceCalls(folder(), filter, after, limit);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->calls.size(), limit);
      for (const TracedCall& one : page->calls) seqs.push_back(one.seq);
      if (lost != nullptr) *lost += page->lost;
      after = page->next;
    } while (after != 0);
    return seqs;
  }

  static CallFilter Everything() {
    CallFilter filter;
    filter.providers = {"acme"};
    return filter;
  }

  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    const auto segments = ListCallSegments(folder());
    EXPECT_TRUE(segments.ok());
    for (const CallSegment& segment : *segments) {
      const auto read = ReadCallLines(segment.log(), 0, UINT64_MAX, [&](absl::string_view line) {
        lines.emplace_back(line);
        return true;
      });
      EXPECT_TRUE(read.ok());
    }
    return lines;
  }

  absl::Status Verify(store::AuditChain chain = {}) const {
    for (const std::string& line : Lines()) {
      const auto record = admin::ParseAuditLine(line);
      if (!record.ok()) return record.status();
      const absl::Status added = chain.Add(*record);
      if (!added.ok()) return added;
    }
    return absl::OkStatus();
  }

  testing::TempDir dir_;
  testing::FakeClock clock_{kStart};
  int changes_ = 0;
};

TEST_F(CallLogTest, EveryFieldComesBack) {
  Write(Options(), 0, 1);
  const auto page = TraceCalls(folder(), Everything(), 0, 10);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->calls.size(), 1u);
  EXPECT_EQ(page->calls[0].seq, 1);
  const CallRecord& call = page->calls[0].call;
  const CallRecord wrote = Call(0);
  EXPECT_EQ(call.time, wrote.time);
  EXPECT_EQ(call.provider, wrote.provider);
  EXPECT_EQ(call.spc, wrote.spc);
  EXPECT_EQ(call.client, wrote.client);
  EXPECT_EQ(call.request_id, wrote.request_id);
  EXPECT_EQ(call.ppt, wrote.ppt);
  EXPECT_EQ(call.orig, wrote.orig);
  EXPECT_EQ(call.dest, wrote.dest);
  EXPECT_EQ(call.iat, wrote.iat);
  EXPECT_EQ(call.attest, wrote.attest);
  EXPECT_EQ(call.rule, wrote.rule);
  EXPECT_EQ(call.origid, wrote.origid);
  EXPECT_EQ(call.customer, wrote.customer);
  EXPECT_EQ(call.trunk, wrote.trunk);
  EXPECT_EQ(call.call_id, wrote.call_id);
  EXPECT_EQ(call.certificate_serial, wrote.certificate_serial);
  EXPECT_EQ(call.x5u, wrote.x5u);
}

TEST_F(CallLogTest, RecordsAreFoundByNumberOrigidAndTime) {
  Write(Options(), 0, 20);
  CallFilter filter = Everything();
  filter.orig = "12155550007";
  EXPECT_EQ(Seqs(filter), std::vector<int64_t>{8});
  filter.dest = "13105550007";
  EXPECT_EQ(Seqs(filter), std::vector<int64_t>{8});
  filter.dest = "13105550008";
  EXPECT_TRUE(Seqs(filter).empty());
  filter = Everything();
  filter.dest = "12155559000";
  EXPECT_EQ(Seqs(filter).size(), 20u);
  filter.from = kStart + absl::Seconds(3);
  filter.to = kStart + absl::Seconds(5);  // exclusive
  EXPECT_EQ(Seqs(filter), (std::vector<int64_t>{4, 5}));
  filter = Everything();
  filter.origid = OrigidOf(11);
  EXPECT_EQ(Seqs(filter), std::vector<int64_t>{12});
}

TEST_F(CallLogTest, RecordsOfAnotherProviderAreNotShown) {
  Write(Options(), 0, 3);
  CallFilter filter = Everything();
  filter.providers = {"other"};
  filter.orig = "12155550001";
  EXPECT_TRUE(Seqs(filter).empty());
}

TEST_F(CallLogTest, AFileWithoutIndexAnswersTheSame) {
  CallLogOptions options = Options();
  options.segment_size = 2000;
  Write(options, 0, 30);
  const auto segments = ListCallSegments(folder());
  ASSERT_TRUE(segments.ok());
  ASSERT_GT(segments->size(), 3u);
  CallFilter filter = Everything();
  filter.dest = "13105550013";
  filter.from = kStart + absl::Seconds(2);
  const std::vector<int64_t> indexed = Seqs(filter);
  EXPECT_EQ(indexed, std::vector<int64_t>{14});
  for (const CallSegment& segment : *segments) {
    EXPECT_TRUE(std::filesystem::remove(segment.index())) << segment.index();
  }
  EXPECT_EQ(Seqs(filter), indexed);
  EXPECT_EQ(Seqs(Everything()).size(), 30u);
}

TEST_F(CallLogTest, ABrokenIndexIsNotBelieved) {
  Write(Options(), 0, 5);
  const auto segments = ListCallSegments(folder());
  ASSERT_TRUE(segments.ok());
  const std::string index = (*segments)[0].index();
  auto octets = daemon::ReadFile(index, 100000);
  ASSERT_TRUE(octets.ok());
  octets->resize(octets->size() - 1);
  ASSERT_TRUE(daemon::WriteFileAtomically(index, *octets).ok());
  CallFilter filter = Everything();
  filter.orig = "12155550004";
  EXPECT_EQ(Seqs(filter), std::vector<int64_t>{5});
}

TEST_F(CallLogTest, PagesGoOnWhereTheLastOneEnded) {
  CallLogOptions options = Options();
  options.segment_size = 3000;
  Write(options, 0, 25);
  std::vector<int64_t> all;
  for (int64_t seq = 1; seq <= 25; ++seq) all.push_back(seq);
  for (const size_t limit : {1u, 7u, 25u, 26u}) EXPECT_EQ(Seqs(Everything(), limit), all) << limit;
  CallFilter filter = Everything();
  filter.dest = "12155559000";
  EXPECT_EQ(Seqs(filter, 4), all);
}

TEST_F(CallLogTest, TheChainGoesOnOverFilesAndRestarts) {
  CallLogOptions options = Options();
  options.segment_size = 2000;
  Write(options, 0, 10);
  Write(options, 10, 20);
  EXPECT_EQ(Lines().size(), 20u);
  EXPECT_TRUE(Verify().ok()) << Verify();
}

TEST_F(CallLogTest, AChangedOrMissingRecordIsFound) {
  Write(Options(), 0, 5);
  const auto segments = ListCallSegments(folder());
  ASSERT_TRUE(segments.ok());
  const std::string path = (*segments)[0].log();
  const auto text = daemon::ReadFile(path, 100000);
  ASSERT_TRUE(text.ok());
  std::string changed = *text;
  changed.replace(changed.find("unknown_number"), 3, "UNK");
  ASSERT_TRUE(daemon::WriteFileAtomically(path, changed).ok());
  EXPECT_EQ(ReasonOf(Verify()), Reason::kAuditBroken);
  const size_t second = text->find('\n') + 1;
  std::string shorter = *text;
  shorter.erase(second, text->find('\n', second) + 1 - second);
  ASSERT_TRUE(daemon::WriteFileAtomically(path, shorter).ok());
  EXPECT_EQ(ReasonOf(Verify()), Reason::kAuditBroken);
}

TEST_F(CallLogTest, WhatAClientSendsCannotForgeALine) {
  const auto log = Open(Options());
  CallRecord call = Call(0);
  call.call_id = "x\n{\"action\":\"call.sign\"}\xff";
  call.orig = "sip:a\"b\\c@example.net";
  call.client = std::string("sb\0c", 4);
  log->Record(call);
  ASSERT_TRUE(log->Flush().ok());
  EXPECT_EQ(Lines().size(), 1u);
  EXPECT_TRUE(Verify().ok()) << Verify();
  const auto page = TraceCalls(folder(), Everything(), 0, 10);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->calls.size(), 1u);
  EXPECT_EQ(page->calls[0].call.orig, call.orig);
  EXPECT_EQ(page->calls[0].call.call_id, "x\\n{\\\"action\\\":\\\"call.sign\\\"}\\xff");
}

TEST_F(CallLogTest, ATornEndIsCutAndTheChainGoesOn) {
  Write(Options(), 0, 3);
  const auto segments = ListCallSegments(folder());
  ASSERT_TRUE(segments.ok());
  const std::string path = (*segments)[0].log();
  auto text = daemon::ReadFile(path, 100000);
  ASSERT_TRUE(text.ok());
  ASSERT_TRUE(daemon::WriteFileAtomically(path, text->substr(0, text->size() - 20)).ok());
  std::filesystem::remove((*segments)[0].index());
  Write(Options(), 3, 5);
  EXPECT_TRUE(Verify().ok()) << Verify();
  EXPECT_EQ(Lines().size(), 4u);  // the third was never whole
}

TEST_F(CallLogTest, AFileThatEndsInSomethingElseIsForAPerson) {
  Write(Options(), 0, 1);
  const auto segments = ListCallSegments(folder());
  ASSERT_TRUE(segments.ok());
  const std::string path = (*segments)[0].log();
  ASSERT_TRUE(daemon::WriteFileAtomically(path, "not a record\n").ok());
  const auto log = CallLog::Open(Options(), clock_, nullptr);
  EXPECT_EQ(ReasonOf(log.status()), Reason::kAuditBroken);
  EXPECT_NE(std::string(log.status().message()).find(path), std::string::npos) << log.status();
}

TEST_F(CallLogTest, TwoDaemonsCannotWriteTheSameFile) {
  const auto log = Open(Options());
  log->Record(Call(0));
  ASSERT_TRUE(log->Flush().ok());
  EXPECT_EQ(ReasonOf(CallLog::Open(Options(), clock_, nullptr).status()), Reason::kStorageFailed);
}

TEST_F(CallLogTest, WhenTheQueueIsFullRecordsAreLostAndCounted) {
  CallLogOptions options = Options();
  options.queue = 3;
  const auto log = Open(options);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(log->Reserve(1, false).ok());
    log->Record(Call(i));
  }
  ASSERT_TRUE(log->Flush().ok());
  int64_t lost = 0;
  EXPECT_EQ(Seqs(Everything(), 1000, &lost), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(lost, 2);
  // There is room again.
  for (int i = 5; i < 8; ++i) log->Record(Call(i));
  ASSERT_TRUE(log->Flush().ok());
  lost = 0;
  EXPECT_EQ(Seqs(Everything(), 1000, &lost).size(), 6u);
  EXPECT_EQ(lost, 2);
  EXPECT_TRUE(Verify().ok()) << Verify();
}

TEST_F(CallLogTest, WhenRecordsMustNotBeLostThereIsNoPlace) {
  CallLogOptions options = Options();
  options.queue = 3;
  options.refuse_when_full = true;
  const auto log = Open(options);
  ASSERT_TRUE(log->Reserve(3, false).ok());
  EXPECT_EQ(ReasonOf(log->Reserve(1, false)), Reason::kOverloaded);
  log->GiveBack(1);
  EXPECT_TRUE(log->Reserve(1, false).ok());
  for (int i = 0; i < 3; ++i) log->Record(Call(i));
  EXPECT_EQ(ReasonOf(log->Reserve(1, false)), Reason::kOverloaded);
  ASSERT_TRUE(log->Flush().ok());
  EXPECT_TRUE(log->Reserve(3, false).ok());
  EXPECT_EQ(Seqs(Everything()).size(), 3u);
}

TEST_F(CallLogTest, EmergencyCallsFindAPlaceUpToTwiceAsMany) {
  CallLogOptions options = Options();
  options.queue = 2;
  options.refuse_when_full = true;
  const auto log = Open(options);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(log->Reserve(1, true).ok());
    log->Record(Call(i));
  }
  const absl::Status refused = log->Reserve(1, false);
  EXPECT_EQ(ReasonOf(refused), Reason::kOverloaded);
  EXPECT_TRUE(RetryAfterOf(refused).has_value());
  ASSERT_TRUE(log->Flush().ok());
  int64_t lost = 0;
  EXPECT_EQ(Seqs(Everything(), 1000, &lost).size(), 4u);
  EXPECT_EQ(lost, 1);
  EXPECT_EQ(log->waiting(), 0u);
  EXPECT_TRUE(log->Reserve(2, false).ok());
}

TEST_F(CallLogTest, ADiversionIsFoundByTheNumberItIsFrom) {
  const auto log = Open(Options());
  CallRecord call = Call(1);
  call.ppt = "div";
  call.div = "12155550777";
  log->Record(call);
  log->Record(Call(2));
  ASSERT_TRUE(log->Flush().ok());
  CallFilter filter = Everything();
  filter.div = "12155550777";
  const auto page = TraceCalls(folder(), filter, 0, 10);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->calls.size(), 1u);
  EXPECT_EQ(page->calls[0].call.div, call.div);
}

TEST_F(CallLogTest, WhoMaySeeEverythingSeesProvidersThatWere) {
  Write(Options(), 0, 1);
  CallFilter filter;
  filter.all_providers = true;
  EXPECT_EQ(Seqs(filter).size(), 1u);
}

TEST_F(CallLogTest, AnOldFileForAPersonKeepsNoOthers) {
  CallLogOptions options = Options();
  options.segment_size = 1;
  options.keep = absl::Seconds(10);
  const auto log = Open(options);
  for (int i = 0; i < 4; ++i) {
    log->Record(Call(i));
    ASSERT_TRUE(log->Flush().ok());
  }
  auto segments = ListCallSegments(folder());
  ASSERT_TRUE(segments.ok());
  ASSERT_TRUE(daemon::WriteFileAtomically((*segments)[1].log(), "not a record\n").ok());
  clock_.Set(kStart + absl::Seconds(300));
  EXPECT_TRUE(log->Flush().ok());
  EXPECT_TRUE(log->Lacking().empty());
  segments = ListCallSegments(folder());
  ASSERT_TRUE(segments.ok());
  ASSERT_EQ(segments->size(), 2u);
  EXPECT_EQ((*segments)[0].first_seq, 2);
  EXPECT_EQ((*segments)[1].first_seq, 4);
}

TEST_F(CallLogTest, ADiskThatComesBackGetsEverything) {
  const auto log = Open(Options());
  log->Record(Call(0));
  ASSERT_TRUE(log->Flush().ok());
  // Somebody moved the folder, and put something else there.
  std::filesystem::rename(folder(), dir_.File("away"));
  ASSERT_TRUE(daemon::WriteFileAtomically(folder(), "in the way").ok());
  log->Record(Call(1));
  EXPECT_EQ(ReasonOf(log->Flush()), Reason::kStorageFailed);
  EXPECT_EQ(log->Lacking(), std::vector<std::string>{"a place for call records"});
  EXPECT_EQ(changes_, 1);
  log->Record(Call(2));
  EXPECT_FALSE(log->Flush().ok());
  std::filesystem::remove(folder());
  std::filesystem::rename(dir_.File("away"), folder());
  EXPECT_TRUE(log->Flush().ok());
  EXPECT_TRUE(log->Lacking().empty());
  EXPECT_EQ(changes_, 2);
  EXPECT_EQ(Seqs(Everything()), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_TRUE(Verify().ok()) << Verify();
}

TEST_F(CallLogTest, OldFilesGoAndTheChainCanStillBeVerified) {
  CallLogOptions options = Options();
  options.segment_size = 1;  // one record a file
  options.keep = absl::Seconds(10);
  {
    const auto log = Open(options);
    for (int i = 0; i < 5; ++i) {
      log->Record(Call(i));
      ASSERT_TRUE(log->Flush().ok());
    }
    // The third record is exactly as old as allowed when the fourth file began.
    clock_.Set(kStart + absl::Seconds(13));
    ASSERT_TRUE(log->Flush().ok());
    EXPECT_EQ(Seqs(Everything()).front(), 1);  // at most once a minute
    clock_.Set(kStart + absl::Seconds(73));
    ASSERT_TRUE(log->Flush().ok());
    EXPECT_EQ(Seqs(Everything()), std::vector<int64_t>{5});  // the newest file stays
  }
  const auto removed = daemon::ReadFile(folder() + "/removed", 1000);
  ASSERT_TRUE(removed.ok());
  const std::vector<std::string> parts = absl::StrSplit(absl::StripSuffix(*removed, "\n"), ':');
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0], "4");
  EXPECT_TRUE(Verify(store::AuditChain(4, parts[1])).ok());
}

TEST_F(CallLogTest, WhatManyThreadsRecordIsThereOnce) {
  CallLogOptions options = Options();
  options.interval = absl::Milliseconds(1);
  options.segment_size = 100'000;
  {
    const auto log = Open(options);
    log->Start();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 500; ++i) log->Record(Call(t * 500 + i));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_TRUE(Verify().ok()) << Verify();
  std::set<std::string> origids;
  int64_t after = 0;
  size_t records = 0;
  do {
    const auto page = TraceCalls(folder(), Everything(), after, 300);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const TracedCall& one : page->calls) origids.insert(one.call.origid);
    records += page->calls.size();
    after = page->next;
  } while (after != 0);
  EXPECT_EQ(records, 2000u);
  EXPECT_EQ(origids.size(), 2000u);
}

}  // namespace
}  // namespace sti::as

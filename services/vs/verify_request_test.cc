#include "services/vs/verify_request.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"

namespace sti::vs {
namespace {

using sti::v1::VerifyRequest;

// "REASON field", "NONE " when it is fine.
std::string Outcome(const VerifyRequest& request) {
  const absl::Status status = FromProto(request).status();
  return absl::StrCat(ReasonName(ReasonOf(status)), " ", FieldOf(status));
}

TEST(VerifyRequestTest, EveryFieldArrives) {
  VerifyRequest request;
  request.add_identity("i");
  request.set_from("f");
  request.add_p_asserted_identity("p");
  request.set_to("t");
  request.set_request_uri("r");
  request.mutable_date()->set_seconds(7);
  request.set_call_id("c");
  request.add_resource_priority("ets.0, wps.1");
  request.set_priority("emergency");
  request.set_display_name("");
  request.set_message_body(std::string("a\0b", 3));
  request.add_media_keys()->set_alg("SHA-256");
  request.mutable_media_keys(0)->set_dig("0a:ff");
  const IncomingCall call = FromProto(request).value();
  EXPECT_EQ(call.identity, std::vector<std::string>{"i"});
  EXPECT_EQ(call.from, "f");
  EXPECT_EQ(call.p_asserted_identity, std::vector<std::string>{"p"});
  EXPECT_EQ(call.to, "t");
  EXPECT_EQ(call.request_uri, "r");
  EXPECT_EQ(call.date, absl::FromUnixSeconds(7));
  EXPECT_EQ(call.call_id, "c");
  EXPECT_EQ(call.resource_priority, std::vector<std::string>{"ets.0, wps.1"});
  EXPECT_EQ(call.priority, "emergency");
  EXPECT_EQ(call.display_name, "");
  EXPECT_EQ(call.message_body, std::string("a\0b", 3));
  ASSERT_EQ(call.media_keys.size(), 1u);
  EXPECT_EQ(call.media_keys[0].alg, "sha-256");
  EXPECT_EQ(call.media_keys[0].dig, "0AFF");
  EXPECT_FALSE(call.at);
  EXPECT_FALSE(call.dry_run);
}

TEST(VerifyRequestTest, WhatIsAbsentStaysUnknown) {
  const IncomingCall call = FromProto(VerifyRequest()).value();
  EXPECT_FALSE(call.date);
  EXPECT_FALSE(call.display_name);
  EXPECT_FALSE(call.message_body);
  EXPECT_TRUE(call.call_id.empty());
}

TEST(VerifyRequestTest, ATimeImpliesADryRun) {
  VerifyRequest request;
  request.mutable_at()->set_seconds(9);
  EXPECT_EQ(FromProto(request)->at, absl::FromUnixSeconds(9));
  EXPECT_TRUE(FromProto(request)->dry_run);
  request.clear_at();
  request.set_dry_run(true);
  EXPECT_TRUE(FromProto(request)->dry_run);
}

TEST(VerifyRequestTest, TimesLieBetweenTheYears1And9999) {
  for (const auto& [seconds, nanos, good] :
       {std::tuple{-62135596800, 0, true}, std::tuple{-62135596801, 0, false},
        std::tuple{253402300799, 999999999, true}, std::tuple{253402300800, 0, false},
        std::tuple{0L, -1, false}, std::tuple{0L, 1000000000, false}}) {
    VerifyRequest date, at;
    date.mutable_date()->set_seconds(seconds);
    date.mutable_date()->set_nanos(nanos);
    *at.mutable_at() = date.date();
    EXPECT_EQ(Outcome(date), good ? "NONE " : "INVALID_FIELD date") << seconds;
    EXPECT_EQ(Outcome(at), good ? "NONE " : "INVALID_FIELD at") << seconds;
  }
}

TEST(VerifyRequestTest, SizesAreBounded) {
  VerifyRequest request;
  request.set_call_id(std::string(1024, 'x'));
  request.set_priority(std::string(limits::kName, 'x'));
  request.set_display_name(std::string(limits::kDisplayText, 'x'));
  request.set_message_body(std::string(limits::kMessageBody, 'x'));
  for (size_t i = 0; i < limits::kResourcePriorities; ++i) request.add_resource_priority("ets.0");
  for (size_t i = 0; i < limits::kMediaKeys; ++i) {
    request.add_media_keys()->set_alg("sha-256");
    request.mutable_media_keys(static_cast<int>(i))->set_dig("00");
  }
  EXPECT_EQ(Outcome(request), "NONE ");
  VerifyRequest more = request;
  more.mutable_call_id()->push_back('x');
  EXPECT_EQ(Outcome(more), "TOO_LARGE call_id");
  more = request;
  more.mutable_priority()->push_back('x');
  EXPECT_EQ(Outcome(more), "TOO_LARGE priority");
  more = request;
  more.mutable_display_name()->push_back('x');
  EXPECT_EQ(Outcome(more), "TOO_LARGE display_name");
  more = request;
  more.mutable_message_body()->push_back('x');
  EXPECT_EQ(Outcome(more), "TOO_LARGE message_body");
  more = request;
  more.add_resource_priority("ets.0");
  EXPECT_EQ(Outcome(more), "TOO_LARGE resource_priority");
  more = request;
  *more.add_media_keys() = request.media_keys(0);
  EXPECT_EQ(Outcome(more), "TOO_LARGE media_keys");
}

TEST(VerifyRequestTest, AMediaKeyIsAnAlgorithmAndOctets) {
  for (const auto& [alg, dig, outcome] : {std::tuple{"", "00", "INVALID_FIELD media_keys[1].alg"},
                                          std::tuple{"sha-256", "", "INVALID_FIELD media_keys[1].dig"},
                                          std::tuple{"sha-256", ":", "INVALID_FIELD media_keys[1].dig"},
                                          std::tuple{"sha-256", "0", "INVALID_FIELD media_keys[1].dig"},
                                          std::tuple{"sha-256", "0g", "INVALID_FIELD media_keys[1].dig"}}) {
    VerifyRequest request;
    request.add_media_keys()->set_alg("sha-256");
    request.mutable_media_keys(0)->set_dig("00");
    request.add_media_keys()->set_alg(alg);
    request.mutable_media_keys(1)->set_dig(dig);
    EXPECT_EQ(Outcome(request), outcome) << dig;
  }
}

}  // namespace
}  // namespace sti::vs

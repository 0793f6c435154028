#include "services/as/outgoing_claims.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/json.h"
#include "common/stir/vectors_testing.h"

namespace sti::as {
namespace {

constexpr char kOrigid[] = "123e4567-e89b-12d3-a456-426655440000";
constexpr char kPhotoDigest[] = "sha256-RojgWwU6xUtI4q82+kHPyHm1JKbm7+663bMvzymhkl4";
constexpr char kCard[] = R"(["vcard",[["photo",{},"uri","https://example.com/photos/q-256x256.png"]]])";

OutgoingCall Call(const char* ppt) {
  OutgoingCall call;
  call.ppt = ppt;
  call.orig_tn = "+1 (215) 555-0121";
  call.dest_tn = {"12155550199"};
  return call;
}
OutgoingCall ShakenCall() {
  OutgoingCall call = Call("shaken");
  call.attest = stir::Attestation::kA;
  call.origid = kOrigid;
  return call;
}
OutgoingCall DivCall() {
  OutgoingCall call = Call("div");
  call.div_tn = "+1-215-555-0131";
  return call;
}
OutgoingCall RphCall() {
  OutgoingCall call = Call("rph");
  call.rph_auth = {"wps.0", "ets.0"};
  return call;
}
OutgoingRichCallData Named(const char* nam) {
  OutgoingRichCallData data;
  data.nam = nam;
  return data;
}
OutgoingCall RcdCall(OutgoingRichCallData data) {
  OutgoingCall call = Call("rcd");
  call.rcd = std::move(data);
  return call;
}

absl::StatusOr<stir::PassportClaims> Make(const OutgoingCall& call) {
  const auto type = OutgoingType(call.ppt);
  if (!type.ok()) return type.status();
  auto all = MakeOutgoingClaims(call, {*type}, {});
  if (!all.ok()) return all.status();
  stir::PassportClaims claims = std::move(all->front());
  claims.iat = 1735689600;
  claims.attest = call.attest;  // as the policy would decide
  return claims;
}

// The payload, or "REASON field".
std::string Made(const OutgoingCall& call) {
  const auto claims = Make(call);
  if (!claims.ok()) {
    return absl::StrCat(ReasonName(ReasonOf(claims.status())), " ", FieldOf(claims.status()));
  }
  EXPECT_TRUE(stir::CheckClaims(*claims).ok()) << stir::CheckClaims(*claims);
  return stir::SerializeClaims(*claims);
}

// A member of the payload, as JSON.
std::string Claim(const OutgoingCall& call, const char* name) {
  const std::string payload = Made(call);
  const auto json = codec::ParseJson(payload, limits::kJson);
  EXPECT_TRUE(json.ok()) << payload;
  if (!json.ok() || json->Find(name) == nullptr) return "absent";
  return codec::CanonicalJson(*json->Find(name));
}

// A token of tests/vectors/passport_types.json, made by another program.
std::string VectorToken(absl::string_view name) {
  const codec::JsonValue rows = stir::JsonVector("passport_types.json");
  for (const codec::JsonValue& row : *rows.if_array()) {
    if (stir::TextOf(row, "name") == name) return stir::TextOf(row, "token");
  }
  ADD_FAILURE() << name;
  return "";
}

TEST(OutgoingClaims, EveryTypeHasItsName) {
  const std::pair<const char*, stir::PassportType> kTypes[] = {
      {"", stir::PassportType::kShaken},    {"shaken", stir::PassportType::kShaken},
      {"base", stir::PassportType::kBase},  {"div", stir::PassportType::kDiv},
      {"div-o", stir::PassportType::kDivO}, {"rph", stir::PassportType::kRph},
      {"rcd", stir::PassportType::kRcd},    {"msg", stir::PassportType::kMsg}};
  for (const auto& [ppt, type] : kTypes) EXPECT_EQ(OutgoingType(ppt).value(), type) << ppt;
  for (const char* ppt : {"Shaken", "divo", "msec", "rsp", "Base", " "}) {
    EXPECT_EQ(ReasonOf(OutgoingType(ppt).status()), Reason::kPptUnsupported) << ppt;
  }
}

TEST(OutgoingClaims, ABasePassportHasTheBaseClaims) {
  EXPECT_EQ(Made(Call("base")),
            R"({"dest":{"tn":["12155550199"]},"iat":1735689600,"orig":{"tn":"12155550121"}})");
  EXPECT_EQ(Made(Call("msg")),
            R"({"dest":{"tn":["12155550199"]},"iat":1735689600,"orig":{"tn":"12155550121"}})");
}

TEST(OutgoingClaims, FieldsOfOtherTypesAreRefused) {
  const auto with_attest = [](OutgoingCall call) {
    call.attest = stir::Attestation::kA;
    return Made(call);
  };
  const auto with_origid = [](OutgoingCall call) {
    call.origid = kOrigid;
    return Made(call);
  };
  OutgoingCall opt = DivCall();
  opt.ppt = "div-o";
  opt.opt = VectorToken("shaken: plain");
  for (const OutgoingCall& call :
       {Call("base"), DivCall(), opt, RphCall(), RcdCall(Named("Q")), Call("msg")}) {
    EXPECT_NE(Made(call).find("{"), std::string::npos) << call.ppt << Made(call);
    EXPECT_EQ(with_attest(call), "INVALID_FIELD attest") << call.ppt;
    EXPECT_EQ(with_origid(call), "INVALID_FIELD origid") << call.ppt;
  }
  for (OutgoingCall call : {Call("base"), ShakenCall(), RphCall(), RcdCall(Named("Q")), Call("msg")}) {
    call.div_hi = "1";
    EXPECT_EQ(Made(call), "INVALID_FIELD div_hi") << call.ppt;
    call.div_uri = "sip:a@b.example";
    EXPECT_EQ(Made(call), "INVALID_FIELD div") << call.ppt;
  }
  for (OutgoingCall call :
       {Call("base"), ShakenCall(), DivCall(), RphCall(), RcdCall(Named("Q")), Call("msg")}) {
    call.opt = "a.b.c";
    EXPECT_EQ(Made(call), "INVALID_FIELD opt") << call.ppt;
  }
  for (OutgoingCall call : {Call("base"), ShakenCall(), DivCall(), opt, RcdCall(Named("Q")), Call("msg")}) {
    call.rph_sph = "psap-callback";
    EXPECT_EQ(Made(call), "INVALID_FIELD rph") << call.ppt;
  }
  for (OutgoingCall call : {Call("base"), DivCall(), opt, RphCall(), Call("msg")}) {
    call.rcd.emplace();
    EXPECT_EQ(Made(call), "INVALID_FIELD rcd") << call.ppt;
  }
  for (OutgoingCall call : {Call("base"), ShakenCall(), DivCall(), opt, RphCall(), RcdCall(Named("Q"))}) {
    call.message_body = "";
    EXPECT_EQ(Made(call), "INVALID_FIELD message_body") << call.ppt;
  }
  for (OutgoingCall call : {DivCall(), opt}) {
    call.media_keys = {{"sha-1", std::string(40, 'A')}};
    EXPECT_EQ(Made(call), "INVALID_FIELD media_keys") << call.ppt;
  }
}

TEST(OutgoingClaims, MediaKeysAreWrittenAsTheRfcWantsThem) {
  OutgoingCall call = Call("base");
  call.media_keys = {{"SHA-1", "4a:ad:b9:b1:3f:82:18:3b:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab"},
                     {"sha-1", "021ACC5427ABEB9C533F3E4B652E7D463F5442CD"}};
  EXPECT_EQ(Claim(call, "mky"), R"([{"alg":"sha-1","dig":"021ACC5427ABEB9C533F3E4B652E7D463F5442CD"},)"
                                R"({"alg":"sha-1","dig":"4AADB9B13F82183B540212DF3E5D496B19E57CAB"}])");
  for (const auto& bad : {std::pair("sha-1", "AA"), std::pair("", "AA"), std::pair("sha-256", "x"),
                          std::pair("md0", ""), std::pair("md 5", "AA")}) {
    call.media_keys[1] = bad;
    EXPECT_EQ(Made(call), "INVALID_FIELD media_keys[1]") << bad.first << bad.second;
  }
  call.media_keys.assign(limits::kMediaKeys, call.media_keys[0]);
  EXPECT_NE(Claim(call, "mky"), "absent");
  call.media_keys.push_back(call.media_keys[0]);
  EXPECT_EQ(Made(call), "TOO_LARGE media_keys");
}

TEST(OutgoingClaims, ADiversionNamesWhereTheCallCameFrom) {
  OutgoingCall call = DivCall();
  EXPECT_EQ(Made(call), R"({"dest":{"tn":["12155550199"]},"div":{"tn":"12155550131"},"iat":1735689600,)"
                        R"("orig":{"tn":"12155550121"}})");
  call.div_hi = "1.2";
  EXPECT_EQ(Claim(call, "div"), R"({"hi":"1.2","tn":"12155550131"})");
  call.div_hi = "first";
  EXPECT_EQ(Made(call), "INVALID_FIELD div_hi");
  call = DivCall();
  call.div_tn.reset();
  EXPECT_EQ(Made(call), "MISSING_FIELD div");
  call.div_tn = "anonymous";
  EXPECT_EQ(Made(call), "TELEPHONE_NUMBER_INVALID div.tn");
  call.div_tn.reset();
  call.div_uri = "mailto:a@b";
  EXPECT_EQ(Made(call), "INVALID_FIELD div.uri");
}

TEST(OutgoingClaims, WithoutAChangeOfTheCanonicalDestinationNothingIsDiverted) {
  OutgoingCall call = DivCall();
  call.dest_tn = {"12155550131"};
  EXPECT_EQ(Made(call), "INVALID_FIELD div");
  call.dest_tn = {"12155550199", "(215) 555-0131"};
  EXPECT_EQ(Made(call), "INVALID_FIELD div");
  call.dest_tn.clear();
  call.dest_uri = {"sip:Bob@example.com;x=1"};
  call.div_tn.reset();
  call.div_uri = "sip:bob@EXAMPLE.com:5061";
  EXPECT_EQ(Made(call), "INVALID_FIELD div");
}

TEST(OutgoingClaims, OptIsThePassportThatIsContinued) {
  OutgoingCall call = DivCall();
  call.ppt = "div-o";
  EXPECT_EQ(Made(call), "MISSING_FIELD opt");
  call.opt = VectorToken("shaken: plain");
  EXPECT_EQ(Claim(call, "opt"), absl::StrCat("\"", call.opt, "\""));
  call.opt = VectorToken("base: numbers");
  EXPECT_NE(Claim(call, "opt"), "absent");
  for (const char* bad : {"x", "a.b.c", "..c"}) {
    call.opt = bad;
    EXPECT_EQ(Made(call), "INVALID_FIELD opt") << bad;
  }
  call.opt = VectorToken("shaken: orig with none");
  EXPECT_EQ(Made(call), "INVALID_FIELD opt");
  call.opt = VectorToken("base: compact form, numbers");
  EXPECT_EQ(Made(call), "INVALID_FIELD opt");
  call.opt = VectorToken("shaken: plain");
  call.orig_tn = "12155550122";
  EXPECT_EQ(Made(call), "INVALID_FIELD opt");
  call.orig_tn = "12155550121";
  call.div_tn = "12155550132";
  EXPECT_EQ(Made(call), "INVALID_FIELD div");
  // The second diversion of a call.
  call.opt = VectorToken("div-o: around the shaken one");
  call.div_tn = "12155550199";
  call.dest_tn = {"12155550188"};
  EXPECT_NE(Claim(call, "opt"), "absent");
}

// Level by level around `inner`. Nothing here judges a signature.
std::string Wrap(absl::string_view ppt, absl::string_view claims, absl::string_view inner) {
  const std::string payload =
      absl::StrCat("{", claims, inner.empty() ? "" : ",\"opt\":\"", inner, inner.empty() ? "}" : "\"}");
  return absl::StrCat(absl::WebSafeBase64Escape(stir::SerializeHeader(ppt, "x")), ".",
                      absl::WebSafeBase64Escape(payload), ".AA");
}

TEST(OutgoingClaims, OptIsNoDeeperThanAVerifierLooks) {
  const char kBase[] = R"("dest":{"tn":["1"]},"iat":1,"orig":{"tn":"#1"})";
  const char kDiv[] = R"("dest":{"tn":["1"]},"div":{"tn":"1"},"iat":1,"orig":{"tn":"#1"})";
  std::string token = Wrap("", kBase, "");
  for (size_t level = 1; level < limits::kDivHops; ++level) token = Wrap("div-o", kDiv, token);
  OutgoingCall call = Call("div-o");
  call.orig_tn = "#1";
  call.div_tn = "1";
  call.opt = token;
  EXPECT_NE(Claim(call, "opt"), "absent");
  call.opt = Wrap("div-o", kDiv, token);
  ASSERT_LT(call.opt.size(), limits::kPassport);
  EXPECT_EQ(Made(call), "DIV_TOO_DEEP opt");
}

TEST(OutgoingClaims, ResourcePrioritiesKeepTheirOrder) {
  OutgoingCall call = RphCall();
  EXPECT_EQ(Claim(call, "rph"), R"({"auth":["wps.0","ets.0"]})");
  EXPECT_EQ(Claim(call, "sph"), "absent");
  call.rph_auth = {"ets.0", "ets"};
  EXPECT_EQ(Made(call), "INVALID_FIELD rph.auth[1]");
  call.rph_auth.assign(limits::kResourcePriorities, "ets.0");
  EXPECT_NE(Claim(call, "rph"), "absent");
  call.rph_auth.emplace_back("ets.0");
  EXPECT_EQ(Made(call), "TOO_LARGE rph.auth");
  call.rph_auth.clear();
  EXPECT_EQ(Made(call), "MISSING_FIELD rph.auth");
}

TEST(OutgoingClaims, SphIsForEmergencyCallbacksOnly) {
  OutgoingCall call = RphCall();
  call.rph_sph = "psap-callback";
  EXPECT_EQ(Made(call), "INVALID_FIELD rph.sph");
  call.rph_auth = {"esnet.0"};
  EXPECT_EQ(Claim(call, "sph"), "\"psap-callback\"");
  call.rph_sph = "emergency";
  EXPECT_EQ(Made(call), "INVALID_FIELD rph.sph");
}

TEST(OutgoingClaims, RichCallDataIsCompleted) {
  OutgoingRichCallData data = Named("Q Branch Spy Gadgets");
  data.apn = "+1 215 555 0100";
  data.icn = "https://example.com/q.png";
  data.crn = "Rendezvous";
  data.iss = "Example Inc.";
  data.rcdi = {{"/icn", kPhotoDigest}};
  OutgoingCall shaken = ShakenCall();
  shaken.rcd = data;
  for (const OutgoingCall& call : {RcdCall(data), shaken}) {
    EXPECT_EQ(Claim(call, "rcd"),
              R"({"apn":"12155550100","icn":"https://example.com/q.png","nam":"Q Branch Spy Gadgets"})");
    // The digest of the name is published in RFC 9795 s6.1; that of the number is openssl's.
    EXPECT_EQ(
        Claim(call, "rcdi"),
        absl::StrCat(R"({"/apn":"sha256-j2Xpuw0sXY4lwwNF91KJ6BTrLSnOESwqE72yePFNNDw","/icn":")", kPhotoDigest,
                     R"(","/nam":"sha256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImY"})"));
    EXPECT_EQ(Claim(call, "crn"), "\"Rendezvous\"");
    EXPECT_EQ(Claim(call, "iss"), "\"Example Inc.\"");
  }
  OutgoingRichCallData reason;
  reason.crn = "x";
  EXPECT_EQ(Claim(RcdCall(reason), "rcd"), "absent");
  shaken.rcd.emplace();
  EXPECT_EQ(Made(shaken), Made(ShakenCall()));
}

TEST(OutgoingClaims, RichCallDataThatCannotBeSignedIsNamedByItsPath) {
  const auto with = [](auto change) {
    OutgoingRichCallData data = Named("Q");
    change(data);
    OutgoingCall shaken = ShakenCall();
    shaken.rcd = data;
    const std::string made = Made(RcdCall(data));
    EXPECT_EQ(Made(shaken), made);
    return made;
  };
  EXPECT_EQ(Made(Call("rcd")), "MISSING_FIELD rcd");
  EXPECT_EQ(Made(RcdCall({})), "MISSING_FIELD rcd");
  EXPECT_EQ(with([](auto& data) { data.nam.clear(), data.apn = "12155550100"; }), "MISSING_FIELD rcd.nam");
  EXPECT_EQ(with([](auto& data) { data.nam.clear(), data.jcd = kCard; }), "MISSING_FIELD rcd.nam");
  EXPECT_EQ(with([](auto& data) { data.nam = "a\nb"; }), "INVALID_FIELD rcd.nam");
  EXPECT_EQ(with([](auto& data) { data.nam.assign(limits::kDisplayText + 1, 'x'); }), "TOO_LARGE rcd.nam");
  EXPECT_EQ(with([](auto& data) { data.apn = "none"; }), "TELEPHONE_NUMBER_INVALID rcd.apn");
  EXPECT_EQ(with([](auto& data) { data.icn = "http://example.com/q"; }), "INVALID_FIELD rcd.icn");
  EXPECT_EQ(with([](auto& data) { data.icn = "https://example.com/q"; }), "MISSING_FIELD rcd.rcdi./icn");
  EXPECT_EQ(with([](auto& data) { data.jcl = "ftp://example.com/q"; }), "INVALID_FIELD rcd.jcl");
  EXPECT_EQ(with([](auto& data) { data.jcl = "https://example.com/q"; }), "MISSING_FIELD rcd.rcdi./jcl");
  EXPECT_EQ(with([](auto& data) { data.jcd = "["; }), "MALFORMED_JSON rcd.jcd");
  EXPECT_EQ(with([](auto& data) { data.jcd = "{}"; }), "INVALID_FIELD rcd.jcd");
  EXPECT_EQ(with([](auto& data) { data.jcd = kCard; }), "MISSING_FIELD rcd.rcdi./jcd/1/0/3");
  EXPECT_EQ(with([](auto& data) { data.jcd = kCard, data.jcl = "https://example.com/q"; }),
            "INVALID_FIELD rcd.jcl");
  EXPECT_EQ(with([](auto& data) { data.crn = "\x1b"; }), "INVALID_FIELD rcd.crn");
  EXPECT_EQ(with([](auto& data) { data.crn.assign(limits::kDisplayText + 1, 'x'); }), "TOO_LARGE rcd.crn");
  EXPECT_EQ(with([](auto& data) { data.iss.assign(limits::kDisplayText + 1, 'x'); }), "TOO_LARGE rcd.iss");
  EXPECT_EQ(with([](auto& data) { data.nam.clear(), data.iss = "x"; }), "INVALID_FIELD rcd.iss");
  EXPECT_EQ(with([](auto& data) { data.rcdi = {{"icn", kPhotoDigest}}; }), "INVALID_FIELD rcd.rcdi");
  EXPECT_EQ(with([](auto& data) { data.rcdi = {{"/nam", "SHA256-x"}}; }), "INVALID_FIELD rcd.rcdi./nam");
  EXPECT_EQ(with([](auto& data) { data.rcdi = {{"/nam", kPhotoDigest}}; }), "INVALID_FIELD rcd.rcdi./nam");
  EXPECT_EQ(with([](auto& data) { data.rcdi = {{"/icn", kPhotoDigest}}; }), "INVALID_FIELD rcd.rcdi./icn");
  EXPECT_EQ(with([](auto& data) {
              data.rcdi = {{"/nam", kPhotoDigest}, {"/nam", kPhotoDigest}};
            }),
            "INVALID_FIELD rcd.rcdi./nam");
  EXPECT_EQ(with([](auto& data) {
              data.rcdi.assign(limits::kRcdDigests + 1, {"/nam", kPhotoDigest});
            }),
            "TOO_LARGE rcd.rcdi");
  EXPECT_EQ(with([](auto& data) {
              data.nam.clear(), data.crn = "x", data.rcdi = {{"/nam", kPhotoDigest}};
            }),
            "INVALID_FIELD rcd.rcdi");
}

TEST(OutgoingClaims, AMessageIsDigestedAsItIs) {
  OutgoingCall call = Call("msg");
  EXPECT_EQ(Claim(call, "msgi"), "absent");
  call.message_body = "abc";
  EXPECT_EQ(Claim(call, "msgi"), "\"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0\"");
  call.message_body = "";
  EXPECT_EQ(Claim(call, "msgi"), "\"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"");
  call.message_body->assign(limits::kMessageBody, 'x');
  EXPECT_NE(Claim(call, "msgi"), "absent");
  call.message_body->push_back('x');
  EXPECT_EQ(Made(call), "TOO_LARGE message_body");
}

}  // namespace
}  // namespace sti::as

#include "common/stir/trust_list.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/limits.h"
#include "common/base/reason.h"
#include "common/codec/base64url.h"
#include "common/codec/json.h"
#include "common/jose/jws.h"
#include "common/stir/vectors_testing.h"

namespace sti::stir {
namespace {

class DemoSource final : public SignerChainSource {
 public:
  std::optional<std::vector<pki::Certificate>> ChainOf(absl::string_view x5u) const override {
    if (x5u != "https://pa.example.net/download/v1/certificate/token.crt") return std::nullopt;
    return std::vector<pki::Certificate>{DemoCertificate("pa-token-signer.pem")};
  }
};

absl::StatusOr<TrustList> Verify(absl::string_view jws, int64_t min_sequence = 0,
                                 absl::Time now = DemoTime()) {
  const DemoSource source;
  return VerifyTrustList(jws, DemoCertificate("pa-root.pem"), &source, min_sequence, now);
}

Reason ReasonFor(absl::string_view jws, int64_t min_sequence = 0, absl::Time now = DemoTime()) {
  return ReasonOf(Verify(jws, min_sequence, now).status());
}

TrustList DemoList() {
  TrustList list;
  list.sequence = 7;
  list.expires = DemoTime() + absl::Hours(24);
  list.roots = {DemoCertificate("root.pem")};
  return list;
}

absl::StatusOr<std::string> Sign(const TrustList& list, const char* certificate = "pa-token-signer.pem",
                                 const char* key = "pa-token-signer.key") {
  return SignTrustList(list, {DemoCertificate(certificate)}, *DemoKey(key));
}

// Signed by the demo PA's signer, whatever the payload is.
std::string Signed(absl::string_view payload) {
  const codec::JsonValue header(codec::JsonObject{
      {"alg", "ES256"},
      {"x5c", codec::JsonArray{codec::Base64Encode(DemoCertificate("pa-token-signer.pem").der())}}});
  return jose::SignJws(codec::CanonicalJson(header), payload, *DemoKey("pa-token-signer.key")).value();
}

std::string WithEntry(const std::string& entry) {
  return Signed(codec::CanonicalJson(codec::JsonObject{{"exp", int64_t{1735693200}},
                                                       {"sequence", int64_t{1}},
                                                       {"trustList", codec::JsonArray{entry}},
                                                       {"version", "1.0"}}));
}

TEST(TrustList, DemoListVerifies) {
  const auto list = Verify(DemoToken("ca_list"));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->version, "1.0");
  EXPECT_EQ(list->sequence, 1);
  EXPECT_EQ(list->expires, absl::FromUnixSeconds(1956528000));
  ASSERT_EQ(list->roots.size(), 1u);
  EXPECT_EQ(list->roots[0].der(), DemoCertificate("root.pem").der());
}

TEST(TrustList, OwnListIsReadBack) {
  const auto list = Verify(Sign(DemoList()).value());
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->version, "1.0");
  EXPECT_EQ(list->sequence, 7);
  EXPECT_EQ(list->expires, DemoTime() + absl::Hours(24));
  ASSERT_EQ(list->roots.size(), 1u);
  EXPECT_EQ(list->roots[0].der(), DemoCertificate("root.pem").der());
}

TEST(TrustList, AnEmptyListTrustsNobody) {
  TrustList list = DemoList();
  list.roots.clear();
  const auto read = Verify(Sign(list).value());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->roots.empty());
}

TEST(TrustList, UnknownMembersAreIgnored) {
  EXPECT_EQ(ReasonFor(Signed(
                R"({"exp":1735693200,"extensions":{"x":[1]},"sequence":1,"trustList":[],"version":"1.0"})")),
            Reason::kNone);
}

TEST(TrustList, RollbackIsRefused) {
  const std::string jws = Sign(DemoList()).value();
  EXPECT_EQ(ReasonFor(jws, 7), Reason::kNone);
  EXPECT_EQ(ReasonFor(jws, 8), Reason::kTrustListRollback);
}

TEST(TrustList, ExpiryIsRefused) {
  const std::string jws = Sign(DemoList()).value();
  const absl::Time expires = DemoList().expires;
  EXPECT_EQ(ReasonFor(jws, 0, expires - absl::Seconds(1)), Reason::kNone);
  EXPECT_EQ(ReasonFor(jws, 0, expires), Reason::kTrustListExpired);
}

TEST(TrustList, OnlySelfSignedCasMayBeEntries) {
  EXPECT_EQ(ReasonFor(WithEntry(ReadVector("demo-pki/root.pem"))), Reason::kNone);
  for (const char* name : {"demo-pki/int.pem", "demo-pki/leaf1234.pem", "demo-pki/chain1234.pem",
                           "demo-pki/root.key", "demo-pki/crl.pem"}) {
    EXPECT_EQ(ReasonFor(WithEntry(ReadVector(name))), Reason::kTrustListInvalid) << name;
  }
  EXPECT_EQ(ReasonFor(WithEntry("")), Reason::kTrustListInvalid);
}

TEST(TrustList, ARootWhoseOwnSignatureIsWrongIsRefused) {
  std::string der = DemoCertificate("root.pem").der();
  der.back() = static_cast<char>(der.back() ^ 1);
  const auto broken = pki::Certificate::ParseDer(der);
  ASSERT_TRUE(broken.ok()) << broken.status();
  EXPECT_EQ(ReasonFor(WithEntry(broken->Pem())), Reason::kTrustListInvalid);
}

TEST(TrustList, MalformedPayloadsAreRefused) {
  for (const char* payload : {
           "",
           "[]",
           R"({"sequence":1,"trustList":[],"version":"1.0"})",
           R"({"exp":1735693200,"trustList":[],"version":"1.0"})",
           R"({"exp":1735693200,"sequence":1,"version":"1.0"})",
           R"({"exp":1735693200,"sequence":1,"trustList":[]})",
           R"({"exp":"1735693200","sequence":1,"trustList":[],"version":"1.0"})",
           R"({"exp":1735693200,"sequence":"1","trustList":[],"version":"1.0"})",
           R"({"exp":1735693200,"sequence":1.5,"trustList":[],"version":"1.0"})",
           R"({"exp":1735693200,"sequence":-1,"trustList":[],"version":"1.0"})",
           R"({"exp":1735693200,"sequence":1,"trustList":{},"version":"1.0"})",
           R"({"exp":1735693200,"sequence":1,"trustList":[1],"version":"1.0"})",
           R"({"exp":1735693200,"sequence":1,"trustList":[],"version":1})",
           R"({"exp":1735693200,"sequence":1,"sequence":2,"trustList":[],"version":"1.0"})",
       }) {
    EXPECT_EQ(ReasonFor(Signed(payload)), Reason::kTrustListInvalid) << payload;
  }
}

TEST(TrustList, OnlyTheDocumentSignerOfThePaIsBelieved) {
  EXPECT_EQ(ReasonFor(Sign(DemoList(), "pa-crl-signer.pem", "pa-crl-signer.key").value()),
            Reason::kTrustListInvalid);
  EXPECT_EQ(ReasonFor(Sign(DemoList(), "leaf1234.pem", "leaf1234.key").value()), Reason::kTrustListInvalid);
  EXPECT_EQ(ReasonFor(Sign(DemoList(), "pa-root.pem", "pa-root.key").value_or("")),
            Reason::kTrustListInvalid);
  EXPECT_EQ(ReasonOf(Sign(DemoList(), "pa-token-signer.pem", "leaf1234.key").status()), Reason::kKeyMismatch);
  EXPECT_EQ(ReasonOf(SignTrustList(DemoList(), {}, *DemoKey("pa-token-signer.key")).status()),
            Reason::kMissingField);
}

TEST(TrustList, WithoutX5cTheSignerMustBeConfigured) {
  const auto root = DemoCertificate("pa-root.pem");
  EXPECT_EQ(ReasonOf(VerifyTrustList(DemoToken("ca_list"), root, nullptr, 0, DemoTime()).status()),
            Reason::kTrustListInvalid);
  const std::string bare =
      jose::SignJws(R"({"alg":"ES256"})", R"({"exp":1735693200,"sequence":1,"trustList":[],"version":"1.0"})",
                    *DemoKey("pa-token-signer.key"))
          .value();
  EXPECT_EQ(ReasonFor(bare), Reason::kTrustListInvalid);
}

TEST(TrustList, AChangedListIsRefused) {
  std::string jws = DemoToken("ca_list");
  const size_t middle = jws.size() / 2;
  jws[middle] = jws[middle] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ReasonFor(jws), Reason::kTrustListInvalid);
}

TEST(TrustList, SizeIsBounded) {
  EXPECT_EQ(ReasonFor(std::string(limits::kTrustList + 1, 'a')), Reason::kTooLarge);
}

}  // namespace
}  // namespace sti::stir

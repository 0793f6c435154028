#include "common/acme/nested_jws.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/acme/error.h"
#include "common/acme/jws_testing.h"
#include "common/crypto/hmac.h"
#include "gtest/gtest.h"

namespace sti::acme {
namespace {

constexpr char kUrl[] = "https://ca.example.net/acme/key-change";

std::string ErrorOf(const absl::Status& status) {
  return status.ok() ? "none" : std::string(ErrorName(ProblemOf(status).type));
}

class NestedJwsTest : public ::testing::Test {
 protected:
  std::string Change(absl::string_view header_end = "") const {
    const std::string header = absl::StrCat(R"({"alg":"ES256","url":")", kUrl, R"(","jwk":)",
                                            jose::JwkText(new_->public_key()), header_end, "}");
    const std::string payload =
        absl::StrCat(R"({"account":"https://ca.example.net/acme/account/1","oldKey":)",
                     jose::JwkText(old_->public_key()), "}");
    return Flattened(header, payload, *new_);
  }
  codec::JsonValue Binding(absl::string_view alg, absl::string_view header_end,
                           const crypto::VerifyingKey& bound) const {
    const std::string header =
        absl::StrCat(R"({"alg":")", alg, R"(","kid":"key-1","url":")", kUrl, "\"", header_end, "}");
    const std::string payload = jose::JwkText(bound);
    return Json(
        FlattenedWith(header, payload, crypto::HmacSha256(Secret("mac key"), SigningInput(header, payload))));
  }

  const std::shared_ptr<const crypto::SigningKey> old_ = crypto::SigningKey::Generate().value();
  const std::shared_ptr<const crypto::SigningKey> new_ = crypto::SigningKey::Generate().value();
};

TEST_F(NestedJwsTest, KeyChangeNamesAccountAndBothKeys) {
  const auto change = OpenKeyChange(Change(), kUrl);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->account, "https://ca.example.net/acme/account/1");
  EXPECT_TRUE(change->new_key == new_->public_key());
  EXPECT_TRUE(change->old_key == old_->public_key());
}

TEST_F(NestedJwsTest, KeyChangeMustHaveTheOuterUrlAndNeitherNonceNorKid) {
  EXPECT_EQ(ErrorOf(OpenKeyChange(Change(), "https://ca.example.net/other").status()), "malformed");
  EXPECT_EQ(ErrorOf(OpenKeyChange(Change(R"(,"nonce":"AAAA")"), kUrl).status()), "malformed");
  EXPECT_EQ(ErrorOf(OpenKeyChange(Change(R"(,"kid":"x")"), kUrl).status()), "malformed");
  EXPECT_EQ(ErrorOf(OpenKeyChange("{}", kUrl).status()), "malformed");
}

TEST_F(NestedJwsTest, ExternalAccountBindingIsAMacOverTheAccountsKey) {
  const auto binding = ExternalAccountBinding::Parse(Binding("HS256", "", new_->public_key()), kUrl);
  ASSERT_TRUE(binding.ok()) << binding.status();
  EXPECT_EQ(binding->kid(), "key-1");
  EXPECT_TRUE(binding->Check(Secret("mac key"), new_->public_key()).ok());
  EXPECT_EQ(ErrorOf(binding->Check(Secret("mac kez"), new_->public_key())), "unauthorized");
  EXPECT_EQ(ErrorOf(binding->Check(Secret("mac key"), old_->public_key())), "malformed");
}

TEST_F(NestedJwsTest, ExternalAccountBindingByASignatureOrWithANonceIsRefused) {
  for (const char* alg : {"ES256", "none", "HS1"}) {
    const auto binding = ExternalAccountBinding::Parse(Binding(alg, "", new_->public_key()), kUrl);
    EXPECT_EQ(ErrorOf(binding.status()), "malformed") << alg;
  }
  const auto nonce =
      ExternalAccountBinding::Parse(Binding("HS256", R"(,"nonce":"A")", new_->public_key()), kUrl);
  EXPECT_EQ(ErrorOf(nonce.status()), "malformed");
}

}  // namespace
}  // namespace sti::acme

#include "common/rest/objection.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace sti::rest {
namespace {

using Edit = std::function<void(http::HttpRequest&)>;

void Set(http::HttpRequest& request, const std::string& name, const std::string& value) {
  for (auto& [field, text] : request.headers) {
    if (field == name) text = value;
  }
}

// The id of the objection; "" for none.
std::string IdAfter(const Edit& edit) {
  http::HttpRequest request;
  request.method = "POST";
  request.target = "/a";
  request.headers = {{"content-type", "application/json"}, {"content-length", "2"}, {"accept", "*/*"}};
  request.body = "{}";
  edit(request);
  const auto objection = Objection(request, {"/a", "/b"});
  return objection ? objection->id : "";
}

TEST(ObjectionTest, IsTheFirstOfTheStandardsTable) {
  EXPECT_EQ(IdAfter([](auto&) {}), "");
  EXPECT_EQ(IdAfter([](auto& r) { r.target = "/b?x=/c"; }), "");
  EXPECT_EQ(IdAfter([](auto& r) { r.target = "/a/"; }), "SVC4003");
  EXPECT_EQ(IdAfter([](auto& r) { r.target = "?/a"; }), "SVC4003");
  EXPECT_EQ(IdAfter([](auto& r) { r.method = "GET"; }), "POL4050");
  EXPECT_EQ(IdAfter([](auto& r) { r.head = true; }), "POL4050");
  EXPECT_EQ(IdAfter([](auto& r) { Set(r, "accept", "text/html"); }), "SVC4002");
  EXPECT_EQ(IdAfter([](auto& r) { Set(r, "content-length", ""); }), "SVC4007");
  EXPECT_EQ(IdAfter([](auto& r) { r.body.clear(); }), "SVC4000");
  EXPECT_EQ(IdAfter([](auto& r) { Set(r, "content-type", "text/json"); }), "SVC4004");
  EXPECT_EQ(IdAfter([](auto& r) {
              Set(r, "content-type", "text/json");
              r.body.clear();
              r.method = "GET";
            }),
            "POL4050");
}

TEST(ObjectionTest, TheMostSpecificRangeOfAcceptDecides) {
  EXPECT_EQ(IdAfter([](auto& r) { Set(r, "accept", "*/*;q=0, application/json"); }), "");
  EXPECT_EQ(IdAfter([](auto& r) { Set(r, "accept", "application/json;q=0, */*"); }), "SVC4002");
  EXPECT_EQ(IdAfter([](auto& r) { Set(r, "accept", "application/*;q=0.000, */*"); }), "SVC4002");
  EXPECT_EQ(IdAfter([](auto& r) { Set(r, "accept", "application/*;q=0.001"); }), "");
}

}  // namespace
}  // namespace sti::rest

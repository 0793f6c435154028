#include "common/status/html.h"

#include <gtest/gtest.h>

#include <string>

namespace sti::status {
namespace {

TEST(HtmlTest, TextCannotBecomeMarkup) {
  EXPECT_EQ(Html::Text("<script>alert(1)</script>").markup(), "&lt;script&gt;alert(1)&lt;/script&gt;");
  EXPECT_EQ(Html::Text("a & b").markup(), "a &amp; b");
  EXPECT_EQ(Html::Text("&lt;").markup(), "&amp;lt;");  // what is escaped already is text, too
  EXPECT_EQ(Html::Text("</textarea><img src=x onerror=alert(1)>").markup(),
            "&lt;/textarea&gt;&lt;img src=x onerror=alert(1)&gt;");
}

TEST(HtmlTest, TextCannotLeaveAnAttribute) {
  EXPECT_EQ(Void("input", {{"value", "\" onfocus=\"alert(1)"}}).markup(),
            "<input value=\"&quot; onfocus=&quot;alert(1)\">");
  EXPECT_EQ(Void("input", {{"value", "' onfocus='alert(1)"}}).markup(),
            "<input value=\"&#39; onfocus=&#39;alert(1)\">");
}

TEST(HtmlTest, ElementsNest) {
  const Html inner = Element("b", Html::Text("1 < 2"));
  EXPECT_EQ(Element("p", {{"class", "x"}}, inner + Html::Literal("<br>") + Html::Text("ok")).markup(),
            "<p class=\"x\"><b>1 &lt; 2</b><br>ok</p>");
}

TEST(HtmlTest, TextStaysReadable) {
  EXPECT_EQ(Html::Text("J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80\n\tx").markup(),
            "J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80\n\tx");
}

// Octet sequences that some browser may take for "<" or that hide what is there.
TEST(HtmlTest, WhatIsNoTextIsReplaced) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(Html::Text("\xc0\xbc").markup(), bad + bad);            // overlong "<"
  EXPECT_EQ(Html::Text("\xe0\x80\xbc").markup(), bad + bad + bad);  // the same in three
  EXPECT_EQ(Html::Text("\xed\xa0\x80").markup(), bad + bad + bad);  // surrogate
  EXPECT_EQ(Html::Text("\xf4\x90\x80\x80").markup(), bad + bad + bad + bad);
  EXPECT_EQ(Html::Text("\xc3").markup(), bad);            // cut off
  EXPECT_EQ(Html::Text("\xc3<").markup(), bad + "&lt;");  // does not swallow what follows
  EXPECT_EQ(Html::Text(absl::string_view("\0", 1)).markup(), bad);
  EXPECT_EQ(Html::Text("\x1b[2J\r\x7f").markup(), bad + "[2J" + bad + bad);
  EXPECT_EQ(Html::Text("\xe2\x80\xae"
                       "1215")
                .markup(),
            bad + "1215");  // right-to-left override
  EXPECT_EQ(Html::Text("\xe2\x81\xa6").markup(), bad);
  EXPECT_EQ(Html::Text("\xe2\x80\xaf").markup(), "\xe2\x80\xaf");  // its neighbour, a narrow space
}

}  // namespace
}  // namespace sti::status

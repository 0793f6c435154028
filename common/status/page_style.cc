#include <string>

#include "absl/strings/str_cat.h"
#include "common/codec/base64url.h"
#include "common/crypto/digest.h"
#include "common/status/page_writer.h"

namespace sti::status {
namespace {

// Colours have a contrast of 4.5 to 1 at least (WCAG 2.1, 1.4.3), in the light and in the dark.
constexpr char kStyle[] = R"(
:root{color-scheme:light dark;--ground:#f4f6f8;--paper:#fff;--ink:#1b2530;--soft:#526070;--line:#d5dce3;
--link:#0b5cad;--good:#0c6b3d;--good-ground:#dcf3e6;--warning:#7a4b00;--warning-ground:#fdeccb;
--bad:#a11722;--bad-ground:#fde3e4;--head:#17324d;--head-ink:#fff;--head-soft:#c3d3e3;--code:#eef2f6}
@media(prefers-color-scheme:dark){:root{--ground:#11171d;--paper:#1a222b;--ink:#e4eaf0;--soft:#a2b0be;
--line:#33404d;--link:#7cb8f5;--good:#7fdba7;--good-ground:#123524;--warning:#f5c163;--warning-ground:#3b2b0c;
--bad:#ff9ca2;--bad-ground:#451a1e;--head:#0d1b29;--head-ink:#f2f6fa;--head-soft:#a9bccf;--code:#121920}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header{background:var(--head);color:var(--head-ink);padding:1.2rem max(1rem,calc((100% - 72rem)/2))}
header .program{margin:0;color:var(--head-soft);font-size:.9rem;letter-spacing:.08em;text-transform:uppercase}
h1{margin:.1rem 0 .6rem;font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere}
.verdict{margin:0 0 .8rem;font-size:1.05rem}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:0;padding:0;font-size:.92rem}
nav a{color:var(--head-ink)}
main{max-width:74rem;margin:0 auto;padding:1rem}
section{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1.2rem 1.1rem;margin:0 0 1rem}
h2{font-size:1.2rem;margin:0 0 .6rem}
h3{font-size:1.02rem;margin:1.2rem 0 .4rem}
p{margin:.4rem 0;max-width:52rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header :focus-visible{outline-color:var(--head-ink)}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;background:var(--paper);padding:.4rem .7rem}
dl{margin:.4rem 0;display:grid;gap:.1rem}
dl div{display:grid;grid-template-columns:13rem 1fr;gap:1rem;padding:.25rem 0;border-bottom:1px solid var(--line)}
dl div:last-child{border-bottom:0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.6rem 0 1rem;font-size:.94rem}
caption{text-align:left;font-weight:600;padding:.2rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--soft);font-weight:600;font-size:.86rem;border-bottom-width:2px}
th{overflow-wrap:break-word}
tbody th{font-weight:600}
td{font-variant-numeric:tabular-nums}
.none,.remark,footer{color:var(--soft)}
.remark{font-size:.9rem}
.badge{display:inline-block;padding:.02rem .55rem;border-radius:1rem;border:1px solid currentColor;font-weight:600;font-size:.88rem}
.good{color:var(--good);background:var(--good-ground)}
.warning{color:var(--warning);background:var(--warning-ground)}
.bad{color:var(--bad);background:var(--bad-ground)}
code,pre,textarea{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.88rem}
code{overflow-wrap:anywhere}
pre{background:var(--code);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .9rem;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0 .8rem}
form{display:grid;gap:.9rem;margin:.6rem 0 0}
fieldset{border:1px solid var(--line);border-radius:.4rem;padding:.5rem .9rem .8rem;margin:0;display:grid;gap:.5rem;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr))}
legend{font-weight:600;padding:0 .3rem}
label{display:block;font-weight:600;font-size:.94rem}
.choice{font-weight:400;display:flex;gap:.5rem;align-items:baseline}
.hint{margin:.1rem 0 .25rem;color:var(--soft);font-size:.88rem}
input[type=text],select,textarea{width:100%;padding:.45rem .55rem;border:1px solid var(--soft);border-radius:.35rem;background:var(--ground);color:var(--ink);font-size:1rem}
textarea{min-height:10rem;resize:vertical;font-size:.88rem}
button{justify-self:start;font:inherit;font-weight:600;padding:.55rem 1.3rem;border:0;border-radius:.4rem;background:var(--link);color:var(--paper);cursor:pointer}
footer{max-width:74rem;margin:0 auto;padding:0 1rem 1.5rem;font-size:.88rem}
@media(max-width:46rem){dl div{grid-template-columns:1fr;gap:0}
section{padding:.8rem .9rem}thead{position:absolute;left:-99rem}table,tbody,caption{display:block}
tr{display:block;border:1px solid var(--line);border-radius:.4rem;padding:.35rem .7rem;margin:0 0 .6rem}
tbody th,td{display:block;border:0;padding:.12rem 0}
td::before{content:attr(data-label);display:block;color:var(--soft);font-size:.82rem}}
@media print{:root{--ground:#fff;--paper:#fff;--ink:#000;--soft:#333;--line:#999;--head:#fff;--head-ink:#000;--head-soft:#333;--code:#fff;
--good:#000;--good-ground:#fff;--warning:#000;--warning-ground:#fff;--bad:#000;--bad-ground:#fff}
nav,form,.skip{display:none}section{break-inside:auto;border-color:#999}tr,dl div{break-inside:avoid}body{font-size:11pt}}
)";

}  // namespace

const std::string& StyleText() {
  static const auto& style = *new std::string(kStyle);
  return style;
}

const std::string& StyleSource() {
  static const auto& source =
      *new std::string(absl::StrCat("'sha256-", codec::Base64Encode(crypto::Sha256(StyleText())), "'"));
  return source;
}

}  // namespace sti::status

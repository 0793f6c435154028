#!/usr/bin/python3
"""Writes passport_types.json: PASSporTs of every type made without any code of this repository, good and defective.

Signed by python3-cryptography with demo-pki/leaf1234.key. The signatures differ from run to run, nothing else does.
Each row has

  name, type   what it is; type is the ppt, or "base"
  token        the PASSporT; for compact form "..signature"
  payload      what was signed, as text
  x5u, certificate   where the certificate would be, and which file of this folder it is
  reason       NONE, or the Reason of what is wrong with it whatever the call is
  claim        the claim that is wrong, for CLAIM_MISSING and CLAIM_INVALID

Run from anywhere.
"""

import base64
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

HERE = pathlib.Path(__file__).parent
NOW = 1735689600  # 2025-01-01T00:00:00Z
URL = "https://cr.example.net/1234.pem"
CERTIFICATE = "demo-pki/leaf1234.pem"
UUID = "123e4567-e89b-12d3-a456-426655440000"
CALLER, CALLED, TARGET = "12155550121", "12155550131", "12155550199"
BASE = {"orig": {"tn": CALLER}, "dest": {"tn": [CALLED]}, "iat": NOW}
JCARD = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Q Branch"],
                   ["photo", {}, "uri", "https://example.com/photos/q-256x256.png"]]]
PHOTO = "sha256-RojgWwU6xUtI4q82+kHPyHm1JKbm7+663bMvzymhkl4"
BODY = b"Your code is 123456\r\n"
KEYS = [{"alg": "sha-256", "dig": "021ACC5427ABEB9C533F3E4B652E7D463F5442CD54F17A03A27DF9B07F4619B2"},
        {"alg": "sha-256", "dig": "4AADB9B13F82183B540212DF3E5D496B19E57CAB3E4B652E7D463F5442CD54F1"}]


def load_key(name):
    return serialization.load_pem_private_key((HERE / "demo-pki" / name).read_bytes(), None)


KEY, OTHER_KEY = load_key("leaf1234.key"), load_key("leaf5678.key")


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(octets, algorithm="sha256"):
    return algorithm + "-" + base64.b64encode(hashlib.new(algorithm, octets).digest()).decode().rstrip("=")


def value_digest(value, algorithm="sha256"):
    return digest(canonical(value).encode(), algorithm)


def sign(kind, payload, key=KEY):
    header = {"alg": "ES256", "typ": "passport", "x5u": URL, **({} if kind == "base" else {"ppt": kind})}
    signing_input = b64url(canonical(header).encode()) + "." + b64url(payload.encode())
    r, s = utils.decode_dss_signature(key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256())))
    return signing_input + "." + b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


ROWS = []


def row(name, kind, payload, reason="NONE", claim="", key=KEY):
    token = sign(kind, payload, key)
    ROWS.append({"name": f"{kind}: {name}", "type": kind, "token": token, "payload": payload, "x5u": URL,
                 "certificate": CERTIFICATE, "reason": reason, "claim": claim})
    return token


def good(name, kind, more=None, **base):
    return row(name, kind, canonical({**BASE, **base, **(more or {})}))


def bad(name, kind, claim, claims, reason="CLAIM_INVALID"):
    row(name, kind, canonical({**BASE, **claims}), reason, claim)


def raw(name, kind, claim, text):
    row(name, kind, text, "CLAIM_INVALID", claim)


SHAKEN = {"attest": "A", "origid": UUID}
DIV = {"div": {"tn": CALLED}, "dest": {"tn": [TARGET]}}
RPH = {"rph": {"auth": ["ets.0", "wps.0"]}}
RCD = {"rcd": {"nam": "Q Branch Spy Gadgets"}}
# What a PASSporT of each type must have beside the base claims.
MANDATORY = {"base": {}, "shaken": SHAKEN, "div": DIV, "div-o": DIV, "rph": RPH, "rcd": RCD, "msg": {}}


def good_ones():
    good("numbers", "base")
    good("URIs", "base", orig={"uri": "sip:alice@example.com"}, dest={"uri": ["sip:bob@example.com"]})
    good("numbers and URIs", "base", dest={"tn": [CALLED, TARGET], "uri": ["sip:bob@example.com"]})
    good("media keys", "base", {"mky": KEYS})
    shaken = good("plain", "shaken", SHAKEN)
    good("media keys", "shaken", {**SHAKEN, "mky": KEYS[:1]})
    good("call data", "shaken", {**SHAKEN, **RCD, "crn": "Rendezvous for Little Nellie",
                                 "rcdi": {"/nam": value_digest(RCD["rcd"]["nam"])}})
    div = good("of the shaken one", "div", DIV)
    good("with index", "div", {**DIV, "div": {"hi": "1.2.1", "tn": CALLED}})
    good("to a URI", "div", {**DIV, "dest": {"uri": ["sip:bob@example.net"]}})
    good("from a URI", "div", {**DIV, "div": {"uri": "sip:bob@example.com"}})
    nested = good("around the shaken one", "div-o", {**DIV, "opt": shaken})
    good("around another", "div-o", {"div": {"tn": TARGET}, "dest": {"tn": ["12155550188"]}, "opt": nested})
    good("around a div", "div-o", {"div": {"tn": TARGET}, "dest": {"tn": ["12155550188"]}, "opt": div})
    good("two namespaces", "rph", RPH)
    good("emergency call", "rph", {"rph": {"auth": ["esnet.1"]}}, dest={"uri": ["urn:service:sos"]})
    good("emergency callback", "rph", {"rph": {"auth": ["esnet.0"]}, "sph": "psap-callback"})
    good("another rph type", "rph", {"rph": {"auth": ["ets.0"], "other": ["x"]}})
    good("name", "rcd", RCD)
    good("empty name", "rcd", {"rcd": {"nam": ""}})
    good("call reason", "rcd", {"crn": "Your \u00c4rzte appointment"})
    good("image", "rcd", {"rcd": {"nam": "Q", "icn": "https://example.com/photos/q-256x256.png"},
                          "rcdi": {"/icn": PHOTO, "/nam": value_digest("Q")}})
    good("image in the token", "rcd", {"rcd": {"nam": "Q", "icn": "data:image/png;base64,iVBORw0KGgo="}})
    good("jCard", "rcd", {"rcd": {"nam": "Q Branch", "apn": "12155550100", "jcd": JCARD},
                          "rcdi": {"/jcd": value_digest(JCARD), "/jcd/1/2/3": PHOTO}})
    good("link to a jCard", "rcd", {"rcd": {"nam": "Q", "jcl": "https://example.com/q.json"},
                                    "rcdi": {"/jcl": digest(canonical(JCARD).encode(), "sha384")}})
    good("third party", "rcd", {**RCD, "iss": "Example Analytics"})
    good("long digests", "rcd", {**RCD, "rcdi": {"/nam": value_digest(RCD["rcd"]["nam"], "sha512")}})
    good("digest that does not match", "rcd", {**RCD, "rcdi": {"/nam": value_digest("Q")}})
    good("digest of nothing", "rcd", {**RCD, "rcdi": {"/apn": value_digest("Q")}})
    good("without digest", "msg")
    good("with digest", "msg", {"msgi": digest(BODY)})
    for kind in MANDATORY:
        if kind != "msg":
            more = {**MANDATORY[kind], **({"opt": shaken} if kind == "div-o" else {})}
            good("ignores msgi", kind, {**more, "msgi": 7})
    return shaken


def bad_base(shaken):
    for kind, more in MANDATORY.items():
        full = {**BASE, **more, **({"opt": shaken} if kind == "div-o" else {})}
        for name in full:
            rest = {k: v for k, v in full.items() if k != name}
            row(f"no {name}", kind, canonical(rest), "CLAIM_MISSING", name)
        for name, text in (("string", f'"{NOW}"'), ("fraction", f"{NOW}.0"), ("exponent", "1e9"), ("negative", "-1")):
            raw(f"iat is a {name}", kind, "iat", canonical(full).replace(f'"iat":{NOW}', f'"iat":{text}'))
        bad("orig with both", kind, "orig", {**full, "orig": {"tn": CALLER, "uri": "sip:a@b.example"}})
        bad("orig with none", kind, "orig", {**full, "orig": {}})
        bad("orig.tn is an array", kind, "orig", {**full, "orig": {"tn": [CALLER]}})
        bad("orig.tn with plus", kind, "orig", {**full, "orig": {"tn": "+" + CALLER}})
        bad("dest.tn is a string", kind, "dest", {**full, "dest": {"tn": CALLED}})
        bad("dest.tn is empty", kind, "dest", {**full, "dest": {"tn": []}})
        bad("dest is empty", kind, "dest", {**full, "dest": {}})
        bad("dest.tn with plus", kind, "dest", {**full, "dest": {"tn": ["+" + CALLED]}})
        bad("media keys not sorted", kind, "mky", {**full, "mky": KEYS[::-1]})
        row("signed by another key", kind, canonical(full), "SIGNATURE_INVALID", key=OTHER_KEY)
    for name, value in (("no array", KEYS[0]), ("empty", []), ("without dig", [{"alg": "sha-256"}]),
                        ("too short", [{"alg": "sha-256", "dig": "AA"}]),
                        ("with colons", [{"alg": "sha-1", "dig": ":".join(["AA"] * 20)}])):
        bad(f"mky {name}", "base", "mky", {"mky": value})


def bad_extensions(shaken):
    for name, value in (("string", CALLED), ("empty", {}), ("both", {"tn": CALLED, "uri": "sip:a@b.example"}),
                        ("array", {"tn": [CALLED]}), ("plus", {"tn": "+" + CALLED}), ("hi alone", {"hi": "1"}),
                        ("hi no index", {"tn": CALLED, "hi": "x"}), ("with opt", {"tn": CALLED, "opt": shaken})):
        bad(f"div: {name}", "div", "div", {**DIV, "div": value})
        bad(f"div: {name}", "div-o", "div", {**DIV, "opt": shaken, "div": value})
    bad("opt beside div", "div", "opt", {**DIV, "opt": shaken})
    for name, value in (("object", {"token": shaken}), ("compact", ".." + shaken.split(".")[2]), ("empty", ""),
                        ("two segments", "a.b"), ("padded", shaken + "=")):
        bad(f"opt: {name}", "div-o", "opt", {**DIV, "opt": value})
    for name, value in (("array", ["ets.0"]), ("auth string", {"auth": "ets.0"}), ("auth empty", {"auth": []}),
                        ("no auth", {"x": ["ets.0"]}), ("number", {"auth": [0]}), ("no dot", {"auth": ["ets"]}),
                        ("two dots", {"auth": ["ets.0.1"]})):
        bad(f"rph: {name}", "rph", "rph", {"rph": value})
    bad("sph without esnet", "rph", "sph", {**RPH, "sph": "psap-callback"})
    for value in ("emergency", "", ["psap-callback"], None):
        bad(f"sph: {value}", "rph", "sph", {"rph": {"auth": ["esnet.0"]}, "sph": value})
    for value in ("sha256-", "SHA256-YWJj", "md5-YWJj", 7):
        bad(f"msgi: {value}", "msg", "msgi", {"msgi": value})


def bad_rich():
    for kind, more in (("rcd", {}), ("shaken", SHAKEN)):
        for name, value in (("string", "Q"), ("no nam", {"apn": CALLER}), ("nam number", {"nam": 7}),
                            ("nam with a line break", {"nam": "a\r\nb"}),
                            ("jcd and jcl", {"nam": "Q", "jcd": JCARD, "jcl": "https://example.com/q.json"}),
                            ("jcd no jCard", {"nam": "Q", "jcd": {"fn": "Q"}}),
                            ("jcl http", {"nam": "Q", "jcl": "http://example.com/q.json"}),
                            ("icn http", {"nam": "Q", "icn": "http://example.com/q.png"}),
                            ("icn data text", {"nam": "Q", "icn": "data:text/html,x"}),
                            ("apn with plus", {"nam": "Q", "apn": "+" + CALLER})):
            bad(f"rcd: {name}", kind, "rcd", {**more, "rcd": value})
        for value in ("", ["x"], 7):
            bad(f"crn: {value!r}", kind, "crn", {**more, **RCD, "crn": value})
        bad("iss: object", kind, "iss", {**more, **RCD, "iss": {}})
        bad("rcdi without rcd", kind, "rcdi", {**more, "crn": "x", "rcdi": {"/nam": PHOTO}})
        for name, value in (("empty", {}), ("array", [PHOTO]), ("no pointer", {"nam": PHOTO}),
                            ("hyphen inside", {"/nam": PHOTO.replace("sha256", "sha-256")}),
                            ("upper case", {"/nam": PHOTO.replace("sha256", "SHA256")}),
                            ("sha1", {"/nam": PHOTO.replace("sha256", "sha1")}), ("no base64", {"/nam": "sha256-*"})):
            bad(f"rcdi: {name}", kind, "rcdi", {**more, **RCD, "rcdi": value})


def compact():
    for name, claims in (("numbers", BASE),
                         ("URIs", {**BASE, "orig": {"uri": "sip:alice@example.com"},
                                   "dest": {"uri": ["sip:bob@example.com"]}}),
                         ("media keys", {**BASE, "mky": KEYS})):
        row(f"compact form, {name}", "base", canonical(claims))
        ROWS[-1]["token"] = ".." + ROWS[-1]["token"].split(".")[2]


def main():
    shaken = good_ones()
    bad_base(shaken)
    bad_extensions(shaken)
    bad_rich()
    compact()
    names = [one["name"] for one in ROWS]
    assert len(names) == len(set(names)), "names repeat"
    (HERE / "passport_types.json").write_text(json.dumps(ROWS, indent=1, ensure_ascii=True) + "\n")


main()

#!/usr/bin/python3
"""Writes judged_calls.json and delegate_leaf.pem: calls with all their Identity headers, made without any code of
this repository, each with the verdict that it must get.

Signed by python3-cryptography with keys of demo-pki. The signatures differ from run to run, the verdicts do not. Each
row has

  name, identities
  facts     what SIP says: asserted, from, to, request_uri, date, resource_priority, priority, display_name,
            message_body, media_keys
  policy    what differs from the defaults: types, compact, man, caller, called, diverted_freshness, rph_signers
  at        time of the call
  reason, verstat, attestation   of the call
  headers   the Reason of each PASSporT, nested ones last
  div, rph  Reason of the chain and of the resource priority; absent when there must be none
  rcd       Reasons, the data to display first first

delegate_leaf.pem is a leaf for numbers (12155550120 to ...0129, and 12155550131) with the key of leaf5678. Run from
anywhere.
"""

import base64
import datetime
import hashlib
import itertools
import json
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

HERE = pathlib.Path(__file__).parent
DEMO = HERE / "demo-pki"
NOW = 1735689600  # 2025-01-01T00:00:00Z
URL, URL5678, DELEGATE = (f"https://cr.example.net/{name}.pem" for name in ("1234", "5678", "delegate"))
CALLER, FIRST, SECOND, TARGET = "12155550121", "12155550131", "12155550199", "12155550250"
UUID = "123e4567-e89b-12d3-a456-426655440000"
PASSED, FAILED, NONE = "TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"
ALL = ["", "shaken", "div", "div-o", "rph", "rcd", "msg"]
KEYS = [{"alg": "sha-256", "dig": "021ACC5427ABEB9C533F3E4B652E7D463F5442CD54F17A03A27DF9B07F4619B2"},
        {"alg": "sha-256", "dig": "4AADB9B13F82183B540212DF3E5D496B19E57CAB3E4B652E7D463F5442CD54F1"}]


def load_key(name):
    return serialization.load_pem_private_key((DEMO / name).read_bytes(), None)


KEY, KEY5678 = load_key("leaf1234.key"), load_key("leaf5678.key")
KEY_OF = {URL: KEY, URL5678: KEY5678, DELEGATE: KEY5678}


def write_delegate():
    leaf = x509.load_pem_x509_certificate((DEMO / "leaf5678-revoked.pem").read_bytes())
    numbers = bytes.fromhex("a1123010160b") + b"12155550120" + bytes.fromhex("02010a")
    one = bytes.fromhex("a20d160b") + b"12155550131"
    entries = numbers + one
    tn_auth_list = b"\x30" + bytes([len(entries)]) + entries
    builder = (x509.CertificateBuilder().subject_name(leaf.subject).issuer_name(leaf.issuer)
               .public_key(leaf.public_key()).serial_number(0x2F2E3D4C5B6A79880102030405060708)
               .not_valid_before(datetime.datetime(2024, 1, 1)).not_valid_after(datetime.datetime(2033, 1, 1)))
    builder = builder.add_extension(
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26"), tn_auth_list), critical=False)
    for extension in leaf.extensions:
        if extension.oid.dotted_string != "1.3.6.1.5.5.7.1.26":
            builder = builder.add_extension(extension.value, critical=extension.critical)
    certificate = builder.sign(load_key("int.key"), hashes.SHA256())
    (HERE / "delegate_leaf.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(octets):
    return "sha256-" + base64.b64encode(hashlib.sha256(octets).digest()).decode().rstrip("=")


def sign(signing_input, key):
    r, s = utils.decode_dss_signature(key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256())))
    return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def claims_of(**more):
    return {"orig": {"tn": CALLER}, "dest": {"tn": [FIRST]}, "iat": NOW, **more}


def token(ppt, claims, url=URL, forged=False, header=None):
    head = {"alg": "ES256", "typ": "passport", "x5u": url, **({"ppt": ppt} if ppt else {}), **(header or {})}
    signing_input = b64url(canonical(head).encode()) + "." + b64url(canonical(claims).encode())
    key = KEY_OF[url]
    if forged:
        key = KEY5678 if key is KEY else KEY
    return signing_input + "." + sign(signing_input, key)


def identity(passport, ppt, url=URL, more=""):
    return f"{passport};info=<{url}>;alg=ES256" + (f";ppt={ppt}" if ppt else "") + more


def passport(ppt, url=URL, forged=False, **more):
    claims = claims_of(**more)
    return identity(token(ppt, claims, url, forged), ppt, url)


def shaken(attest="A", url=URL, forged=False, **more):
    return passport("shaken", url, forged, attest=attest, origid=UUID, **more)


def div(origin, to, url=URL, forged=False, **more):
    return passport("div", url, forged, **{"div": {"tn": origin}, "dest": {"tn": [to]}, **more})


def div_o(opt, origin, to, url=URL, forged=False, header=None, **more):
    claims = claims_of(**{"div": {"tn": origin}, "dest": {"tn": [to]}, "opt": opt, **more})
    return token("div-o", claims, url, forged, header)


def compact(keys=None, **more):
    claims = claims_of(**more)
    if keys:
        claims["mky"] = keys
    return ".." + token("", claims).split(".")[2]


ROWS = []


def call(name, identities, reason, headers=None, verstat=None, attestation="", div_reason=None, rph=None, rcd=None,
         policy=None, at=NOW, **facts):
    row = {"name": name, "identities": identities, "at": at, "reason": reason, "attestation": attestation,
           "verstat": verstat or (PASSED if reason == "NONE" else NONE),
           "headers": [reason] * len(identities) if headers is None else headers,
           "facts": {"from": "+" + CALLER, "to": "+" + FIRST, **facts}, "policy": policy or {}}
    row["facts"] = {name: value for name, value in row["facts"].items() if value is not None}
    if div_reason:
        row["div"] = div_reason
    if rph:
        row["rph"] = rph
    row["rcd"] = rcd or []
    ROWS.append(row)


BASE = {"types": ALL}
MAN = {"man": True}


def several_headers():
    call("no Identity header", [], "IDENTITY_MISSING")
    call("one shaken", [shaken()], "NONE", attestation="A")
    call("forged shaken", [shaken(forged=True)], "SIGNATURE_INVALID", verstat=FAILED)
    call("forged beside valid", [shaken(forged=True), shaken("C")], "NONE", ["SIGNATURE_INVALID", "NONE"],
         attestation="C")
    call("highest attestation", [shaken("C"), shaken("B"), shaken("A"), shaken("C")], "NONE", attestation="A")
    call("sixteen headers", [shaken("B")] * 16, "NONE", attestation="B")
    call("seventeen headers", [shaken(iat=NOW - 61)] * 16 + [shaken()], "IAT_STALE",
         ["IAT_STALE"] * 16 + ["IDENTITY_TOO_LARGE"])
    call("unsupported type beside shaken", [passport("foo"), shaken()], "NONE", ["IDENTITY_PPT_UNSUPPORTED", "NONE"],
         attestation="A")
    call("unsupported type alone", [passport("foo")], "IDENTITY_PPT_UNSUPPORTED")
    call("stale Date fails them all", [shaken(), shaken()], "DATE_STALE", date=NOW - 61)
    call("Date just fresh", [shaken()], "NONE", attestation="A", date=NOW - 60)
    call("Date in the future", [shaken()], "DATE_STALE", date=NOW + 6)
    call("Date just not in the future", [shaken()], "NONE", attestation="A", date=NOW + 5)


def parties():
    other = "+12155559999"
    for rule, facts, reason in (
            ("pai_or_from", {"asserted": [other], "from": "+" + CALLER}, "NONE"),
            ("pai_or_from", {"asserted": ["+" + CALLER], "from": "sip:anonymous@anonymous.invalid"}, "NONE"),
            ("pai_else_from", {"asserted": [other], "from": "+" + CALLER}, "ORIG_MISMATCH"),
            ("pai_else_from", {"asserted": ["+" + CALLER], "from": other}, "NONE"),
            ("pai_else_from", {"from": "+" + CALLER}, "NONE"),
            ("pai", {"asserted": ["+" + CALLER], "from": other}, "NONE"),
            ("pai", {"from": "+" + CALLER}, "ORIG_MISMATCH"),
            ("from", {"asserted": [other], "from": "+" + CALLER}, "NONE"),
            ("from", {"asserted": ["+" + CALLER], "from": other}, "ORIG_MISMATCH")):
        call(f"caller {rule} {sorted(facts)} {reason}", [shaken()], reason, attestation="A" if reason == "NONE" else "",
             policy={"caller": rule}, **facts)
    for rule, facts, reason in (
            ("to", {"to": "+" + FIRST, "request_uri": other}, "NONE"),
            ("to", {"to": other, "request_uri": "+" + FIRST}, "DEST_MISMATCH"),
            ("to", {"to": None, "request_uri": "+" + FIRST}, "NONE"),
            ("request_uri", {"to": other, "request_uri": "+" + FIRST}, "NONE"),
            ("request_uri", {"to": "+" + FIRST, "request_uri": other}, "DEST_MISMATCH"),
            ("request_uri", {"to": "+" + FIRST}, "DEST_MISMATCH"),
            ("to_or_request_uri", {"to": other, "request_uri": "+" + FIRST}, "NONE"),
            ("to_or_request_uri", {"to": "+" + FIRST, "request_uri": other}, "NONE"),
            ("to_or_request_uri", {"to": other, "request_uri": other}, "DEST_MISMATCH")):
        call(f"called {rule} {sorted(k for k, v in facts.items() if v)} {reason}", [shaken()], reason,
             attestation="A" if reason == "NONE" else "", policy={"called": rule}, **facts)


def base():
    good = passport("")
    call("base where it is not admitted", [good], "IDENTITY_PPT_UNSUPPORTED")
    call("base", [good], "NONE", policy=BASE)
    call("forged base", [passport("", forged=True)], "SIGNATURE_INVALID", verstat=FAILED, policy=BASE)
    call("base that its header calls shaken", [good + ";ppt=shaken"], "PASSPORT_HEADER_INCOMPLETE", policy=BASE)
    call("shaken that its header calls base", [shaken().replace(";ppt=shaken", "")], "PPT_MISMATCH", policy=BASE)
    call("empty ppt parameter", [good + ';ppt=""'], "IDENTITY_PPT_UNSUPPORTED", policy=BASE)
    call("empty ppt in the token", [identity(token("", claims_of(), header={"ppt": ""}), "")], "PPT_MISMATCH",
         policy=BASE)
    call("mky as in the SDP, in another order", [passport("", mky=KEYS)], "NONE", policy=BASE,
         media_keys=list(reversed(KEYS)))
    call("mky that is not in the SDP", [passport("", mky=KEYS)], "MKY_MISMATCH", policy=BASE, media_keys=KEYS[:1])
    call("fingerprint in the SDP that base does not sign", [good], "MKY_MISMATCH", policy=BASE, media_keys=KEYS[:1])
    call("mky where the SDP is not known", [passport("", mky=KEYS)], "NONE", policy=BASE)
    call("fingerprint in the SDP that shaken does not sign", [shaken()], "NONE", attestation="A", media_keys=KEYS[:1])
    call("mky in shaken that is not in the SDP", [shaken(mky=KEYS)], "MKY_MISMATCH", media_keys=KEYS[:1])


def compact_form():
    admitted = dict(BASE, compact=True)

    def one(name, reason, value, policy=None, **facts):
        call("compact " + name, [identity(value, "")], reason, policy=admitted if policy is None else policy,
             **{"date": NOW, **facts})
    one("form", "NONE", compact())
    one("where it is not admitted", "IDENTITY_COMPACT_FORM", compact(), BASE)
    one("where base is not admitted", "IDENTITY_COMPACT_FORM", compact(), {"compact": True, "types": ["shaken"]})
    ROWS[-1].update(reason="IDENTITY_COMPACT_FORM", headers=["IDENTITY_COMPACT_FORM"])
    one("of the other caller", "NONE", compact(), asserted=["+12155559999"])
    one("of the Request-URI", "NONE", compact(dest={"tn": [TARGET]}), dict(admitted, called="to_or_request_uri"),
        request_uri="+" + TARGET)
    one("of a Request-URI that does not count", "SIGNATURE_INVALID", compact(dest={"tn": [TARGET]}),
        request_uri="+" + TARGET)
    ROWS[-1]["verstat"] = FAILED
    for name, changes in (("of another caller", {"orig": {"tn": "12155559999"}}),
                          ("of another called", {"dest": {"tn": ["12155559999"]}}),
                          ("of another time", {"iat": NOW - 1})):
        one(name, "SIGNATURE_INVALID", compact(**changes))
        ROWS[-1]["verstat"] = FAILED
    one("with the keys of the SDP", "NONE", compact(KEYS), media_keys=KEYS)
    one("without the keys of the SDP", "SIGNATURE_INVALID", compact(), media_keys=KEYS)
    ROWS[-1]["verstat"] = FAILED
    one("without Date", "IDENTITY_COMPACT_FORM", compact(), date=None)
    one("with a stale Date", "DATE_STALE", compact(iat=NOW - 61), date=NOW - 61)
    call("compact shaken", [identity(compact(), "shaken")], "IDENTITY_COMPACT_FORM", policy=admitted, date=NOW)
    call("compact div", [identity(compact(), "div")], "IDENTITY_COMPACT_FORM", policy=admitted, date=NOW)
    call("compact with alg HS256", [identity(compact(), "").replace("ES256", "HS256")], "ALG_NOT_ES256",
         policy=admitted, date=NOW)


def diversions():
    on = {"request_uri": "+" + SECOND}
    hop = div(FIRST, SECOND, URL5678)
    for to in (FIRST, SECOND, TARGET):  # To is not part of the chain (RFC 8946 s4.2)
        call(f"one hop, To {to}", [shaken(), hop], "NONE", attestation="A", div_reason="NONE", to="+" + to, **on)
    call("To is the target where there is no Request-URI", [shaken(), hop], "NONE", attestation="A", div_reason="NONE",
         to="+" + SECOND)
    headers = [shaken(), hop, div(SECOND, TARGET)]
    for order in itertools.permutations(headers):
        call(f"two hops in order {[headers.index(one) for one in order]}", list(order), "NONE", attestation="A",
             div_reason="NONE", to="+" + TARGET, request_uri="+" + TARGET)
    far = {"to": "+" + SECOND, **on}
    call("retargeted without div", [shaken()], "DEST_MISMATCH", **far)
    call("another target", [shaken(), hop], "DEST_MISMATCH", div_reason="DEST_MISMATCH", to="+" + TARGET,
         request_uri="+" + TARGET)
    call("missing hop", [shaken(), div(SECOND, TARGET)], "DEST_MISMATCH", ["DEST_MISMATCH", "DIV_CHAIN_INCOMPLETE"],
         div_reason="DIV_CHAIN_INCOMPLETE", to="+" + TARGET, request_uri="+" + TARGET)
    call("missing hop, but To is still that of shaken", [shaken(), div(SECOND, TARGET)], "NONE",
         ["NONE", "DIV_CHAIN_INCOMPLETE"], attestation="A", div_reason="DIV_CHAIN_INCOMPLETE",
         request_uri="+" + TARGET)
    call("orig changed by the hop", [shaken(), div(FIRST, SECOND, orig={"tn": "12155559999"})], "DEST_MISMATCH",
         ["DEST_MISMATCH", "ORIG_MISMATCH"], div_reason="ORIG_MISMATCH", **far)
    call("orig changed by the hop to the caller's", [shaken(orig={"tn": "12155559999"}), hop], "ORIG_MISMATCH",
         ["ORIG_MISMATCH", "DIV_CHAIN_INVALID"], div_reason="DIV_CHAIN_INVALID", **far)
    call("forged hop", [shaken(), div(FIRST, SECOND, forged=True)], "DEST_MISMATCH",
         ["DEST_MISMATCH", "SIGNATURE_INVALID"], div_reason="SIGNATURE_INVALID", **far)
    call("forged hop in the middle", [shaken(), div(FIRST, SECOND, forged=True), div(SECOND, TARGET)], "DEST_MISMATCH",
         ["DEST_MISMATCH", "SIGNATURE_INVALID", "NONE"], div_reason="SIGNATURE_INVALID", to="+" + TARGET,
         request_uri="+" + TARGET)
    call("forged original", [shaken(forged=True), hop], "SIGNATURE_INVALID", ["SIGNATURE_INVALID", "NONE"],
         verstat=FAILED, div_reason="SIGNATURE_INVALID", **far)
    call("stale hop", [shaken(), div(FIRST, SECOND, iat=NOW - 61)], "DEST_MISMATCH", ["DEST_MISMATCH", "IAT_STALE"],
         div_reason="IAT_STALE", **far)
    call("hop without what it diverts", [hop], "DIV_CHAIN_INCOMPLETE", div_reason="DIV_CHAIN_INCOMPLETE", **far)
    call("unsupported original", [passport("foo"), hop], "IDENTITY_PPT_UNSUPPORTED",
         ["IDENTITY_PPT_UNSUPPORTED", "DIV_CHAIN_INCOMPLETE"], div_reason="DIV_CHAIN_INCOMPLETE", **far)
    call("circle", [shaken(), hop, div(SECOND, FIRST)], "NONE", ["NONE", "DIV_CHAIN_INVALID", "DIV_CHAIN_INVALID"],
         attestation="A", div_reason="DIV_CHAIN_INVALID", request_uri="+" + FIRST)
    call("diverted to itself", [shaken(), div(FIRST, FIRST)], "NONE", ["NONE", "DIV_CHAIN_INVALID"], attestation="A",
         div_reason="DIV_CHAIN_INVALID", request_uri="+" + FIRST)
    call("the same hop twice", [shaken(), hop, hop], "NONE", ["NONE", "NONE", "DIV_CHAIN_INVALID"], attestation="A",
         div_reason="NONE", **far)
    call("a hop for each of two originals", [shaken(), passport("rcd", rcd={"nam": "Alice"}), hop,
                                             div(FIRST, SECOND)], "NONE", attestation="A", div_reason="NONE",
         rcd=["NONE"], **far)
    call("one hop for two originals, one forged", [shaken(forged=True), shaken("B"), hop], "NONE",
         ["SIGNATURE_INVALID", "NONE", "NONE"], attestation="B", div_reason="NONE", **far)
    old = [shaken(iat=NOW - 3600), div(FIRST, SECOND, iat=NOW)]
    call("transferred call", old, "IAT_STALE", ["IAT_STALE", "NONE"], div_reason="IAT_STALE", **far)
    call("transferred call where policy allows an hour", old, "NONE", attestation="A", div_reason="NONE",
         policy={"diverted_freshness": 3600}, **far)
    call("a second more", [shaken(iat=NOW - 3601), div(FIRST, SECOND)], "IAT_STALE", ["IAT_STALE", "NONE"],
         div_reason="IAT_STALE", policy={"diverted_freshness": 3600}, **far)
    call("forged hop does not make an old PASSporT young", [shaken(iat=NOW - 3600), div(FIRST, SECOND, forged=True)],
         "IAT_STALE", ["IAT_STALE", "SIGNATURE_INVALID"], div_reason="SIGNATURE_INVALID",
         policy={"diverted_freshness": 3600}, request_uri="+" + SECOND)
    call("an old last hop is old", [shaken(), div(FIRST, SECOND, iat=NOW - 61)], "DEST_MISMATCH",
         ["DEST_MISMATCH", "IAT_STALE"], div_reason="IAT_STALE", policy={"diverted_freshness": 3600}, **far)
    call("an old hop in the middle is not", [shaken(), div(FIRST, SECOND, iat=NOW - 600), div(SECOND, TARGET)], "NONE",
         attestation="A", div_reason="NONE", policy={"diverted_freshness": 3600}, to="+" + TARGET,
         request_uri="+" + TARGET)
    call("diverted by the holder of the number", [shaken(), div(FIRST, SECOND, DELEGATE)], "NONE", attestation="A",
         div_reason="NONE", **far)
    call("diverted by the holder of another number", [shaken(dest={"tn": [TARGET]}), div(TARGET, SECOND, DELEGATE)],
         "DEST_MISMATCH", ["DEST_MISMATCH", "TN_NOT_COVERED"], div_reason="TN_NOT_COVERED", **far)
    call("eight hops", chain(8), "NONE", attestation="A", div_reason="NONE", to="+12155551008",
         request_uri="+12155551008")
    call("nine hops", chain(9), "DEST_MISMATCH", ["DEST_MISMATCH"] + ["NONE"] * 8 + ["DIV_TOO_DEEP"],
         div_reason="DIV_TOO_DEEP", to="+12155551009", request_uri="+12155551009")


def chain(hops):
    return [shaken(dest={"tn": ["12155551000"]})] + [div(str(12155551000 + i), str(12155551001 + i))
                                                     for i in range(hops)]


def nested():
    inner = token("shaken", claims_of(attest="B", origid=UUID))
    far = {"to": "+" + SECOND, "request_uri": "+" + SECOND}

    def one(name, headers, reason, div_reason, value, **more):
        call("div-o " + name, [identity(value, "div-o")], reason, headers, div_reason=div_reason, **{**far, **more})
    one("of one", ["NONE", "NONE"], "NONE", "NONE", div_o(inner, FIRST, SECOND), attestation="B")
    two = div_o(div_o(inner, FIRST, SECOND), SECOND, TARGET)
    one("of two", ["NONE"] * 3, "NONE", "NONE", two, attestation="B", to="+" + TARGET, request_uri="+" + TARGET)
    one("of another number", ["DIV_CHAIN_INCOMPLETE", "DEST_MISMATCH"], "DEST_MISMATCH", "DIV_CHAIN_INCOMPLETE",
        div_o(inner, TARGET, SECOND))
    one("of another caller", ["DIV_CHAIN_INVALID", "ORIG_MISMATCH"], "ORIG_MISMATCH", "DIV_CHAIN_INVALID",
        div_o(token("shaken", claims_of(attest="B", origid=UUID, orig={"tn": "12155559999"})), FIRST, SECOND))
    one("around a forged one", ["NONE", "SIGNATURE_INVALID"], "SIGNATURE_INVALID", "SIGNATURE_INVALID",
        div_o(token("shaken", claims_of(attest="B", origid=UUID), forged=True), FIRST, SECOND), verstat=FAILED)
    one("forged around a valid one", ["SIGNATURE_INVALID", "DEST_MISMATCH"], "DEST_MISMATCH", "SIGNATURE_INVALID",
        div_o(inner, FIRST, SECOND, forged=True))
    one("around a stale one", ["NONE", "IAT_STALE"], "IAT_STALE", "IAT_STALE",
        div_o(token("shaken", claims_of(attest="B", origid=UUID, iat=NOW - 61)), FIRST, SECOND))
    one("around an unsupported one", ["DIV_CHAIN_INCOMPLETE", "PPT_UNSUPPORTED"], "PPT_UNSUPPORTED",
        "DIV_CHAIN_INCOMPLETE", div_o(token("foo", claims_of()), FIRST, SECOND))
    one("around a base PASSporT that is not admitted", ["DIV_CHAIN_INCOMPLETE", "PASSPORT_HEADER_INCOMPLETE"],
        "PASSPORT_HEADER_INCOMPLETE", "DIV_CHAIN_INCOMPLETE", div_o(token("", claims_of()), FIRST, SECOND))
    one("around a base PASSporT", ["NONE", "NONE"], "NONE", "NONE", div_o(token("", claims_of()), FIRST, SECOND),
        policy=BASE)
    for name, x5u in (("http", "http://cr.example.net/1234.pem"), ("a query", URL + "?a"),
                      ("port 444", "https://cr.example.net:444/1234.pem")):
        one(f"around an x5u with {name}", ["NONE", "INFO_INVALID"], "INFO_INVALID", "INFO_INVALID",
            div_o(token("shaken", claims_of(attest="B", origid=UUID), header={"x5u": x5u}), FIRST, SECOND))
    one("around crit", ["NONE", "CRIT_UNSUPPORTED"], "CRIT_UNSUPPORTED", "CRIT_UNSUPPORTED",
        div_o(token("shaken", claims_of(attest="B", origid=UUID), header={"crit": ["x5u"]}), FIRST, SECOND))
    one("around HS256", ["NONE", "ALG_NOT_ES256"], "ALG_NOT_ES256", "ALG_NOT_ES256",
        div_o(token("shaken", claims_of(attest="B", origid=UUID), header={"alg": "HS256"}), FIRST, SECOND))
    one("beside the shaken header that it should nest", ["DIV_CHAIN_INCOMPLETE", "DEST_MISMATCH", "PPT_UNSUPPORTED"],
        "DEST_MISMATCH", "DIV_CHAIN_INCOMPLETE", div_o(token("foo", claims_of()), FIRST, SECOND))
    ROWS[-1]["identities"].append(shaken())
    # Short numbers: nine levels would be longer than a PASSporT may be.
    short = "https://cr.example/1"
    for levels in (8, 9):
        value = token("shaken", claims_of(attest="B", origid=UUID, dest={"tn": ["100"]}))
        if levels == 9:
            value = token("", claims_of(dest={"tn": ["100"]}), header={"x5u": short})
        for i in range(levels):
            value = div_o(value, str(100 + i), str(101 + i), header={"x5u": short} if levels == 9 else None)
        target = {"to": str(100 + levels), "request_uri": str(100 + levels)}
        if levels == 8:
            call("div-o of eight", [identity(value, "div-o")], "NONE", ["NONE"] * 9, attestation="B",
                 div_reason="NONE", **target)
        else:
            call("div-o of nine", [identity(value, "div-o", short)], "DIV_CHAIN_INCOMPLETE",
                 ["DIV_CHAIN_INCOMPLETE"] * 8 + ["DIV_TOO_DEEP"], div_reason="DIV_CHAIN_INCOMPLETE", **target)


def priorities():
    def rph(auth, forged=False, url=URL, **more):
        return passport("rph", url, forged, rph={"auth": auth}, **more)

    def one(name, reason, headers, value, **facts):
        rph_reason = headers[1]
        call("rph " + name, [shaken(), value], reason, headers, attestation="A" if reason == "NONE" else "",
             rph=rph_reason, **facts)
    both = ["ets.0", "wps.0"]
    one("as Resource-Priority", "NONE", ["NONE", "NONE"], rph(both), resource_priority=both)
    one("in other case", "NONE", ["NONE", "NONE"], rph(both), resource_priority=["ETS.0", "WPS.0"])
    for name, there in (("without Resource-Priority", None), ("that lacks one", ["ets.0", "wps.0", "q735.0"]),
                        ("that has one more", ["ets.0"]), ("in another order", ["wps.0", "ets.0"]),
                        ("of another priority", ["ets.1", "wps.0"])):
        one(name, "NONE", ["NONE", "RPH_MISMATCH"], rph(both), resource_priority=there)
    one("forged", "NONE", ["NONE", "SIGNATURE_INVALID"], rph(both, True), resource_priority=both)
    one("by a signer that may not", "NONE", ["NONE", "RPH_SIGNER_UNAUTHORIZED"], rph(both), resource_priority=both,
        policy={"rph_signers": ["5678"]})
    one("by a signer that may", "NONE", ["NONE", "NONE"], rph(both), resource_priority=both,
        policy={"rph_signers": ["5678", "1234"]})
    call("rph alone says nothing about the caller", [rph(both)], "IDENTITY_MISSING", ["NONE"], rph="NONE",
         resource_priority=both)
    call("valid rph beside forged shaken", [shaken(forged=True), rph(both)], "SIGNATURE_INVALID",
         ["SIGNATURE_INVALID", "NONE"], verstat=FAILED, rph="NONE", resource_priority=both)
    call("forged rph alone is no statement about the caller", [rph(both, True)], "SIGNATURE_INVALID",
         rph="SIGNATURE_INVALID", resource_priority=both)
    call("failed beside passed rph", [shaken(), rph(["ets.1"]), rph(["ets.0"])], "NONE",
         ["NONE", "RPH_MISMATCH", "NONE"], attestation="A", rph="NONE", resource_priority=["ets.0"])
    esnet = {"resource_priority": ["esnet.0"]}
    back = rph(["esnet.0"], sph="psap-callback")
    one("callback", "NONE", ["NONE", "NONE"], back, priority="psap-callback", **esnet)
    one("callback without Priority", "NONE", ["NONE", "SPH_MISMATCH"], back, **esnet)
    one("callback with another Priority", "NONE", ["NONE", "SPH_MISMATCH"], back, priority="emergency", **esnet)
    one("Priority without sph proves nothing", "NONE", ["NONE", "NONE"], rph(["esnet.0"]), priority="psap-callback",
        **esnet)
    one("callback with another sph", "NONE", ["NONE", ["CLAIM_INVALID", "SPH_MISMATCH"]],
        rph(["esnet.0"], sph="emergency"), priority="emergency", **esnet)
    one("callback without esnet", "NONE", ["NONE", ["CLAIM_INVALID", "SPH_MISMATCH"]],
        rph(["ets.0"], sph="psap-callback"), priority="psap-callback", resource_priority=["ets.0"])
    sos = {"dest": {"uri": ["urn:service:sos"]}}
    for to in ("urn:service:sos", "911", "urn:service:sos.police"):
        call(f"emergency call to {to}", [rph(["esnet.1"], **sos)], "IDENTITY_MISSING", ["NONE"], rph="NONE", to=to,
             resource_priority=["esnet.1"])
    call("emergency call signed for 911", [rph(["esnet.1"], dest={"tn": ["911"]})], "IDENTITY_MISSING", ["NONE"],
         rph="NONE", to="urn:service:sos", resource_priority=["esnet.1"])
    call("emergency PASSporT on an ordinary call", [rph(["esnet.1"], **sos)], "DEST_MISMATCH", rph="DEST_MISMATCH",
         resource_priority=["esnet.1"])
    call("ordinary rph on an emergency call", [rph(["ets.0"], **sos)], "DEST_MISMATCH", rph="DEST_MISMATCH", to="911",
         resource_priority=["ets.0"])


def rich_calls():
    alice = {"nam": "Alice"}

    def rcd(data=None, forged=False, url=URL, **more):
        return passport("rcd", url, forged, rcd=alice if data is None else data, **more)
    call("rcd", [shaken(), rcd()], "NONE", attestation="A", rcd=["NONE"], display_name="Alice")
    call("rcd with white space in the display name", [shaken(), rcd()], "NONE", attestation="A", rcd=["NONE"],
         display_name=" Alice ")
    call("rcd of another name", [shaken(), rcd()], "NONE", attestation="A", rcd=["RCD_NAME_MISMATCH"],
         display_name="Bank")
    call("rcd without display name", [shaken(), rcd()], "NONE", attestation="A", rcd=["NONE"])
    call("rcd with an empty name", [shaken(), rcd({"nam": ""})], "NONE", attestation="A", rcd=["NONE"],
         display_name="Alice")
    call("rcd alone", [rcd()], "NONE", rcd=["NONE"])
    call("forged rcd", [shaken(), rcd(forged=True)], "NONE", ["NONE", "SIGNATURE_INVALID"], attestation="A",
         rcd=["SIGNATURE_INVALID"])
    call("rcd of a third party beside shaken", [shaken(), rcd(iss="Directory")], "NONE", attestation="A", rcd=["NONE"])
    call("rcd of a third party alone", [rcd(iss="Directory")], "IDENTITY_MISSING", ["NONE"],
         rcd=["RCD_THIRD_PARTY_UNVOUCHED"])
    call("rcd of a third party beside forged shaken", [shaken(forged=True), rcd(iss="Directory")],
         "SIGNATURE_INVALID", ["SIGNATURE_INVALID", "NONE"], verstat=FAILED, rcd=["RCD_THIRD_PARTY_UNVOUCHED"])
    call("rcd of two third parties vouches for neither", [rcd(iss="One"), rcd(iss="Two")], "IDENTITY_MISSING",
         ["NONE", "NONE"], rcd=["RCD_THIRD_PARTY_UNVOUCHED"] * 2)
    call("own rcd before that of a third party", [rcd({"nam": "x"}, iss="Directory"), shaken(), rcd()], "NONE",
         attestation="A", rcd=["NONE", "NONE"])
    call("third party with a certificate for other numbers", [shaken(orig={"tn": "12155559999"}),
                                                              rcd(url=DELEGATE, iss="D", orig={"tn": "12155559999"})],
         "NONE", attestation="A", rcd=["NONE"], **{"from": "+12155559999"})
    good = digest(b'"Alice"')
    call("rcd with a digest", [shaken(), rcd(rcdi={"/nam": good})], "NONE", attestation="A", rcd=["NONE"])
    call("rcd with a wrong digest", [shaken(), rcd(rcdi={"/nam": digest(b"Alice")})], "NONE", attestation="A",
         rcd=["RCD_INTEGRITY_FAILED"])
    call("rcd with a digest of nothing", [shaken(), rcd(rcdi={"/nam": good, "/icn": good})], "NONE", attestation="A",
         rcd=["RCD_INTEGRITY_FAILED"])
    call("rcd whose image is elsewhere", [shaken(), rcd({"nam": "Alice", "icn": "https://example.com/a.png"},
                                                        rcdi={"/icn": good})], "NONE", attestation="A", rcd=["NONE"])
    call("rcd with a reason only", [shaken(), passport("rcd", crn="Rendezvous")], "NONE", attestation="A",
         rcd=["NONE"], display_name="Alice")
    call("rcd inside shaken", [shaken(rcd=alice, rcdi={"/nam": good}, crn="Hello")], "NONE", attestation="A",
         rcd=["NONE"], display_name="Alice")
    call("rcd inside shaken with a wrong digest", [shaken(rcd=alice, rcdi={"/nam": digest(b"x")})], "NONE",
         attestation="A", rcd=["RCD_INTEGRITY_FAILED"])
    call("rcd inside stale shaken", [shaken(rcd=alice, iat=NOW - 61)], "IAT_STALE", rcd=["IAT_STALE"])


def messages():
    body = "Your code is 123456\r\n"
    good = digest(body.encode())
    call("msg", [passport("msg", msgi=good)], "NONE", message_body=body)
    call("msg with another body", [passport("msg", msgi=good)], "MSGI_MISMATCH", message_body=body[:-2])
    call("msg with an empty body", [passport("msg", msgi=good)], "MSGI_MISMATCH", message_body="")
    call("a text is no call", [passport("msg", msgi=good)], "IDENTITY_MISSING", ["NONE"])
    call("a text does not mend a forged call", [shaken(forged=True), passport("msg")], "SIGNATURE_INVALID",
         ["SIGNATURE_INVALID", "NONE"], verstat=FAILED)
    call("msg without msgi", [passport("msg")], "NONE", message_body=body)
    call("msgi inside shaken is ignored", [shaken(msgi=digest(b"x"))], "NONE", attestation="A", message_body=body)


def delegates():
    call("base by a delegate", [passport("", DELEGATE)], "NONE", policy=BASE)
    call("base by a delegate without the number", [passport("", DELEGATE, orig={"tn": "12155550130"})],
         "TN_NOT_COVERED", verstat=FAILED, policy=BASE, **{"from": "+12155550130"})
    call("base by a delegate, last number of the range", [passport("", DELEGATE, orig={"tn": "12155550129"})], "NONE",
         policy=BASE, **{"from": "+12155550129"})
    call("base by a delegate for a URI", [passport("", DELEGATE, orig={"uri": "sip:alice@example.com"})],
         "TN_NOT_COVERED", verstat=FAILED, policy=BASE, **{"from": "sip:alice@example.com"})
    call("rcd by a delegate", [passport("rcd", DELEGATE, rcd={"nam": "Alice"})], "NONE", rcd=["NONE"])
    call("shaken by a delegate", [shaken(url=DELEGATE)], "TN_AUTH_LIST_INVALID", verstat=FAILED)
    call("shaken by a delegate with a bad signature", [shaken(url=DELEGATE, forged=True)], "TN_AUTH_LIST_INVALID",
         verstat=FAILED)


def french_table():
    def both(name, atis, man, value, verstat=NONE, **facts):
        call(f"ATIS: {name}", [value], atis, verstat=verstat if atis != "NONE" else PASSED,
             attestation="A" if atis == "NONE" else "", **facts)
        call(f"MAN: {name}", [value], man, verstat=verstat if man != "NONE" else PASSED,
             attestation="A" if man == "NONE" else "", policy=MAN, **facts)
    good = shaken()
    both("good", "NONE", "NONE", good)
    both("another parameter", "NONE", "IDENTITY_PARAMETER_UNEXPECTED", good + ";foo=bar")
    both("no alg parameter", "NONE", "ALG_PARAMETER_MISSING", good.replace(";alg=ES256", ""))
    both("alg parameter HS256", "ALG_NOT_ES256", "ALG_NOT_ES256", good.replace("alg=ES256", "alg=HS256"))
    both("Date in the future", "DATE_STALE", "DATE_STALE", good, date=NOW + 6)
    both("Date in the past", "DATE_STALE", "DATE_STALE", good, date=NOW - 61)
    both("iat in the future", "IAT_IN_FUTURE", "IAT_IN_FUTURE", shaken(iat=NOW + 6))
    both("iat in the past", "IAT_STALE", "IAT_STALE", shaken(iat=NOW - 61))
    both("no info", "INFO_MISSING", "INFO_MISSING", good.replace(f";info=<{URL}>", ""))
    both("forged", "SIGNATURE_INVALID", "SIGNATURE_INVALID", shaken(forged=True), FAILED)
    # Two defects: which one is reported is what the order is about.
    both("old and without info", "INFO_MISSING", "IAT_STALE", shaken(iat=NOW - 61).replace(f";info=<{URL}>", ""))
    both("ppt unsupported and without info", "IDENTITY_PPT_UNSUPPORTED", "INFO_MISSING",
         good.replace("ppt=shaken", "ppt=foo").replace(f";info=<{URL}>", ""))
    both("wrong caller and attest", "ORIG_MISMATCH", "ATTEST_INVALID", shaken("D", orig={"tn": "12155559999"}))
    both("another parameter and HS256", "ALG_NOT_ES256", "ALG_NOT_ES256",
         good.replace("alg=ES256", "alg=HS256") + ";foo=bar")
    both("another parameter and old", "IAT_STALE", "IAT_STALE", shaken(iat=NOW - 61) + ";foo=bar")
    both("another parameter and wrong caller", "ORIG_MISMATCH", "IDENTITY_PARAMETER_UNEXPECTED",
         shaken(orig={"tn": "12155559999"}) + ";foo=bar")


write_delegate()
for part in (several_headers, parties, base, compact_form, diversions, nested, priorities, rich_calls, messages,
             delegates, french_table):
    part()
(HERE / "judged_calls.json").write_text(json.dumps(ROWS, indent=1) + "\n")

#!/usr/bin/python3
"""Writes judged_passports.json: Identity headers made without any code of this repository, each with its
verdict.

Signed by python3-cryptography with demo-pki/leaf1234.key. The signatures differ from run to run, the verdicts
do not. Run from anywhere.
"""

import base64
import hashlib
import hmac
import json
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

HERE = pathlib.Path(__file__).parent
NOW = 1735689600  # 2025-01-01T00:00:00Z
URL = "https://cr.example.net/1234.pem"
HEADER = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": URL}
CLAIMS = {
    "attest": "A",
    "dest": {"tn": ["12155550131"]},
    "iat": NOW,
    "orig": {"tn": "12155550121"},
    "origid": "123e4567-e89b-12d3-a456-426655440000",
}


def load_key(name):
    return serialization.load_pem_private_key((HERE / "demo-pki" / name).read_bytes(), None)


KEY = load_key("leaf1234.key")
OTHER_KEY = load_key("leaf5678.key")


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def text_of(value):
    if isinstance(value, (str, bytes)):
        return value.encode() if isinstance(value, str) else value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(signing_input, key=KEY):
    der = key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big"), der


def token(header=None, claims=None, key=KEY):
    signing_input = b64url(text_of(HEADER if header is None else header)) + "." + b64url(
        text_of(CLAIMS if claims is None else claims))
    return signing_input + "." + b64url(sign(signing_input, key)[0])


def without(mapping, name):
    return {k: v for k, v in mapping.items() if k != name}


def identity(passport, parameters=None):
    return passport + (f";info=<{URL}>;alg=ES256;ppt=shaken" if parameters is None else parameters)


CASES = []


def case(name, reason, header_value, **call):
    row = {"name": name, "reason": reason, "identity": header_value, "orig": "+12155550121",
           "dest": "+12155550131", "at": NOW}
    row.update(call)
    CASES.append(row)


def claims(name, reason, changes=None, drop=None, **call):
    value = dict(CLAIMS, **(changes or {}))
    if drop:
        value = without(value, drop)
    case(name, reason, identity(token(claims=value)), **call)


def header(name, reason, changes=None, drop=None, parameters=None):
    value = dict(HEADER, **(changes or {}))
    if drop:
        value = without(value, drop)
    case(name, reason, identity(token(header=value), parameters))


def raw_claims(name, reason, text):
    case(name, reason, identity(token(claims=text)))


def passing():
    case("plain", "NONE", identity(token()))
    case("field name in front", "NONE", "Identity: " + identity(token()))
    case("compact field name", "NONE", "y:" + identity(token()))
    case("parameters in another order and case", "NONE",
         token() + f";PPT=shaken ; Info = <{URL}>;ALG=ES256")
    case("quoted parameters", "NONE", token() + f';info=<{URL}>;alg="ES256";ppt="shaken"')
    case("folded line", "NONE", token() + f";\r\n info=<{URL}>;alg=ES256;ppt=shaken")
    case("no alg parameter", "NONE", token() + f";info=<{URL}>;ppt=shaken")
    case("generic parameter", "NONE", identity(token()) + ";x-trace=1")
    case("JSON with white space and another order", "NONE",
         identity(token(json.dumps(HEADER, indent=1), json.dumps(dict(reversed(CLAIMS.items())), indent=2))))
    case("escaped solidus in x5u", "NONE", identity(token(text_of(HEADER).replace(b"/", b"\\/"))))
    claims("attest B", "NONE", {"attest": "B"})
    claims("attest C", "NONE", {"attest": "C"})
    claims("unknown claims", "NONE", {"rcd": {"nam": "Ärzte"}, "crn": "appointment", "dp": []})
    claims("several destinations", "NONE",
           {"dest": {"tn": ["12155550130", "12155550131"], "uri": ["sip:a@b.example"]}})
    claims("URIs", "NONE",
           {"orig": {"uri": "sip:alice@example.com"}, "dest": {"uri": ["sip:bob@example.com"]}},
           orig="sip:Alice@EXAMPLE.com:5060;transport=tcp", dest="<sip:bob@example.com>")
    claims("origid that is no UUID", "NONE", {"origid": "trunk 7"})
    claims("iat as old as allowed", "NONE", {"iat": NOW - 60})
    claims("iat as far ahead as allowed", "NONE", {"iat": NOW + 5})
    header("unknown header member", "NONE", {"kid": "1", "jwk": {"kty": "EC"}})


def bad_identity():
    case("empty", "IDENTITY_MALFORMED", "")
    case("white space inside the token", "IDENTITY_MALFORMED", identity(token().replace(".", ". ", 1)))
    case("info without brackets", "INFO_INVALID", token() + f";info={URL};alg=ES256;ppt=shaken")
    case("info twice", "IDENTITY_MALFORMED", identity(token()) + f";info=<{URL}>")
    case("ppt twice", "IDENTITY_MALFORMED", identity(token()) + ";ppt=shaken")
    case("two headers in one", "IDENTITY_MALFORMED", identity(token()) + "," + identity(token()))
    case("header injection", "IDENTITY_MALFORMED", identity(token()) + "\r\nX: y")
    case("larger than the limit", "IDENTITY_TOO_LARGE", identity(token()) + ";x=" + "a" * 16384)
    case("no info", "INFO_MISSING", token() + ";alg=ES256;ppt=shaken")
    for name, url in (("http", "http://cr.example.net/1234.pem"), ("empty", ""),
                      ("userinfo", "https://a@cr.example.net/1234.pem"), ("query", URL + "?x"),
                      ("fragment", URL + "#"), ("port 5000", "https://cr.example.net:5000/1234.pem"),
                      ("file", "file:///etc/passwd")):
        case(f"info: {name}", "INFO_INVALID",
             token(header=dict(HEADER, x5u=url)) + f";info=<{url}>;alg=ES256;ppt=shaken")
    header("ppt parameter missing", "IDENTITY_PPT_UNSUPPORTED", parameters=f";info=<{URL}>;alg=ES256")
    header("ppt parameter in another case", "IDENTITY_PPT_UNSUPPORTED",
           parameters=f";info=<{URL}>;ppt=Shaken")
    header("ppt div in both", "IDENTITY_PPT_UNSUPPORTED", {"ppt": "div"}, parameters=f";info=<{URL}>;ppt=div")
    header("ppt div in the token only", "PPT_MISMATCH", {"ppt": "div"})
    header("alg parameter HS256", "ALG_NOT_ES256", parameters=f";info=<{URL}>;alg=HS256;ppt=shaken")


def bad_token():
    good = token()
    head, payload, signature = good.split(".")
    case("compact form", "IDENTITY_COMPACT_FORM", identity(".." + signature))
    for name, text in (("two segments", f"{head}.{payload}"), ("four segments", good + ".x"),
                       ("trailing dot", good + "."), ("no header", f".{payload}.{signature}"),
                       ("header is no JSON", f"{b64url(b'{')}.{payload}.{signature}")):
        case(name, "PASSPORT_MALFORMED", identity(text))
    case("padded base64url", "IDENTITY_MALFORMED", identity(f"{head}=.{payload}.{signature}"))
    case("larger than the limit, token", "PASSPORT_TOO_LARGE", identity(f"{head}.{'A' * 15360}.{signature}"))
    header("header is an array", "PASSPORT_MALFORMED")
    CASES[-1]["identity"] = identity(token(header="[]"))
    raw_claims("payload is an array", "PASSPORT_MALFORMED", "[]")
    raw_claims("payload is empty", "PASSPORT_MALFORMED", "")
    raw_claims("text behind the payload", "PASSPORT_MALFORMED", text_of(CLAIMS) + b" x")
    raw_claims("payload is not UTF-8", "PASSPORT_MALFORMED",
               text_of(dict(CLAIMS, x="y")).replace(b'"y"', b'"\xff"'))
    raw_claims("duplicate claim", "PASSPORT_MALFORMED", text_of(CLAIMS)[:-1] + b',"attest":"A"}')
    raw_claims("duplicate claim by escape", "PASSPORT_MALFORMED",
               text_of(CLAIMS)[:-1] + b',"\\u0061ttest":"C"}')
    raw_claims("duplicate member in orig", "PASSPORT_MALFORMED",
               text_of(CLAIMS).replace(b'{"tn":"12155550121"}', b'{"tn":"12155550121","tn":"12155550121"}'))
    case("duplicate header member", "PASSPORT_MALFORMED",
         identity(token(text_of(HEADER)[:-1] + b',"alg":"none"}')))
    raw_claims("nested beyond the limit", "PASSPORT_MALFORMED",
               text_of(CLAIMS)[:-1] + b',"x":' + b"[" * 64 + b"]" * 64 + b"}")
    for member in ("alg", "ppt", "typ", "x5u"):
        header(f"no {member} in the token", "PASSPORT_HEADER_INCOMPLETE", drop=member)
    header("x5u differs from info", "X5U_INFO_MISMATCH", {"x5u": URL + "x"})
    header("x5u differs in case", "X5U_INFO_MISMATCH", {"x5u": URL.replace("cr.", "CR.")})
    header("x5u is no string", "X5U_INFO_MISMATCH", {"x5u": [URL]})
    header("typ JWT", "TYP_NOT_PASSPORT", {"typ": "JWT"})
    header("typ in another case", "TYP_NOT_PASSPORT", {"typ": "Passport"})
    for alg in ("none", "HS256", "es256", "ES384", 1, None):
        header(f"alg {alg}", "ALG_NOT_ES256", {"alg": alg})
    header("crit", "CRIT_UNSUPPORTED", {"crit": ["exp"]})
    header("empty crit", "CRIT_UNSUPPORTED", {"crit": []})


def forged():
    def with_signature(name, reason, signature, head=None):
        signing_input = b64url(text_of(head or HEADER)) + "." + b64url(text_of(CLAIMS))
        value = signature(signing_input)
        case(name, reason, identity(signing_input + "." + b64url(value)))

    public = KEY.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    spki_der = public.public_bytes(serialization.Encoding.DER, spki)
    spki_pem = public.public_bytes(serialization.Encoding.PEM, spki)
    for name, secret in (("DER", spki_der), ("PEM", spki_pem)):
        with_signature(f"HS256 keyed with the public key, {name}", "ALG_NOT_ES256",
                       lambda text, s=secret: hmac.new(s, text.encode(), hashlib.sha256).digest(),
                       dict(HEADER, alg="HS256"))
        with_signature(f"HMAC under ES256, {name}", "SIGNATURE_INVALID",
                       lambda text, s=secret: hmac.new(s, text.encode(), hashlib.sha256).digest())
    with_signature("alg none without signature", "ALG_NOT_ES256", lambda text: b"", dict(HEADER, alg="none"))
    with_signature("no signature", "SIGNATURE_INVALID", lambda text: b"")
    with_signature("DER signature", "SIGNATURE_INVALID", lambda text: sign(text)[1])
    with_signature("signature of 63 octets", "SIGNATURE_INVALID", lambda text: sign(text)[0][:-1])
    with_signature("signature of 65 octets", "SIGNATURE_INVALID", lambda text: sign(text)[0] + b"\0")
    with_signature("signature of zeros", "SIGNATURE_INVALID", lambda text: bytes(64))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    with_signature("r and s equal to the order", "SIGNATURE_INVALID",
                   lambda text: order.to_bytes(32, "big") * 2)
    with_signature("signature of another token", "SIGNATURE_INVALID", lambda text: sign("x" + text)[0])
    with_signature("r and s exchanged", "SIGNATURE_INVALID",
                   lambda text: (lambda raw: raw[32:] + raw[:32])(sign(text)[0]))
    case("key of another certificate", "SIGNATURE_INVALID", identity(token(key=OTHER_KEY)))
    head, _, signature = token().split(".")
    case("signed in another serialization", "SIGNATURE_INVALID",
         identity(f"{head}.{b64url(json.dumps(CLAIMS).encode())}.{signature}"))


def bad_claims():
    for name in CLAIMS:
        claims(f"no {name}", "CLAIM_MISSING", drop=name)
    for name, text in (("string", f'"{NOW}"'), ("fraction", f"{NOW}.0"), ("exponent", "1735689600e0"),
                       ("1e9", "1e9"), ("negative", "-1"), ("true", "true"), ("null", "null"),
                       ("beyond 64 bits", "99999999999999999999")):
        raw_claims(f"iat: {name}", "CLAIM_INVALID",
                   text_of(CLAIMS).replace(str(NOW).encode(), text.encode()))
    for name, value in (("tn and uri", {"tn": "12155550121", "uri": "sip:a@b.example"}), ("empty", {}),
                        ("array", {"tn": ["12155550121"]}), ("string", "12155550121"), ("null", None),
                        ("other member", {"x": "12155550121"}), ("number", {"tn": 12155550121}),
                        ("extra member", {"tn": "12155550121", "x": "1"}), ("plus", {"tn": "+12155550121"}),
                        ("separators", {"tn": "1-215-555-0121"}), ("no digits", {"tn": ""}),
                        ("33 digits", {"tn": "1" * 33}), ("URI without scheme", {"uri": "alice"})):
        claims(f"orig: {name}", "CLAIM_INVALID", {"orig": value})
    for name, value in (("string", {"tn": "12155550131"}), ("empty", {}), ("empty array", {"tn": []}),
                        ("one empty array", {"tn": ["12155550131"], "uri": []}), ("array", ["12155550131"]),
                        ("plus", {"tn": ["+12155550131"]}), ("number", {"tn": [12155550131]}),
                        ("nested", {"tn": [["12155550131"]]}),
                        ("extra member", {"tn": ["12155550131"], "x": []}),
                        ("uri is a string", {"uri": "sip:a@b.example"}),
                        ("65 numbers", {"tn": ["12155550131"] * 65})):
        claims(f"dest: {name}", "CLAIM_INVALID", {"dest": value})
    claims("attest is no string", "CLAIM_INVALID", {"attest": 1})
    claims("origid is no string", "CLAIM_INVALID", {"origid": 1})
    claims("iat too old", "IAT_STALE", {"iat": NOW - 61})
    claims("iat at the epoch", "IAT_STALE", {"iat": 0})
    claims("iat too far ahead", "IAT_IN_FUTURE", {"iat": NOW + 6})
    claims("iat in the year 292 billion", "IAT_IN_FUTURE", {"iat": 2**63 - 1})
    claims("another caller", "ORIG_MISMATCH", orig="+12155550122")
    claims("caller is a URI", "ORIG_MISMATCH", orig="sip:anonymous@anonymous.invalid")
    claims("another called number", "DEST_MISMATCH", dest="+12155550132")
    claims("number in uri", "DEST_MISMATCH", {"dest": {"uri": ["sip:12155550131@example.com"]}})
    for attest in ("a", "D", "", "AA", "A "):
        claims(f"attest \"{attest}\"", "ATTEST_INVALID", {"attest": attest})
    case("bad attest and bad signature", "SIGNATURE_INVALID",
         identity(token(claims=dict(CLAIMS, attest="D"), key=OTHER_KEY)))


def order_of_rows():
    """Several defects at once: the one that stands first in the table is reported."""
    case("stale Date before everything", "DATE_STALE", identity(token(), ";ppt=div"), date=NOW - 61)
    case("Date in the future", "DATE_STALE", identity(token()), date=NOW + 6)
    case("fresh Date", "NONE", identity(token()), date=NOW - 60)
    case("ppt before info", "IDENTITY_PPT_UNSUPPORTED", token() + ";ppt=div")
    case("compact form before ppt", "IDENTITY_COMPACT_FORM", ".." + token().split(".")[2] + ";ppt=div")
    case("info before an undecodable token", "INFO_INVALID", "a.b.c;info=<http://x>;ppt=shaken")
    case("undecodable token after good parameters", "PASSPORT_MALFORMED", identity("a.b.c"))
    header("x5u before typ", "X5U_INFO_MISMATCH", {"x5u": URL + "x", "typ": "JWT", "alg": "none"})
    header("typ before alg", "TYP_NOT_PASSPORT", {"typ": "JWT", "alg": "none"})
    claims("claims before freshness", "CLAIM_MISSING", {"iat": 0}, drop="origid")
    claims("freshness before numbers", "IAT_STALE", {"iat": 0}, orig="+12155550122")
    claims("orig before dest", "ORIG_MISMATCH", orig="+12155550122", dest="+12155550132")
    claims("numbers before attest", "DEST_MISMATCH", {"attest": "D"}, dest="+12155550132")


def main():
    for group in (passing, bad_identity, bad_token, forged, bad_claims, order_of_rows):
        group()
    names = [row["name"] for row in CASES]
    assert len(names) == len(set(names)), "names repeat"
    (HERE / "judged_passports.json").write_text(json.dumps(CASES, indent=1, ensure_ascii=True) + "\n")


main()

"""What an attacker can do without anybody's private key. Uses the openssl program, nothing of the suite."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import ssl
import subprocess
import threading


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def split_identity(identity):
    """(token, parameters) of an Identity header value."""
    token, _, parameters = identity.partition(";")
    return token, parameters


def flip_signature_bit(identity):
    token, parameters = split_identity(identity)
    head, _, signature = token.rpartition(".")
    octets = bytearray(unb64url(signature))
    octets[20] ^= 1
    return f"{head}.{b64url(bytes(octets))};{parameters}"


def encode_token(header, claims):
    parts = (json.dumps(part, separators=(",", ":"), sort_keys=True).encode() for part in (header, claims))
    return ".".join(b64url(part) for part in parts)


def claims_of(identity):
    return json.loads(unb64url(split_identity(identity)[0].split(".")[1]))


def hs256_with_public_key(identity, leaf_pem):
    """The same claims, "signed" by HMAC with the certificate's public key, which everybody has."""
    token, parameters = split_identity(identity)
    header = json.loads(unb64url(token.split(".")[0]))
    header["alg"] = "HS256"
    public_key = subprocess.run(["openssl", "x509", "-pubkey", "-noout"], input=leaf_pem, capture_output=True, text=True,
                                check=True).stdout
    signing_input = encode_token(header, claims_of(identity))
    signature = hmac.new(public_key.encode(), signing_input.encode(), hashlib.sha256).digest()
    return f"{signing_input}.{b64url(signature)};{parameters.replace('alg=ES256', 'alg=HS256')}"


def der_to_raw(der):
    """ECDSA-Sig-Value of P-256 to R||S."""
    def integer(at):
        length = der[at + 1]
        return int.from_bytes(der[at + 2:at + 2 + length], "big"), at + 2 + length
    r, at = integer(2)
    s, _ = integer(at)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def openssl_sign(key_file, text):
    der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key_file], input=text.encode(), capture_output=True,
                         check=True).stdout
    return der_to_raw(der)


def sign_identity(key_file, x5u, claims):
    signing_input = encode_token({"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": x5u}, claims)
    return f"{signing_input}.{b64url(openssl_sign(key_file, signing_input))};info=<{x5u}>;alg=ES256;ppt=shaken"


LEAF_EXTENSIONS = """
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
1.3.6.1.5.5.7.1.26=ASN1:SEQUENCE:list
[list]
f=EXP:0,IA5:{spc}
"""


def rogue_authority(folder, spc):
    """A CA of the attacker's own, and a flawless certificate for somebody else's SPC under it."""
    def openssl(*arguments, **kwargs):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder, **kwargs)
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "rogue-root.key", "-out", "rogue-root.pem", "-days", "30", "-subj",
            "/C=US/O=Rogue/CN=Rogue SHAKEN ROOT", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", "-new", *new_key, "-keyout", "rogue.key", "-out", "rogue.csr", "-subj",
            f"/C=US/O=Rogue/CN=SHAKEN {spc}")
    with open(f"{folder}/rogue.ext", "w", encoding="ascii") as file:
        file.write(LEAF_EXTENSIONS.format(spc=spc))
    openssl("x509", "-req", "-in", "rogue.csr", "-CA", "rogue-root.pem", "-CAkey", "rogue-root.key", "-days", "30",
            "-extfile", "rogue.ext", "-out", "rogue.pem", "-set_serial", "0x5EED5EED5EED5EED")
    with open(f"{folder}/rogue.pem", encoding="ascii") as file:
        return file.read()


@contextlib.contextmanager
def https_repository(address, port, body, certificate, key, name=None):
    """Serves `body` at every path; others call it by `name`, else by its address. A web certificate is easy to get; it says
    nothing about numbers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            self.send_response(200)
            self.send_header("Content-Type", "application/pem-certificate-chain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

    server = http.server.ThreadingHTTPServer((address, port), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://{name or address}:{server.server_address[1]}/rogue.pem"
    finally:
        server.shutdown()
        server.server_close()

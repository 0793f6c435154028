"""The story of tools/quickstart: a call through four real daemons, then attacks that must fail."""

import argparse
import os
import random
import shutil
import signal
import sys
import time

import attacker
from network import DAEMONS, DEFAULT_PORTS, Network, NetworkError, check_ports_free, free_ports

CALLER, CALLED, VICTIM = "12155550121", "12155550131", "12155559999"


class Stage:
    """Prints the transcript."""

    def __init__(self, colored):
        self.colored = colored
        self.chapter_number = 0

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colored else text

    def chapter(self, title):
        self.chapter_number += 1
        print(self.paint("1", f"\n{self.chapter_number}. {title}"), flush=True)

    def good(self, text):
        print(f"   {self.paint('32', 'ok')}  {text}", flush=True)

    def say(self, text):
        print(f"       {self.paint('2', text)}", flush=True)


def expect(condition, text):
    if not condition:
        raise NetworkError(text)


def verify(network, identity, orig=CALLER, dest=CALLED):
    arguments = ["call", "verify", "--from", orig, "--to", dest]
    if identity is not None:
        arguments += ["--identity", identity]
    return network.stictl_json(*arguments, config="sbc.yaml")[1]


def start_daemons(stage, network):
    stage.chapter("Four daemons start, in any order")
    order = random.sample(DAEMONS, len(DAEMONS))
    for name in order:
        network.start(name)
    network.wait_until(network.answering, "the daemons to answer")
    stage.good(f"started {', '.join(order)}")
    for short, row in network.health().items():
        lacking = "; ".join(part.split(":")[0] for part in row["lacking"].split("; ") if part.startswith("no "))
        stage.say(f"sti-{short}  {row['state']}" + (f": {lacking}" if lacking else ""))


def register(stage, network):
    stage.chapter("The policy administrator registers a provider and approves the CA")
    changes = [network.register_provider("quickstart", "Quickstart Telephone", network.spc, "sti-as")]
    stage.good(f"provider quickstart, SPC {network.spc}, acts through the client certificate sti-as")
    changes.append(network.approve_authority("Quickstart CA"))
    stage.good("Quickstart CA is on the trust list")
    for change in changes:
        done = network.stictl_json("pa", "pending", "show", change)[1]
        expect(done["requested_by"] != done["decided_by"], f"one person did it alone: {done}")
        stage.say(f"{done['action']}: asked for by {done['requested_by']}, approved by {done['decided_by']}")


def enrol(stage, network):
    stage.chapter("sti-as gets an SPC token from the PA, and with it a certificate from the CA")
    network.wait_until(network.ready, "all four daemons to be healthy, and the CA trusted")
    token = network.stictl_json("pa", "token", "list")[1]["tokens"][0]
    stage.good(f"SPC token {token['jti']} bound to the key of sti-as")
    record = network.stictl_json("ca", "list")[1]["certificates"][0]
    stage.good(f"certificate {record['serial']} for SPC {record['spc']}")
    stage.say(f"published at {record['x5u']}")
    stage.good("all four daemons healthy")


def place_call(stage, network):
    stage.chapter(f"A call from {CALLER} to {CALLED} is signed")
    arguments = ["call", "sign", "--orig", CALLER, "--dest", CALLED, "--attest", "A"]
    signed = network.stictl_json(*arguments, config="sbc.yaml")[1]
    header, claims = (attacker.unb64url(part).decode() for part in signed["passport"].split(".")[:2])
    stage.good(f"Identity: {signed['identity']}")
    stage.say(f"header {header}")
    stage.say(f"claims {claims}")

    stage.chapter("sti-vs verifies it")
    for attempt in ("downloaded from the x5u", "from the cache"):
        verdict = verify(network, signed["identity"])
        expect(verdict["verstat"] == "TN-Validation-Passed", f"the call was not believed: {verdict}")
        cached = verdict["headers"][0]["certificate_cached"]
        expect(cached == (attempt == "from the cache"), f"certificate should be {attempt}: {verdict}")
        stage.good(f"{verdict['verstat']}, attestation {verdict['attestation']}, signed by SPC {verdict['signer']['spc']}; "
                   f"certificate {attempt}")
    return signed["identity"]


def caught(stage, what, verdict, reason):
    expect(verdict["reason"] == reason, f"{what}: expected {reason}, got {verdict}")
    shown = f"{verdict['verstat']}, {verdict['sip_code']} {verdict['sip_phrase']}"
    stage.good(f"{what:<44} {stage.paint('31', reason)}  {stage.paint('2', shown)}")


def attack(stage, network, identity):
    stage.chapter("Attacks are caught")
    old = ["call", "sign", "--orig", CALLER, "--dest", CALLED, "--attest", "A", "--iat", str(int(time.time()) - 58)]
    recorded = network.stictl_json(*old, config="sbc.yaml")[1]["identity"]
    caught(stage, "another calling number", verify(network, identity, orig=VICTIM), "ORIG_MISMATCH")
    caught(stage, "a flipped bit in the signature", verify(network, attacker.flip_signature_bit(identity)),
           "SIGNATURE_INVALID")
    serial = network.stictl_json("ca", "list")[1]["certificates"][0]["serial"]
    leaf = network.stictl_json("ca", "show", serial)[1]["chain_pem"]
    caught(stage, "HS256, keyed with the public key", verify(network, attacker.hs256_with_public_key(identity, leaf)),
           "ALG_NOT_ES256")
    os.makedirs(network.path("attacker"), exist_ok=True)
    chain = attacker.rogue_authority(network.path("attacker"), network.spc)
    tls = network.path("tls/attacker.pem"), network.path("tls/attacker.key")
    address, port, name = network.attackers_place()
    with attacker.https_repository(address, port, chain, *tls, name=name) as x5u:
        forged = attacker.sign_identity(network.path("attacker/rogue.key"), x5u,
                                        {**attacker.claims_of(identity), "iat": int(time.time())})
        caught(stage, "a CA that the PA did not approve", verify(network, forged), "CERTIFICATE_UNTRUSTED")
    caught(stage, "no Identity header at all", verify(network, None), "IDENTITY_MISSING")
    iat = attacker.claims_of(recorded)["iat"]
    time.sleep(max(0.0, iat + 61.5 - time.time()))
    caught(stage, "a recorded call, played again a minute later", verify(network, recorded), "IAT_STALE")


def finish(stage, network, stay):
    stage.chapter("What ran where")
    for name in DAEMONS:
        stage.say(f"{name}  gRPC 127.0.0.1:{network.ports[name]}  log {network.path(name + '.log')}")
    stage.say(f"certificate repository  https://localhost:{network.ports['repository']}")
    folder = os.path.relpath(network.state)
    stictl = f"{folder}/bin/stictl"
    print("\nTry next" + ("" if stay else " (with the daemons up: tools/quickstart --stay)") + ":")
    print(f"  {stictl} --config {folder}/sbc.yaml call sign --orig {CALLER} --dest {CALLED} --attest B")
    print(f"  {stictl} --config {folder}/stictl.yaml pa provider list")
    print(f"  {stictl} --config {folder}/stictl.yaml health")
    print(f"  {stictl} passport inspect --help")
    print(f"  examples/sbc.py {CALLER} {CALLED}")


def wait_for_interrupt(stage):
    print(stage.paint("1", "\nThe daemons stay up. Ctrl-C stops them."), flush=True)
    signal.pause()


def parse_arguments():
    parser = argparse.ArgumentParser(description="Plays one call, and attacks on it, through four real daemons.")
    parser.add_argument("--binaries", required=True, help="folder that holds services/*/sti-* and stictl")
    parser.add_argument("--state", required=True, help="folder for keys, configuration, state and logs; emptied first")
    parser.add_argument("--stay", action="store_true", help="leave the daemons up until Ctrl-C")
    parser.add_argument("--free-ports", action="store_true", help="take ports that are free instead of the default ones")
    return parser.parse_args()


def play(stage, network, stay):
    started = time.monotonic()
    stage.chapter("Keys, certificates and configuration are made")
    network.make_keys()
    network.link_programs()
    network.write_configuration()
    stage.good(f"in {network.state}: TLS for everyone, PA root and signers, CA root and issuing CA")
    start_daemons(stage, network)
    register(stage, network)
    enrol(stage, network)
    identity = place_call(stage, network)
    attack(stage, network, identity)
    finish(stage, network, stay)
    print(stage.paint("32", f"\nAll as it should be, in {time.monotonic() - started:.1f} s."), flush=True)
    if stay:
        wait_for_interrupt(stage)


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    options = parse_arguments()
    # A signal may have been ignored by whoever started us in the background.
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    stage = Stage(sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    folder = os.path.abspath(options.binaries)
    binaries = {name: f"{folder}/services/{name[-2:]}/{name}" for name in DAEMONS}
    binaries["stictl"] = f"{folder}/services/stictl/stictl"
    ports = free_ports() if options.free_ports else DEFAULT_PORTS
    network = Network(options.state, binaries, ports, four_eyes=True)
    code = 0
    try:
        check_ports_free(ports)
        shutil.rmtree(network.state, ignore_errors=True)
        play(stage, network, options.stay)
    except NetworkError as error:
        print(f"\nquickstart: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("\nstopping", flush=True)
        code = 0 if options.stay else 130
    finally:
        for name, exit_code in network.stop_all().items():
            if exit_code != 0 and code == 0:
                print(f"quickstart: {name} ended with exit code {exit_code}; log {network.path(name + '.log')}", file=sys.stderr)
                code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())

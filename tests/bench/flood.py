"""Latency of calls whose certificate is cached, quiet and while an attacker floods sti-vs with URLs.

    flood.py ROUNDS SECONDS [JSON_FILE] [--bin FOLDER] [--repositories N] [--urls N]

Starts a network of real daemons. A round is SECONDS of quiet and SECONDS of flood: N repositories (200) that accept
connections and never answer, and N invented URLs a second (1,000), a quarter of them at those repositories, a quarter at
names that nobody has, and half at a port where nobody listens. Meanwhile one client verifies calls one after the other over
a kept HTTPS connection. Prints p50 and p99 of its latency in both, and their ratio: medians over the rounds. Client, attacker
and repositories are processes of their own, yet they share the machine's cores with sti-vs.
"""

import argparse
import asyncio
import base64
import json
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools/story"))
# pylint: disable=wrong-import-position
from network import DAEMONS, Network, free_ports  # noqa: E402

CALLER, CALLED = "12155550121", "12155550131"
CONNECTIONS = 400  # of the attacker: more than wait for a download at one time
HEADERS = 4  # Identity headers, and so invented URLs, in each of the attacker's calls (3GPP form)
PAUSE = 0.002  # of the measuring client, seconds between calls: the machine shall not be full without any flood


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def compact_json(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def http_request(to, **identities):
    body = json.dumps({"verificationRequest": {"from": {"tn": CALLER}, "to": {"tn": to}, "time": int(time.time()),
                                               **identities}}).encode()
    return (b"POST /stir/v1/verification HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def tls(folder):
    context = ssl.create_default_context(cafile=os.path.join(folder, "tls/ca.pem"))
    context.load_cert_chain(os.path.join(folder, "tls/sbc.pem"), os.path.join(folder, "tls/sbc.key"))
    return context


# --- the repositories

def tarpit_address(number):
    return f"127.1.{number // 250}.{number % 250 + 1}"


async def serve_tarpits(count, port):
    held = []
    for number in range(count):
        await asyncio.start_server(lambda reader, writer: held.append(writer), tarpit_address(number), port, backlog=64)
    print("ready", flush=True)
    await asyncio.sleep(1e9)


def waited_for(port):
    """Repositories that somebody has a connection to at this moment (/proc/net/tcp: 01 is ESTABLISHED)."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split()[1:4] for line in file.readlines()[1:]]
    return len({local for local, _, state in rows if state == "01" and int(local.partition(":")[2], 16) == port})


def cores_used(process, begin=(0.0, 0.0)):
    """Part of a core that the process used since `begin`, and now, to be given next time."""
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    now = time.monotonic(), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return (now[1] - begin[1]) / (now[0] - begin[0]), now


# --- the attacker

def invented_identity(number, settings):
    """Everything about it is right but that nobody signed it: the URL has to be asked."""
    kind = number // HEADERS % 4  # the same in all headers of a call
    if kind == 0:
        repository = number // HEADERS // 4 * HEADERS + number % HEADERS
        host = f"{tarpit_address(repository % settings['repositories'])}:{settings['tarpit_port']}"
    elif kind == 1:
        host = f"x{number}.invalid:{settings['tarpit_port']}"
    else:
        host = f"127.0.0.1:{settings['closed_port']}"
    url = f"https://{host}/{os.urandom(8).hex()}.pem"
    head = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": url}
    claims = {"attest": "A", "dest": {"tn": [CALLED]}, "iat": int(time.time()), "orig": {"tn": CALLER},
              "origid": "123e4567-e89b-12d3-a456-426655440000"}
    token = ".".join((b64url(compact_json(head)), b64url(compact_json(claims)), b64url(b"\1" * 64)))
    return f"{token};info=<{url}>;alg=ES256;ppt=shaken"


async def attack(settings):
    """Prints "sent answered seconds" at its end, which comes by standard input."""
    context, queue, count = tls(settings["folder"]), asyncio.Queue(), [0, 0]

    async def connection():
        reader, writer = await asyncio.open_connection("127.0.0.1", settings["rest"], ssl=context)
        while True:
            first = await queue.get()
            identities = [invented_identity(first + i, settings) for i in range(HEADERS)]
            writer.write(http_request(CALLED, identityHeader=identities[0], identityHeaders=identities[1:]))
            count[0] += HEADERS
            length = 0
            while (line := await reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            await reader.readexactly(length)
            count[1] += HEADERS

    workers = []
    for _ in range(min(CONNECTIONS, settings["urls"])):
        workers.append(asyncio.ensure_future(connection()))
        await asyncio.sleep(0.001)
    end = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    begin, number = time.monotonic(), 0
    print("ready", flush=True)
    while not end.done():
        while number < (time.monotonic() - begin) * settings["urls"]:
            if queue.qsize() < CONNECTIONS:
                queue.put_nowait(settings["first"] + number)
            number += HEADERS
        await asyncio.sleep(0.005)
    for worker in workers:
        if worker.done() and worker.exception():
            raise worker.exception()
    print(*count, time.monotonic() - begin, flush=True)
    os._exit(0)  # the executor's thread would be waited for


# --- the client whose calls count

def read_answer(connection):
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return body


def measure(settings, sign, seconds):
    """Latencies in microseconds."""
    latencies, pace = [], threading.Event()
    raw = socket.create_connection(("127.0.0.1", settings["rest"]))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with tls(settings["folder"]).wrap_socket(raw, server_hostname="localhost") as connection:
        request = http_request([CALLED], identity=sign())
        end = time.monotonic() + seconds
        while time.monotonic() < end or not latencies:
            begin = time.perf_counter()
            connection.sendall(request)
            body = read_answer(connection)
            latencies.append((time.perf_counter() - begin) * 1e6)
            if b"TN-Validation-Passed" not in body:
                raise RuntimeError(f"a good call did not pass: {body}")
            pace.wait(PAUSE)
    return latencies


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def make_network(folder, binaries, settings):
    network = Network(folder, {name: os.path.join(binaries, "services", name[-2:], name) for name in DAEMONS}
                      | {"stictl": os.path.join(binaries, "services/stictl/stictl")}, free_ports())
    network.make_keys("Flood")
    configuration = network.configuration

    def changed():
        files = configuration()
        # So many that the cap turns no URL away: every repository that hangs is waited for, several times over.
        files["sti-vs.yaml"] = files["sti-vs.yaml"].replace(
            "8443, ", f"8443, {settings['tarpit_port']}, {settings['closed_port']}, ", 1).replace(
            "download: {", f"download: {{max_downloads: {settings['repositories'] + settings['urls']}, "
            f"max_downloads_per_address: {settings['repositories'] + settings['urls']}, ")
        return files
    network.configuration = changed
    network.extra["sti-vs"] = ("rest:\n  listen: 127.0.0.1:0\n  certificate_file: tls/sti-vs.pem\n  key_file: tls/sti-vs.key\n"
                               "  client_ca_file: tls/ca.pem\n")
    network.write_configuration()
    for name in DAEMONS:
        network.start(name)
    network.wait_until(network.answering, "the daemons to answer")
    network.stictl("pa", "provider", "register", "--id", "flood", "--name", "Flood", "--spc", network.spc, "--client", "sti-as")
    network.stictl("pa", "authority", "approve", "--name", "Flood CA", "--root", network.path("ca/root.pem"))
    network.wait_until(network.ready, "all four daemons to serve")
    with open(network.path("state/sti-vs.ports"), encoding="ascii") as file:
        settings["rest"] = int(dict(line.strip().split("=") for line in file)["rest"])
    return network


def child(role, settings):
    process = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--child", role, json.dumps(settings)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdout.readline().strip() != "ready":
        raise RuntimeError(f"{role} did not start")
    return process


def run(arguments, network, settings):
    def sign():
        call = ["call", "sign", "--orig", CALLER, "--dest", CALLED, "--attest", "A"]
        return network.stictl_json(*call, config="sbc.yaml")[1]["identity"]

    rounds = []
    for number in range(arguments.rounds):
        measure(settings, sign, 0)  # the certificate is cached from here on
        process = network.processes["sti-vs"]
        _, begin = cores_used(process)
        row = {"quiet": measure(settings, sign, arguments.seconds)}
        row["cores_quiet"], _ = cores_used(process, begin)
        settings["first"] = number * 10_000_000
        attacker = child("attacker", settings)
        measure(settings, sign, min(2, arguments.seconds))  # does not count: not all tarpits are in flight yet
        _, begin = cores_used(process)
        row["flood"] = measure(settings, sign, arguments.seconds)
        row["cores_flood"], _ = cores_used(process, begin)
        row["waited_for"] = waited_for(settings["tarpit_port"])
        attacker.stdin.write("\n")
        attacker.stdin.flush()
        row["sent"], row["answered"], row["attacked"] = map(float, attacker.stdout.readline().split())
        attacker.wait()
        rounds.append(row)
        measure(settings, sign, min(3, arguments.seconds))  # nor this: downloads are still under way
    return rounds


def summary(rounds, seconds):
    result = {"rounds": len(rounds), "seconds": seconds}
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        for state in ("quiet", "flood"):
            result[f"{state}_{name}_us"] = round(statistics.median(percentile(row[state], share) for row in rounds))
        result[f"ratio_{name}"] = round(statistics.median(
            percentile(row["flood"], share) / percentile(row["quiet"], share) for row in rounds), 2)
    for state in ("quiet", "flood"):
        result[f"cores_{state}"] = round(statistics.median(row[f"cores_{state}"] for row in rounds), 2)
    result["calls_quiet"] = sum(len(row["quiet"]) for row in rounds)
    result["calls_flood"] = sum(len(row["flood"]) for row in rounds)
    result["repositories_waited_for"] = min(row["waited_for"] for row in rounds)
    result["invented_urls_a_second"] = round(statistics.median(row["sent"] / row["attacked"] for row in rounds))
    result["invented_urls_sent"] = int(sum(row["sent"] for row in rounds))
    result["invented_urls_answered"] = int(sum(row["answered"] for row in rounds))
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("json", nargs="?")
    parser.add_argument("--bin", default=ROOT)
    parser.add_argument("--repositories", type=int, default=200)
    parser.add_argument("--urls", type=int, default=1000)
    arguments = parser.parse_args()
    ports = free_ports(("tarpit", "closed"))
    settings = {"repositories": arguments.repositories, "urls": arguments.urls, "tarpit_port": ports["tarpit"],
                "closed_port": ports["closed"]}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        settings["folder"] = folder
        tarpits = child("tarpits", settings)
        network = None
        try:
            network = make_network(folder, os.path.abspath(arguments.bin), settings)
            result = summary(run(arguments, network, settings), arguments.seconds)
        finally:
            tarpits.kill()
            tarpits.wait()
            if network:
                network.stop_all()
    print(f"cached calls, one at a time     quiet     flood     ratio   ({result['rounds']} rounds of {result['seconds']:g} s)")
    for name in ("p50", "p99"):
        print(f"  latency {name}, microseconds {result[f'quiet_{name}_us']:>8,} {result[f'flood_{name}_us']:>9,} "
              f"{result[f'ratio_{name}']:>9.2f}")
    print(f"  cores used by sti-vs      {result['cores_quiet']:>8.2f} {result['cores_flood']:>9.2f}")
    print(f"  flood: {result['repositories_waited_for']} of {arguments.repositories} repositories that never answer waited for at once; "
          f"{result['invented_urls_a_second']:,} invented URLs a second of {arguments.urls:,}; "
          f"{result['invented_urls_sent']:,} sent, {result['invented_urls_answered']:,} answered")
    if result["invented_urls_a_second"] < 0.9 * arguments.urls:
        print("  the machine is too busy: the attacker did not reach its rate")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        SETTINGS = json.loads(sys.argv[3])
        os.nice(19)
        asyncio.run(serve_tarpits(SETTINGS["repositories"], SETTINGS["tarpit_port"]) if sys.argv[2] == "tarpits"
                    else attack(SETTINGS))
    else:
        main()

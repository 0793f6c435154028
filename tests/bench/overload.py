"""Latency of sti-as over REST when it is offered half of its limit, and twice its limit.

    overload.py ROUNDS SECONDS [JSON_FILE] [--bin FOLDER] [--limit N] [--clients N]

Starts a network of real daemons, and measures what sti-as signs flat out for clients on the same cores; the limit
(limits.calls_per_second) is half of that unless --limit says otherwise. Then sti-as runs with the limit. A round is SECONDS
in which calls are offered at half of the limit, and SECONDS at twice the limit: each call at its own time, whether or not
those before it have been answered, and its latency counts from that time on. Prints p50 and p99 of what was signed and of
what was refused, and their ratio to half of the limit: medians over the rounds. Clients are processes of their own, yet they
share the machine's cores with sti-as.
"""

import argparse
import asyncio
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools/story"))
# pylint: disable=wrong-import-position
from network import DAEMONS, Network, free_ports  # noqa: E402

REST = ("rest:\n  listen: 127.0.0.1:0\n  certificate_file: tls/sti-as.pem\n  key_file: tls/sti-as.key\n"
        "  client_ca_file: tls/ca.pem\n")
CONNECTIONS = 32  # of each client; a call for which none is free waits, and that counts
LEAD = 1.0  # seconds between a client's start and its first call


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# --- a client

class Client:
    def __init__(self, settings):
        self.settings = settings
        self.answers = []  # (status, latency in microseconds, Retry-After is there)
        self.lost = 0

    async def connect(self):
        folder = self.settings["folder"]
        context = ssl.create_default_context(cafile=os.path.join(folder, "tls/ca.pem"))
        context.load_cert_chain(os.path.join(folder, "tls/sbc.pem"), os.path.join(folder, "tls/sbc.key"))
        return await asyncio.open_connection("127.0.0.1", self.settings["port"], ssl=context, server_hostname="localhost")

    async def call(self, connection, due):
        reader, writer = connection
        body = json.dumps({"signingRequest": {
            "attest": "A", "dest": {"tn": ["12155550131"]}, "iat": int(time.time()), "orig": {"tn": "12155550121"},
            "origid": "123e4567-e89b-12d3-a456-426655440000"}}).encode()
        writer.write(b"POST /stir/v1/signing HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(body) + body)
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        await reader.readexactly(int(lower.split(b"content-length:")[1].split(b"\r\n")[0]))
        self.answers.append((int(head[9:12]), (time.perf_counter() - due) * 1e6, b"\r\nretry-after:" in lower))

    async def flat_out(self, connection, end):
        while time.perf_counter() < end:
            await self.call(connection, time.perf_counter())

    async def in_time(self, free, due):
        connection = await free.get()
        try:
            await self.call(connection, due)
        except (OSError, asyncio.IncompleteReadError):
            self.lost += 1
            return
        free.put_nowait(connection)

    async def run(self):
        rate, seconds = self.settings["rate"], self.settings["seconds"]
        connections = [await self.connect() for _ in range(CONNECTIONS if rate else 8)]
        begin = time.perf_counter() + LEAD - time.time() % LEAD  # the clients begin together
        await asyncio.sleep(begin - time.perf_counter())
        if not rate:
            await asyncio.gather(*(self.flat_out(connection, begin + seconds) for connection in connections))
        else:
            free = asyncio.Queue()
            for connection in connections:
                free.put_nowait(connection)
            tasks = []
            for number in range(int(rate * seconds)):
                due = begin + number / rate
                if due > time.perf_counter():
                    await asyncio.sleep(due - time.perf_counter())
                tasks.append(asyncio.ensure_future(self.in_time(free, due)))
            await asyncio.gather(*tasks)
        return {"answers": self.answers, "lost": self.lost, "took": time.perf_counter() - begin}


def offer(settings, rate, seconds, clients):
    """All answers to `rate` calls a second; 0 is as many as can be."""
    processes = [subprocess.Popen(  # pylint: disable=consider-using-with
        [sys.executable, os.path.abspath(__file__), "--client",
         json.dumps({**settings, "rate": rate / clients, "seconds": seconds})], stdout=subprocess.PIPE, text=True)
                 for _ in range(clients)]
    results = [json.loads(process.communicate()[0]) for process in processes]
    answers = [answer for result in results for answer in result["answers"]]
    return {"signed": [latency for status, latency, _ in answers if status == 200],
            "refused": [latency for status, latency, told in answers if status == 503 and told],
            "others": sum(1 for status, _, told in answers if status != 200 and not (status == 503 and told)),
            "lost": sum(result["lost"] for result in results), "took": max(result["took"] for result in results)}


# --- the network

def make_network(folder, binaries):
    network = Network(folder, {name: os.path.join(binaries, "services", name[-2:], name) for name in DAEMONS}
                      | {"stictl": os.path.join(binaries, "services/stictl/stictl")}, free_ports())
    network.make_keys("Overload")
    network.extra["sti-as"] = REST
    network.write_configuration()
    for name in DAEMONS:
        network.start(name)
    network.wait_until(network.answering, "the daemons to answer")
    network.stictl("pa", "provider", "register", "--id", "overload", "--name", "Overload", "--spc", network.spc, "--client", "sti-as")
    network.stictl("pa", "authority", "approve", "--name", "Overload CA", "--root", network.path("ca/root.pem"))
    network.wait_until(network.ready, "all four daemons to serve")
    return network


def port_of(network):
    with open(network.path("state/sti-as.ports"), encoding="ascii") as file:
        return int(dict(line.strip().split("=") for line in file)["rest"])


def limit_to(network, limit):
    network.stop("sti-as")
    network.extra["sti-as"] = REST + f"limits: {{calls_per_second: {limit}}}\n"
    network.write_configuration()
    network.start("sti-as")
    network.wait_until(lambda: network.serving("as"), "sti-as to serve again")


def run(arguments, network, folder):
    settings = {"folder": folder, "port": port_of(network)}
    flat_out = offer(settings, 0, arguments.seconds, arguments.clients)
    capacity = len(flat_out["signed"]) / flat_out["took"]
    limit = arguments.limit or max(2, int(capacity / 2))
    limit_to(network, limit)
    settings["port"] = port_of(network)
    rounds = []
    for _ in range(arguments.rounds):
        rounds.append({"half": offer(settings, limit / 2, arguments.seconds, arguments.clients),
                       "twice": offer(settings, limit * 2, arguments.seconds, arguments.clients)})
    return capacity, limit, rounds


def summary(capacity, limit, rounds, seconds):
    result = {"rounds": len(rounds), "seconds": seconds, "capacity": round(capacity), "limit": limit}

    def median(of):
        return statistics.median(of(row) for row in rounds)
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        result[f"half_signed_{name}_us"] = round(median(lambda row: percentile(row["half"]["signed"], share)))
        for kind in ("signed", "refused"):
            result[f"twice_{kind}_{name}_us"] = round(median(lambda row: percentile(row["twice"][kind], share)))
            result[f"ratio_{kind}_{name}"] = round(median(
                lambda row: percentile(row["twice"][kind], share) / percentile(row["half"]["signed"], share)), 2)
    for state in ("half", "twice"):
        result[f"{state}_signed_a_second"] = round(median(lambda row: len(row[state]["signed"]) / row[state]["took"]))
        result[f"{state}_refused_a_second"] = round(median(lambda row: len(row[state]["refused"]) / row[state]["took"]))
        result[f"{state}_other_answers"] = sum(row[state]["others"] + row[state]["lost"] for row in rounds)
    return result


def show(result):
    print(f"sti-as over REST: {result['capacity']:,} a second flat out, limit {result['limit']:,} a second "
          f"({result['rounds']} rounds of {result['seconds']:g} s)")
    print("                         half the limit   twice the limit: signed   refused")
    for name in ("p50", "p99"):
        print(f"  latency {name}, us        {result[f'half_signed_{name}_us']:>12,} {result[f'twice_signed_{name}_us']:>25,} "
              f"{result[f'twice_refused_{name}_us']:>9,}")
        print(f"    ratio                {'':>12} {result[f'ratio_signed_{name}']:>25.2f} {result[f'ratio_refused_{name}']:>9.2f}")
    print(f"  answers a second       {result['half_signed_a_second']:>12,} {result['twice_signed_a_second']:>25,} "
          f"{result['twice_refused_a_second']:>9,}")
    print(f"  answers of another kind, or lost: {result['half_other_answers']} and {result['twice_other_answers']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("json", nargs="?")
    parser.add_argument("--bin", default=ROOT)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--clients", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        network = make_network(folder, os.path.abspath(arguments.bin))
        try:
            result = summary(*run(arguments, network, folder), arguments.seconds)
        finally:
            network.stop_all()
    show(result)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        print(json.dumps(asyncio.run(Client(json.loads(sys.argv[2])).run())))
    else:
        main()

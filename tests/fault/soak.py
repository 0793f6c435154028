"""All four daemons under half of what they can do, for minutes: no call may fail, and neither memory nor descriptors may grow.

    soak.py MINUTES [JSON_FILE] [--bin FOLDER] [--clients N] [--share S]

Starts a network of real daemons, measures for some seconds how many calls it signs and verifies flat out for gRPC clients on the same
cores, and then offers S (0.5) of that for MINUTES: each call is signed by sti-as and judged by sti-vs. Reports calls, failures by cause,
and memory (RSS) and descriptors of each daemon at start, which is after a warm-up, and at end. Exits with 1 when a call failed or a bound
was exceeded. Clients are processes of their own, yet they share the machine's cores with the daemons.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(ROOT)  # the stubs are made from the .proto files below it
sys.path[:0] = [os.path.join(ROOT, part) for part in ("tests/fault", "tests/integration", "tools/story")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from callers import Calls, cause  # noqa: E402
from network import DAEMONS, Network, free_ports  # noqa: E402

THREADS = 4  # of each client
WARM_UP = 15  # seconds; caches, arenas and the replay memory's first entries
# What a daemon may be larger by at the end. The replay memory of sti-vs holds some 65 seconds of calls.
RSS_BOUND_MIB, DESCRIPTOR_BOUND = 32, 16


# --- a client

class Client:
    """`rate` calls a second for `seconds`; 0: as many as can be."""

    def __init__(self, settings):
        self.settings = settings
        network = Network(settings["folder"], {}, settings["ports"])
        self.calls = [Calls(network, deadline=10) for _ in range(THREADS)]
        self.outcomes = collections.Counter()
        self.latencies = []
        self.lock = threading.Lock()

    def one(self, calls):
        began = time.perf_counter()
        try:
            outcome = calls.whole_call()
        except grpc.RpcError as error:
            outcome = cause(error)
        with self.lock:
            self.outcomes[outcome] += 1
            if len(self.latencies) < 200000:
                self.latencies.append(time.perf_counter() - began)

    def thread(self, number, begin):
        rate, seconds, count = self.settings["rate"] / THREADS, self.settings["seconds"], 0
        while True:
            due = begin + (count + number / THREADS) / rate if rate else time.perf_counter()
            if due >= begin + seconds:
                return
            time.sleep(max(0.0, due - time.perf_counter()))  # lint-ok: a call has its time
            self.one(self.calls[number])
            count += 1

    def run(self):
        begin = time.perf_counter()
        threads = [threading.Thread(target=self.thread, args=(number, begin)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - begin
        self.latencies.sort()
        at = [self.latencies[int(len(self.latencies) * share)] for share in (0.5, 0.99)] if self.latencies else [0, 0]
        return {"outcomes": self.outcomes, "took": took, "p50_ms": at[0] * 1000, "p99_ms": at[1] * 1000}


def offer(settings, rate, seconds, clients):
    """The clients' results, while they run in processes of their own."""
    processes = [subprocess.Popen(  # pylint: disable=consider-using-with
        [sys.executable, os.path.abspath(__file__), "--client",
         json.dumps({**settings, "rate": rate / clients, "seconds": seconds})], stdout=subprocess.PIPE, text=True)
                 for _ in range(clients)]
    return [json.loads(process.communicate()[0]) for process in processes]


def total(results):
    outcomes = collections.Counter()
    for result in results:
        outcomes.update(result["outcomes"])
    return outcomes


# --- the daemons

def size_of(process):
    """Resident MiB and open descriptors."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        rss = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
    return {"rss_mib": round(rss / 1024, 1), "descriptors": len(os.listdir(f"/proc/{process.pid}/fd"))}


def sizes(network):
    return {name: size_of(network.processes[name]) for name in DAEMONS}


def make_network(folder, binaries):
    network = Network(folder, {name: os.path.join(binaries, "services", name[-2:], name) for name in DAEMONS}
                      | {"stictl": os.path.join(binaries, "services/stictl/stictl")}, free_ports())
    network.make_keys("Soak")
    network.write_configuration()
    for name in DAEMONS:
        network.start(name)
    network.wait_until(network.answering, "the daemons to answer", 60)
    network.stictl("pa", "provider", "register", "--id", "soak", "--name", "Soak", "--spc", network.spc, "--client", "sti-as")
    network.stictl("pa", "authority", "approve", "--name", "Soak CA", "--root", network.path("ca/root.pem"))
    network.wait_until(network.ready, "all four daemons to serve", 60)
    return network


def soak(network, folder, arguments):
    settings = {"folder": folder, "ports": network.ports}
    offer(settings, 0, 2, arguments.clients)  # the first call fetches the certificate
    measured = offer(settings, 0, 5, arguments.clients)
    capacity = total(measured)[""] / max(result["took"] for result in measured)
    rate = max(1.0, capacity * arguments.share)
    offer(settings, rate, WARM_UP, arguments.clients)
    before = sizes(network)
    results = offer(settings, rate, arguments.minutes * 60, arguments.clients)
    after = sizes(network)
    outcomes = total(results)
    failures = {name: count for name, count in outcomes.items() if name}
    return {"minutes": arguments.minutes, "clients": arguments.clients, "capacity": round(capacity), "offered": round(rate),
            "calls": sum(outcomes.values()), "passed": outcomes[""], "failures": failures,
            "p50_ms": round(max(result["p50_ms"] for result in results), 2),
            "p99_ms": round(max(result["p99_ms"] for result in results), 2), "start": before, "end": after,
            "health": {short: row["state"] for short, row in network.health().items()}}


def complaints(result):
    found = [f"{count} calls failed: {name}" for name, count in result["failures"].items()]
    if not result["passed"]:
        found.append("no call passed")
    for name in DAEMONS:
        grown = {key: result["end"][name][key] - result["start"][name][key] for key in ("rss_mib", "descriptors")}
        if grown["rss_mib"] > RSS_BOUND_MIB:
            found.append(f"{name} has grown by {grown['rss_mib']:.1f} MiB; {RSS_BOUND_MIB} are allowed")
        if grown["descriptors"] > DESCRIPTOR_BOUND:
            found.append(f"{name} has {grown['descriptors']} more descriptors; {DESCRIPTOR_BOUND} are allowed")
    found += [f"sti-{short} is {state}" for short, state in result["health"].items() if state != "SERVING"]
    return found


def show(result):
    print(f"{result['calls']:,} calls signed and verified in {result['minutes']:g} minutes, {result['offered']:,} a second offered "
          f"(flat out {result['capacity']:,})")
    print(f"  passed {result['passed']:,}, failures by cause: {result['failures'] or 'none'}; sign and verify together: "
          f"p50 {result['p50_ms']} ms, p99 {result['p99_ms']} ms")
    print("            RSS MiB: start      end   descriptors: start   end")
    for name in DAEMONS:
        start, end = result["start"][name], result["end"][name]
        print(f"  {name}  {start['rss_mib']:>16.1f} {end['rss_mib']:>8.1f} {start['descriptors']:>20} {end['descriptors']:>5}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("minutes", type=float)
    parser.add_argument("json", nargs="?")
    parser.add_argument("--bin", default=ROOT)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--share", type=float, default=0.5)
    arguments = parser.parse_args()
    if not (arguments.minutes > 0 and arguments.clients > 0 and 0 < arguments.share <= 1):
        parser.error("MINUTES and --clients must be above 0, --share above 0 and at most 1")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        network = make_network(folder, os.path.abspath(arguments.bin))
        try:
            result = soak(network, folder, arguments)
        finally:
            codes = network.stop_all()
    show(result)
    found = complaints(result) + [f"{name} ended with {code}" for name, code in codes.items() if code != 0]
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({**result, "complaints": found}, file, indent=1)
            file.write("\n")
    for complaint in found:
        print(f"soak: {complaint}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        print(json.dumps(Client(json.loads(sys.argv[2])).run()))
    else:
        sys.exit(main())

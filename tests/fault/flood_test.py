"""Slow and flooding peers at every port of sti-as and sti-vs: calls go on, the ports let go of who only waits, and when descriptors
run out it is over by itself."""

import http.client
import json
import os
import resource
import socket
import ssl
import sys
import time
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from callers import CALLED, CALLER, Calls, Steady, steady_calls, wait_for  # noqa: E402
from rest_client import RestClient, rest_port  # noqa: E402
from suite_network import NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

DAEMONS = ("sti-as", "sti-vs")
FLOOD = 150  # connections of each kind
ROOM = 60  # descriptors left when they are made scarce


class FloodTest(NetworkTest, RestClient):

    @classmethod
    def prepare(cls, network):
        add_admin_port(network, *DAEMONS)
        for name in DAEMONS:
            network.extra[name] += (f"rest: {{listen: 127.0.0.1:0, certificate_file: tls/{name}.pem, key_file: tls/{name}.key, "
                                    "client_ca_file: tls/ca.pem}\n")

    def setUp(self):
        self.calls = Calls(self.network)
        self.addCleanup(self.calls.close)
        self.watching = {name: Watching(self.network, name) for name in DAEMONS}
        wait_for(lambda: self.calls.whole_call() == "", "a first call to pass")
        self.port = rest_port(self.network, "sti-as")
        self.ports = [self.network.ports[name] for name in DAEMONS] + [rest_port(self.network, name) for name in DAEMONS]
        self.flooding = []
        self.addCleanup(self.end_flood)

    def end_flood(self):
        for one in self.flooding:
            one.close()
        self.flooding.clear()

    def connect(self, port):
        self.flooding.append(socket.create_connection(("127.0.0.1", port), timeout=20))
        return self.flooding[-1]

    def slow_request(self, port, octets):
        """A good client that begins and never ends."""
        context = self.context("sbc")
        context.set_alpn_protocols(["h2" if port in self.ports[:2] else "http/1.1"])
        plain = self.connect(port)
        self.flooding[-1] = context.wrap_socket(plain, server_hostname="127.0.0.1")
        self.flooding[-1].sendall(octets)

    def rest_call(self):
        body = {"signingRequest": {"attest": "A", "dest": {"tn": [CALLED]}, "iat": int(time.time()), "orig": {"tn": CALLER},
                                   "origid": "123e4567-e89b-12d3-a456-426655440000"}}
        connection = self.connection()
        try:
            connection.request("POST", "/stir/v1/signing", json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return "" if answer.status == 200 else f"REST {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            return f"REST {type(error).__name__}"
        finally:
            connection.close()

    def descriptors(self, name):
        return len(os.listdir(f"/proc/{self.network.processes[name].pid}/fd"))

    @staticmethod
    def is_closed(one):
        """By the other side."""
        one.settimeout(0.001)
        try:
            return one.recv(4096) == b""
        except (TimeoutError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True

    def test_calls_go_on_under_slow_clients_and_these_are_let_go(self):
        before = {name: self.descriptors(name) for name in DAEMONS}
        with steady_calls(self.calls) as steady, Steady(self.rest_call, 0.1) as rest:
            for port in self.ports:
                for _ in range(FLOOD):
                    self.connect(port)  # says nothing
                for _ in range(FLOOD // 5):
                    self.slow_request(port, b"PRI * HTTP/2.0\r\n" if port in self.ports[:2] else b"POST /stir/v1/signing HTTP/1.1\r\nHo")
            for name in DAEMONS:
                wait_for(lambda name=name: self.descriptors(name) > before[name] + FLOOD, f"{name} to have taken them")
                self.assertGreater(self.watching[name].metric("process_open_fds"), before[name] + FLOOD)
                self.assertEqual(self.watching[name].health()["state"], "SERVING")
            for one in self.flooding:
                wait_for(lambda one=one: self.is_closed(one), f"{one} to be closed", seconds=60)
            for name in DAEMONS:
                wait_for(lambda name=name: self.descriptors(name) < before[name] + ROOM, f"{name} to have let them go", seconds=60)
        self.assertEqual((steady.failures(), rest.failures()), ({}, {}))
        self.assertGreater(steady.outcomes[""], 10)
        self.assertGreater(rest.outcomes[""], 10)

    def new_client_is_served(self, name):
        calls = Calls(self.network)
        try:
            if name == "sti-as":
                calls.sign()
            else:
                calls.trust_status()
            return True
        except grpc.RpcError:
            return False
        finally:
            calls.close()

    def test_descriptors_run_out_and_come_back(self):
        for name in DAEMONS:
            with self.subTest(daemon=name):
                self.run_out_of_descriptors(name, [self.network.ports[name], rest_port(self.network, name)])

    def run_out_of_descriptors(self, name, ports):
        pid = self.network.processes[name].pid
        usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (self.descriptors(name) + ROOM, usual[1]))
        try:
            with steady_calls(self.calls) as steady:
                for port in ports:
                    for _ in range(2 * ROOM):
                        self.connect(port)
                wait_for(lambda: not self.new_client_is_served(name), "new clients to be kept out")
                meanwhile = steady.outcomes[""]
                wait_for(lambda: steady.outcomes[""] > meanwhile + 10 or steady.failures(), "calls on connections that were there")
                self.end_flood()
                wait_for(lambda: self.new_client_is_served(name), "new clients to be served again", seconds=60)
            self.assertEqual(steady.failures(), {})
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
        self.watching[name].await_well()


del NetworkTest  # no tests of its own

if __name__ == "__main__":
    unittest.main()

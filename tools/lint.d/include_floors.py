#!/usr/bin/python3
"""Refuses an #include that breaks the floors of CONTRIBUTING.md.

    include_floors.py [ROOT]

Visibility refuses a wrong Bazel edge; with system libraries a stray #include compiles anywhere, so this reads the
sources. Prints one line a finding; exits 1 when there is one.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)

# Header prefix -> library. What is not listed is the C++ standard library or plain POSIX.
LIBRARIES = {
    "CLI/": "cli11",
    "absl/": "absl",
    "benchmark/": "benchmark",
    "boost/": "boost",
    "condition_variable": "threads",
    "curl/": "curl",
    "future": "threads",
    "gmock/": "gtest",
    "google/protobuf/": "protobuf",
    "grpc/": "grpc",
    "grpcpp/": "grpc",
    "gtest/": "gtest",
    "hiredis/": "hiredis",
    "netdb.h": "sockets",
    "netinet/": "sockets",
    "openssl/": "openssl",
    "p11-kit-1/": "pkcs11",
    "postgresql/": "libpq",
    "proto/": "protobuf",
    "prometheus/": "prometheus",
    "pthread.h": "threads",
    "simdjson": "simdjson",
    "spdlog/": "spdlog",
    "sqlite3": "sqlite",
    "sys/epoll.h": "sockets",
    "sys/socket.h": "sockets",
    "sys/un.h": "sockets",
    "thread": "threads",
    "yaml-cpp/": "yaml-cpp",
}

FLOOR_1 = ["common/base"]
FLOOR_2 = FLOOR_1 + ["common/codec", "common/crypto"]
FLOOR_3 = FLOOR_2 + ["common/jose", "common/pki"]
BELOW_SERVICES = FLOOR_3 + [
    "common/acme", "common/admin", "common/daemon", "common/edge", "common/files", "common/http", "common/metrics", "common/rest", "common/rpc",
    "common/status", "common/stir", "common/store",
]

# Room -> (rooms below that it may use, libraries beside Abseil).
ROOMS = {
    "common/base": ([], []),
    "common/codec": (FLOOR_1, ["simdjson"]),
    "common/crypto": (FLOOR_1, ["openssl", "pkcs11"]),
    "common/jose": (FLOOR_2, []),
    "common/pki": (FLOOR_2, ["openssl"]),
    "common/stir": (FLOOR_3, []),
    "common/acme": (FLOOR_3, []),
    "common/files": (FLOOR_2, ["openssl"]),
    "common/daemon": (FLOOR_2 + ["common/files"], ["protobuf", "spdlog", "threads", "sockets", "yaml-cpp"]),
    "common/http": (FLOOR_2 + ["common/files"], ["boost", "curl", "openssl", "sockets", "threads"]),
    "common/metrics": (FLOOR_2 + ["common/daemon", "common/files", "common/http", "common/rpc", "common/store"],
                       ["prometheus", "protobuf", "threads"]),
    "common/status": (FLOOR_3 + ["common/files", "common/http"], []),
    "common/rpc": (FLOOR_2 + ["common/files"], ["grpc", "protobuf", "sockets", "threads"]),
    "common/store": (FLOOR_2, ["hiredis", "libpq", "protobuf", "sockets", "sqlite", "threads"]),
    "common/admin": (FLOOR_3 + ["common/daemon", "common/rpc", "common/store"], ["grpc", "protobuf", "threads"]),
    "common/edge": (FLOOR_3 + ["common/stir", "common/rpc"], ["protobuf"]),
    "common/rest": (FLOOR_3 + ["common/files", "common/http", "common/stir"], ["protobuf"]),
    "services/as": (BELOW_SERVICES, ["threads"]),
    "services/ca": (BELOW_SERVICES, ["threads"]),
    "services/pa": (BELOW_SERVICES, ["threads"]),
    "services/vs": (BELOW_SERVICES, ["threads"]),
    "services/stictl": (BELOW_SERVICES, ["cli11", "grpc", "protobuf", "threads"]),
}

# Generated types and gRPC stop at these files of a service.
EDGE = re.compile(r"(^|_)(service|config|client|request|proto|daemon|watchers|main)\.(h|cc)$")
EDGE_LIBRARIES = ["grpc", "protobuf"]


def library_of(header):
    for prefix, library in LIBRARIES.items():
        if header == prefix or (prefix[-1] == "/" or prefix in ("simdjson", "sqlite3")) and header.startswith(prefix):
            return library
    return None


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else ""


def is_test(path):
    return path.endswith(("_test.cc", "_test.h", "_testing.cc", "_testing.h")) or "/testing/" in path


def refusal(path, header):
    """Why the file may not include the header, or None."""
    room = room_of(path)
    if room == "common/testing" or room not in ROOMS:
        if room.startswith(("common/", "services/")) and room != "common/testing":
            return f"room {room} has no floor yet: add it to tools/lint.d/include_floors.py and CONTRIBUTING.md"
        return None
    rooms, libraries = ROOMS[room]
    target = room_of(header)
    if target.startswith("services/") and target != room:
        return "a service may not use another service, nor common/ a service"
    if target.startswith("common/") and target != room:
        if target == "common/testing" and is_test(path):
            return None
        if target == "common/testing":
            return "common/testing is for tests"
        if target not in rooms:
            return f"{room} may not use {target}"
        return None
    if header.startswith("tests/") and not is_test(path):
        return "tests/ is for tests"
    if header.startswith(".."):
        return "includes are relative to the root"
    library = library_of(header)
    if library in (None, "absl") or is_test(path):
        return None
    if room.startswith("services/") and library in EDGE_LIBRARIES and EDGE.search(os.path.basename(path)):
        return None
    if library not in libraries:
        return f"{library} may not be used here"
    return None


def findings(root):
    checked, found = 0, []
    for path in tree.files(root):
        if not path.startswith(("common/", "services/")) or not path.endswith((".h", ".cc")):
            continue
        checked += 1
        text = tree.read(root, path) or ""
        for match in INCLUDE.finditer(text):
            why = refusal(path, match.group(1))
            if why:
                line = text.count("\n", 0, match.start(1)) + 1
                found.append(f"{path}:{line}: {match.group(1)}: {why}")
    return checked, found


def main(arguments):
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    checked, found = findings(root)
    print("\n".join(found + [f"{checked} files"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

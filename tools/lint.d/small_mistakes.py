#!/usr/bin/python3
"""Refuses small mistakes that a compiler lets pass.

    small_mistakes.py [ROOT]

Prints one line a finding; exits 1 when there is one. A line that must stay says `lint-ok: reason`.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree

CODE = r"\.(h|cc)$"
SCRIPT = r"(\.(sh|py)$|^tools/[a-z_]+$|^\.ci/run$)"
TEST = r"_test\.cc$|_testing\.(h|cc)$|/testing/|^tests/"
BUILD = r"(BUILD\.bazel|\.bzl|WORKSPACE)$"
# A key with a body, be it in a file or in a string of a source. Keys of tests/ come from published vectors.
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\"\\n]*[A-Za-z0-9+/]{32}")
KEYS_ALLOWED = ("tests/vectors/", "tests/chains/")

# (files, files left alone, pattern, what to do instead)
RULES = [
    (r"", r"^(LICENSE$|docs/spec/)|(\.patch|\.golden)$", r"[ \t]+$", "trailing white space"),
    (CODE + "|" + BUILD, r"", r"\t", "a tab"),
    (CODE + "|" + BUILD + "|" + SCRIPT + r"|\.(proto|md|yaml)$", r"^tools/lint\.d/|^tests/tools/",
     r"\b(TO" + r"DO|FIX" + r"ME)\b", "an open end: finish it or file an issue"),
    (r"", r"^tools/lint\.d/|^tests/tools/", r"(^|[\s\"'=(])/(home|root|Users)/", "a path of one machine"),
    (CODE, r"^common/base/mutex\.h$|" + TEST, r"\bstd::(recursive_|timed_)?mutex\b(?!.*\.native\(\))|\babsl::Mutex\b",
     "lock with sti::Mutex, which the thread-safety analysis knows"),
    (CODE, r"", r"\btime\((nullptr|NULL|0)\)", "take the time from sti::Clock"),
    (r"^(common|services)/.*" + CODE, r"^common/(base/clock\.h$|daemon/|http/|rpc/)|main\.cc$|" + TEST,
     r"\babsl::Now\(\)|^(?!.*deadline).*\bsystem_clock::now\(\)", "take the time from sti::Clock"),
    (CODE, r"", r"\brand\(\)|\bsrand\(|\bstd::(mt19937|random_device)|\babsl::BitGen\b", "take randomness from sti::Random"),
    (CODE, r"^(?!.*(" + TEST + "))", r"\b(sleep_for|absl::SleepFor|usleep|nanosleep)\b", "await the condition instead of sleeping"),
    (r"^tests/.*\.(sh|py)$", r"^tests/tools/", r"^\s*(time\.)?sleep[ (]", "await the condition instead of sleeping"),
    (r"_test\.cc$", r"", r"EXPECT_(LT|LE|GT|GE)\(.*(elapsed|ElapsedTime|took|duration_cast)",
     "no assertion on elapsed time"),
    (r"^(common|services)/.*" + CODE, r"main\.cc$|^services/stictl/|" + TEST,
     r"\bstd::(cout|cerr)\b|[^a-z_:n]printf\(", "floors do not print; daemons log"),
    (CODE, r"^tests/", r"\b(strcpy|strcat|sprintf|gets|atoi|atol|strtok)\(", "an unbounded or unchecked C function"),
    (CODE, r"", r"^\s*#\s*pragma once", "include guards are COMMON_BASE_X_H_"),
    (CODE, r"", r"\bassert\(", "assert() vanishes in optimized builds: return an error"),
    (r"\.h$", r"", r"^using namespace", "using namespace in a header"),
    (BUILD, r"", r"\b(http_archive|git_repository|http_file)\b", "nothing is downloaded by the build"),
]
COMPILED = [tuple(re.compile(p) if p else None for p in rule[:3]) + (rule[3],) for rule in RULES]

LONGEST = [(re.compile(r"(_test\.cc|_test\.py)$"), 800), (re.compile(r"\.(h|cc|py|bzl|proto)$"), 400)]


def expected_guard(path):
    return re.sub(r"[^A-Z0-9]", "_", path.upper()) + "_"


def whole_file(path, text):
    """Findings that are not about one line."""
    if path.endswith(".h") and f"#ifndef {expected_guard(path)}\n#define {expected_guard(path)}\n" not in text:
        yield f"{path}:1: the include guard is not {expected_guard(path)}"
    if text and not text.endswith("\n"):
        yield f"{path}: no line end at the end"
    lines = text.count("\n")
    for names, most in LONGEST:
        if names.search(path):
            if lines > most:
                yield f"{path}: {lines} lines, more than {most}: part of it wants another file"
            break


def findings(root):
    everything = tree.files(root)
    paths = [p for p in tree.own(everything) if not p.startswith("tests/fuzz/")
             or p.endswith((".cc", ".h", ".bazel"))]
    found = []
    for path in paths:
        text = tree.read(root, path)
        if text is None:
            continue
        found += whole_file(path, text)
        for names, but, pattern, advice in COMPILED:
            if names and not names.search(path) or but and but.search(path):
                continue
            for number, line in enumerate(text.split("\n"), 1):
                if pattern.search(line) and "lint-ok: " not in line:
                    found.append(f"{path}:{number}: {advice}")
    for path in everything:
        if not path.startswith(KEYS_ALLOWED) and KEY.search(tree.read(root, path) or ""):
            found.append(f"{path}: a private key in the repository")
    return len(paths), found


def main(arguments):
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    checked, found = findings(root)
    print("\n".join(found + [f"{checked} files"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

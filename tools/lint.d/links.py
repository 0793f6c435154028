#!/usr/bin/python3
"""Refuses a link in a document to a file or heading that is not there.

    links.py [ROOT]

Prints one line a finding; exits 1 when there is one.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def slug(heading):
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading.strip().lower())).replace(" ", "-")


def anchors(text):
    headings = re.findall(r"^#+ (.*)$", CODE.sub("", text), re.MULTILINE)
    return {slug(heading) for heading in headings} | set(re.findall(r'<a id="([^"]+)"', text))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def findings(root):
    for path in sorted(path for path in tree.own(tree.files(root)) if path.endswith(".md")):
        for link in LINK.findall(CODE.sub("", read(os.path.join(root, path)))):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, fragment = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if not os.path.exists(os.path.join(root, target)):
                yield f"{path}: {link}: there is no {target}"
            elif fragment and target.endswith(".md") and fragment not in anchors(read(os.path.join(root, target))):
                yield f"{path}: {link}: {target} has no such heading"


if __name__ == "__main__":
    found = list(findings(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("\n".join(found))
    sys.exit(1 if found else 0)

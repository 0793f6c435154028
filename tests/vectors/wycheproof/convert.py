#!/usr/bin/python3
"""Turns a Wycheproof ECDSA verification set (JSON) into the lines that ORIGIN.md describes.

    convert.py FILE.json > FILE.txt
"""

import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        source = json.load(file)
    print(f"# {source['schema']}, generator {source['generatorVersion']}, {source['numberOfTests']} tests")
    for group in source["testGroups"]:
        print("key", group["key"]["uncompressed"])
        for test in group["tests"]:
            print(test["tcId"], test["result"], test["msg"] or "-", test["sig"] or "-", test["comment"])


if __name__ == "__main__":
    main()

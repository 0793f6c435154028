#!/usr/bin/python3
"""Keeps docs/spec/requirements.csv true.

    requirements.py [ROOT]

Columns: id, source, requirement, code, test. Lines that begin with "#" are headings. Several places or tests stand in one
cell, separated by "; ".

* code is path::symbol: the file must exist and hold the symbol as a word.
* test is one of
    common/stir/x_test.cc::Suite.Name       a GoogleTest case, fixture or parameterized ones too
    tests/integration/x_test.py::test_name  a Python test
    tests/chains/NAME                       a golden chain, which chains_test judges
    tests/vectors/x.json::NAME              a row "name" of a file of judged PASSporTs
* every row E1 to E19 of ATIS-1000082 is in a source cell as "E11";
* every Reason that is a row of that table (reason_table.h) is in a requirement cell by its name, TYP_NOT_PASSPORT.

Prints one line a finding; exits 1 when there is one.
"""
import csv
import json
import os
import re
import sys

TABLE = "common/base/reason_table.h"
FILE = "docs/spec/requirements.csv"
COLUMNS = ["id", "source", "requirement", "code", "test"]
ID = re.compile(r"^[A-Z][A-Z0-9]*-\d+$")
LAST_ROW = 19

# The rows of reason_table.h: by the helpers Call and Chain, or written out.
CALL = re.compile(r'Call\(R::k\w+,\s*"(\w+)",\s*\d+,\s*(?:k\w+|""),\s*k\w+,\s*(\d+),')
CHAIN = re.compile(r'Chain\(R::k\w+,\s*"(\w+)",')
WRITTEN = re.compile(r'\{R::k\w+,\s*"(\w+)",\s*C::k\w+,\s*\d+,\s*(?:k\w+|""),\s*k\w+,\s*(\d+),')
WITHOUT_ROW = re.compile(r'(?:General|Authority)\(R::k\w+,\s*"(\w+)",')
ANY = re.compile(r'R::k\w+,\s*"\w+"')


def table_reasons(text):
    """Name -> row of ATIS-1000082, for the Reasons that have one; and whether every line was understood."""
    rows = {name: int(row) for name, row in CALL.findall(text) + WRITTEN.findall(text)}
    rows.update({name: 17 for name in CHAIN.findall(text)})
    understood = len(rows) + len(WITHOUT_ROW.findall(text)) == len(ANY.findall(text))
    return {name: row for name, row in rows.items() if row}, understood


class Tree:
    """Files below a root, each read once."""

    def __init__(self, root):
        self._root, self._texts = root, {}

    def text(self, path):
        """None when there is no such file."""
        if path not in self._texts:
            full = os.path.join(self._root, path)
            text = None
            if os.path.isfile(full):
                with open(full, encoding="utf-8", errors="replace") as f:
                    text = f.read()
            self._texts[path] = text
        return self._texts[path]

    def code_problem(self, place):
        path, _, symbol = place.partition("::")
        if not symbol:
            return f"code {place!r} is not path::symbol"
        text = self.text(path)
        if text is None:
            return f"code: there is no file {path}"
        if not re.search(rf"\b{re.escape(symbol)}\b", text):
            return f"code: {path} does not hold {symbol}"
        return None

    def test_problem(self, test):
        path, _, name = test.partition("::")
        if path.startswith("tests/chains/") and not name:
            return None if self.text(path + "/expect.txt") is not None else f"test: there is no golden chain {path}"
        if not name:
            return f"test {test!r} is not path::name"
        text = self.text(path)
        if text is None:
            return f"test: there is no file {path}"
        if path.endswith("_test.cc"):
            suite, _, case = name.partition(".")
            found = re.search(rf"\bTEST(?:_F|_P)?\(\s*{re.escape(suite)}\s*,\s*{re.escape(case)}\s*\)", text)
            return None if found else f"test: {path} has no test {name}"
        if path.endswith(".py"):
            found = re.search(rf"^\s*def {re.escape(name)}\(", text, re.MULTILINE) and name.startswith("test")
            return None if found else f"test: {path} has no test {name}"
        if path.endswith(".json"):
            rows = json.loads(text)
            known = isinstance(rows, list) and any(isinstance(row, dict) and row.get("name") == name for row in rows)
            return None if known else f"test: {path} has no row {name!r}"
        return f"test: {path} is neither a test program nor a file of vectors"


def rows_of(text):
    """(line number, cells) of the rows below the header; comment and empty lines are left out."""
    rows, lines = [], text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            rows.append((number, next(csv.reader([line]))))
    return rows


def row_problems(tree, cells):
    if len(cells) != len(COLUMNS):
        return [f"{len(cells)} cells instead of {len(COLUMNS)}: quote a cell that holds a comma"]
    problems = [f"{column} is empty" for column, cell in zip(COLUMNS, cells) if not cell.strip()]
    if problems:
        return problems
    identifier, _, _, code, test = cells
    if not ID.match(identifier):
        problems.append(f"id {identifier!r} is not like CRL-7")
    found = [tree.code_problem(place) for place in code.split("; ")] + [tree.test_problem(t) for t in test.split("; ")]
    return problems + [problem for problem in found if problem]


def coverage_problems(rows, reasons):
    sources = " ".join(cells[1] for _, cells in rows)
    texts = " ".join(cells[2] for _, cells in rows)
    missing = [f"no requirement of E{row}: a source cell must name it"
               for row in range(1, LAST_ROW + 1) if not re.search(rf"\bE{row}\b", sources)]
    missing += [f"no requirement ends in {name} (E{row}): a requirement cell must name it"
                for name, row in sorted(reasons.items()) if not re.search(rf"\b{name}\b", texts)]
    return missing


def findings(root):
    """(number of requirements, findings)."""
    tree = Tree(root)
    text, table = tree.text(FILE), tree.text(TABLE)
    if text is None or table is None:
        return 0, [f"{FILE if text is None else TABLE} is missing"]
    rows = rows_of(text)
    if not rows or rows[0][1] != COLUMNS:
        return 0, [f"{FILE}:1: the header is not {','.join(COLUMNS)}"]
    rows, found, lines = rows[1:], [], {}
    for number, cells in rows:
        name = cells[0] if cells else ""
        found += [f"{FILE}:{number}: {name}: {problem}" for problem in row_problems(tree, cells)]
        if name in lines:
            found.append(f"{FILE}:{number}: {name}: the id stands in line {lines[name]} already")
        lines.setdefault(name, number)
    reasons, understood = table_reasons(table)
    if not understood:
        found.append(f"{TABLE}: a row is written in a form that tools/lint.d/requirements.py does not know")
    whole = [row for row in rows if len(row[1]) == len(COLUMNS)]
    return len(rows), found + [f"{FILE}: {problem}" for problem in coverage_problems(whole, reasons)]


def main(arguments):
    root = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    count, found = findings(root)
    print("\n".join(found + [f"{count} requirements"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs one unittest module and writes its cases to $XML_OUTPUT_FILE, as GoogleTest does."""

import importlib.util
import os
import sys
import time
import unittest
from xml.sax.saxutils import quoteattr


class Recorder(unittest.TextTestResult):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.cases = []
        self.started = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def record(self, test, body=""):
        kind, _, name = test.id().rpartition(".")
        self.cases.append(f"<testcase classname={quoteattr(kind)} name={quoteattr(name)} status=\"run\" "
                          f"time=\"{time.monotonic() - self.started:.3f}\">{body}</testcase>")

    def addSuccess(self, test):
        super().addSuccess(test)
        self.record(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.record(test, f"<failure message={quoteattr(str(err[1])[:500])}/>")

    def addError(self, test, err):
        super().addError(test, err)
        self.record(test, f"<error message={quoteattr(str(err[1])[:500])}/>")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.record(test, f"<skipped message={quoteattr(reason)}/>")


def load(path):
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location("suite", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["suite"] = module
    spec.loader.exec_module(module)
    return module


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(load(sys.argv[1]))
    result = unittest.TextTestRunner(resultclass=Recorder, verbosity=2).run(suite)
    if os.environ.get("XML_OUTPUT_FILE"):
        with open(os.environ["XML_OUTPUT_FILE"], "w", encoding="utf-8") as file:
            file.write(f'<?xml version="1.0"?><testsuites><testsuite name="{os.path.basename(sys.argv[1])}" '
                       f'tests="{result.testsRun}" failures="{len(result.failures)}" errors="{len(result.errors)}" '
                       f'skipped="{len(result.skipped)}">{"".join(result.cases)}</testsuite></testsuites>\n')
    if result.testsRun == 0:
        print("no test was run", file=sys.stderr)
        return 1
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())

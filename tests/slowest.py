"""Prints the slowest tests that nextest's JUnit reports name: slowest.py JUNIT.XML..."""

import pathlib
import sys
from xml.etree import ElementTree

SHOWN = 15


def main() -> None:
    tests = [
        (float(case.get("time", 0)), pathlib.Path(file).parent.name, case.get("name"))
        for file in sys.argv[1:]
        for case in ElementTree.parse(file).iter("testcase")
    ]
    print("\n== slowest tests")
    for seconds, profile, name in sorted(tests, reverse=True)[:SHOWN]:
        print(f"{seconds:8.1f} s  {name}  ({profile})")


if __name__ == "__main__":
    main()

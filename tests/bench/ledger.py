"""Imports a large ledger, exports it, and imports that again; says how long each took."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

LONGEST = 30


def main():
    """Runs the program as an operator does."""
    program, count = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as directory:

        def hubward(*arguments):
            begun = time.monotonic()
            ran = subprocess.run(
                [program, *arguments], cwd=directory, check=True, capture_output=True, text=True
            )
            took = time.monotonic() - begun
            print(f"{took:6.2f} s  hubward {' '.join(arguments)}")
            return ran.stdout, took

        hubward("init", "--administrator", "999999999999", "--home-region", "ap-northeast-1")
        rows = (
            f'{row:012},Project {row},事業部 {row % 40},Mika,p{row}@example.com,"備考, {row}"\n'
            for row in range(1, count + 1)
        )
        text = "Account ID,Project,Department,Contact,Contact email,Notes\n" + "".join(rows)
        pathlib.Path(directory, "ledger.csv").write_text(text, encoding="utf-8")
        hubward("ledger", "import", "ledger.csv", "--dry-run", "--json")
        _, took = hubward("ledger", "import", "ledger.csv", "--json")
        hubward("ledger", "export", "ledger.xlsx")
        again, _ = hubward("ledger", "import", "ledger.xlsx", "--json")
        unchanged = json.loads(again)["unchanged"]
        print(f"{count} rows imported in {took:.2f} s; {unchanged} unchanged when they come back")
        if unchanged != count or took > LONGEST:
            sys.exit("too slow, or not the same ledger")


if __name__ == "__main__":
    main()

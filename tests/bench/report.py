"""Fills a mirror, has all its workbooks written, and writes a sample of them with two libraries of Python's.

The mirror is the program's own database, made by `hubward init` and filled with SQL. The libraries get the cells of
the sample from the program's own workbooks, read before their clock runs, and write the same cells with formats, widths,
frozen headers and filters. Usage: see tests/bench/report.
"""

import hashlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings

PERIOD = "2026-W47"
REGIONS = ("ap-northeast-1", "us-east-1")
MIB = 300
TIMES = {"XlsxWriter": 8, "openpyxl": 12}
SAMPLE = 60
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "MEDIUM", "MEDIUM", "LOW", "LOW", "INFORMATIONAL")
TITLES = (
    "S3 general purpose buckets should have block public access settings enabled",
    "Security groups should only allow unrestricted incoming traffic for authorized ports",
    "IAM users' access keys should be rotated every 90 days or less",
    "EBS default encryption should be enabled for the account and the Region",
)
COLUMNS = (
    "finding, finding_id, product_arn, account_id, region, kind, control_id, finding_type, title, resource, "
    "resource_type, link, severity, compliance_status, workflow_status, record_state, note, created_at, updated_at, "
    "opened_at, closed_at, first_seen, last_seen, seen_in"
)


def account_id(number):
    """The number-th account."""
    return f"{100_000_000_000 + number}"


def finding(account, number, chance):
    """A row of the table: nine in ten are controls', one in ten of them passed; the others are threats."""
    region = REGIONS[number % 2]
    severity = chance.choice(SEVERITIES)
    is_threat = number % 100 == 0
    control = (
        ""
        if is_threat
        else f"{chance.choice(('S3', 'EC2', 'IAM', 'RDS', 'KMS'))}.{number % 40 + 1}"
    )
    name = f"{account}-{number:08d}"
    status = "" if is_threat else "PASSED" if number % 20 == 1 else "FAILED"
    workflow = "SUPPRESSED" if number % 50 == 3 else "NEW"
    opened = f"2026-{chance.randint(8, 11):02d}-{chance.randint(1, 22):02d}T0{number % 10}:15:00Z"
    product = "guardduty" if is_threat else "securityhub"
    finding_id = (
        f"arn:aws:guardduty:{region}:{account}:detector/d/finding/{name}"
        if is_threat
        else f"arn:aws:securityhub:{region}:{account}:security-control/{control}/finding/{name}"
    )
    return (
        hashlib.sha256(name.encode()).hexdigest(),
        finding_id,
        f"arn:aws:securityhub:{region}::product/aws/{product}",
        account,
        region,
        "threat" if is_threat else "control",
        control,
        "TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce" if is_threat else "",
        TITLES[number % len(TITLES)],
        f"arn:aws:ec2:{region}:{account}:security-group/sg-{number:017x}",
        "AwsEc2SecurityGroup",
        f"https://docs.aws.amazon.com/console/securityhub/{control}/remediation",
        severity,
        status,
        workflow,
        "ACTIVE",
        "",
        opened,
        "2026-11-20T00:00:00Z",
        None if status == "PASSED" else opened,
        None,
        opened,
        "2026-11-24T00:00:00Z",
        REGIONS[0],
    )


def fill(database, findings, accounts):
    """Puts so many findings into the mirror, spread over the accounts."""
    chance = random.Random(8)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous = OFF")
    places = ", ".join("?" * len(COLUMNS.split(",")))
    per_account = [
        findings // accounts + (number < findings % accounts) for number in range(accounts)
    ]
    rows = (
        finding(account_id(account), number, chance)
        for account, count in enumerate(per_account)
        for number in range(count)
    )
    with connection:
        connection.executemany(f"INSERT INTO findings ({COLUMNS}) VALUES ({places})", rows)
        connection.execute(
            "INSERT INTO sync_state (source, read_to, swept_at) VALUES (?, ?, ?)",
            (REGIONS[0], "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z"),
        )
        # As a check has just found them: reports are written of members only.
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        connection.executemany(
            "INSERT INTO memberships (account_id, region, status, verdict, since, seen_at, "
            "associated_since, completed_at) VALUES (?, ?, 'Enabled', 'complete', ?, ?, ?, ?)",
            (
                (account_id(account), region, now, now, now, now)
                for account in range(accounts)
                for region in REGIONS
            ),
        )
    connection.execute("ANALYZE")
    connection.close()


def timed(command, cores, **more):
    """Runs a program on these cores; its seconds, its seconds of CPU, its peak memory in MiB, and what it printed."""
    begun = time.monotonic()
    running = subprocess.Popen(
        ["taskset", "-c", cores, *command], stdout=subprocess.PIPE, text=True, **more
    )
    printed = running.stdout.read()
    _, status, usage = os.wait4(running.pid, 0)
    took = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} failed: {printed[:500]}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def cells_of(files):
    """The cells of workbooks: a list of books, each a list of (sheet, rows)."""
    import openpyxl

    # It does not read the bars behind numbers.
    warnings.simplefilter("ignore", UserWarning)
    books = []
    for file in files:
        book = openpyxl.load_workbook(file, read_only=True)
        books.append(
            [
                (sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)])
                for sheet in book
            ]
        )
        book.close()
    return books


def rows_of(files):
    """How many rows workbooks have."""
    return sum(len(rows) for book in cells_of(files) for _, rows in book)


def with_xlsxwriter(books, directory):
    """Writes the books as a program that knows XlsxWriter well would: formats are made once for each book."""
    import xlsxwriter

    for number, sheets in enumerate(books):
        book = xlsxwriter.Workbook(f"{directory}/{number}.xlsx", {"constant_memory": True})
        header = book.add_format(
            {"bold": True, "font_color": "white", "bg_color": "#1F3A5F", "text_wrap": True}
        )
        text = book.add_format({"font_size": 10, "text_wrap": True, "valign": "vcenter"})
        count = book.add_format({"font_size": 10, "num_format": "#,##0", "align": "center"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            width = max(map(len, rows), default=1)
            sheet.set_column(0, width - 1, 20)
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if at == 0:
                        sheet.write_string(at, column, str(value or ""), header)
                    elif isinstance(value, str):
                        sheet.write_string(at, column, value, text)
                    elif value is not None:
                        sheet.write_number(at, column, value, count)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(len(rows) - 1, 1), width - 1)
        book.close()


def with_openpyxl(books, directory):
    """The same with openpyxl's write-only mode."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for number, sheets in enumerate(books):
        book = Workbook(write_only=True)
        bold, ten = Font(bold=True, color="FFFFFF"), Font(size=10)
        fill_colour = PatternFill("solid", fgColor="1F3A5F")
        wrap, centre = Alignment(wrap_text=True, vertical="center"), Alignment(horizontal="center")
        for name, rows in sheets:
            sheet = book.create_sheet(name)
            width = max(map(len, rows), default=1)
            for column in range(1, width + 1):
                sheet.column_dimensions[get_column_letter(column)].width = 20
            sheet.freeze_panes = "A2"
            sheet.auto_filter.ref = f"A1:{get_column_letter(width)}{max(len(rows), 2)}"
            for at, row in enumerate(rows):
                cells = []
                for value in row:
                    cell = WriteOnlyCell(sheet, value=value)
                    if at == 0:
                        cell.font, cell.fill, cell.alignment = bold, fill_colour, wrap
                    elif isinstance(value, str):
                        cell.font, cell.alignment = ten, wrap
                    elif value is not None:
                        cell.font, cell.alignment, cell.number_format = ten, centre, "#,##0"
                    cells.append(cell)
                sheet.append(cells)
        book.save(f"{directory}/{number}.xlsx")


def write_with(library, directory, files):
    """One library's process: reads the cells, then lets the clock run."""
    books = cells_of(files)
    begun = time.process_time(), time.monotonic()
    {"XlsxWriter": with_xlsxwriter, "openpyxl": with_openpyxl}[library](books, directory)
    rows = sum(len(rows) for book in books for _, rows in book)
    print(
        json.dumps(
            {
                "rows": rows,
                "cpu": time.process_time() - begun[0],
                "took": time.monotonic() - begun[1],
            }
        )
    )


def main(program, findings, accounts, cores):
    """Runs the benchmark and prints its results."""
    program = os.path.abspath(program)
    failed = []
    with tempfile.TemporaryDirectory() as directory:
        home = pathlib.Path(directory)
        environment = {
            **os.environ,
            "HUBWARD_HUB__ADMINISTRATOR": "999999999999",
            "HUBWARD_HUB__HOME_REGION": REGIONS[0],
            "HUBWARD_HUB__LINKED_REGIONS": ", ".join(REGIONS[1:]),
            # The memberships are recorded once, before everything is measured.
            "HUBWARD_CHECK__WATCH": "24h",
        }
        how = {"cwd": directory, "env": environment}
        quiet = {**how, "capture_output": True}
        subprocess.run([program, "init"], check=True, **quiet)
        rows = "".join(f"{account_id(n)},プロジェクト{n},a@example.com\n" for n in range(accounts))
        (home / "l.csv").write_text("Account ID,Project,Contact email\n" + rows)
        subprocess.run([program, "ledger", "import", "l.csv", "--yes"], check=True, **quiet)
        fill(home / "hubward.db", findings, accounts)

        command = [program, "--json", "report", "build", "--out", "reports", "--period", PERIOD]
        took, cpu, memory, printed = timed(command, cores, **how, stderr=subprocess.DEVNULL)
        built = json.loads(printed)
        files = sorted((home / "reports").glob("1*.xlsx"))
        if len(built) != accounts + 1 or len(files) != accounts:
            failed.append(f"{len(files)} workbooks of {accounts}")
        sample = files[:: max(len(files) // SAMPLE, 1)][:SAMPLE]
        per_book = rows_of(sample) / len(sample)
        all_rows = per_book * accounts + rows_of([home / "reports" / f"overview_{PERIOD}.xlsx"])
        ours = all_rows / took
        size = sum(file.stat().st_size for file in (home / "reports").iterdir()) / 1e6
        print(
            f"hubward: {accounts + 1} workbooks, {all_rows:.0f} rows of {findings} findings in {took:.1f} s "
            f"({cpu:.1f} s of CPU): {ours:.0f} rows a second, {size:.0f} MB, peak {memory:.0f} MiB"
        )
        if memory >= MIB:
            failed.append(f"it needs {memory:.0f} MiB")
        for library, times in TIMES.items():
            (home / library).mkdir()
            words = [
                sys.executable,
                __file__,
                "--library",
                library,
                str(home / library),
                *map(str, sample),
            ]
            *_, printed = timed(words, cores, **how)
            result = json.loads(printed)
            theirs = result["rows"] / result["took"]
            by_cpu = all_rows / cpu / (result["rows"] / result["cpu"])
            print(
                f"{library}: {len(sample)} of these workbooks, {result['rows']} rows in {result['took']:.1f} s "
                f"({result['cpu']:.1f} s of CPU): {theirs:.0f} rows a second; hubward is {ours / theirs:.1f} times as fast "
                f"({by_cpu:.1f} times for a second of CPU)"
            )
            if ours < times * theirs:
                failed.append(f"fewer than {times} times the rows of {library}")
    if failed:
        sys.exit("; ".join(failed))


if __name__ == "__main__":
    if sys.argv[1] == "--library":
        write_with(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        every = ",".join(map(str, os.sched_getaffinity(0)))
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] or every)

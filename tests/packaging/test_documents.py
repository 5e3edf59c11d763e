"""Documents are correct: links have a target, commands exist with the shown arguments, and so do the
scripts and files that are named."""

import itertools
import os
import re
import shlex
import subprocess

import pytest

from conftest import REPOSITORY, program

DOCUMENTS = sorted(
    path.relative_to(REPOSITORY)
    for folder in [REPOSITORY, REPOSITORY / "packaging/docs", REPOSITORY / "tests/cloud"]
    for path in folder.glob("*.md")
)
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# Placeholders for something of the reader's own.
STAND_INS = {"ID": "111111111111", "R": "us-east-1", "REGION": "us-east-1"}
PROGRAMS = ["hubward", "hubward-agent"]


def text(document):
    """A document."""
    return (REPOSITORY / document).read_text()


def slug(heading):
    """The anchor that a heading gets on the pages that show these documents."""
    plain = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip()).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(document):
    """All anchors of a document."""
    prose = FENCE.sub("", text(document))
    return {slug(line.lstrip("#")) for line in prose.splitlines() if line.startswith("#")}


def commands(document):
    """Each command line that a document shows: of its blocks for a shell, and within its sentences."""
    whole = text(document)
    for _, block in (match for match in FENCE.findall(whole) if match[0] in ("sh", "")):
        joined = re.sub(r"\\\n\s*", " ", block)
        yield from (line.strip() for line in joined.splitlines())
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", FENCE.sub("", whole))


def calls(line):
    """The calls of our programs in a line, as words."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return
    call = []
    for word in [*words, ";"]:
        if word in (";", "&&", "||", "|", "&", ">", "2>"):
            while call and re.match(r"([A-Z_]+=|sudo$|--preserve-env=|-u$)", call[0]):
                call = call[2:] if call[0] == "-u" else call[1:]
            if call and call[0] in PROGRAMS and not {"…", "NOUN"} & set(call):
                # `list|show` is both.
                for each in itertools.product(*(word.split("|") for word in call)):
                    yield [STAND_INS.get(word, word) for word in each]
            call = []
        else:
            call.append(word)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text(document))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (REPOSITORY / document).parent / path if path else REPOSITORY / document
        assert file.exists(), f"{document}: {target}"
        if anchor:
            there = anchors(file.resolve().relative_to(REPOSITORY.resolve()))
            assert anchor in there, f"{document}: {target} is not in {sorted(there)}"


def test_the_readme_shows_its_two_commands():
    blocks = [block.strip() for words, block in FENCE.findall(text("README.md")) if words == "sh"]
    assert "./packaging/demo" in blocks
    assert "./tests/run" in blocks


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_scripts_and_files_that_are_named_exist(document):
    for named in re.findall(
        r"(?<![\w/.])(?:packaging|tests|aggregator)/[\w./-]*\w", text(document)
    ):
        if "NOUN" in named:  # one path for many
            continue
        assert (REPOSITORY / named).exists(), f"{document} names {named}"


def test_commands_that_are_shown_exist_with_their_words():
    seen, wrong = set(), []
    for document in DOCUMENTS:
        for line in commands(document):
            for call in calls(line):
                seen.add(tuple(call))
                if call == ["hubward"] or call == ["hubward-agent"]:
                    continue
                # Everything before it is parsed; what is missing is not asked for.
                asked = [program(call[0]), *call[1:], "--help"]
                environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
                done = subprocess.run(
                    asked, capture_output=True, text=True, check=False, env=environment
                )
                if done.returncode != 0:
                    wrong.append(f"{document}: {' '.join(call)}\n{done.stderr}")
    assert not wrong, "\n".join(wrong)
    # The reader of documents sees them.
    assert ("hubward", "hub", "setup") in seen
    assert ("hubward", "config", "check") in seen
    assert len(seen) > 40


def test_help_does_not_hide_a_wrong_word():
    for words in [["audit", "verifies"], ["invite", "--nothing"], ["unlink", "12345"]]:
        asked = subprocess.run(
            [program("hubward"), *words, "--help"], capture_output=True, check=False
        )
        assert asked.returncode == 2, words

"""Archives and packages are the same bytes wherever and whenever they are made. The test uses a
program of a few lines: the real one takes minutes, and is built in the same way."""

import os
import pathlib
import shutil
import subprocess
import tarfile

import pytest

from conftest import PACKAGING, REPOSITORY

# Its file's whole name is in it, as those of libraries are in every program that can panic.
PROGRAM = """include!(concat!(env!("CARGO_MANIFEST_DIR"), "/rest.rs"));
"""
REST = """fn main() {
    println!("hubward {}", env!("CARGO_PKG_VERSION"));
    assert!(std::env::args().count() < 9, "{}", file!());
}
"""
MANIFEST = """[package]
name = "hubward-aggregator"
version = "1.2.3"
edition = "2024"
[[bin]]
name = "hubward"
path = "main.rs"
[workspace]
[profile.release]
strip = "symbols"
"""
LOCK = """version = 4
[[package]]
name = "hubward-aggregator"
version = "1.2.3"
"""
NAME = "hubward-1.2.3-x86_64-unknown-linux-musl.tar.gz"


def run(*command, **how):
    """Runs a command that must do."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder):
    """Builds the small program as `packaging/build` builds the real one, and gives the archive."""
    folder.mkdir(parents=True)
    (folder / "Cargo.toml").write_text(MANIFEST)
    (folder / "Cargo.lock").write_text(LOCK)
    (folder / "main.rs").write_text(PROGRAM)
    (folder / "rest.rs").write_text(REST)
    shutil.copytree(PACKAGING / "systemd", folder / "packaging/systemd")
    for name in ["build", "build-deb", "pack"]:
        shutil.copy2(PACKAGING / name, folder / "packaging" / name)
    (folder / "aggregator").mkdir()
    shutil.copy(REPOSITORY / "aggregator/hubward.example.toml", folder / "aggregator")
    shutil.copy(REPOSITORY / "LICENSE", folder)
    environment = os.environ | {"CARGO_TARGET_DIR": str(folder / "target")}
    run(str(folder / "packaging/build"), "hubward", env=environment)
    return folder / "target/dist" / NAME


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Two builds of the same sources, in different places."""
    base = tmp_path_factory.mktemp("builds")
    return [build(base / "one"), build(base / "another/and-deeper")]


def test_two_builds_are_byte_for_byte_the_same(archives):
    one, another = archives
    assert one.read_bytes() == another.read_bytes()


def test_an_archive_knows_nothing_of_the_machine(archives):
    with tarfile.open(archives[0]) as archive:
        members = archive.getmembers()
        names = [member.name for member in members]
        program = archive.extractfile("hubward").read()
    assert names == [
        "LICENSE",
        "hubward",
        "hubward.conf",
        "hubward.example.toml",
        "hubward.service",
    ]
    for member in members:
        assert (member.uid, member.gid, member.mtime) == (0, 0, 0)
        assert member.mode == (0o755 if member.name == "hubward" else 0o644)
    assert str(archives[0].parents[2]).encode() not in program
    assert b"/hubward/rest.rs" in program


def test_packing_does_not_depend_on_who_when_or_in_which_order(tmp_path):
    packed = []
    for number, (umask, order) in enumerate([(0o022, "abc"), (0o077, "cba")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        before = os.umask(umask)
        for name in order:
            (folder / name).write_text(name)
            os.utime(folder / name, (number * 1000, number * 1000))
        (folder / "b").chmod(0o700 if umask == 0o077 else 0o755)
        os.umask(before)
        archive = tmp_path / f"{number}.tar.gz"
        run(str(PACKAGING / "pack"), str(folder), str(archive))
        packed.append(archive.read_bytes())
    assert packed[0] == packed[1]


def test_the_debian_package_is_the_same_twice_and_brings_what_it_should(archives, tmp_path):
    packages = []
    for number, archive in enumerate(archives):
        copy = tmp_path / str(number) / NAME
        copy.parent.mkdir()
        shutil.copy(archive, copy)
        # Named relative to its own directory, too.
        named, where = (str(copy), None) if number else (NAME, copy.parent)
        run(str(PACKAGING / "build-deb"), named, cwd=where)
        packages.append(copy.parent / "hubward_1.2.3_amd64.deb")
    assert packages[0].read_bytes() == packages[1].read_bytes()
    root = tmp_path / "root"
    run("dpkg-deb", "--raw-extract", str(packages[0]), str(root))
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert files == {
        "DEBIAN/conffiles",
        "DEBIAN/control",
        "DEBIAN/postinst",
        "DEBIAN/prerm",
        "etc/hubward/hubward.toml",
        "usr/bin/hubward",
        "usr/lib/systemd/system/hubward.service",
        "usr/lib/sysusers.d/hubward.conf",
        "usr/share/doc/hubward/copyright",
        "usr/share/doc/hubward/hubward.example.toml",
    }
    assert run(str(root / "usr/bin/hubward"), "--version") == "hubward 1.2.3\n"
    run("shellcheck", str(root / "DEBIAN/postinst"), str(root / "DEBIAN/prerm"))


def test_what_is_no_archive_makes_no_package(tmp_path):
    stranger = pathlib.Path(tmp_path, "hubward-agent-1.2.3-x86_64-unknown-linux-musl.tar.gz")
    stranger.write_bytes(b"")
    command = [str(PACKAGING / "build-deb"), str(stranger)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "is not what packaging/build hubward makes" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == [stranger.name]


def test_sums_are_of_what_packaging_made_and_of_nothing_else(archives, tmp_path):
    shutil.copy(archives[0], tmp_path / NAME)
    (tmp_path / "release.key").write_text("secret")
    run(str(PACKAGING / "release"), "sums", str(tmp_path))
    sums = (tmp_path / "SHA256SUMS").read_text()
    assert [line.split()[1] for line in sums.splitlines()] == [NAME]
    assert run("sha256sum", "--check", "SHA256SUMS", cwd=tmp_path) == f"{NAME}: OK\n"
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [str(PACKAGING / "release"), "sums", str(empty)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    assert list(empty.iterdir()) == []

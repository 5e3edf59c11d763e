//! A program under a pseudo-terminal, with typed input.

use std::process::{Command, Stdio};

use super::cloud::python;
use super::program::Program;

/// Types the first argument, and prints what the terminal showed. The rest is the program.
const TERMINAL: &str = "
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 200, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
os.write(terminal, sys.argv[1].encode() + b'\\n')
while True:
    try:
        shown = os.read(terminal, 4096)
    except OSError:
        break
    if not shown:
        break
    os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

/// Runs a program at a terminal, with one line typed; returns its exit code, and everything shown.
pub(crate) fn at_terminal(program: Program, typed: &str) -> (i32, String) {
    let program = program.command();
    let mut command = Command::new(python());
    command
        .args(["-c", TERMINAL, typed])
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear()
        .stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    if let Some(directory) = program.get_current_dir() {
        command.current_dir(directory);
    }
    let output = command.output().expect("a terminal");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), shown)
}

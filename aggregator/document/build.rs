//! Tells cargo that the words are part of the program: they are read while it is compiled.

fn main() {
    println!("cargo::rerun-if-changed=../locales");
}

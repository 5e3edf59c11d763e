//! Rebuilds the crate when the locales change, because they are read at compile time.

fn main() {
    println!("cargo::rerun-if-changed=../locales");
}

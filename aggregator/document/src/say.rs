//! The sentences of `locales/`, in both languages: `build.rs` generates one method for each.

use hubward_domain::account::Language;

include!(concat!(env!("OUT_DIR"), "/say.rs"));

//! Builds a [`Config`] from file and environment, or returns *all* problems at once.
//!
//! `HUBWARD_SECTION__KEY` overrides a key of a section. The value is a text; if the key has another type, it
//! is parsed as TOML or as a comma-separated list.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hubward_protocol::{AccountId, Region};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::verify::verify;
use super::watching::HubConfig;
use super::{Config, ConfigProblem, ExpectedValue, StoreConfig};
use crate::world::Environment;

/// `[hub]` before its required keys are checked.
#[derive(Default, Deserialize)]
#[serde(default)]
struct HubDraft {
    administrator: Option<AccountId>,
    home_region: Option<Region>,
    linked_regions: Vec<Region>,
}

/// Finds the configuration file: `--config`, else `HUBWARD_CONFIG`, else `./hubward.toml` if it exists, else
/// `/etc/hubward/hubward.toml`.
pub(crate) fn locate(given: Option<&Path>, environment: &Environment) -> PathBuf {
    let here = Path::new("hubward.toml");
    given
        .map(Path::to_owned)
        .or_else(|| environment.get("HUBWARD_CONFIG").map(PathBuf::from))
        .or_else(|| here.exists().then(|| here.to_owned()))
        .unwrap_or_else(|| PathBuf::from("/etc/hubward/hubward.toml"))
}

/// Reads a configuration from a file's text.
///
/// # Errors
/// All problems, in the order of the file's sections.
pub(crate) fn read(
    file: &Path,
    text: &str,
    environment: &Environment,
) -> Result<Config, Vec<ConfigProblem>> {
    let document = text
        .parse::<Table>()
        .map_err(|error| vec![ConfigProblem::syntax(text, &error)])?;
    let mut reader = ConfigReader::new(document);
    reader.overlay(environment);

    let hub: HubDraft = reader.section("hub");
    let (Some(administrator), Some(home_region)) = (
        reader.required("hub.administrator", hub.administrator),
        reader.required("hub.home_region", hub.home_region),
    ) else {
        // The rest is still read to report its problems.
        let _ = reader.rest(None);
        return Err(reader.problems);
    };
    let hub = HubConfig {
        administrator,
        home_region,
        linked_regions: hub.linked_regions,
    };
    let Some(config) = reader.rest(Some((file, hub))) else {
        return Err(reader.problems);
    };
    reader.problems.extend(verify(&config));
    if reader.problems.is_empty() {
        Ok(config)
    } else {
        Err(reader.problems)
    }
}

/// Reads only `[store]`, for `init`, when required keys are still missing.
pub(crate) fn store_alone(text: &str, environment: &Environment) -> StoreConfig {
    let mut reader = ConfigReader::new(text.parse().unwrap_or_default());
    reader.overlay(environment);
    reader.section("store")
}

struct ConfigReader {
    document: Table,
    /// Dotted keys with a value from the environment that was not parsed as TOML yet.
    from_environment: BTreeSet<String>,
    /// All sections that exist.
    known: BTreeSet<String>,
    problems: Vec<ConfigProblem>,
}

impl ConfigReader {
    fn new(document: Table) -> Self {
        Self {
            document,
            from_environment: BTreeSet::new(),
            known: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    fn overlay(&mut self, environment: &Environment) {
        for (name, value) in environment.iter() {
            let Some(path) = name.strip_prefix("HUBWARD_") else {
                continue;
            };
            let path = path.to_ascii_lowercase();
            let keys: Vec<_> = path.split("__").collect();
            let Some((last, sections)) = keys.split_last().filter(|(_, rest)| !rest.is_empty())
            else {
                continue;
            };
            let mut table = Some(&mut self.document);
            for section in sections {
                table = table.and_then(|table| {
                    table
                        .entry(*section)
                        .or_insert_with(|| Value::Table(Table::new()))
                        .as_table_mut()
                });
            }
            if let Some(table) = table {
                table.insert((*last).to_owned(), Value::String(value.to_owned()));
                self.from_environment.insert(keys.join("."));
            }
        }
    }

    /// All sections except `[hub]`; `None` without a valid one.
    fn rest(&mut self, hub: Option<(&Path, HubConfig)>) -> Option<Config> {
        let server = self.section("server");
        let store = self.section("store");
        let baseline = self.section("baseline");
        let pacing = self.section("pacing");
        let ledger = self.section("ledger");
        let locale = self.section("locale");
        let requests = self.section("requests");
        let check = self.section("check");
        let alerts = self.section("alerts");
        let findings = self.section("findings");
        let reports = self.section("reports");
        let guide = self.section("guide");
        let mail = self.section("mail");
        let login = self.section("login");
        let channels = self.list("channels");
        let routes = self.list("routes");
        self.refuse_unknown_sections();
        let (file, hub) = hub?;
        Some(Config {
            file: file.to_owned(),
            server,
            store,
            hub,
            baseline,
            pacing,
            ledger,
            locale,
            requests,
            check,
            alerts,
            findings,
            reports,
            guide,
            mail,
            login,
            channels,
            routes,
        })
    }

    fn required<T>(&mut self, key: &'static str, value: Option<T>) -> Option<T> {
        let reported = self.problems.iter().any(|problem| problem.is_about(key));
        if value.is_none() && !reported {
            self.problems.push(ConfigProblem::Missing {
                key: key.to_owned(),
            });
        }
        value
    }

    fn section<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        self.known.insert(name.to_owned());
        match self.document.remove(name) {
            None => T::default(),
            Some(value) => self.value(name, value).unwrap_or_default(),
        }
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        self.known.insert(name.to_owned());
        match self.document.remove(name) {
            None => Vec::new(),
            Some(Value::Array(entries)) => entries
                .into_iter()
                .enumerate()
                .filter_map(|(index, entry)| self.value(&format!("{name}[{index}]"), entry))
                .collect(),
            Some(_) => {
                self.problems.push(ConfigProblem::NotAllowed {
                    key: name.to_owned(),
                    expected: ExpectedValue::Entries,
                });
                Vec::new()
            }
        }
    }

    /// Reads one value. A part that cannot be read is reported and removed, and the rest is read again, so
    /// that one mistake does not hide the next.
    fn value<T: DeserializeOwned>(&mut self, name: &str, mut value: Value) -> Option<T> {
        if !value.is_table() {
            self.problems.push(ConfigProblem::NotAllowed {
                key: name.to_owned(),
                expected: ExpectedValue::Section,
            });
            return None;
        }
        let mut reported = BTreeSet::new();
        loop {
            let mut unknown: Vec<String> = Vec::new();
            let mut note = |path: serde_ignored::Path<'_>| {
                unknown.push(path.to_string().replace(".?", ""));
            };
            let tracked = serde_ignored::Deserializer::new(value.clone(), &mut note);
            let error = match serde_path_to_error::deserialize::<_, T>(tracked) {
                Ok(read) => {
                    let known = known_keys::<T>();
                    for key in unknown {
                        self.problems
                            .push(ConfigProblem::unknown_key(name, &key, &known));
                    }
                    return Some(read);
                }
                Err(error) => error,
            };
            let path = error.path().to_string().replace(".?", "");
            let key = if path == "." {
                name.to_owned()
            } else {
                format!("{name}.{path}")
            };
            if self.from_environment.remove(&key)
                && let Some(slot) = at(&mut value, &path)
                && let Some(text) = slot.as_str()
            {
                *slot = other_reading(text);
                continue;
            }
            // A removed part is then reported as missing; that is not another problem.
            let message = error.inner().to_string();
            if !(message.starts_with("missing field") && reported.contains(&key)) {
                self.problems.push(ConfigProblem::Invalid {
                    key: key.clone(),
                    error: message.lines().next().unwrap_or_default().to_owned(),
                });
            }
            let parent = path.rsplit_once('.').map_or(".", |(parent, _)| parent);
            reported.insert(if parent == "." {
                name.to_owned()
            } else {
                format!("{name}.{parent}")
            });
            if path == "." || !remove(&mut value, &path) {
                return None;
            }
        }
    }

    fn refuse_unknown_sections(&mut self) {
        let known: Vec<_> = self.known.iter().cloned().collect();
        for name in self.document.keys() {
            self.problems
                .push(ConfigProblem::unknown_key("", name, &known));
        }
    }
}

/// The typed value of an environment variable's text.
fn other_reading(text: &str) -> Value {
    format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| {
            Value::Array(
                text.split(',')
                    .map(|part| Value::String(part.trim().to_owned()))
                    .collect(),
            )
        })
}

fn at<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(value, |value, key| {
        let (key, index) = match key.split_once('[') {
            Some((key, index)) => (key, index.trim_end_matches(']').parse::<usize>().ok()),
            None => (key, None),
        };
        let value = value.get_mut(key)?;
        match index {
            Some(index) => value.get_mut(index),
            None => Some(value),
        }
    })
}

/// Removes a key. Of a list, removes the whole list, so that the other entries keep their numbers.
fn remove(value: &mut Value, path: &str) -> bool {
    let path = path.split_once('[').map_or(path, |(list, _)| list);
    let (parent, key) = match path.rsplit_once('.') {
        Some((parent, key)) => (at(value, parent), key),
        None => (Some(value), path),
    };
    parent
        .and_then(Value::as_table_mut)
        .is_some_and(|table| table.remove(key).is_some())
}

/// The keys of a section, from its type.
fn known_keys<T: DeserializeOwned>() -> Vec<String> {
    serde_aux::prelude::serde_introspect::<T>()
        .iter()
        .map(|key| (*key).to_owned())
        .collect()
}

#[cfg(test)]
#[path = "read/tests.rs"]
mod tests;

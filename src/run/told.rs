//! Paths, layouts and orgs as the user named them.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::Analyze;
use crate::normalise::{Layout, Layouts};
use crate::tally::Told;

/// The command line asks for something that can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Usage(String);

impl Usage {
    /// An error of something that the user named, with all that led to it.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

/// Paths, layouts and orgs as the user named them.
pub(super) struct FilesTold<'a> {
    pub(super) paths: Vec<PathBuf>,
    layouts: Vec<(&'a Layout, &'a Path)>,
    orgs: Vec<(&'a str, &'a Path)>,
}

impl<'a> FilesTold<'a> {
    pub(super) fn of(ask: &'a Analyze, layouts: &'a Layouts) -> anyhow::Result<Self> {
        let mut paths = ask.input.paths.clone();
        let mut forced = forced(&ask.input.layout, layouts)?;
        paths.extend(forced.iter().map(|(_, path)| path.to_path_buf()));
        let users = layouts
            .by_id("user")
            .context("the layout of User exports")?;
        for path in &ask.input.users {
            forced.push((users, path));
            paths.push(path.clone());
        }
        for (org, path) in &ask.input.org {
            if path != "-" && !Path::new(path).exists() {
                return Err(Usage(format!("--org {org}={path}: no such file or folder")).into());
            }
        }
        let orgs = ask
            .input
            .org
            .iter()
            .map(|(org, path)| (org.as_str(), Path::new(path)));
        Ok(Self {
            paths,
            layouts: forced,
            orgs: orgs.collect(),
        })
    }

    /// The orgs that the user named.
    pub(super) fn org_names(&self) -> Vec<&'a str> {
        self.orgs.iter().map(|(org, _)| *org).collect()
    }

    pub(super) fn as_told(&'a self) -> Told<'a> {
        Told {
            layouts: &self.layouts,
            orgs: &self.orgs,
        }
    }
}

/// Layouts that the user named for files.
pub(super) fn forced<'a>(
    named: &'a [(String, String)],
    layouts: &'a Layouts,
) -> Result<Vec<(&'a Layout, &'a Path)>, Usage> {
    let mut forced = Vec::new();
    for (id, path) in named {
        let Some(layout) = layouts.by_id(id) else {
            let ids: Vec<&str> = layouts
                .all()
                .iter()
                .map(|known| known.id.as_str())
                .collect();
            let ids = ids.join(", ");
            let message = format!("--layout {id}={path}: no layout {id:?}; there are {ids}");
            return Err(Usage(message));
        };
        forced.push((layout, Path::new(path)));
    }
    Ok(forced)
}

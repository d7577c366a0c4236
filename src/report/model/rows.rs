//! Lists of a report that may be as long as what was read: rows are made when they are asked for.

use std::fmt;
use std::sync::Arc;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};

/// A list of rows in a stated order. It is serialised as the sequence of its rows.
#[derive(Clone)]
pub struct Rows<'a, T>(Source<'a, T>);

/// Where rows come from.
#[derive(Clone)]
enum Source<'a, T> {
    Held(Vec<T>),
    Made(Made<'a, T>),
}

/// Rows that are made.
struct Made<'a, T> {
    len: usize,
    row: Arc<dyn Fn(usize) -> T + Send + Sync + 'a>,
}

impl<'a, T: Clone> Rows<'a, T> {
    /// So many rows, each made from its position when it is asked for.
    pub fn made(len: usize, row: impl Fn(usize) -> T + Send + Sync + 'a) -> Self {
        let row = Arc::new(row);
        Self(Source::Made(Made { len, row }))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Source::Held(rows) => rows.len(),
            Source::Made(made) => made.len,
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each row, made anew each time: who needs several things of all rows walks once.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        (0..self.len()).map(|at| match &self.0 {
            Source::Held(rows) => rows[at].clone(),
            Source::Made(made) => (made.row)(at),
        })
    }

    /// The first row.
    pub fn first(&self) -> Option<T> {
        self.iter().next()
    }
}

impl<T> Clone for Made<'_, T> {
    fn clone(&self) -> Self {
        Self {
            len: self.len,
            row: Arc::clone(&self.row),
        }
    }
}

impl<T> From<Vec<T>> for Rows<'_, T> {
    fn from(rows: Vec<T>) -> Self {
        Self(Source::Held(rows))
    }
}

impl<T> FromIterator<T> for Rows<'_, T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self(Source::Held(rows.into_iter().collect()))
    }
}

impl<T: Clone + PartialEq> PartialEq for Rows<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Clone + fmt::Debug> fmt::Debug for Rows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Clone + Serialize> Serialize for Rows<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Rows<'_, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_made_are_written_as_those_that_are_held() {
        let made = Rows::made(3, |at| at * at);
        let held: Rows<'_, usize> = vec![0, 1, 4].into();
        assert_eq!(made, held);
        assert_eq!((made.len(), made.first()), (3, Some(0)));
        let text = serde_json::to_string_pretty(&made).expect("JSON");
        assert_eq!(text, serde_json::to_string_pretty(&held).expect("JSON"));
        let back: Rows<'_, usize> = serde_json::from_str(&text).expect("a list");
        assert_eq!(back, made);
        let none: Rows<'_, usize> = Rows::made(0, |at| at);
        assert!(none.is_empty() && none.first().is_none());
        assert_eq!(serde_json::to_string(&none).expect("JSON"), "[]");
    }
}

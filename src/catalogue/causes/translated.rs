//! Statuses of other languages, as the causes that they name.

use anyhow::Context;

use super::{Catalogue, Entry, TRANSLATED, insert};

impl Catalogue {
    /// Adds the statuses of other languages.
    pub(super) fn translate(&mut self) -> anyhow::Result<()> {
        for language in self.languages.all() {
            for (id, text) in language.causes() {
                let cause = self.position(id);
                let cause = cause.with_context(|| format!("{}: no cause {id:?}", language.name))?;
                let entry = Entry {
                    vocabulary: TRANSLATED,
                    text: text.to_owned(),
                    cause,
                };
                insert(&mut self.translated, self.languages.fold(text), entry)?;
            }
        }
        Ok(())
    }
}

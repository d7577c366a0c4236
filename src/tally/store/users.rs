//! The users of a tally, in byte order.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::paged::{Paged, Writing};
use crate::event::{Sym, Symbols};

/// Distinct users in byte order. Entry 0 is the unknown one.
#[derive(Clone, Debug)]
pub struct UserTexts(Held);

#[derive(Clone, Debug)]
enum Held {
    Memory(Arc<Symbols>),
    Disk(Arc<OnDisk>),
}

/// Texts one behind the other, and where each ends.
#[derive(Debug)]
struct OnDisk {
    texts: Paged,
    ends: Paged,
}

/// Bytes of an end.
const END: usize = size_of::<u64>();
/// Texts that are read from a file at once.
const BLOCK: usize = 1 << 12;

impl OnDisk {
    /// How many texts there are.
    fn len(&self) -> usize {
        (self.ends.len() / END as u64) as usize
    }

    /// Where the text behind so many others begins.
    fn start(&self, at: usize) -> u64 {
        let mut end = [0; END];
        if let Some(before) = at.checked_sub(1) {
            self.ends.read(before as u64 * END as u64, &mut end);
        }
        u64::from_le_bytes(end)
    }

    fn text(&self, at: usize) -> String {
        let (start, end) = (self.start(at), self.start(at + 1));
        let mut bytes = vec![0; (end - start) as usize];
        self.texts.read(start, &mut bytes);
        utf8(bytes)
    }

    /// Some texts side by side.
    fn block(&self, start: usize) -> Vec<String> {
        let count = BLOCK.min(self.len() - start);
        let mut ends = vec![0; count * END];
        self.ends.read_through(start as u64 * END as u64, &mut ends);
        let (ends, _) = ends.as_chunks();
        let mut from = self.start(start);
        let ends = ends.iter().map(|end| u64::from_le_bytes(*end));
        let mut bytes = vec![0; (self.start(start + count) - from) as usize];
        self.texts.read_through(from, &mut bytes);
        let mut rest = &bytes[..];
        let texts = ends.map(|end| {
            let (text, behind) = rest.split_at((end - from) as usize);
            (rest, from) = (behind, end);
            utf8(text.to_vec())
        });
        texts.collect()
    }
}

fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("a temporary file holds the texts that were written to it")
}

impl UserTexts {
    /// The text of a user; empty for the unknown one.
    pub fn text(&self, sym: Sym) -> Cow<'_, str> {
        match &self.0 {
            Held::Memory(symbols) => Cow::Borrowed(symbols.text(sym)),
            Held::Disk(texts) => match sym.index().checked_sub(1) {
                Some(at) if at < texts.len() => Cow::Owned(texts.text(at)),
                _ => Cow::Borrowed(""),
            },
        }
    }

    /// The text of a user, or `None` for the unknown one.
    pub fn known(&self, sym: Sym) -> Option<Cow<'_, str>> {
        (!sym.is_unknown()).then(|| self.text(sym))
    }

    /// How many entries there are, the unknown one included.
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Memory(symbols) => symbols.len(),
            Held::Disk(texts) => texts.len() + 1,
        }
    }

    /// Whether no user is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// All users but the unknown one, in their order.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let (memory, disk) = match &self.0 {
            Held::Memory(symbols) => (Some(symbols), None),
            Held::Disk(texts) => (None, Some(texts)),
        };
        let memory = memory.into_iter().flat_map(|all| all.texts());
        let blocks = disk.into_iter().flat_map(|all| {
            let starts = (0..all.len()).step_by(BLOCK);
            starts.flat_map(|start| all.block(start))
        });
        memory.map(Cow::Borrowed).chain(blocks.map(Cow::Owned))
    }

    /// The symbol of a user.
    pub fn find(&self, text: &str) -> Option<Sym> {
        Sym::find(self.len(), |sym| (*self.text(sym)).cmp(text))
    }

    /// The same as a table that grows.
    pub fn to_symbols(&self) -> Symbols {
        match &self.0 {
            Held::Memory(symbols) => Symbols::clone(symbols),
            Held::Disk(_) => {
                let mut symbols = Symbols::default();
                self.texts().for_each(|text| {
                    symbols.intern(&text);
                });
                symbols
            }
        }
    }
}

impl Default for UserTexts {
    fn default() -> Self {
        Symbols::default().into()
    }
}

/// Sorted texts.
impl From<Symbols> for UserTexts {
    fn from(symbols: Symbols) -> Self {
        Self(Held::Memory(Arc::new(symbols)))
    }
}

impl PartialEq for UserTexts {
    fn eq(&self, other: &Self) -> bool {
        self.texts().eq(other.texts())
    }
}

/// Takes users in their order; what is beyond the budget goes to files.
#[derive(Debug)]
pub struct UserWriter {
    memory: Symbols,
    bytes: u64,
    budget: u64,
    /// Texts, and where each ends.
    files: Option<(Writing, Writing)>,
}

impl UserWriter {
    /// Keeps so many bytes in memory.
    pub fn within(budget: u64) -> Self {
        Self {
            memory: Symbols::default(),
            bytes: 0,
            budget,
            files: None,
        }
    }

    /// Adds the next user, who is greater than all before.
    ///
    /// # Errors
    /// What the disk says.
    pub fn push(&mut self, text: &str) -> io::Result<()> {
        if let Some(files) = &mut self.files {
            return write(files, text);
        }
        self.bytes += (text.len() + END) as u64;
        if self.bytes <= self.budget {
            self.memory.extend([text]);
            return Ok(());
        }
        let files = self.files.insert((Writing::new()?, Writing::new()?));
        let texts = std::mem::take(&mut self.memory);
        for text in texts.texts().chain([text]) {
            write(files, text)?;
        }
        Ok(())
    }

    /// All users.
    ///
    /// # Errors
    /// What the disk says.
    pub fn finish(self) -> io::Result<UserTexts> {
        let Some((texts, ends)) = self.files else {
            return Ok(self.memory.into());
        };
        let (texts, ends) = (texts.finish()?, ends.finish()?);
        Ok(UserTexts(Held::Disk(Arc::new(OnDisk { texts, ends }))))
    }
}

fn write((texts, ends): &mut (Writing, Writing), text: &str) -> io::Result<()> {
    texts.push(text.as_bytes())?;
    ends.push(&texts.len().to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_of_a_file_are_those_of_memory() {
        let text = |n: usize| format!("user.{n:05}{}@example.com", "é".repeat(n % 3));
        let count = 2 * BLOCK + 7;
        let held = |budget| {
            let mut users = UserWriter::within(budget);
            (0..count).for_each(|n| users.push(&text(n)).expect("written"));
            users.finish().expect("written")
        };
        let (memory, disk) = (held(u64::MAX), held(500));
        assert!(matches!(memory.0, Held::Memory(_)) && matches!(disk.0, Held::Disk(_)));
        assert!(memory == disk);
        assert_eq!((memory.len(), disk.len()), (count + 1, count + 1));
        for n in [0, 1, BLOCK, count - 1] {
            let sym = Sym(n as u32 + 1);
            for users in [&memory, &disk] {
                assert_eq!(users.text(sym), text(n));
                assert_eq!(users.find(&text(n)), Some(sym));
            }
        }
        for users in [&memory, &disk] {
            assert_eq!(users.known(Sym::UNKNOWN), None);
            assert_eq!(
                (users.find(""), users.find("user.1"), users.find("z")),
                (None, None, None)
            );
        }
        assert_eq!(disk.to_symbols().texts().count(), count);
    }
}

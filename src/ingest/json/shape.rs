//! What the records of a file share: the bytes between their values, and values that stay.
//!
//! Programs write their records with the same keys in the same order and with the same blanks. So
//! what stood between two values of a record is compared as a whole where it may stand again, and
//! so are runs of keys whose values have not changed for some records. Bytes that were read once
//! mean the same where they stand again in the same state; whatever differs is read as if nothing
//! were known. What a record is, is decided in [`super::scan`] alone.

use super::clear::Clear;
use super::cursor::{Cursor, Span};
use super::run::Run;
use super::slot::{Gap, Slot, WATCHED};
use crate::ingest::keys::{Place, Sink};
use crate::ingest::record::{Escape, Field};

/// Keys that are remembered: more than real records have.
const SLOTS: usize = 256;
/// Keys that one record may leave out of those that are known before they are no longer looked for.
const LEFT_OUT: usize = 4;
/// Keys of one record that are taken in between those that are known; others replace them.
const TAKEN_IN: usize = 4;
/// So often they are watched: values that change now and then don't cost more than they give.
const WATCHES: u32 = 32;
/// Keys that may be learnt more than there are records that teach nothing new: where each record
/// has an order of its own, remembering costs more than it gives.
const PATIENCE: u32 = 1024;
/// Keys of a run: fewer are found as fast one by one.
const RUN: usize = 2;
/// A key that stands where one of the same kind stood before.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) key: Span,
    /// Where its values go.
    pub(super) place: Option<Place>,
    /// Its number in the shape.
    pub(super) number: usize,
}

/// The shape of the records so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    slots: Vec<Slot>,
    runs: Vec<Run>,
    /// The slot that is expected next.
    at: usize,
    /// Slots that the record that is read has added.
    taken_in: usize,
    /// Keys learnt for which no record has made up yet.
    learnt: u32,
    /// Whether its runs are out of date.
    changed: bool,
    /// Records that are still watched, and how often that was begun.
    watching: u32,
    watches: u32,
}

impl Shape {
    /// A record begins.
    pub(super) fn begin(&mut self) {
        self.at = 0;
        self.taken_in = 0;
        self.learnt = self.learnt.saturating_sub(1);
        if self.changed {
            self.watch_anew();
        } else if self.watching > 0 {
            self.watching -= 1;
            if self.watching == 0 {
                self.find_runs();
            }
        }
    }

    /// Reads keys with their values for as long as they are the expected ones, and their values are
    /// `null` or texts without escapes: that is most of a record. Returns whether a value ends at
    /// the cursor then.
    // On its own, so that all it needs finds room in registers.
    #[inline(never)]
    pub(super) fn ahead(
        &mut self,
        cursor: &mut Cursor<'_>,
        mut behind: bool,
        sink: &mut impl Sink,
    ) -> bool {
        if self.watching > 0 {
            return behind;
        }
        let bytes = cursor.bytes;
        let mut pos = cursor.pos;
        let mut at = self.at;
        let mut over_lines = false;
        let mut clear = Clear::at(pos);
        while let Some(slot) = self.slots.get(at) {
            if let Some(number) = slot.run {
                let run = &mut self.runs[number];
                if behind && run.is_at(&bytes[pos..]) {
                    run.well += 1;
                    for &(place, field) in &run.values {
                        match field {
                            Some(field) => sink.put(place, field.moved(pos)),
                            None => sink.put_nothing(place),
                        }
                    }
                    pos += run.bytes.len();
                    over_lines |= run.over_lines;
                    at += run.slots;
                    continue;
                }
                self.changed |= run.fails();
            }
            if slot.behind != behind || !slot.is_at(bytes, pos) {
                break;
            }
            let value = pos + slot.length;
            let Some(end) = clear.plain(bytes, value) else {
                break;
            };
            if let Some(place) = slot.place {
                // Between quotes; `null` is too short to hold anything there.
                if end > value + 2 && bytes[value] == b'"' {
                    sink.put(place, Field::new(value + 1, end - 1, Escape::None));
                } else {
                    sink.put_nothing(place);
                }
            }
            pos = end;
            over_lines |= slot.over_lines;
            at += 1;
            behind = true;
        }
        self.at = at;
        cursor.pos = pos;
        cursor.over_lines |= over_lines;
        behind
    }

    /// The key at the cursor, if it is one that is expected: the cursor then stands behind it.
    #[inline]
    pub(super) fn key(&mut self, cursor: &mut Cursor<'_>, behind: bool) -> Option<Known> {
        let ahead = self.slots.get(self.at..)?;
        let left_out = ahead
            .iter()
            .take(LEFT_OUT + 1)
            .position(|slot| slot.behind == behind && slot.is_at(cursor.bytes, cursor.pos))?;
        let slot = &ahead[left_out];
        self.at += left_out;
        let from = cursor.pos;
        cursor.pos += slot.length;
        cursor.over_lines |= slot.over_lines;
        self.at += 1;
        Some(Known {
            key: (from + slot.key.0, from + slot.key.1),
            place: slot.place,
            number: self.at - 1,
        })
    }

    /// Remembers the key of a plain value that begins at `value`; returns its number.
    #[cold]
    pub(super) fn learn(
        &mut self,
        bytes: &[u8],
        gap: Gap,
        key: Span,
        value: usize,
        place: Option<Place>,
    ) -> Option<usize> {
        if self.learnt >= PATIENCE {
            self.slots.clear();
            return None;
        }
        let key = (key.0 - gap.from, key.1 - gap.from);
        let new = Slot::new(&bytes[gap.from..value], key, gap.behind, place)?;
        let at = self.at.min(self.slots.len());
        if self.taken_in < TAKEN_IN && self.slots.len() < SLOTS {
            self.taken_in += 1;
            self.slots.insert(at, new);
        } else if let Some(slot) = self.slots.get_mut(at) {
            *slot = new;
        } else if at < SLOTS {
            self.slots.push(new);
        } else {
            return None;
        }
        self.changed = true;
        self.learnt += 1;
        self.at = at + 1;
        Some(at)
    }

    /// Whether it wants to know the values of this record.
    #[inline]
    pub(super) fn is_watching(&self) -> bool {
        self.watching > 0
    }

    /// Takes note of the value of a key, which ends at `end`.
    #[cold]
    pub(super) fn watch(
        &mut self,
        number: usize,
        bytes: &[u8],
        gap: Gap,
        end: usize,
        field: Option<Field>,
    ) {
        self.slots[number].watch(&bytes[gap.from..end], gap.from, field);
    }

    /// Forgets the runs and begins to look for others.
    #[cold]
    fn watch_anew(&mut self) {
        self.changed = false;
        self.runs.clear();
        for slot in &mut self.slots {
            slot.run = None;
            slot.same = 0;
        }
        self.watching = if self.watches < WATCHES { WATCHED } else { 0 };
        self.watches = self.watches.saturating_add(1);
    }

    /// Makes runs of the keys whose values stayed the same.
    #[cold]
    fn find_runs(&mut self) {
        let mut at = 0;
        while at < self.slots.len() {
            let stays = |slot: &&Slot| slot.stays();
            let length = self.slots[at..].iter().take_while(stays).count();
            if length >= RUN {
                self.runs.push(Run::of(&self.slots[at..at + length]));
                self.slots[at].run = Some(self.runs.len() - 1);
            }
            at += length.max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use fastrand::Rng;

    use super::super::Json;
    use super::*;
    use crate::ingest::keys::Keys;
    use crate::ingest::record::{Record, Step};

    fn keys() -> Keys {
        let names = [
            vec!["Time"],
            vec!["Username"],
            vec!["CountryIso", "Country"],
            vec!["LoginSubType"],
            vec!["ApiVersion"],
            vec!["User.Name"],
            vec!["AuthenticationMethodReferenceOfTheVeryFirstLogin"],
        ];
        let names = names.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
        Keys::new(&names)
    }

    /// What a stream gives step by step; `knows` says whether records may be compared with those
    /// before. The stream comes in blocks that are so long at least.
    fn steps(json: &mut Json<'_>, text: &[u8], block: usize, knows: bool) -> Vec<String> {
        let mut record = Record::default();
        let mut all = Vec::new();
        let mut from = 0;
        let mut length = block;
        loop {
            let to = text.len().min(from + length);
            if !knows {
                json.shape = Shape::default();
            }
            let step = json.next(&text[from..to], to == text.len(), &mut record);
            let state = (&json.frames, json.lost, json.never_closed, json.done);
            match step {
                Step::Incomplete if to == text.len() => panic!("nothing follows"),
                Step::Incomplete => length *= 2,
                Step::Record { bytes, .. } => {
                    all.push(format!("{step:?} {record:?} {state:?}"));
                    from += bytes;
                    length = block;
                }
                Step::Between { bytes, .. } | Step::Broken { bytes, .. } => {
                    all.push(format!("{step:?} {state:?}"));
                    from += bytes;
                    length = block;
                }
                _ => {
                    all.push(format!("{step:?} {state:?}"));
                    return all;
                }
            }
        }
    }

    /// A record of each of some programs; `number` is in the values that change.
    fn written(program: usize, number: u64) -> String {
        let sub = match number % 3 {
            0 => "null".to_owned(),
            _ => format!("\"Sub {}\"", number % 2),
        };
        match program {
            0 => format!(
                "{{\"Time\":\"2026-06-30T23:59:{:02}\",\"Username\":\"user{number}@example.com\",\
                 \"UserType\":\"Standard\",\"Key\":null,\"Country\":\"Norway\",\"CountryIso\":\"NO\",\
                 \"LoginSubType\":{sub},\"ApiVersion\":39.0,\"Info\":\"{{}}\"}}\n",
                number % 60
            ),
            1 => format!(
                "{{ \"Time\" : \"{number}\", \"Username\": \"\", \"A\": 0, \"ApiVersion\": 39, \
                 \"B\": true,\t\"C\": NaN, \"LoginSubType\": {sub} }}\r\n"
            ),
            2 => format!(
                "{{\n    \"Username\": \"u{number}\",\n    \"Country\": \"No\\u0072way\",\n    \
                 \"CountryIso\": \"\",\n    \"X\": -1e3,\n    \"done\": false,\n    \
                 \"LoginSubType\": {sub},\n    \"User\": {{\"Name\": \"n{number}\"}}\n}},\n"
            ),
            3 => format!(
                "{{\"data\":{{\"schema\":\"s\",\"payload\":{{\"Time\":{{\"long\":{number}}},\
                 \"Username\":{{\"string\":\"u\"}},\"A\":1,\"Country\":\"NO\",\"B\":2}},\
                 \"event\":{{\"replayId\":{number}}}}},\"channel\":\"/event\",\"C\":3}}\n"
            ),
            4 => format!(
                "{{\"attributes\":{{\"type\":\"LoginHistory\",\"url\":\"/{number}\"}},\"Id\":\"1\",\
                 \"Username\":\"a\",\"Username\":\"b\",\"Country\":\"\\\"\",\"Country\":null,\
                 \"User\":{{\"Name\":\"n\",\"Id\":[1,{{}}]}},\"Time\":\"{number}\"}}"
            ),
            _ => format!(
                "{{\"AuthenticationMethodReferenceOfTheVeryFirstLogin\":\"{number}\",\"\":1,\
                 \"Country\":\"Norway\",\"Info\":\"{{\\\"a\\\":{number}}}\",\"CountryIso\":\"NO\",\
                 \"LoginSubType\":null,\"Username\":\"{number}\",\"done\":true}}\n"
            ),
        }
    }

    const PROGRAMS: usize = 6;

    /// A splitter that has read many records of a program.
    fn trained(keys: &Keys, program: usize) -> Json<'_> {
        let mut json = Json::new(keys);
        let mut text = if program == 4 { "[" } else { "" }.to_owned();
        for number in 0..64 {
            text += &written(program, number);
        }
        let known = steps(&mut json, text.as_bytes(), text.len(), true);
        let plain = steps(&mut Json::new(keys), text.as_bytes(), text.len(), false);
        assert_eq!(known, plain);
        let runs: usize = json.shape.runs.iter().map(|run| run.slots).sum();
        assert!(runs >= RUN, "{program}: {:?}", json.shape);
        json
    }

    #[test]
    fn a_record_with_another_byte_is_read_as_if_nothing_were_known() {
        const OTHERS: &[u8] = b"\"\\\n\r {}[],:x0-";
        let keys = keys();
        for program in 0..PROGRAMS {
            let trained = trained(&keys, program);
            let text = written(program, 100).into_bytes();
            let next = written(program, 101).into_bytes();
            let compare = |text: Vec<u8>| {
                let mut known = trained.clone();
                let mut plain = trained.clone();
                let known = steps(&mut known, &text, text.len(), true);
                let plain = steps(&mut plain, &text, text.len(), false);
                assert_eq!(known, plain, "{}", String::from_utf8_lossy(&text));
            };
            for at in 0..text.len() {
                let (before, behind) = text.split_at(at);
                compare(before.to_vec());
                compare([before, &next].concat());
                compare([before, &behind[1..], &next].concat());
                compare([before, behind, behind, &next].concat());
                for &other in OTHERS {
                    compare([before, &[other], &behind[1..], &next].concat());
                    compare([before, &[other], behind, &next].concat());
                }
            }
        }
    }

    #[test]
    fn records_of_changing_shapes_are_read_as_if_nothing_were_known() {
        let keys = keys();
        let mut rng = Rng::with_seed(3);
        for round in 0..300 {
            let mut text = String::new();
            let names = [
                "Time",
                "Username",
                "Country",
                "CountryIso",
                "LoginSubType",
                "ApiVersion",
                "Done",
                "done",
                "K",
                "AuthenticationMethodReferenceOfTheVeryFirstLogin",
            ];
            // How often a key is left out, changes its place, has another value.
            let often: [u8; 3] = std::array::from_fn(|_| [0, 0, 1, 10, 100][rng.usize(0..5)]);
            let comma = ["\",\"", "\", \"", "\" ,\n\t\""][rng.usize(0..3)];
            let mut names = names.to_vec();
            for number in 0..rng.usize(1..120) {
                if rng.u8(0..100) < often[1] {
                    rng.shuffle(&mut names);
                }
                let mut record = String::new();
                for name in &names {
                    if rng.u8(0..100) < often[0] {
                        continue;
                    }
                    let value = match rng.u8(0..100) < often[2] {
                        true => [
                            "null", "\"\"", "{}", "[\"}\"]", "1", "truex", "\"\\\"", "0.5",
                        ][rng.usize(0..8)]
                        .to_owned(),
                        false if name.starts_with('K') => format!("\"{number}\""),
                        false => format!("\"{name}\""),
                    };
                    let quoted = comma.trim_end_matches('"');
                    let quoted = quoted.trim_start_matches('"');
                    let between = if record.is_empty() { "" } else { quoted };
                    write!(record, "{between}\"{name}\":{value}").expect("memory takes all");
                }
                writeln!(text, "{{{record}}}").expect("memory takes all");
            }
            let plain = steps(
                &mut Json::new(&keys),
                text.as_bytes(),
                usize::MAX / 4,
                false,
            );
            for block in [1, 64, 700, usize::MAX / 4] {
                let known = steps(&mut Json::new(&keys), text.as_bytes(), block, true);
                assert!(
                    known == plain || block < text.len(),
                    "{round} {block}\n{text}"
                );
                let plain = steps(&mut Json::new(&keys), text.as_bytes(), block, false);
                assert_eq!(known, plain, "{round} {block}\n{text}");
            }
        }
    }

    #[test]
    fn a_value_that_changes_after_all_ends_its_run() {
        let keys = keys();
        let mut json = Json::new(&keys);
        let mut record = Record::default();
        let runs = |json: &Json<'_>| json.shape.runs.iter().map(|run| run.slots).sum::<usize>();
        let mut seen = Vec::new();
        for number in 0..200 {
            let country = if number < 50 {
                "NO".to_owned()
            } else {
                format!("{number}")
            };
            let text = format!(
                "{{\"Time\":\"{number}\",\"A\":1,\"Country\":\"{country}\",\"B\":\"\",\"C\":null,\"D\":\"d\"}}\n"
            );
            let step = json.next(text.as_bytes(), false, &mut record);
            assert!(matches!(step, Step::Record { .. }), "{step:?}");
            assert_eq!(record.text(text.as_bytes(), 2), country);
            seen.push(runs(&json));
        }
        assert_eq!((seen[49], seen[199]), (5, 3), "{seen:?}");
    }
}

//! Headers that were met: the files of a folder mostly have the same, which is understood once.

use super::layout::{Layout, Layouts};
use super::reading::{Assumed, NotRead, Reading};
use crate::catalogue::Zones;

/// Different headers that are remembered; a run with more of them is no folder of exports.
const REMEMBERED: usize = 32;

/// Headers of tables, each with how a file that begins with it is read. All are of one run: with
/// the same layouts, zones and options.
#[derive(Debug, Default)]
pub struct HeadersMet<'a>(Vec<(Box<[u8]>, Reading<'a>)>);

impl<'a> HeadersMet<'a> {
    /// The same as [`Reading::of`].
    ///
    /// # Errors
    /// As for [`Reading::of`].
    pub fn reading(
        &mut self,
        head: &[u8],
        layouts: &'a Layouts,
        forced: Option<&'a Layout>,
        zones: &Zones,
        assumed: Assumed,
    ) -> Result<Reading<'a>, NotRead> {
        if forced.is_some() {
            return Reading::of(head, layouts, forced, zones, assumed);
        }
        let mut met = self.0.iter();
        if let Some((_, reading)) = met.find(|(header, _)| head.starts_with(header)) {
            return Ok(reading.clone());
        }
        let reading = Reading::of(head, layouts, None, zones, assumed)?;
        let header = usize::try_from(reading.body).ok();
        let header = header.and_then(|body| head.get(..body));
        // Without its line end a header may go on.
        let header = header.filter(|header| header.ends_with(b"\n"));
        if let Some(header) = header
            && reading.is_told_by_header()
            && self.0.len() < REMEMBERED
        {
            self.0.push((header.into(), reading.clone()));
        }
        Ok(reading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Zone;

    const TABLE: &str = "Username,Login Time,Status\n";
    const ASSUMED: Assumed = Assumed {
        order: None,
        zone: Zone::UTC,
    };

    fn lists() -> (Layouts, Zones) {
        let layouts = Layouts::load().expect("the layouts");
        (layouts, Zones::load().expect("the list"))
    }

    /// Files one after the other are read as each alone.
    fn as_alone(files: &[String]) {
        let (layouts, zones) = lists();
        let mut met = HeadersMet::default();
        for file in files.iter().chain(files) {
            let bytes = file.as_bytes();
            let one = met.reading(bytes, &layouts, None, &zones, ASSUMED);
            let alone = Reading::of(bytes, &layouts, None, &zones, ASSUMED);
            assert_eq!(format!("{one:?}"), format!("{alone:?}"), "{file:?}");
        }
    }

    #[test]
    fn each_file_is_read_as_it_would_be_alone() {
        let rows = "a@b.example,\"1/2/2026, 3:04:05 AM UTC\",Success\n";
        let other = "\"Username\",\"Login Time\",\"Status\",\"Application\"\n";
        as_alone(&[
            format!("{TABLE}{rows}"),
            TABLE.to_owned(),
            TABLE.trim_end().to_owned(),
            format!("{}{rows}", TABLE.trim_end()),
            format!("{}\r\n{rows}", TABLE.trim_end()),
            format!("\u{feff}{TABLE}{rows}"),
            format!("\n{TABLE}{rows}"),
            format!("sep=,\n{TABLE}{rows}"),
            TABLE.replace(',', ";"),
            format!("sep=;\n{}", TABLE.replace(',', ";")),
            other.to_owned(),
            format!("{other}{rows}"),
            TABLE.replace("Time", "Time (PST)"),
            TABLE.replace("Time", "Time (Mars)"),
            TABLE.replace("Status", "\"Status\n\""),
            "a,b\n1,2\n".to_owned(),
            "{\"a\":1}\n".to_owned(),
            "\n".to_owned(),
            String::new(),
        ]);
    }

    #[test]
    fn the_same_header_is_understood_once() {
        let (layouts, zones) = lists();
        let mut met = HeadersMet::default();
        let mut read = |text: &str| {
            let read = met.reading(text.as_bytes(), &layouts, None, &zones, ASSUMED);
            read.expect("a layout")
        };
        let first = read(&format!("{TABLE}a,b,c\n"));
        let second = read(&format!("{TABLE}d,e,f\n"));
        assert!(std::sync::Arc::ptr_eq(&first.columns, &second.columns));
    }
}

//! Whether it pays to look for what came before.

/// Rows after which it is judged, and how many in a hundred must have been found.
pub(super) const TRIED: u32 = 1 << 12;
const WORTH: u32 = 50;

/// How often something was looked for, and found, since it was judged last.
#[derive(Debug, Default)]
pub(super) struct Worth {
    tried: u32,
    found: u32,
}

impl Worth {
    /// It was looked for once more.
    #[inline]
    pub(super) fn note(&mut self, found: bool) {
        self.tried += 1;
        self.found += u32::from(found);
    }

    /// Whether to go on.
    #[inline]
    pub(super) fn goes_on(&mut self) -> bool {
        if self.tried < TRIED {
            return true;
        }
        let Self { tried, found } = std::mem::take(self);
        found * 100 >= tried * WORTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_half_of_the_time_is_looked_for_again() {
        let judged = |found: u32| {
            let mut worth = Worth::default();
            let early = (0..TRIED).all(|at| {
                let goes_on = worth.goes_on();
                worth.note(at < found);
                goes_on
            });
            (early, worth.goes_on(), worth.goes_on())
        };
        assert_eq!(judged(TRIED / 2), (true, true, true));
        assert_eq!(judged(TRIED / 2 - 1), (true, false, true));
    }
}

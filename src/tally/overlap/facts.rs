//! Whether two rows can tell of one login, from what both of them know.

use rustc_hash::FxHashMap;

use crate::catalogue::{CauseIx, Known, fold_status};
use crate::event::{Basis, Dims, DimsId, Flow, Sym, Symbols};
use crate::normalise::Names;
use crate::normalise::value::address::SALESFORCE;

/// What the words of a combination mean, worked out once.
#[derive(Clone, Copy, Debug)]
struct Fact {
    dims: Dims,
    /// Number of the description as it is compared.
    folded: u32,
    /// The description is a code of an event log file, not a status text.
    is_code: bool,
    cause: Option<CauseIx>,
}

/// The facts of all combinations.
#[derive(Debug)]
pub(super) struct Facts {
    all: Vec<Fact>,
    /// The source that stands for addresses of Salesforce's own.
    salesforce: Sym,
}

/// A row as far as others are compared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Told {
    /// Number of the layout.
    pub(super) layout: u32,
    pub(super) dims: DimsId,
    pub(super) at: i64,
}

/// How well two rows that can be one login agree: in so many things that both know.
pub(super) type Agreement = u32;
/// They are equal in everything.
pub(super) const EQUAL: Agreement = Agreement::MAX;

impl Facts {
    pub(super) fn of(names: &Names, known: &Known) -> Self {
        let symbols = &names.symbols;
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut fact = |dims: &Dims| {
            let text = symbols.text(dims.description);
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            Fact {
                dims: *dims,
                folded: *numbers.entry(fold_status(text)).or_insert(next),
                is_code: is_code(text),
                cause: known.causes.cause_of_outcome(text, dims.flow),
            }
        };
        Self {
            all: names.dims.all().iter().map(&mut fact).collect(),
            salesforce: find(symbols, SALESFORCE),
        }
    }

    pub(super) fn dims(&self, dims: DimsId) -> &Dims {
        &self.all[dims.index()].dims
    }

    pub(super) fn is_success(&self, dims: DimsId) -> bool {
        self.dims(dims).success
    }

    /// The org that a combination names.
    pub(super) fn org(&self, dims: DimsId) -> Sym {
        self.all[dims.index()].dims.org
    }

    /// How well two rows of different files agree; `None` where something that both know differs.
    ///
    /// Rows of one layout are compared in everything, down to the millisecond. Layouts differ in
    /// how they write a country, a client or a time's fraction, so between them only app, source,
    /// description, stated flow and org count.
    pub(super) fn agreement(&self, one: Told, other: Told) -> Option<Agreement> {
        if one == other {
            return Some(EQUAL);
        }
        let (a, b) = (&self.all[one.dims.index()], &self.all[other.dims.index()]);
        let same_layout = one.layout == other.layout;
        if a.dims.success != b.dims.success || (same_layout && one.at != other.at) {
            return None;
        }
        let mut agreed = u32::from(one.at == other.at);
        let mut agree = |x: Sym, y: Sym| {
            let known = !x.is_unknown() && !y.is_unknown();
            agreed += u32::from(known && x == y);
            !known || x == y
        };
        let (x, y) = (&a.dims, &b.dims);
        if !agree(x.org, y.org) || !agree(x.app, y.app) {
            return None;
        }
        let by_salesforce = x.source == self.salesforce || y.source == self.salesforce;
        if !agree(x.source, y.source) && (same_layout || !by_salesforce) {
            return None;
        }
        let further = [
            (x.country, y.country),
            (x.client, y.client),
            (x.api_version, y.api_version),
            (x.tls, y.tls),
            (x.host, y.host),
            (x.unknown_type, y.unknown_type),
            (x.unknown_subtype, y.unknown_subtype),
        ];
        if same_layout && !further.into_iter().all(|(x, y)| agree(x, y)) {
            return None;
        }
        agreed += flows(x, y, same_layout)?;
        agreed += descriptions(a, b, same_layout)?;
        Some(agreed)
    }
}

fn find(symbols: &Symbols, text: &str) -> Sym {
    let at = symbols.texts().position(|known| known == text);
    let number = at.and_then(|at| u32::try_from(at + 1).ok());
    // No row has a source of this number, so nothing is taken for it.
    Sym(number.unwrap_or(u32::MAX))
}

/// `LOGIN_ERROR_INVALID_PASSWORD` is a code, `Invalid Password` is a text.
fn is_code(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.contains('_') && text.bytes().all(is_part)
}

/// Stated flows must be the same one. Within a layout, so must flows that follow from the same
/// fields, unless these fields say nothing on one side.
fn flows(x: &Dims, y: &Dims, same_layout: bool) -> Option<Agreement> {
    let is_open = |flow| matches!(flow, Flow::Other | Flow::OauthUnknown);
    let counts = match (x.basis, y.basis) {
        (Basis::Stated, Basis::Stated) => true,
        (Basis::Inferred, Basis::Inferred) => same_layout,
        _ => false,
    };
    if !counts || is_open(x.flow) || is_open(y.flow) {
        return Some(0);
    }
    (x.flow == y.flow).then_some(1)
}

/// Texts agree as texts and codes as codes; a code and a text agree by their cause, where the
/// catalogue knows both.
fn descriptions(a: &Fact, b: &Fact, same_layout: bool) -> Option<Agreement> {
    if a.dims.description.is_unknown() || b.dims.description.is_unknown() {
        return Some(0);
    }
    if a.folded == b.folded {
        return Some(1);
    }
    // Success is said in as many words as there are layouts.
    if a.dims.success && !same_layout {
        return Some(1);
    }
    if a.is_code == b.is_code {
        return None;
    }
    match (a.cause, b.cause) {
        (Some(one), Some(other)) => (one == other).then_some(1),
        _ => Some(0),
    }
}

/// Gives a login what it lacks from another row of the same login.
pub(super) fn take(login: &mut Dims, other: &Dims) {
    let pairs = [
        (&mut login.org, other.org),
        (&mut login.app, other.app),
        (&mut login.description, other.description),
        (&mut login.source, other.source),
        (&mut login.country, other.country),
        (&mut login.client, other.client),
        (&mut login.api_version, other.api_version),
        (&mut login.tls, other.tls),
        (&mut login.host, other.host),
    ];
    for (lacks, has) in pairs {
        if lacks.is_unknown() {
            *lacks = has;
        }
    }
    let tells_more = match other.flow {
        Flow::Other => false,
        Flow::OauthUnknown => login.flow == Flow::Other,
        _ if other.basis == Basis::Stated => {
            login.basis == Basis::Inferred || matches!(login.flow, Flow::Other | Flow::OauthUnknown)
        }
        _ => login.flow == Flow::Other,
    };
    if tells_more {
        (login.flow, login.basis) = (other.flow, other.basis);
        (login.unknown_type, login.unknown_subtype) = (other.unknown_type, other.unknown_subtype);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows told by app, source, description and flow, and how well they agree.
    fn agreement(rows: [(&str, &str, &str, Option<Flow>); 2], same_layout: bool) -> Option<u32> {
        let known = Known::load().expect("the lists are sound");
        let mut names = Names::default();
        let dims = rows.map(|(app, source, description, flow)| {
            let symbols = &mut names.symbols;
            let dims = Dims {
                success: known.successes.is_status(description),
                app: symbols.intern(app),
                source: symbols.intern(source),
                description: symbols.intern(description),
                flow: flow.unwrap_or_default(),
                basis: flow.map_or(Basis::Inferred, |_| Basis::Stated),
                ..Dims::default()
            };
            names.dims.intern(dims)
        });
        let facts = Facts::of(&names, &known);
        let told = |at: usize| Told {
            layout: if same_layout { 0 } else { at as u32 },
            dims: dims[at],
            at: 0,
        };
        facts.agreement(told(0), told(1))
    }

    #[test]
    fn what_both_know_must_agree() {
        let full = (
            "Bridge",
            "192.0.2.1",
            "Invalid Password",
            Some(Flow::OauthWebServer),
        );
        assert_eq!(agreement([full, full], true), Some(EQUAL));
        assert_eq!(agreement([full, full], false), Some(5));
        let bare = ("", "", "failed:  invalid password", None);
        assert_eq!(agreement([full, bare], true), Some(2));
        assert_eq!(
            agreement([full, ("Other", full.1, full.2, full.3)], false),
            None
        );
        assert_eq!(
            agreement([full, (full.0, "192.0.2.2", full.2, full.3)], false),
            None
        );
        let flow = Some(Flow::OauthDevice);
        assert_eq!(
            agreement([full, (full.0, full.1, full.2, flow)], false),
            None
        );
    }

    #[test]
    fn codes_and_texts_agree_by_cause_and_unknown_ones_with_any() {
        let of = |one, other, same_layout| {
            agreement([("", "", one, None), ("", "", other, None)], same_layout).is_some()
        };
        assert!(of(
            "Invalid Password",
            "LOGIN_ERROR_INVALID_PASSWORD",
            false
        ));
        assert!(!of(
            "User is inactive",
            "LOGIN_ERROR_INVALID_PASSWORD",
            false
        ));
        assert!(of("Something new", "LOGIN_ERROR_INVALID_PASSWORD", false));
        assert!(of("Invalid Password", "LOGIN_ERROR_SOMETHING_NEW", false));
        assert!(!of("Something new", "Invalid Password", false));
        assert!(of("Success", "LOGIN_NO_ERROR", false));
        assert!(!of("Success", "Invalid Password", false));
    }

    #[test]
    fn the_address_of_salesforce_itself_may_be_any_in_another_layout() {
        let rows = [("", SALESFORCE, "x", None), ("", "192.0.2.1", "x", None)];
        assert!(agreement(rows, false).is_some());
        assert!(agreement(rows, true).is_none());
    }

    #[test]
    fn a_login_takes_what_it_lacks_and_keeps_what_it_has() {
        let mut login = Dims {
            app: Sym(1),
            flow: Flow::OauthUnknown,
            ..Dims::default()
        };
        let other = Dims {
            app: Sym(2),
            country: Sym(3),
            flow: Flow::OauthDevice,
            basis: Basis::Stated,
            ..Dims::default()
        };
        take(&mut login, &other);
        assert_eq!((login.app, login.country), (Sym(1), Sym(3)));
        assert_eq!(
            (login.flow, login.basis),
            (Flow::OauthDevice, Basis::Stated)
        );
        let stated = login;
        take(
            &mut login,
            &Dims {
                flow: Flow::SoapLogin,
                basis: Basis::Stated,
                ..Dims::default()
            },
        );
        assert_eq!(login, stated);
    }
}

//! Source addresses.

use std::net::{IpAddr, SocketAddr};

use super::known::known;

/// What exports write for logins that come from Salesforce itself.
pub const SALESFORCE: &str = "Salesforce.com IP";

/// The first address of a field in its shortest form, or the field's text where it holds none:
/// exports may be redacted, and a row isn't wrong for that.
///
/// A field may hold several addresses, the client's first; an address may carry a port.
pub fn source(text: &str) -> Option<String> {
    let text = known(text)?;
    let mut parts = text.split([',', ';', ' ']).map(str::trim).filter_map(known);
    let address = parts.find_map(parse);
    Some(address.map_or_else(|| text.to_owned(), |address| address.to_string()))
}

fn parse(text: &str) -> Option<IpAddr> {
    let address = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_and_keeps_other_texts() {
        let of = |text| source(text);
        assert_eq!(of("192.0.2.1").as_deref(), Some("192.0.2.1"));
        assert_eq!(of("2001:0DB8::0001").as_deref(), Some("2001:db8::1"));
        assert_eq!(of("::ffff:192.0.2.1").as_deref(), Some("192.0.2.1"));
        assert_eq!(
            of("unknown, 192.0.2.7, 10.0.0.1").as_deref(),
            Some("192.0.2.7")
        );
        assert_eq!(of("192.0.2.1:443").as_deref(), Some("192.0.2.1"));
        assert_eq!(of(SALESFORCE).as_deref(), Some(SALESFORCE));
        assert_eq!(of("w.x.y.z").as_deref(), Some("w.x.y.z"));
        assert_eq!(of("N/A"), None);
    }
}

//! One row in the words and order of each export.

use std::io::{self, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};
use fastrand::Rng;

use super::org::{self, Login, Who};

/// Columns of Setup > Login History.
pub const SETUP: &str = "\"Username\",\"Login Time\",\"Source IP\",\"Location\",\"Login Type\",\"Login Subtype\",\"Status\",\"Browser\",\"Platform\",\"Application\",\"Client Version\",\"API Type\",\"API Version\",\"Login URL\",\"TLS Protocol\"\n";
/// Columns of an event log file.
pub const EVENT_LOG: &str = "\"EVENT_TYPE\",\"TIMESTAMP\",\"REQUEST_ID\",\"ORGANIZATION_ID\",\"USER_ID\",\"RUN_TIME\",\"CPU_TIME\",\"URI\",\"SESSION_KEY\",\"LOGIN_KEY\",\"USER_TYPE\",\"REQUEST_STATUS\",\"DB_TOTAL_TIME\",\"LOGIN_TYPE\",\"BROWSER_TYPE\",\"API_TYPE\",\"API_VERSION\",\"USER_NAME\",\"TLS_PROTOCOL\",\"CIPHER_SUITE\",\"USE_API_TOKEN\",\"HTTP_REFERER\",\"LOGIN_URL\",\"COUNTRY_CODE\",\"AUTHENTICATION_METHOD_REFERENCE\",\"LOGIN_SUB_TYPE\",\"AUTHENTICATION_SERVICE_ID\",\"TIMESTAMP_DERIVED\",\"USER_ID_DERIVED\",\"CLIENT_IP\",\"URI_ID_DERIVED\",\"LOGIN_STATUS\",\"SOURCE_IP\",\"FORWARDED_FOR_IP\"\n";
/// Columns of LoginHistory by SOQL.
pub const SOQL: &str = "Id,UserId,LoginTime,LoginType,LoginSubType,SourceIp,CountryIso,Status,Application,Browser,Platform,ClientVersion,ApiType,ApiVersion,LoginUrl,TlsProtocol\n";

fn time(at: i64) -> io::Result<DateTime<Utc>> {
    org::time(at).ok_or_else(|| io::Error::other("a time"))
}

fn browser(who: &Who) -> &'static str {
    if who.in_browser() {
        "Chrome 133"
    } else {
        "Unknown"
    }
}

/// Setup > Login History.
pub fn setup(login: &Login<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let (who, flow) = (login.who, login.who.flow);
    let time = time(login.at)?;
    let browser = browser(who);
    let status = login.failure.map_or("Success", |failure| failure.status);
    let (pm, hour) = time.hour12();
    writeln!(
        out,
        "\"{}\",\"{}/{}/{} {hour}:{:02}:{:02} {} PDT\",\"{}\",\"United States\",\"{}\",\"{}\",\"{status}\",\"{browser}\",\"Windows 10\",\"{}\",\"N/A\",\"{}\",\"{}\",\"login.salesforce.com\",\"TLS 1.3\"",
        who.name,
        time.month(),
        time.day(),
        time.year(),
        time.minute(),
        time.second(),
        if pm { "PM" } else { "AM" },
        who.source,
        flow.login_type,
        flow.label,
        who.app,
        flow.api_type,
        flow.api_version
    )
}

/// Event log file.
pub fn event_log(login: &Login<'_>, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    let (who, flow) = (login.who, login.who.flow);
    let time = time(login.at)?;
    let browser = browser(who);
    let code = login
        .failure
        .map_or("LOGIN_NO_ERROR", |failure| failure.code);
    let uri = if who.in_browser() {
        "/index.jsp"
    } else {
        "/services/oauth2/token"
    };
    let stamp = time.format("%Y%m%d%H%M%S");
    let derived = time.format("%Y-%m-%dT%H:%M:%S");
    let millis = rng.u32(0..1000);
    writeln!(
        out,
        "\"Login\",\"{stamp}.{millis:03}\",\"4nR{:019}\",\"00D5g000007AbCd\",\"{}\",\"{}\",\"{}\",\"{uri}\",\"\",\"LK{:014}\",\"Standard\",\"S\",\"{}\",\"{}\",\"{browser}\",\"\",\"9998.0\",\"{}\",\"TLSv1.3\",\"TLS_AES_256_GCM_SHA384\",\"\",\"\",\"login.salesforce.com\",\"US\",\"\",\"{}\",\"\",\"{derived}.{millis:03}Z\",\"{}AAQ\",\"{}\",\"\",\"{code}\",\"{}\",\"\"",
        login.number,
        who.id,
        rng.u32(50..400),
        rng.u32(5..60),
        login.number,
        rng.u32(1_000_000..200_000_000),
        flow.letter,
        who.name,
        flow.code,
        who.id,
        who.source,
        who.source
    )
}

/// LoginHistory by SOQL.
pub fn soql(login: &Login<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let (who, flow) = (login.who, login.who.flow);
    let time = time(login.at)?;
    let browser = browser(who);
    let status = login.failure.map_or("Success", |failure| failure.status);
    writeln!(
        out,
        "0Ya{:012}AAA,{}AAQ,{}.000+0000,{},{},{},US,{status},{},{browser},Windows 10,N/A,{},{},login.salesforce.com,TLS 1.3",
        login.number,
        who.id,
        time.format("%Y-%m-%dT%H:%M:%S"),
        flow.login_type,
        flow.label,
        who.source,
        who.app,
        flow.api_type,
        flow.api_version
    )
}

/// LoginEvent as a line of JSON, some 900 bytes.
pub fn login_event(login: &Login<'_>, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    let (who, flow) = (login.who, login.who.flow);
    let stamp = time(login.at)?.format("%Y-%m-%dT%H:%M:%S");
    let status = login.failure.map_or("Success", |failure| failure.status);
    let millis = rng.u32(0..1000);
    // A subtype that Salesforce doesn't tell is null, not an empty text.
    let subtype = match flow.label {
        "" => "null".to_owned(),
        label => format!("\"{label}\""),
    };
    writeln!(
        out,
        concat!(
            r#"{{"EventDate":"{stamp}.{millis:03}+0000","CreatedDate":"{stamp}.{millis:03}+0000","#,
            r#""EventIdentifier":"{event:08x}-{a:04x}-4{b:03x}-8{b:03x}-{c:012x}","#,
            r#""LoginHistoryId":"0Ya{number:012}AAA","LoginKey":"LK{number:014}","#,
            r#""UserId":"{id}AAQ","Username":"{name}","UserType":"Standard","SessionKey":null,"#,
            r#""SessionLevel":"STANDARD","SourceIp":"{source}","Country":"United States","#,
            r#""CountryIso":"US","City":"Portland","Subdivision":"Oregon","#,
            r#""LoginGeoId":"04F5g00000Geo{geo:03}","#,
            r#""LoginType":"{login_type}","LoginSubType":{subtype},"LoginUrl":"login.salesforce.com","#,
            r#""Status":"{status}","Application":"{app}","Browser":"{browser}","Platform":"Windows 10","#,
            r#""ClientVersion":"N/A","ApiType":"{api_type}","ApiVersion":"{api_version}","#,
            r#""TlsProtocol":"TLS 1.3","CipherSuite":"TLS_AES_256_GCM_SHA384","HttpMethod":"POST","#,
            r#""AuthMethodReference":null,"AuthServiceId":null,"AdditionalInfo":"{{}}"}}"#,
        ),
        stamp = stamp,
        millis = millis,
        event = rng.u32(..),
        a = rng.u16(..),
        b = rng.u16(0..0x1000),
        c = rng.u64(0..1 << 48),
        number = login.number,
        id = who.id,
        name = who.name,
        source = who.source,
        geo = rng.u16(0..1000),
        login_type = flow.login_type,
        subtype = subtype,
        status = status,
        app = who.app,
        browser = browser(who),
        api_type = flow.api_type,
        api_version = flow.api_version,
    )
}

//! A page in headless Chromium, and everything that it said and asked for.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use headless_chrome::protocol::cdp::types::Event;
use headless_chrome::protocol::cdp::{Emulation, Log, Network, Runtime};
use headless_chrome::{Browser, LaunchOptions, Tab};
use serde_json::Value;
use tempfile::TempDir;

use super::scratch;

const PLACES: [&str; 3] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
];
const FLAGS: [&str; 7] = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--lang=en-GB",
];
/// Printed last: when it comes back, all that the page said before has been heard.
const LAST_WORD: &str = "that is all";
/// Only there so that a browser that hangs fails its test.
const HANGS: Duration = Duration::from_secs(120);

/// An open page.
pub(crate) struct Page {
    pub(crate) tab: Arc<Tab>,
    heard: Arc<Mutex<Heard>>,
    said_it_all: Receiver<()>,
    _browser: Browser,
    _profile: TempDir,
}

/// What a page did on the side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Addresses that were asked for, in order.
    pub(crate) requests: Vec<String>,
    /// Errors, warnings, exceptions and dialogs.
    pub(crate) complaints: Vec<String>,
}

/// The browser of `$CHROME`, or the first of the usual places.
fn browser() -> PathBuf {
    let named = std::env::var_os("CHROME").map(PathBuf::from);
    let found = named
        .into_iter()
        .chain(PLACES.map(PathBuf::from))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "no Chromium in {PLACES:?}: install it with `apt-get install chromium`, \
             or name another one with the environment variable CHROME"
        )
    })
}

/// Opens a file, with or without scripts.
pub(crate) fn open(file: &Path, scripts: bool) -> Page {
    let profile = scratch();
    let options = LaunchOptions {
        path: Some(browser()),
        headless: true,
        sandbox: false,
        user_data_dir: Some(profile.path().to_owned()),
        window_size: Some((1280, 900)),
        args: FLAGS.iter().map(OsStr::new).collect(),
        idle_browser_timeout: HANGS,
        ..LaunchOptions::default()
    };
    let browser = Browser::new(options).expect("Chromium starts");
    let tab = browser.new_tab().expect("Chromium opens a tab");
    tab.set_default_timeout(HANGS);
    let (heard, said_it_all) = listen(&tab);
    if !scripts {
        tab.call_method(Emulation::SetScriptExecutionDisabled { value: true })
            .expect("Chromium can do without scripts");
    }
    let address = format!("file://{}", file.display());
    tab.navigate_to(&address).expect("the page opens");
    tab.wait_until_navigated().expect("the page loads");
    Page {
        tab,
        heard,
        said_it_all,
        _browser: browser,
        _profile: profile,
    }
}

fn listen(tab: &Tab) -> (Arc<Mutex<Heard>>, Receiver<()>) {
    let heard = Arc::new(Mutex::new(Heard::default()));
    let (done, said_it_all) = channel();
    let notes = Arc::clone(&heard);
    let listener = move |event: &Event| {
        let mut notes = notes.lock().expect("no listener panics");
        match event {
            Event::NetworkRequestWillBeSent(event) => {
                notes.requests.push(event.params.request.url.clone());
            }
            Event::NetworkWebSocketCreated(event) => notes.requests.push(event.params.url.clone()),
            Event::LogEntryAdded(event) => notes.complaints.push(event.params.entry.text.clone()),
            Event::RuntimeExceptionThrown(event) => {
                notes
                    .complaints
                    .push(format!("{:?}", event.params.exception_details));
            }
            Event::PageJavascriptDialogOpening(event) => {
                notes
                    .complaints
                    .push(format!("a dialog: {}", event.params.message));
            }
            Event::RuntimeConsoleAPICalled(event) => {
                let said = format!("{:?}", event.params.args);
                if said.contains(LAST_WORD) {
                    // the receiver is gone only when the test has failed already
                    let _ = done.send(());
                } else {
                    notes.complaints.push(said);
                }
            }
            _ => {}
        }
    };
    tab.add_event_listener(Arc::new(listener))
        .expect("a listener can be added");
    let nothing = "the protocol's switches can be thrown";
    tab.call_method(Log::Enable(None)).expect(nothing);
    tab.call_method(Runtime::Enable(None)).expect(nothing);
    tab.call_method(Network::Enable {
        max_total_buffer_size: None,
        max_resource_buffer_size: None,
        max_post_data_size: None,
        report_direct_socket_traffic: None,
        enable_durable_messages: None,
    })
    .expect(nothing);
    (heard, said_it_all)
}

impl Page {
    /// The value of an expression in the page.
    pub(crate) fn ask(&self, expression: &str) -> Value {
        let script = format!("JSON.stringify({expression})");
        let answer = self.tab.evaluate(&script, false);
        let answer = answer.unwrap_or_else(|error| panic!("{expression}: {error}"));
        let text = answer
            .value
            .and_then(|value| value.as_str().map(str::to_owned));
        let text = text.unwrap_or_else(|| panic!("{expression}: {:?}", answer.description));
        serde_json::from_str(&text).expect("JSON.stringify writes JSON")
    }

    /// Presses what a selector finds.
    pub(crate) fn press(&self, selector: &str) {
        let element = self.tab.find_element(selector);
        let element = element.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element
            .click()
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into the field that a selector finds.
    pub(crate) fn type_into(&self, selector: &str, text: &str) {
        self.press(selector);
        self.tab
            .type_str(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }

    /// Everything that the page did on the side so far.
    pub(crate) fn heard(&self) -> Heard {
        let script = format!("console.info({LAST_WORD:?})");
        self.tab
            .evaluate(&script, false)
            .expect("a page that stands can speak");
        self.said_it_all
            .recv_timeout(HANGS)
            .expect("what is said is heard");
        self.heard.lock().expect("no listener panics").clone()
    }
}

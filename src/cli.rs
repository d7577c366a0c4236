//! What can be asked on the command line, turned into each room's options.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::detect::Severity;
use crate::event::Zone;
use crate::ingest::ProgressWhen;
use crate::normalise::Assumed;
use crate::normalise::value::bound::Bound;
use crate::normalise::value::time::DateOrder;
use crate::report::folder::Formats;

/// Reads Salesforce login exports and says who fails, through which app, since when, why, and
/// what to do now.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports and write a report folder
    Analyze(Box<Analyze>),
    /// Say what a status, code or OAuth error means and what to do
    Explain {
        /// A status, a code, an error, or a line that holds one
        #[arg(required = true, num_args = 1.., value_name = "TEXT")]
        text: Vec<String>,
    },
    /// List every layout that is read, or say what files are taken for, and why
    Formats(FormatsArgs),
    /// List every rule: what it looks for, when it stays quiet, its thresholds
    Rules,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Files to explain.
#[derive(Debug, Args)]
pub struct FormatsArgs {
    /// Files, folders, patterns, or - for standard input; without any, every layout is listed
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Read a file as this layout, whatever its header looks like
    #[arg(long, value_name = "ID=PATH", value_parser = pair)]
    pub layout: Vec<(String, String)>,
    /// Zone of the org: for times that state none
    #[arg(long, value_name = "TZ", default_value = "UTC")]
    pub timezone: Zone,
    /// Order of day, month and year
    #[arg(long, value_name = "ORDER", value_enum, default_value_t = Order::Auto)]
    pub date_order: Order,
}

impl FormatsArgs {
    /// What the user said about times.
    pub fn assumed(&self) -> Assumed {
        self.date_order.assumed(self.timezone)
    }
}

/// The main job.
#[derive(Debug, Args)]
pub struct Analyze {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub time: TimeArgs,
    #[command(flatten)]
    pub show: ShowArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub work: WorkArgs,
}

/// What is read.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Files, folders, patterns, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Read a file as this layout, whatever its header looks like
    #[arg(long, value_name = "ID=PATH", value_parser = pair)]
    pub layout: Vec<(String, String)>,
    /// The org that a file or folder belongs to, where the export doesn't say
    #[arg(long, value_name = "NAME=PATH", value_parser = pair)]
    pub org: Vec<(String, String)>,
    /// A User export that gives user ids their names; also recognised among the paths
    #[arg(long, value_name = "FILE")]
    pub users: Vec<PathBuf>,
    /// Thresholds, suppressions and dates of retirement [default: loginscope.toml here, if present]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// How times are read.
#[derive(Debug, Args)]
pub struct TimeArgs {
    /// Zone of the org: for times that state none, and for hours of the week
    #[arg(long, value_name = "TZ", default_value = "UTC")]
    pub timezone: Zone,
    /// Order of day, month and year; auto decides for each file from all its rows
    #[arg(long, value_name = "ORDER", value_enum, default_value_t = Order::Auto)]
    pub date_order: Order,
    /// Report from here on; what is earlier serves as history. A date, a time, or 7d back
    #[arg(long, value_name = "T")]
    pub since: Option<Bound>,
    /// Report up to here. A date means its end
    #[arg(long, value_name = "T")]
    pub until: Option<Bound>,
}

/// What is shown; detection sees all.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Show only this user, app or cause; repeatable
    #[arg(long, value_name = "user=|app=|cause=NAME")]
    pub only: Vec<Only>,
}

/// Something that the report is narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    User(String),
    App(String),
    Cause(String),
}

/// The text names nothing that a report can be narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it as user=NAME, app=NAME or cause=ID")]
pub struct NotOnly;

impl std::str::FromStr for Only {
    type Err = NotOnly;

    fn from_str(text: &str) -> Result<Self, NotOnly> {
        match text.split_once('=') {
            Some((_, "")) | None => Err(NotOnly),
            Some(("user", name)) => Ok(Only::User(name.to_owned())),
            Some(("app", name)) => Ok(Only::App(name.to_owned())),
            Some(("cause", id)) => Ok(Only::Cause(id.to_owned())),
            Some(_) => Err(NotOnly),
        }
    }
}

impl std::fmt::Display for Only {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Only::User(name) => write!(f, "user={name}"),
            Only::App(name) => write!(f, "app={name}"),
            Only::Cause(id) => write!(f, "cause={id}"),
        }
    }
}

/// What is written.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// The report folder, or - for one format on standard output
    #[arg(short, long, value_name = "DIR", default_value = "loginscope-report")]
    pub out: PathBuf,
    /// What to write; report.json is always written to a folder
    #[arg(long, value_name = "LIST", value_enum, value_delimiter = ',')]
    pub format: Vec<Format>,
    /// Lowest severity of a finding that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::High)]
    pub fail_on: FailOn,
    /// Stop without a report if any file or row could not be read
    #[arg(long)]
    pub strict: bool,
}

/// From which severity on a finding makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    Never,
}

impl FailOn {
    /// The severity; `None` for never.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Critical => Some(Severity::Critical),
            FailOn::High => Some(Severity::High),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::Low => Some(Severity::Low),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }
    }
}

/// How the work is done.
#[derive(Debug, Args)]
pub struct WorkArgs {
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// No summary
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say what became of each file
    #[arg(short, long)]
    pub verbose: bool,
    /// Colours in the summary
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// Progress on standard error
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub progress: When,
    /// Bytes of a plain file that are read as one piece; results don't depend on it
    #[arg(long, hide = true, default_value_t = 4 << 20)]
    pub piece_size: u64,
    /// Bytes of users and rows beyond which they go to temporary files; results don't depend on it
    #[arg(long, hide = true, default_value_t = 256 << 20)]
    pub tally_budget: u64,
}

/// Order of day, month and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Order {
    Auto,
    Mdy,
    Dmy,
    Ymd,
}

/// A way to show the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Html,
    Md,
    Csv,
    Svg,
    Json,
}

/// When something is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), path.to_owned()))
        }
        _ => Err("write it as NAME=PATH".to_owned()),
    }
}

impl Order {
    /// The word that the report states.
    pub const fn id(self) -> &'static str {
        match self {
            Order::Auto => "auto",
            Order::Mdy => "mdy",
            Order::Dmy => "dmy",
            Order::Ymd => "ymd",
        }
    }

    /// With a zone, all that the user said about times.
    fn assumed(self, zone: Zone) -> Assumed {
        let order = match self {
            Order::Auto => None,
            Order::Mdy => Some(DateOrder::Mdy),
            Order::Dmy => Some(DateOrder::Dmy),
            Order::Ymd => Some(DateOrder::Ymd),
        };
        Assumed { order, zone }
    }
}

impl TimeArgs {
    /// What the user said about times.
    pub fn assumed(&self) -> Assumed {
        self.date_order.assumed(self.timezone)
    }
}

/// Where the report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Folder(Formats),
    /// One format on standard output, and nothing else.
    Stdout(Format),
}

/// An output that can't be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "-o - writes one format to standard output: add --format html, --format md or --format json"
)]
pub struct NotForStdout;

impl OutputArgs {
    /// Where the report goes.
    ///
    /// # Errors
    /// Standard output takes exactly one of html, md and json.
    pub fn target(&self) -> Result<Target, NotForStdout> {
        if self.out.as_os_str() == "-" {
            return match self.format.as_slice() {
                [] => Ok(Target::Stdout(Format::Json)),
                [format @ (Format::Html | Format::Md | Format::Json)] => {
                    Ok(Target::Stdout(*format))
                }
                _ => Err(NotForStdout),
            };
        }
        let has = |format| self.format.is_empty() || self.format.contains(&format);
        Ok(Target::Folder(Formats {
            html: has(Format::Html),
            markdown: has(Format::Md),
            csv: has(Format::Csv),
            svg: has(Format::Svg),
        }))
    }
}

impl When {
    /// Whether something is shown that is by default only on a terminal.
    pub fn decide(self, terminal: bool) -> bool {
        match self {
            When::Auto => terminal,
            When::Always => true,
            When::Never => false,
        }
    }
}

impl From<When> for ProgressWhen {
    fn from(when: When) -> Self {
        match when {
            When::Auto => ProgressWhen::Auto,
            When::Always => ProgressWhen::Always,
            When::Never => ProgressWhen::Never,
        }
    }
}

/// Completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "loginscope", &mut out);
    out
}

/// The manual pages of the program and its subcommands, one after the other.
///
/// # Errors
/// None that writing to memory can cause.
pub fn man() -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for sub in command.get_subcommands() {
        clap_mangen::Man::new(sub.clone()).render(&mut out)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn standard_output_takes_one_format() {
        let target = |args: &[&str]| {
            let cli = Cli::try_parse_from(["loginscope", "analyze", "x"].iter().chain(args));
            match cli.expect("valid").command {
                Command::Analyze(ask) => ask.output.target(),
                _ => unreachable!("analyze was asked"),
            }
        };
        assert_eq!(target(&["-o", "-"]), Ok(Target::Stdout(Format::Json)));
        assert_eq!(
            target(&["-o", "-", "--format", "md"]),
            Ok(Target::Stdout(Format::Md))
        );
        assert_eq!(
            target(&["-o", "-", "--format", "md,html"]),
            Err(NotForStdout)
        );
        assert_eq!(target(&["-o", "-", "--format", "csv"]), Err(NotForStdout));
        assert!(
            matches!(target(&["--format", "csv"]), Ok(Target::Folder(formats)) if formats.csv && !formats.html)
        );
    }
}

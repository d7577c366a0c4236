//! Files to read and to run on: the repository's own, scratch ones, packed ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use walkdir::WalkDir;

/// A file or folder of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A text file of this repository.
pub(crate) fn source(path: &str) -> String {
    read(&repository(path))
}

/// A text file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    let folder = path.parent().expect("a file stands in a folder");
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// A folder that is removed with the value.
pub(crate) fn scratch() -> TempDir {
    TempDir::with_prefix("loginscope-it-").expect("the temporary folder can be written")
}

/// The header of the smallest export.
pub(crate) const HEADER: &str = "Username,Login Time,Status,Application\n";
/// One sound row of it.
pub(crate) const ROW: &str = "ann@example.com,2026-02-16T16:00:00Z,Invalid Password,Browser\n";

/// A folder with one sound export, `logins.csv`.
pub(crate) fn one_login() -> TempDir {
    let home = scratch();
    write(&home.path().join("logins.csv"), [HEADER, ROW].concat());
    home
}

/// A copy of the sample data's folders, to be written to and to be named by short paths.
pub(crate) fn copy_of_samples() -> TempDir {
    let scratch = scratch();
    copy(
        &repository("sample_data"),
        &scratch.path().join("sample_data"),
    );
    scratch
}

/// Copies a folder with all below it.
fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        write(&to.join(path), bytes);
    }
}

/// Every file below a folder, by its path there.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.expect("the folder can be walked");
        if entry.file_type().is_file() {
            let path = entry
                .path()
                .strip_prefix(folder)
                .expect("it was found below the folder");
            let bytes = fs::read(entry.path()).expect("what was found can be read");
            all.insert(path.to_string_lossy().into_owned(), bytes);
        }
    }
    all
}

//! The free space of the disk that a directory is on, and whether that is a network disk.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{FsWord, NFS_SUPER_MAGIC, statfs, statvfs};

/// SMB and CIFS of several ages, and Ceph (Linux's `include/uapi/linux/magic.h` and `fs/smb`, `fs/ceph`).
const REMOTE: [FsWord; 5] = [
    NFS_SUPER_MAGIC,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x00c3_6400,
];

/// A file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Disk {
    /// Identifies the file system.
    pub device: u64,
    /// Free space in bytes for this user.
    pub free: u64,
    /// Whether it is a network file system.
    pub is_remote: bool,
}

impl Disk {
    /// The file system of a directory or file.
    ///
    /// # Errors
    /// The operating system returned an error.
    pub(crate) fn below(path: &Path) -> io::Result<Self> {
        let space = statvfs(path)?;
        Ok(Self {
            device: path.metadata()?.dev(),
            free: space.f_bavail.saturating_mul(space.f_frsize),
            is_remote: REMOTE.contains(&statfs(path)?.f_type),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_returned_and_a_missing_path_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let disk = Disk::below(directory.path()).unwrap();
        assert!(disk.free > 0);
        let file = directory.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(Disk::below(&file).unwrap().device, disk.device);
        assert!(Disk::below(&directory.path().join("nothing")).is_err());
    }
}

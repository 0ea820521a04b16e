//! Objects in S3 that Athena writes, read in pieces.

use std::io::{self, Read as _, Write};

use thiserror::Error;

use crate::logs::query::{Location, LocationError};
use crate::problem::quote::{printable, quoted};

use super::bucket::Bucket;
use super::{Athena, AwsError};

/// Bytes that are written at once.
const PIECE: usize = 1 << 16;

/// Why an object could not be fetched.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// AWS refuses.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Not the name of an object.
    #[error("Athena names as a result what is none: {0}")]
    Name(#[from] LocationError),
    /// It broke off.
    #[error("{name} broke off: {reason}")]
    Broken {
        /// The object.
        name: String,
        /// Why.
        reason: String,
    },
    /// The user does not wait.
    #[error("interrupted while {0} was fetched")]
    Interrupted(String),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl Athena<'_> {
    /// Writes an object such as `s3://bucket/key`, piece by piece; memory does not grow with it.
    ///
    /// # Errors
    /// When AWS refuses, or the object breaks off, or it cannot be written, or Ctrl-C is pressed.
    pub fn fetch_object(&self, name: &str, out: &mut dyn Write) -> Result<(), ObjectError> {
        let location: Location = name.parse()?;
        let bucket = Bucket::new(self.aws, &location.bucket, false);
        let mut body = bucket.open(&location.prefix)?;
        let mut piece = vec![0; PIECE];
        loop {
            if self.interrupt.has_come(self.aws) {
                return Err(ObjectError::Interrupted(quoted(name)));
            }
            match body.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(n) => out.write_all(&piece[..n])?,
                Err(error) => {
                    let reason = printable(&error.to_string());
                    return Err(ObjectError::Broken { name: quoted(name), reason });
                }
            }
        }
    }
}

//! Objects in S3 that Athena writes, read in pieces.

use std::io::{self, Write};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use thiserror::Error;

use crate::quote::quoted;

use super::{Aws, AwsError};

/// Why an object could not be fetched.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// AWS refuses.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Not the name of an object.
    #[error("'{0}' is no object in S3")]
    Name(String),
    /// It broke off.
    #[error("{name} broke off: {reason}")]
    Broken {
        /// The object.
        name: String,
        /// Why.
        reason: String,
    },
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes an object such as `s3://bucket/key`, piece by piece; memory does not grow with it.
///
/// # Errors
/// When AWS refuses, or the object breaks off, or it cannot be written.
pub fn fetch_object(aws: &Aws, name: &str, out: &mut dyn Write) -> Result<(), ObjectError> {
    let path = name.strip_prefix("s3://").unwrap_or_default();
    let (bucket, key) = path.split_once('/').ok_or_else(|| ObjectError::Name(quoted(name)))?;
    let mut config = Builder::from(aws.config());
    if aws.config().endpoint_url().is_some() {
        // Only AWS has a host for each bucket.
        config = config.force_path_style(true);
    }
    let request = Client::from_conf(config.build()).get_object().bucket(bucket).key(key);
    let asked = format!("s3:GetObject of {name}");
    let answer = aws.wait(request.send()).map_err(|error| AwsError::of(&asked, &error))?;
    let mut body = answer.body;
    while let Some(piece) = aws.wait(body.next()) {
        let broken = |reason: String| ObjectError::Broken { name: quoted(name), reason };
        out.write_all(&piece.map_err(|error| broken(error.to_string()))?)?;
    }
    Ok(())
}

//! Flow logs among the objects of a bucket, several at once.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use thiserror::Error;

use crate::logs::evidence::Ledger;
use crate::logs::inputs::{InputError, Reading, Reason, read_log};
use crate::logs::shapes::{self, Fault};

use super::AwsError;
use super::bucket::{Bucket, Object};

/// What came of an object.
#[derive(Debug)]
pub enum Outcome {
    /// It is a flow log; it may have a fault after some records.
    Read(shapes::Reading),
    /// It is something else.
    NoLog(InputError),
    /// It could not be read.
    Failed(ObjectError),
    /// It was not asked for, since nothing could be had before it.
    NotTried,
}

/// Why an object could not be read.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are those of what is inside")]
pub enum ObjectError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("{0}: no room for a temporary file: {1}")]
    File(String, io::Error),
}

/// Reads objects, at most some at once, and hands their records to the ledger; `progress` is told
/// of bytes as they come.
///
/// What came of each is in order of the objects, whatever the order of reading.
pub fn read(
    bucket: &Bucket<'_>,
    objects: &[Object],
    reading: &Reading,
    ledger: &Ledger,
    at_once: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let is_hopeless = AtomicBool::new(false);
    let outcomes = Mutex::new(Vec::with_capacity(objects.len()));
    let work = || {
        while !is_hopeless.load(Ordering::Relaxed) {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(object) = objects.get(i) else { break };
            let outcome = read_object(bucket, object, reading, ledger, progress);
            if let Outcome::Failed(ObjectError::Aws(error)) = &outcome {
                // One object may be gone by now; anything else happens to all.
                let is_gone = matches!(error, AwsError::Missing { .. });
                is_hopeless.fetch_or(!is_gone, Ordering::Relaxed);
            }
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((i, outcome));
        }
    };
    thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, objects.len().max(1)) {
            scope.spawn(work);
        }
    });
    let mut in_order: Vec<Outcome> = objects.iter().map(|_| Outcome::NotTried).collect();
    for (i, outcome) in outcomes.into_inner().unwrap_or_else(PoisonError::into_inner) {
        in_order[i] = outcome;
    }
    in_order
}

fn read_object(
    bucket: &Bucket<'_>,
    object: &Object,
    reading: &Reading,
    ledger: &Ledger,
    progress: &(dyn Fn(u64) + Sync),
) -> Outcome {
    let name = format!("s3://{}/{}", bucket.name(), object.key);
    let body = match bucket.open(&object.key) {
        Ok(body) => Told { body, progress },
        Err(error) => return Outcome::Failed(error.into()),
    };
    match read_body(&name, body, reading, ledger) {
        Ok(read) => Outcome::Read(read),
        Err(ObjectError::Input(error)) if is_no_log(&error.reason) => Outcome::NoLog(error),
        Err(error) => Outcome::Failed(error),
    }
}

/// Parquet is read from its end, so that it has to be there as a whole.
fn read_body(
    name: &str,
    mut body: impl Read + Send,
    reading: &Reading,
    ledger: &Ledger,
) -> Result<shapes::Reading, ObjectError> {
    const MAGIC: &[u8] = b"PAR1";
    let mut start = Vec::new();
    let failed = body.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start).err();
    if let Some(error) = failed {
        return Err(InputError { input: name.to_owned(), reason: Reason::Read(error) }.into());
    }
    let is_parquet = start == MAGIC;
    let mut whole = start.as_slice().chain(body);
    if !is_parquet {
        return Ok(read_log(name, whole, None, reading, ledger)?);
    }
    let file = |error| ObjectError::File(name.to_owned(), error);
    let mut copy = tempfile::tempfile().map_err(file)?;
    if let Err(error) = io::copy(&mut whole, &mut copy) {
        return Err(InputError { input: name.to_owned(), reason: Reason::Read(error) }.into());
    }
    copy.rewind().map_err(file)?;
    let bytes: File = copy.try_clone().map_err(file)?;
    Ok(read_log(name, bytes, Some(copy), reading, ledger)?)
}

/// Whether an object is none of ours, rather than damaged.
fn is_no_log(reason: &Reason) -> bool {
    !matches!(
        reason,
        Reason::Open(_)
            | Reason::Read(_)
            | Reason::Log(Fault::Read { .. } | Fault::Unsupported(_))
            | Reason::AllMalformed(_)
    )
}

/// Bytes that tell how many have come.
struct Told<'p, R> {
    body: R,
    progress: &'p (dyn Fn(u64) + Sync),
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.body.read(buffer)?;
        (self.progress)(n as u64);
        Ok(n)
    }
}

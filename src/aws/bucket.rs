//! Objects in S3: listed by their days, and read while they come.

use std::io::{self, Read};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::RequestPayer;
use tokio::sync::mpsc;

use crate::logs::query::{Days, Location};
use crate::problem::quote::printable;

use super::{Aws, AwsError};

/// Pieces of an object that wait to be read, each of some kilobytes.
const WAITING: usize = 64;

/// Attempts to go on where a connection broke.
const ATTEMPTS: u32 = 3;

/// A bucket, from which objects are read.
pub struct Bucket<'a> {
    aws: &'a Aws,
    client: Client,
    name: String,
    payer: Option<RequestPayer>,
}

/// An object, as listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub size: u64,
}

impl<'a> Bucket<'a> {
    /// The bucket of this name; whether the one who asks pays for it, if its owner wants that.
    #[must_use]
    pub fn new(aws: &'a Aws, bucket: &str, requester_pays: bool) -> Self {
        let mut config = aws_sdk_s3::config::Builder::from(aws.config());
        // Servers of tests, and of other makers, have no names for buckets.
        config.set_force_path_style(aws.config().endpoint_url().map(|_| true));
        Self {
            aws,
            client: Client::from_conf(config.build()),
            name: bucket.to_owned(),
            payer: requester_pays.then_some(RequestPayer::Requester),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The objects below a prefix that may have records of some days, in order of their keys.
    ///
    /// # Errors
    /// When AWS refuses.
    pub fn list(&self, prefix: &str, days: Days) -> Result<Vec<Object>, AwsError> {
        let mut objects = Vec::new();
        let mut open = vec![prefix.to_owned()];
        while let Some(prefix) = open.pop() {
            self.aws.wait(self.list_folder(&prefix, days, &mut objects, &mut open))?;
        }
        objects.sort_unstable();
        Ok(objects)
    }

    /// Lists a folder, if folders may be left out, or all that is below it.
    async fn list_folder(
        &self,
        prefix: &str,
        days: Days,
        objects: &mut Vec<Object>,
        folders: &mut Vec<String>,
    ) -> Result<(), AwsError> {
        let location = Location { bucket: self.name.clone(), prefix: prefix.to_owned() };
        let request = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let request = request.set_request_payer(self.payer.clone());
        let request = request.set_delimiter(days.are_some().then(|| "/".to_owned()));
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("s3:ListBucket", &location, &error))?;
            let found = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
            folders.extend(found.filter(|folder| days.may_be_in(folder)).map(str::to_owned));
            let found = page.contents().iter().filter_map(|object| {
                let size = u64::try_from(object.size()?).ok()?;
                Some(Object { key: object.key()?.to_owned(), size })
            });
            // What the console makes of a folder is an object too.
            let is_file = |object: &Object| object.size > 0 && !object.key.ends_with('/');
            objects.extend(found.filter(|o| is_file(o) && days.may_be_in(&o.key)));
        }
        Ok(())
    }

    /// Opens an object.
    ///
    /// # Errors
    /// When AWS refuses.
    pub fn open(&self, key: &str) -> Result<Body, AwsError> {
        let wanted = Wanted {
            client: self.client.clone(),
            bucket: self.name.clone(),
            key: key.to_owned(),
            payer: self.payer.clone(),
        };
        let location = Location { bucket: self.name.clone(), prefix: key.to_owned() };
        let first = self.aws.wait(wanted.get(0, None));
        let first = first.map_err(|error| failed("s3:GetObject", &location, &error))?;
        let (pieces, receiver) = mpsc::channel(WAITING);
        self.aws.spawn(wanted.send(first, pieces));
        Ok(Body { pieces: receiver, piece: Vec::new(), at: 0 })
    }
}

/// An object that is being fetched.
struct Wanted {
    client: Client,
    bucket: String,
    key: String,
    payer: Option<RequestPayer>,
}

type Piece = io::Result<Vec<u8>>;
type GetError = SdkError<aws_sdk_s3::operation::get_object::GetObjectError, HttpResponse>;

impl Wanted {
    /// Asks for the object from some byte on, if it is still the same.
    async fn get(&self, from: u64, etag: Option<String>) -> Result<GetObjectOutput, GetError> {
        let request = self.client.get_object().bucket(&self.bucket).key(&self.key);
        let request = request.set_request_payer(self.payer.clone());
        let request = request.set_range((from > 0).then(|| format!("bytes={from}-")));
        request.set_if_match(etag).send().await
    }

    /// Sends all pieces, in order; where the connection breaks, the rest is asked for.
    async fn send(self, first: GetObjectOutput, pieces: mpsc::Sender<Piece>) {
        let (etag, mut body) = (first.e_tag, first.body);
        let mut done = 0;
        let mut attempts = 0;
        loop {
            let error = match body.next().await {
                None => return,
                Some(Ok(piece)) => {
                    done += piece.len() as u64;
                    // Nobody reads what is no flow log to its end.
                    if pieces.send(Ok(piece.to_vec())).await.is_err() {
                        return;
                    }
                    continue;
                }
                Some(Err(error)) => DisplayErrorContext(error).to_string(),
            };
            attempts += 1;
            let again = match &etag {
                Some(etag) if done > 0 && attempts < ATTEMPTS => {
                    self.get(done, Some(etag.clone())).await.ok()
                }
                _ => None,
            };
            let Some(output) = again else {
                let _ = pieces.send(Err(io::Error::other(printable(&error)))).await;
                return;
            };
            body = output.body;
        }
    }
}

/// The bytes of an object.
pub struct Body {
    pieces: mpsc::Receiver<Piece>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => (self.piece, self.at) = (piece?, 0),
            }
        }
        let n = (&self.piece[self.at..]).read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

/// What S3 says, with the region of a bucket that is in another one.
fn failed<E>(action: &str, location: &Location, error: &SdkError<E, HttpResponse>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let asked = format!("{action} on {location}");
    let said = AwsError::of(&asked, error);
    let response = error.raw_response();
    let is_redirect = response.is_some_and(|response| response.status().as_u16() == 301);
    let region = response.and_then(|response| response.headers().get("x-amz-bucket-region"));
    match region {
        Some(region) if is_redirect || matches!(said, AwsError::Region { .. }) => {
            AwsError::OtherRegion { asked: printable(&asked), region: printable(region) }
        }
        _ => said,
    }
}

//! What AWS refuses, in words that say what to do.

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

use crate::problem::quote::printable;

/// Why something that was asked of AWS was not answered.
#[derive(Debug, Error)]
pub enum AwsError {
    /// Nothing says where.
    #[error("no region; give --region, set AWS_REGION, or name one in the profile")]
    NoRegion,
    /// Threads could not be started.
    #[error("cannot start threads for requests: {0}")]
    Threads(io::Error),
    /// Nothing says as whom.
    #[error(
        "no credentials for {asked}: {reason}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give --profile, or sign in with `aws sso login`"
    )]
    NoCredentials {
        /// The request.
        asked: String,
        /// What the last provider said.
        reason: String,
    },
    /// They were valid once.
    #[error("{asked}: the credentials have expired ({code}); sign in again")]
    Expired {
        /// The request.
        asked: String,
        /// AWS's word for it.
        code: String,
    },
    /// AWS knows no such key.
    #[error("{asked}: AWS does not accept the credentials ({code}: {message})")]
    Credentials {
        /// The request.
        asked: String,
        /// AWS's word for it.
        code: String,
        /// AWS's reason.
        message: String,
    },
    /// They may not do this; AWS's reason names the action and the resource.
    #[error("no permission for {asked} ({code}: {message})")]
    Permission {
        /// The request, with the action.
        asked: String,
        /// AWS's word for it.
        code: String,
        /// AWS's reason.
        message: String,
    },
    /// Another region's.
    #[error("{asked}: it is in another region ({code}: {message}); give --region")]
    Region {
        /// The request.
        asked: String,
        /// AWS's word for it.
        code: String,
        /// AWS's reason.
        message: String,
    },
    /// AWS wants fewer requests, after all attempts.
    #[error("{asked}: AWS asks for fewer requests ({code}: {message}); try again later")]
    Throttled {
        /// The request.
        asked: String,
        /// AWS's word for it.
        code: String,
        /// AWS's reason.
        message: String,
    },
    /// The bucket's region is another one, and AWS says which.
    #[error("{asked}: the bucket is in region {region}; give --region {region}")]
    OtherRegion {
        /// The request.
        asked: String,
        /// Where the bucket is.
        region: String,
    },
    /// There is no such thing.
    #[error("{asked}: there is none ({code}: {message}); check the name, --region and --profile")]
    Missing {
        /// The request.
        asked: String,
        /// AWS's word for it.
        code: String,
        /// AWS's reason.
        message: String,
    },
    /// A query that did not come to its end.
    #[error("{asked}: the query {end}")]
    Query {
        /// The request.
        asked: String,
        /// How it ended.
        end: String,
    },
    /// Nobody waits any longer.
    #[error(
        "{asked}: no answer within {seconds} s, so the query was stopped; give a longer --timeout, or a shorter time"
    )]
    Late {
        /// The request.
        asked: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The user does not wait, and nothing runs.
    #[error("interrupted before {asked} was answered")]
    Interrupted {
        /// The request.
        asked: String,
    },
    /// The user does not wait for a query.
    #[error("interrupted; query {id}: {stopped}")]
    Stopped {
        /// Its id.
        id: String,
        /// Whether it is stopped.
        stopped: String,
    },
    /// Anything else that AWS refuses.
    #[error("{asked}: {code}: {message}")]
    Refused {
        /// The request.
        asked: String,
        /// AWS's word for it.
        code: String,
        /// AWS's reason.
        message: String,
    },
    /// No answer.
    #[error(
        "{asked}: no answer from AWS: {reason}; check the network, --region and --endpoint-url"
    )]
    Unreachable {
        /// The request.
        asked: String,
        /// What went wrong.
        reason: String,
    },
}

impl AwsError {
    /// What the SDK says of a request: an action such as `athena:StartQueryExecution`, and on what.
    pub fn of<E, R>(asked: &str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let asked = printable(asked);
        if let Some(refused) = error.as_service_error() {
            let code = printable(refused.code().unwrap_or("an error without a code"));
            let message = printable(refused.message().unwrap_or("no reason given"));
            return Self::refused(asked, code, message);
        }
        let reasons = reasons(error);
        if let Some(reason) = reasons.credentials {
            return Self::NoCredentials { asked, reason };
        }
        Self::Unreachable { asked, reason: reasons.all }
    }

    /// What AWS's word for a refusal means.
    fn refused(asked: String, code: String, message: String) -> Self {
        match code.as_str() {
            "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "TokenRefreshRequired" => Self::Expired { asked, code },
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "InvalidToken"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "IncompleteSignature" => Self::Credentials { asked, code, message },
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "Forbidden" => {
                Self::Permission { asked, code, message }
            }
            "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException" => Self::Region { asked, code, message },
            "NoSuchBucket" | "NoSuchKey" | "ResourceNotFoundException" => {
                Self::Missing { asked, code, message }
            }
            "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
            | "SlowDown"
            | "RequestLimitExceeded"
            | "LimitExceededException" => Self::Throttled { asked, code, message },
            _ => Self::Refused { asked, code, message },
        }
    }
}

/// What the causes of a failure say.
struct Reasons {
    /// That there are no credentials.
    credentials: Option<String>,
    /// All of them, the outermost first.
    all: String,
}

fn reasons(error: &(dyn Error + 'static)) -> Reasons {
    let mut credentials = None;
    let mut all: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(missing) = error.downcast_ref::<CredentialsError>() {
            credentials = Some(printable(&missing.to_string()));
        }
        let said = printable(&error.to_string());
        if all.last() != Some(&said) {
            all.push(said);
        }
        cause = error.source();
    }
    Reasons { credentials, all: all.join(": ") }
}

//! What is asked of AWS: credentials and regions as its own tools find them.
//!
//! In: a query of `logs::query`. Out: the rows of its result, or the objects of a bucket. It may use
//! logs, and writes nothing to AWS. To read in this order: `athena`, `insights`, `bucket`.

mod athena;
pub mod bucket;
mod error;
pub mod flow_logs;
pub mod insights;
mod interrupt;
mod result_objects;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{Builder, tls};

pub use athena::{Athena, Cells, Finished, QueryError, TableColumns, Workplace};
pub use error::AwsError;
pub use interrupt::answers_interrupts;
pub use result_objects::ObjectError;

/// Where AWS is, and as whom it is asked; what is not said is found as every AWS tool finds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The region, say `eu-central-1`.
    pub region: Option<String>,
    /// A profile of the configuration files.
    pub profile: Option<String>,
    /// Another address than that of AWS, for tests and private endpoints.
    pub endpoint_url: Option<String>,
}

/// A connection: configuration, and what its requests run on.
pub struct Aws {
    config: SdkConfig,
    runtime: tokio::runtime::Runtime,
}

impl Aws {
    /// Finds the configuration; nothing is asked yet.
    ///
    /// # Errors
    /// When there is no region, or threads cannot be started.
    pub fn new(place: &Place) -> Result<Self, AwsError> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().map_err(AwsError::Threads)?;
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let http = Builder::new().tls_provider(provider).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http);
        if let Some(region) = &place.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &place.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &place.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = runtime.block_on(loader.load());
        if config.region().is_none() {
            return Err(AwsError::NoRegion);
        }
        Ok(Self { config, runtime })
    }

    /// The configuration, for the clients of services.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Does what has been asked in the background.
    fn spawn(&self, asked: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(asked);
    }

    /// Waits for what has been asked.
    pub fn wait<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }
}

//! Ctrl-C while AWS is asked, so that what runs there can be stopped.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Aws, AwsError};

/// Longest wait for the answer to a request to stop; nothing but that stands before the end.
const STOPPING: Duration = Duration::from_secs(8);

/// Whether someone has listened; tokio does not give Ctrl-C back.
static LISTENING: AtomicBool = AtomicBool::new(false);

/// Whether Ctrl-C stops what runs at AWS, and is answered by an error.
#[must_use]
pub fn answers_interrupts() -> bool {
    LISTENING.load(Ordering::SeqCst)
}

/// Ctrl-C, whether it has been pressed or not.
pub(super) struct Interrupt(RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>);

impl Interrupt {
    /// Listens from the first wait on; a process that listens is not ended by Ctrl-C any more.
    pub(super) fn new() -> Self {
        Self(RefCell::new(Some(Box::pin(async {
            LISTENING.store(true, Ordering::SeqCst);
            if tokio::signal::ctrl_c().await.is_err() {
                // Without signals there is nothing to wait for.
                std::future::pending::<()>().await;
            }
        }))))
    }

    /// Waits for an answer; none if Ctrl-C is pressed before.
    pub(super) async fn unless<T>(&self, asked: impl Future<Output = T>) -> Option<T> {
        let mut asked = pin!(asked);
        poll_fn(|cx| match asked.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => self.poll(cx).map(|()| None),
        })
        .await
    }

    /// Whether it has been pressed.
    pub(super) fn has_come(&self, aws: &Aws) -> bool {
        aws.wait(poll_fn(|cx| Poll::Ready(self.poll(cx).is_ready())))
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.0.borrow_mut();
        let Some(pressed) = waiting.as_mut() else { return Poll::Ready(()) };
        let polled = pressed.as_mut().poll(cx);
        if polled.is_ready() {
            *waiting = None;
        }
        polled
    }
}

/// What came of a request to stop a query of a service, which is not waited for without end.
pub(super) async fn stopped<T>(
    service: &str,
    asked: impl Future<Output = Result<T, AwsError>>,
) -> String {
    match tokio::time::timeout(STOPPING, asked).await {
        Ok(Ok(_)) => format!("it is stopped at {service}"),
        Ok(Err(error)) => format!("it may still run at {service}: {error}"),
        Err(_) => format!("it may still run at {service}, which does not answer"),
    }
}

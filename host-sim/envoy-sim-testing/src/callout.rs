//! HTTP call-outs of the module, answered by the test.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::{HttpCall, HttpFailure};

use super::answer::Answer;
use super::testbed::Testbed;

/// A call-out that waits for its answer. It ends with [`Callout::respond`] or [`Callout::fail`]; without either it
/// stays until its own timeout.
#[derive(Clone)]
pub struct Callout {
    testbed: Rc<RefCell<Testbed>>,
    request: HttpCall,
}

// === impl Callout ===

impl Callout {
    pub(super) fn new(testbed: Rc<RefCell<Testbed>>, request: HttpCall) -> Self {
        Self { testbed, request }
    }

    /// The whole request.
    pub fn request(&self) -> &HttpCall {
        &self.request
    }

    /// The cluster that it goes to.
    pub fn cluster(&self) -> &str {
        &self.request.cluster
    }

    /// The value of a header of the request, as text; upper and lower case of the name are the same.
    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.request.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    /// The body of the request.
    pub fn body(&self) -> &[u8] {
        &self.request.body
    }

    /// Answers, after the latency of the answer. A call that has ended already stays as it is.
    pub fn respond(&self, answer: Answer) {
        Testbed::borrow(&self.testbed).answer(self.request.call, answer);
    }

    /// Fails the call now.
    pub fn fail(&self, failure: HttpFailure) {
        self.respond(Answer::failure(failure));
    }
}

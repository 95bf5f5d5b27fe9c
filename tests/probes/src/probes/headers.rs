//! Header maps, which a network filter only has in the callback of a call-out.

use crate::call::{
    HTTP_CALL_HEADERS, HTTP_CALL_TRAILERS, add_header, get_header, get_headers, get_headers_size, http_call,
    remove_header, replace_header, request, set_headers, wire,
};
use crate::probe::{Action, Probe};

fn ask(maps: impl IntoIterator<Item = u32>) {
    for map in maps {
        get_headers(map);
        get_headers_size(map);
        get_header(map, ":status");
        add_header(map, "x-added", "1");
        replace_header(map, "x-added", "2");
        remove_header(map, "x-added");
        set_headers(map, &wire(&[("x-set", "1")]));
        set_headers(map, b"\x01\0\0");
        set_headers(map, b"");
    }
}

/// Every map where there is none.
pub(crate) struct Outside;

impl Probe for Outside {
    fn configure(&mut self, _: u32, _: u32) -> bool {
        ask([HTTP_CALL_HEADERS]);
        true
    }
    fn new_connection(&mut self, _: u32) -> Action {
        ask((0..10).chain([u32::MAX]));
        Action::Continue
    }
}

/// Every map in the callback of a call-out.
pub(crate) struct InResponse;

impl Probe for InResponse {
    fn new_connection(&mut self, _: u32) -> Action {
        http_call("http", "/trailers", &request("/trailers"), b"", 5000);
        Action::Continue
    }
    fn http_response(&mut self, _: u32, _: u32, _: u32, _: u32, _: u32) {
        ask(0..10);
        get_header(HTTP_CALL_HEADERS, "X-Case");
        get_header(HTTP_CALL_HEADERS, "x-twice");
        get_header(HTTP_CALL_HEADERS, "x-empty");
        get_header(HTTP_CALL_HEADERS, "absent");
        get_header(HTTP_CALL_HEADERS, "");
        get_header(HTTP_CALL_TRAILERS, "x-trailer");
        get_header(HTTP_CALL_TRAILERS, "absent");
    }
}

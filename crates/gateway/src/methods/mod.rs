//! The handlers, one module per router: convert, call, convert. No rule and no SQL lives here.

mod system;

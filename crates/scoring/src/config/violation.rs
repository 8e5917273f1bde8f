//! What a broken configuration is told: where, which rule, and in words.

use crate::points::{Factor, Points};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// One broken rule of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Violation {
    /// Where, from the configuration's root: `types.demo_request.weight`, `icp.customAttributes[2].field`.
    pub path: String,
    /// The rule's name: `range`, `order`, `blank`, `empty`, `reserved`, `choice`, `band`, `too-many`.
    pub rule: &'static str,
    /// The rule in words, for a person.
    pub message: String,
}

/// Collects what is broken, so that a caller learns everything at once.
#[derive(Default)]
pub(super) struct Violations(pub(super) Vec<Violation>);

impl Violations {
    pub(super) fn refuse(&mut self, path: &str, rule: &'static str, message: String) {
        self.0.push(Violation { path: path.into(), rule, message });
    }

    pub(super) fn points(&mut self, path: &str, points: Points, min: Points, max: Points) {
        if points < min || max < points {
            self.refuse(path, "range", format!("must be from {min} to {max}, is {points}"));
        }
    }

    pub(super) fn score(&mut self, path: &str, points: Points) {
        self.points(path, points, Points::ZERO, Points::HUNDRED);
    }

    pub(super) fn factor(&mut self, path: &str, factor: Factor, min: Factor, max: Factor) {
        if factor < min || max < factor {
            self.refuse(path, "range", format!("must be from {min} to {max}, is {factor}"));
        }
    }

    pub(super) fn share(&mut self, path: &str, factor: Factor) {
        self.factor(path, factor, Factor::ZERO, Factor::ONE);
    }

    pub(super) fn weight(&mut self, path: &str, factor: Factor) {
        self.factor(path, factor, Factor::ZERO, Factor::whole(1000));
    }

    pub(super) fn at_most(&mut self, path: &str, count: usize, limit: usize) {
        if count > limit {
            self.refuse(path, "too-many", format!("must have at most {limit} entries, has {count}"));
        }
    }

    pub(super) fn text(&mut self, path: &str, text: &str) {
        if text.trim().is_empty() {
            self.refuse(path, "blank", "must not be blank".into());
        }
    }
}

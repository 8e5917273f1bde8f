//! SOQL, as much of it as integrations use: a lexer, a parser and the syntax tree. Knows names only as text.
mod lexer;
mod parser;

pub(crate) use parser::parse;

/// A query as written. Positions are columns, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    pub(crate) select: Vec<Item>,
    pub(crate) from: Name,
    pub(crate) filter: Option<Expr>,
    pub(crate) order: Vec<Order>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) column: usize,
}

/// A field, through parents or not: `Account.Owner.Name`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) parts: Vec<String>,
    pub(crate) column: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Field(Path),
    /// `COUNT()`: only the number.
    Count,
    /// `COUNT(Id)`, `MAX(SystemModstamp) latest`.
    Aggregate {
        function: Function,
        path: Path,
        alias: Option<String>,
    },
    Children(Box<Query>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Count,
    CountDistinct,
    Min,
    Max,
    Sum,
    Avg,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare { path: Path, op: Op, literal: Literal },
    In { path: Path, negated: bool, list: Vec<Literal> },
    Includes { path: Path, negated: bool, list: Vec<String> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Like,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Seconds since 1970-01-01 UTC.
    DateTime(i64),
    /// `TODAY`, `LAST_N_DAYS:30`: days relative to today, first to last.
    Days {
        first: i32,
        last: i32,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    pub(crate) path: Path,
    pub(crate) descending: bool,
    pub(crate) nulls_last: bool,
}

/// Why a text is not a query; answered as `MALFORMED_QUERY`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) column: usize,
}

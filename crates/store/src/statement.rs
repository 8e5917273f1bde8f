//! SQL where the query builder cannot say it, prepared once for each connection.
//!
//! diesel's own `sql_query` is prepared anew at each call, a round trip and a plan more. This one is kept by its text, so
//! the text must come from a few constants, never from a caller's words.

use std::{borrow::Cow, marker::PhantomData};

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, HasSqlType, Untyped},
};

/// A statement with `$1`, `$2`, … for its binds. A bind may be named more than once.
pub(crate) struct Statement<'a> {
    text: Cow<'static, str>,
    binds: Vec<Box<dyn QueryFragment<Pg> + Send + 'a>>,
    kept: bool,
}

/// A statement of our own words.
pub(crate) fn statement<'a>(text: impl Into<Cow<'static, str>>) -> Statement<'a> {
    Statement { text: text.into(), binds: Vec::new(), kept: true }
}

impl<'a> Statement<'a> {
    /// Planned anew each time, for the values it is asked with. For what may take a part of a table or nearly all of it: a
    /// plan kept for any values walks an index in either case.
    pub(crate) fn planned_for_its_values(self) -> Self {
        Statement { kept: false, ..self }
    }

    pub(crate) fn bind<Type, Value>(mut self, value: Value) -> Self
    where
        Pg: HasSqlType<Type>,
        Type: Send + 'a,
        Value: ToSql<Type, Pg> + Send + 'a,
    {
        self.binds.push(Box::new(Bind { value, sql_type: PhantomData::<Type> }));
        self
    }
}

impl QueryFragment<Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.kept {
            out.unsafe_to_cache_prepared();
        }
        let mut rest = &*self.text;
        while let Some((before, after)) = rest.split_once('$') {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = after[..digits].parse().expect("a `$` is followed by a bind's number");
            out.push_sql(before);
            self.binds[number - 1].walk_ast(out.reborrow())?;
            rest = &after[digits..];
        }
        out.push_sql(rest);
        Ok(())
    }
}

impl QueryId for Statement<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

struct Bind<Type, Value> {
    value: Value,
    sql_type: PhantomData<Type>,
}

impl<Type, Value> QueryFragment<Pg> for Bind<Type, Value>
where
    Pg: HasSqlType<Type>,
    Value: ToSql<Type, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Type, Value>(&self.value)
    }
}

/// More than any page has.
const MOST: i64 = 101;

/// The first rows of a query, so that one plan serves pages of all sizes. A plan for any number of rows supposes a tenth of
/// the table, which is dear, and PostgreSQL would rather plan anew at each call; the number inside tells it better.
pub(crate) struct FirstOf<Q> {
    query: Q,
    most: i64,
}

pub(crate) fn first_of<Q>(query: Q, most: i64) -> FirstOf<Q> {
    assert!(most <= MOST, "a page is smaller");
    FirstOf { query, most }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for FirstOf<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT * FROM (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(&format!(" LIMIT {MOST}) page LIMIT "));
        out.push_bind_param::<BigInt, _>(&self.most)
    }
}

impl<Q> QueryId for FirstOf<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for FirstOf<Q> {
    type SqlType = Q::SqlType;
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::{BigInt, Text};

    use super::*;

    #[test]
    fn binds_are_found_by_number_and_may_repeat() {
        let query = statement("SELECT $2, $1 WHERE $2 = 'x'").bind::<BigInt, _>(7_i64).bind::<Text, _>("x");
        assert_eq!(
            diesel::debug_query::<Pg, _>(&query).to_string(),
            "SELECT $1, $2 WHERE $3 = 'x' -- binds: [\"x\", 7, \"x\"]"
        );
    }
}

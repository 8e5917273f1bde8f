//! Tokens of a query into its tree, by recursive descent. As the vendor does, it refuses AND mixed with OR without parentheses.
use super::lexer::{Token, tokens};
use super::{Expr, Function, Item, Literal, Name, Op, Order, Path, Query, SyntaxError};

/// Deep enough for any generated query, shallow enough for the stack.
const MAX_DEPTH: usize = 64;

/// # Errors
/// When the text is not a query of the supported subset.
pub(crate) fn parse(text: &str) -> Result<Query, SyntaxError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let query = parser.query(true)?;
    match parser.peek() {
        Token::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn query(&mut self, top: bool) -> Result<Query, SyntaxError> {
        self.keyword("SELECT")?;
        let mut select = vec![self.item(top)?];
        while self.take_symbol(",") {
            select.push(self.item(top)?);
        }
        self.keyword("FROM")?;
        let from = self.name()?;
        let alias = self.alias(&["WHERE", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL", "USING"])?;
        let filter = if self.take_keyword("WHERE") { Some(self.expression()?) } else { None };
        let mut order = Vec::new();
        if self.take_keyword("ORDER") {
            self.keyword("BY")?;
            order.push(self.order()?);
            while self.take_symbol(",") {
                order.push(self.order()?);
            }
        }
        let limit = if self.take_keyword("LIMIT") { Some(self.count()?) } else { None };
        let offset = if self.take_keyword("OFFSET") { self.count()? } else { 0 };
        let mut query = Query { select, from, filter, order, limit, offset };
        if let Some(alias) = alias {
            strip_alias(&mut query, &alias);
        }
        let own = query.from.text.clone();
        strip_alias(&mut query, &own);
        Ok(query)
    }

    fn item(&mut self, top: bool) -> Result<Item, SyntaxError> {
        if matches!(self.peek(), Token::Symbol("(")) {
            if !top {
                return Err(self.unexpected());
            }
            self.at += 1;
            let child = self.query(false)?;
            self.symbol(")")?;
            return Ok(Item::Children(Box::new(child)));
        }
        let path = self.path()?;
        if !self.take_symbol("(") {
            return Ok(Item::Field(path));
        }
        let function = match path.parts.join(".").to_ascii_uppercase().as_str() {
            "COUNT" if self.take_symbol(")") => return Ok(Item::Count),
            "COUNT" => Function::Count,
            "COUNT_DISTINCT" => Function::CountDistinct,
            "MIN" => Function::Min,
            "MAX" => Function::Max,
            "SUM" => Function::Sum,
            "AVG" => Function::Avg,
            _ => {
                let message = format!("unexpected token: '{}'", path.parts.join("."));
                return Err(SyntaxError { message, column: path.column });
            }
        };
        let argument = self.path()?;
        self.symbol(")")?;
        let alias = self.alias(&["FROM"])?;
        Ok(Item::Aggregate { function, path: argument, alias })
    }

    fn order(&mut self) -> Result<Order, SyntaxError> {
        let path = self.path()?;
        let descending = self.take_keyword("DESC");
        if !descending {
            self.take_keyword("ASC");
        }
        let mut nulls_last = false;
        if self.take_keyword("NULLS") {
            nulls_last = self.take_keyword("LAST");
            if !nulls_last {
                self.keyword("FIRST")?;
            }
        }
        Ok(Order { path, descending, nulls_last })
    }

    fn expression(&mut self) -> Result<Expr, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let column = self.tokens[self.at].1;
            return Err(SyntaxError { message: "query is nested too deeply".into(), column });
        }
        let first = self.term()?;
        let mut terms = vec![first];
        let joined = if self.is_keyword("AND") {
            "AND"
        } else if self.is_keyword("OR") {
            "OR"
        } else {
            ""
        };
        while !joined.is_empty() && self.take_keyword(joined) {
            terms.push(self.term()?);
        }
        if self.is_keyword("AND") || self.is_keyword("OR") {
            return Err(self.unexpected());
        }
        self.depth -= 1;
        Ok(match joined {
            "AND" => Expr::And(terms),
            "OR" => Expr::Or(terms),
            _ => terms.pop().expect("one term was parsed"),
        })
    }

    fn term(&mut self) -> Result<Expr, SyntaxError> {
        if self.take_keyword("NOT") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(self.unexpected());
            }
            let inner = self.term()?;
            self.depth -= 1;
            return Ok(Expr::Not(Box::new(inner)));
        }
        if self.take_symbol("(") {
            let inner = self.expression()?;
            self.symbol(")")?;
            return Ok(inner);
        }
        let path = self.path()?;
        let negated = self.is_keyword("NOT");
        if negated {
            self.at += 1;
        }
        if self.take_keyword("IN") {
            let list = self.list()?;
            return Ok(Expr::In { path, negated, list });
        }
        if negated {
            return Err(self.unexpected());
        }
        if self.is_keyword("INCLUDES") || self.is_keyword("EXCLUDES") {
            let negated = self.is_keyword("EXCLUDES");
            self.at += 1;
            let list = self.list()?;
            let list = list
                .into_iter()
                .map(|l| if let Literal::Text(t) = l { Ok(t) } else { Err(self.unexpected()) });
            return Ok(Expr::Includes { path, negated, list: list.collect::<Result<_, _>>()? });
        }
        let op = self.operator()?;
        let literal = self.literal()?;
        Ok(Expr::Compare { path, op, literal })
    }

    fn operator(&mut self) -> Result<Op, SyntaxError> {
        let op = match self.peek() {
            Token::Symbol("=") => Op::Eq,
            Token::Symbol("!=" | "<>") => Op::Ne,
            Token::Symbol("<") => Op::Lt,
            Token::Symbol("<=") => Op::Le,
            Token::Symbol(">") => Op::Gt,
            Token::Symbol(">=") => Op::Ge,
            Token::Word(w) if w.eq_ignore_ascii_case("LIKE") => Op::Like,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(op)
    }

    fn list(&mut self) -> Result<Vec<Literal>, SyntaxError> {
        self.symbol("(")?;
        let mut list = vec![self.literal()?];
        while self.take_symbol(",") {
            list.push(self.literal()?);
        }
        self.symbol(")")?;
        Ok(list)
    }

    fn literal(&mut self) -> Result<Literal, SyntaxError> {
        let literal = match self.peek() {
            Token::Text(t) => Literal::Text(t.clone()),
            Token::Number(n) => Literal::Number(*n),
            Token::Date(d) => Literal::Date(*d),
            Token::DateTime(t) => Literal::DateTime(*t),
            Token::Word(w) => named_literal(w).ok_or_else(|| self.unexpected())?,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(literal)
    }

    fn count(&mut self) -> Result<u64, SyntaxError> {
        match *self.peek() {
            Token::Number(n) if n >= 0.0 && n.fract() == 0.0 => {
                self.at += 1;
                Ok(n as u64)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn path(&mut self) -> Result<Path, SyntaxError> {
        let name = self.name()?;
        let parts: Vec<String> = name.text.split('.').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            return Err(SyntaxError {
                message: format!("unexpected token: '{}'", name.text),
                column: name.column,
            });
        }
        Ok(Path { parts, column: name.column })
    }

    fn name(&mut self) -> Result<Name, SyntaxError> {
        const RESERVED: [&str; 11] =
            ["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "LIKE", "IN", "ORDER", "LIMIT", "OFFSET"];
        match self.peek() {
            Token::Word(w) if !RESERVED.iter().any(|r| r.eq_ignore_ascii_case(w)) => {
                let name = Name { text: w.clone(), column: self.tokens[self.at].1 };
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn alias(&mut self, following: &[&str]) -> Result<Option<String>, SyntaxError> {
        match self.peek() {
            Token::Word(w) if !following.iter().any(|k| k.eq_ignore_ascii_case(w)) => {
                Ok(Some(self.name()?.text))
            }
            _ => Ok(None),
        }
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn is_keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(w) if w.eq_ignore_ascii_case(word))
    }

    fn take_keyword(&mut self, word: &str) -> bool {
        let found = self.is_keyword(word);
        self.at += usize::from(found);
        found
    }

    fn keyword(&mut self, word: &str) -> Result<(), SyntaxError> {
        if self.take_keyword(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(s) if *s == symbol);
        self.at += usize::from(found);
        found
    }

    fn symbol(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> SyntaxError {
        let (token, column) = &self.tokens[self.at];
        let shown = match token {
            Token::Word(w) => w.clone(),
            Token::Text(t) => format!("'{t}'"),
            Token::Number(n) => n.to_string(),
            Token::Date(_) | Token::DateTime(_) => "date".into(),
            Token::Symbol(s) => (*s).into(),
            Token::End => "<EOF>".into(),
        };
        SyntaxError { message: format!("unexpected token: '{shown}'"), column: *column }
    }
}

fn named_literal(word: &str) -> Option<Literal> {
    let upper = word.to_ascii_uppercase();
    Some(match upper.as_str() {
        "NULL" => Literal::Null,
        "TRUE" => Literal::Bool(true),
        "FALSE" => Literal::Bool(false),
        "TODAY" => Literal::Days { first: 0, last: 0 },
        "YESTERDAY" => Literal::Days { first: -1, last: -1 },
        "TOMORROW" => Literal::Days { first: 1, last: 1 },
        _ => {
            let (name, n) = upper.split_once(':')?;
            let n: i32 = n.parse().ok().filter(|n| (1..=100_000).contains(n))?;
            match name {
                "LAST_N_DAYS" => Literal::Days { first: -n, last: 0 },
                "NEXT_N_DAYS" => Literal::Days { first: 1, last: n },
                _ => return None,
            }
        }
    })
}

/// `FROM Account a` lets `a.Name` stand for `Name`; so does `Account.Name` in a query on Account.
fn strip_alias(query: &mut Query, alias: &str) {
    fn path(p: &mut Path, alias: &str) {
        if p.parts.len() > 1 && p.parts[0].eq_ignore_ascii_case(alias) {
            p.parts.remove(0);
        }
    }
    fn expr(e: &mut Expr, alias: &str) {
        match e {
            Expr::And(list) | Expr::Or(list) => list.iter_mut().for_each(|e| expr(e, alias)),
            Expr::Not(inner) => expr(inner, alias),
            Expr::Compare { path: p, .. } | Expr::In { path: p, .. } | Expr::Includes { path: p, .. } => {
                path(p, alias)
            }
        }
    }
    for item in &mut query.select {
        match item {
            Item::Field(p) | Item::Aggregate { path: p, .. } => path(p, alias),
            Item::Count | Item::Children(_) => {}
        }
    }
    query.filter.iter_mut().for_each(|e| expr(e, alias));
    query.order.iter_mut().for_each(|o| path(&mut o.path, alias));
}

//! What is built reads back as the same query, whatever the values are. The reader here knows only the grammar of SOQL and
//! shares no code with the builder.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Symbol(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c == ' ' {
            at += 1;
        } else if c == '\'' {
            let mut value = String::new();
            at += 1;
            loop {
                match chars.get(at).ok_or("a text without an end")? {
                    '\'' => break,
                    '\n' | '\r' => return Err("a line break inside a text".into()),
                    '\\' => {
                        at += 1;
                        value.push(match chars.get(at).ok_or("half an escape")? {
                            'n' => '\n',
                            'r' => '\r',
                            't' => '\t',
                            'b' => '\u{8}',
                            'f' => '\u{c}',
                            same @ ('\'' | '"' | '\\') => *same,
                            other => return Err(format!("no such escape: {other}")),
                        });
                    }
                    other => value.push(*other),
                }
                at += 1;
            }
            at += 1;
            tokens.push(Token::Quoted(value));
        } else if c.is_ascii_alphanumeric() || c == '-' {
            let start = at;
            while at < chars.len() && (chars[at].is_ascii_alphanumeric() || "_.:-".contains(chars[at])) {
                at += 1;
            }
            tokens.push(Token::Word(chars[start..at].iter().collect()));
        } else {
            let two: String = chars[at..(at + 2).min(chars.len())].iter().collect();
            let symbol = if ["!=", "<=", ">="].contains(&two.as_str()) { two } else { c.to_string() };
            at += symbol.len();
            tokens.push(Token::Symbol(symbol));
        }
    }
    Ok(tokens)
}

struct Reader {
    tokens: std::collections::VecDeque<Token>,
}

impl Reader {
    fn next(&mut self) -> Result<Token, String> {
        self.tokens.pop_front().ok_or_else(|| "too short".into())
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next()? {
            Token::Word(word) => Ok(word),
            other => Err(format!("no word: {other:?}")),
        }
    }

    fn is(&self, token: &str) -> bool {
        matches!(self.tokens.front(), Some(Token::Word(text) | Token::Symbol(text)) if text == token)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.is(token);
        if found {
            self.tokens.pop_front();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) {
            Ok(())
        } else {
            Err(format!("expected {token}, found {:?}", self.tokens.front()))
        }
    }

    fn name(&mut self) -> Result<Name, String> {
        let word = self.word()?;
        Name::new(&word).ok_or(word)
    }

    fn names(&mut self) -> Result<Vec<Name>, String> {
        let mut names = vec![self.name()?];
        while self.take(",") {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn literal(&mut self) -> Result<Literal, String> {
        let word = match self.next()? {
            Token::Quoted(text) => return Ok(Literal::Text(text)),
            Token::Word(word) => word,
            Token::Symbol(symbol) => return Err(symbol),
        };
        DateTime::parse_from_rfc3339(&word).map(|at| Literal::Instant(at.to_utc())).map_err(|_| word)
    }

    fn condition(&mut self) -> Result<Condition, String> {
        if self.take("(") {
            let left = self.condition()?;
            let condition = if self.take("AND") {
                left.and(self.condition()?)
            } else {
                self.expect("OR")?;
                left.or(self.condition()?)
            };
            self.expect(")")?;
            return Ok(condition);
        }
        let name = self.name()?;
        let operator = match self.next()? {
            Token::Symbol(symbol) => match symbol.as_str() {
                "=" => Operator::Equal,
                ">" => Operator::Greater,
                ">=" => Operator::AtLeast,
                _ => return Err(symbol),
            },
            other => return Err(format!("no operator: {other:?}")),
        };
        Ok(Condition::Compare(name, operator, self.literal()?))
    }
}

fn parse(text: &str) -> Result<Select, String> {
    let mut reader = Reader { tokens: tokens(text)?.into() };
    reader.expect("SELECT")?;
    let fields = reader.names()?;
    reader.expect("FROM")?;
    let from = reader.name()?;
    let condition = if reader.take("WHERE") { Some(reader.condition()?) } else { None };
    let order_by = if reader.take("ORDER") {
        reader.expect("BY")?;
        reader.names()?
    } else {
        Vec::new()
    };
    let limit =
        if reader.take("LIMIT") { Some(reader.word()?.parse().map_err(|_| "no number")?) } else { None };
    if reader.tokens.is_empty() {
        Ok(Select { fields, from, condition, order_by, limit })
    } else {
        Err(format!("left over: {:?}", reader.tokens))
    }
}

fn name() -> impl Strategy<Value = Name> {
    "[A-EG-HJ-MP-RT-Z][a-z]{1,6}(__c)?(\\.[A-Z][a-z]{1,5})?".prop_map(|text| Name::new(&text).unwrap())
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<String>().prop_map(Literal::Text),
        "[\\\\'\"a%_ ()nrt\n\r\t-]{0,12}".prop_map(Literal::Text),
        (0..4_000_000_000_000_i64)
            .prop_map(|ms| Literal::Instant(DateTime::from_timestamp_millis(ms).unwrap())),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let operator = prop_oneof![Just(Operator::Equal), Just(Operator::Greater), Just(Operator::AtLeast)];
    let leaf = (name(), operator, literal())
        .prop_map(|(name, operator, literal)| Condition::Compare(name, operator, literal));
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| left.and(right)),
            (inner.clone(), inner).prop_map(|(left, right)| left.or(right)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_built_reads_back_as_the_same_query(
        fields in prop::collection::vec(name(), 1..5),
        from in name(),
        condition in prop::option::of(condition()),
        order_by in prop::collection::vec(name(), 0..3),
        limit in prop::option::of(any::<u32>()),
    ) {
        let select = Select { fields, from, condition, order_by, limit };
        prop_assert_eq!(parse(&select.to_string()), Ok(select));
    }

    #[test]
    fn a_text_is_a_name_only_in_the_form_of_one(text in any::<String>()) {
        let harmless = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        prop_assert!(Name::new(&text).is_none() || harmless);
    }
}

#[test]
fn a_query_has_the_text_that_salesforce_documents() {
    let name = |text| Name::new(text).unwrap();
    let select = Select {
        fields: vec![name("Id"), name("Owner.Email")],
        from: name("Account"),
        condition: Some(
            Condition::Compare(name("Name"), Operator::Equal, Literal::Text("O'Neil \\ \"Söhne\"\n".into()))
                .and(Condition::Compare(
                    name("SystemModstamp"),
                    Operator::AtLeast,
                    Literal::Instant("2024-01-02T03:04:05Z".parse().unwrap()),
                )),
        ),
        order_by: vec![name("SystemModstamp"), name("Id")],
        limit: Some(5),
    };
    assert_eq!(
        select.to_string(),
        r#"SELECT Id, Owner.Email FROM Account WHERE (Name = 'O\'Neil \\ \"Söhne\"\n' AND SystemModstamp >= 2024-01-02T03:04:05.000Z) ORDER BY SystemModstamp, Id LIMIT 5"#
    );
}

#[test]
fn names_that_could_break_out_are_refused() {
    for text in
        ["", "Id FROM User", "Id,Name", "Id)", "a.b.c", "1d", "Id--", "Näme", "a..b", ".a", "a.", "Id\0"]
    {
        assert_eq!(Name::new(text), None, "{text}");
    }
}

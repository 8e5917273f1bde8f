//! The rules of the schema hold, and breaking any of them on any table is noticed.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager,
};

use crate::catalogue::{GLOBAL_TABLES, violations};
use crate::testing::TestDatabase;

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn tenant_tables(conn: &mut AsyncPgConnection) -> Vec<String> {
    let sql = "SELECT relname::text AS name FROM pg_class \
               WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1";
    let all: Vec<Name> = diesel::sql_query(sql).load(conn).await.unwrap();
    all.into_iter()
        .map(|row| row.name)
        .filter(|name| GLOBAL_TABLES.iter().all(|(global, _)| global != name))
        .collect()
}

#[tokio::test]
async fn the_schema_keeps_every_rule() {
    let database = TestDatabase::start().await;
    let mut conn = database.superuser().await;
    assert_eq!(violations(&mut conn).await.unwrap(), Vec::<String>::new());
    assert!(tenant_tables(&mut conn).await.len() >= 27);
}

#[tokio::test]
async fn weakening_the_wall_of_any_table_is_noticed_by_name() {
    let database = TestDatabase::start().await;
    let mut conn = database.superuser().await;
    let tables = tenant_tables(&mut conn).await;
    for table in &tables {
        for weakened in [
            "DROP POLICY tenant_isolation ON {}",
            "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
            "ALTER POLICY tenant_isolation ON {} USING (true)",
            "ALTER POLICY tenant_isolation ON {} WITH CHECK (true)",
            "ALTER POLICY tenant_isolation ON {} USING (tenant_id = current_setting('app.tenant_id', true)::uuid)",
            "CREATE POLICY second ON {} FOR SELECT USING (true)",
            "ALTER POLICY tenant_isolation ON {} TO fairlead_owner",
            "GRANT TRUNCATE ON {} TO fairlead_app",
            "GRANT SELECT ON {} TO PUBLIC",
            "ALTER TABLE {} OWNER TO fairlead_app",
        ] {
            let sql = weakened.replace("{}", table);
            let found = after(&mut conn, &sql).await;
            assert!(found.iter().any(|line| line.starts_with(&format!("{table}: "))), "{sql}: {found:?}");
        }
    }
}

#[tokio::test]
async fn each_other_rule_is_noticed_when_broken() {
    let database = TestDatabase::start().await;
    let mut conn = database.superuser().await;
    for (sql, expected) in [
        ("CREATE TABLE stray (id uuid PRIMARY KEY)", "stray: has no column tenant_id"),
        (
            "CREATE TABLE stray (tenant_id uuid NOT NULL, id uuid NOT NULL PRIMARY KEY)",
            "stray: has no primary key that starts",
        ),
        (
            "CREATE TABLE stray (tenant_id uuid NOT NULL, id uuid NOT NULL, other uuid, PRIMARY KEY (tenant_id, other, id))",
            "stray: has no primary key that starts",
        ),
        ("CREATE UNIQUE INDEX stray ON people (email)", "people: unique index stray"),
        (
            "ALTER TABLE accounts ADD UNIQUE (id); ALTER TABLE people ADD CONSTRAINT stray FOREIGN KEY (account_id) REFERENCES accounts (id)",
            "people: foreign key stray",
        ),
        ("CREATE INDEX stray ON people (tenant_id, lower(title))", "people: index stray is on an expression"),
        ("CREATE INDEX stray ON people USING gin (attributes)", "people: index stray is on attributes"),
        (
            "ALTER TABLE people ADD n numeric; CREATE INDEX stray ON people (tenant_id, n)",
            "people: index stray is on n",
        ),
        (
            "CREATE TYPE mood AS ENUM ('ok'); ALTER TABLE people ADD mood mood",
            "people: column mood is an enum",
        ),
        ("CREATE VIEW stray AS SELECT * FROM people", "stray: is a view that is not security_invoker"),
        ("CREATE MATERIALIZED VIEW stray AS SELECT * FROM people", "stray: is a materialized view"),
        (
            "CREATE FUNCTION stray() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "stray: is a SECURITY DEFINER function",
        ),
        ("GRANT UPDATE ON audit_log TO fairlead_app", "audit_log: fairlead_app may UPDATE"),
        ("GRANT DELETE ON audit_log TO fairlead_app", "audit_log: fairlead_app may DELETE"),
        (
            "GRANT UPDATE (action) ON audit_log TO fairlead_app",
            "audit_log: fairlead_app may update the column action",
        ),
        (
            "GRANT UPDATE (occurred_at) ON activities TO fairlead_app",
            "activities: fairlead_app may update the column occurred_at",
        ),
        (
            "DROP TABLE login_identities",
            "login_identities: is on the list of global tables and does not exist",
        ),
        ("DROP POLICY client_scope ON campaigns", "campaigns: has 1 policies instead of 2"),
        ("ALTER POLICY client_scope ON imports USING (true)", "imports: its policy client_scope is not"),
        (
            "ALTER POLICY client_scope ON weekly_metrics WITH CHECK (true)",
            "weekly_metrics: its policy client_scope",
        ),
        ("ALTER TABLE people ADD client_id uuid", "people: has a column client_id and no policy for it"),
        (
            "GRANT UPDATE ON weekly_metric_revisions TO fairlead_app",
            "weekly_metric_revisions: fairlead_app may UPDATE",
        ),
        ("ALTER ROLE fairlead_app BYPASSRLS", "fairlead_app: is a superuser"),
        (
            "GRANT fairlead_owner TO fairlead_app",
            "fairlead_app: is a superuser, has BYPASSRLS, or is a member",
        ),
    ] {
        let found = after(&mut conn, sql).await;
        assert!(found.iter().any(|line| line.starts_with(expected)), "{sql}: {found:?}");
    }
}

/// What is found after `sql`, which is then undone.
async fn after(conn: &mut AsyncPgConnection, sql: &str) -> Vec<String> {
    AnsiTransactionManager::begin_transaction(conn).await.unwrap();
    conn.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let found = violations(conn).await.unwrap();
    AnsiTransactionManager::rollback_transaction(conn).await.unwrap();
    found
}

#[tokio::test]
async fn the_query_builders_schema_is_the_databases() {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        table: String,
        #[diesel(sql_type = Text)]
        column: String,
        #[diesel(sql_type = Text)]
        type_name: String,
        #[diesel(sql_type = Bool)]
        nullable: bool,
    }
    let database = TestDatabase::start().await;
    let mut conn = database.superuser().await;
    let sql = "SELECT c.relname::text AS table, a.attname::text AS column, t.typname::text AS type_name, \
                 NOT a.attnotnull AS nullable \
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
               JOIN pg_type t ON t.oid = a.atttypid \
               WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace \
                 AND c.relname <> '__diesel_schema_migrations' ORDER BY c.relname, a.attnum";
    let columns: Vec<Column> = diesel::sql_query(sql).load(&mut conn).await.unwrap();
    let in_database: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = diesel_type(&column.type_name);
            let full = if column.nullable { format!("Nullable<{name}>") } else { name.to_owned() };
            format!("{}.{} {full}", column.table, column.column)
        })
        .collect();
    assert_eq!(declared(include_str!("../schema.rs")), in_database);
}

fn diesel_type(name: &str) -> &'static str {
    match name {
        "uuid" => "Uuid",
        "text" => "Text",
        "timestamptz" => "Timestamptz",
        "jsonb" => "Jsonb",
        "bytea" => "Bytea",
        "int4" => "Integer",
        "int8" => "BigInt",
        "bool" => "Bool",
        "date" => "Date",
        "_text" => "Array<Text>",
        "_uuid" => "Array<Uuid>",
        other => panic!("schema.rs has no word for {other} yet"),
    }
}

/// `table.column Type` for each line of the declarations.
fn declared(source: &str) -> Vec<String> {
    let mut table = "";
    let mut found = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(head) = line.strip_suffix(") {") {
            table = head.split(' ').next().unwrap();
        } else if let Some((column, rest)) = line.split_once(" -> ") {
            let column = column.strip_suffix('_').unwrap_or(column);
            found.push(format!("{table}.{column} {}", rest.trim_end_matches(',')));
        }
    }
    found
}

#[tokio::test]
async fn migrations_go_down_to_nothing_and_up_again() {
    let database = TestDatabase::start().await;
    let mut conn = database.superuser().await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut migrations: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    migrations.sort();
    conn.batch_execute("SET ROLE fairlead_owner").await.unwrap();
    for (order, file) in [(true, "down.sql"), (false, "up.sql")] {
        let folders: Vec<_> =
            if order { migrations.iter().rev().collect() } else { migrations.iter().collect() };
        for folder in folders {
            let sql = std::fs::read_to_string(folder.join(file)).unwrap();
            assert!(
                sql.contains("SET LOCAL lock_timeout"),
                "{} waits for locks without limit",
                folder.display()
            );
            conn.batch_execute(&format!("BEGIN; {sql}; COMMIT"))
                .await
                .unwrap_or_else(|e| panic!("{folder:?}: {e}"));
        }
        if order {
            assert_eq!(tenant_tables(&mut conn).await, Vec::<String>::new());
        }
    }
    assert_eq!(violations(&mut conn).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_database_of_another_version_is_refused() {
    let database = TestDatabase::start().await;
    let mut conn = database.superuser().await;
    conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
        .await
        .unwrap();
    let config = crate::StoreConfig::new(database.app_url());
    assert_eq!(crate::Store::connect(&config).await.err(), Some(crate::StoreError::SchemaMismatch));
    let refused = crate::migrate(&database.owner_url()).await.unwrap_err();
    assert!(refused.to_string().contains("29990101000000"), "{refused}");
}

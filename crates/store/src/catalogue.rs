//! The rules of the schema, as questions to the catalogue of a live database. Each answer names the table and what
//! it breaks. Tests ask them of a fresh database, and of ones they have broken on purpose.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The only tables without row security, each with the reason why it has none.
pub const GLOBAL_TABLES: &[(&str, &str)] = &[
    ("__diesel_schema_migrations", "which migrations have run; no tenant's data"),
    ("tenant_directory", "sign-in finds an organization by slug or outside id before a tenant is known"),
    ("users", "one human is one user over all organizations"),
    ("login_identities", "which user an outside issuer's subject is, before a tenant is known"),
    ("user_tenants", "which organizations a user may enter, before one is chosen"),
    ("credential_directory", "to which tenant a credential's id belongs, before row security can apply"),
    ("changes", "gateways look over all tenants for changes they were not told of; ids and topics only"),
    ("job_queue", "workers claim over all tenants; ids and times only"),
    ("channels", "the advertising channels there are: a lookup that migrations fill and nobody else writes"),
];

/// Tables whose rows belong to a client, with the comparison that their second, restrictive policy makes with the setting
/// that stands for the caller's clients. A table with a column `client_id` is here, or among [`CLIENTS_UNWALLED`].
const CLIENT_TABLES: &[(&str, &str)] = &[
    ("campaign_groups", "(client_id = ANY (SCOPE::uuid[]))"),
    ("campaigns", "(client_id = ANY (SCOPE::uuid[]))"),
    ("client_channels", "(client_id = ANY (SCOPE::uuid[]))"),
    ("clients", "(id = ANY (SCOPE::uuid[]))"),
    ("import_rows", "(client_id = ANY (SCOPE::uuid[]))"),
    ("imports", "(client_ids <@ SCOPE)"),
    ("weekly_metric_revisions", "(client_id = ANY (SCOPE::uuid[]))"),
    ("weekly_metrics", "(client_id = ANY (SCOPE::uuid[]))"),
];

/// Tables with a column `client_id` and one policy only, each with the reason.
const CLIENTS_UNWALLED: &[(&str, &str)] =
    &[("client_grants", "it is where the limit is read from, before there is one")];

/// How PostgreSQL prints the reading of a setting that holds clients, absent for a caller who is not limited.
fn client_policy(setting: &str, comparison: &str) -> String {
    let text = format!("NULLIF(current_setting('{setting}'::text, true), ''::text)");
    let scope = format!("( SELECT ({text})::uuid[] AS \"nullif\")");
    format!("((( SELECT {text} AS \"nullif\") IS NULL) OR {})", comparison.replace("SCOPE", &scope))
}

/// The policy as PostgreSQL prints it. Another text is another policy, however alike.
const POLICY: &str = "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS \"nullif\"))";

/// SECURITY DEFINER functions that were looked at and allowed. None so far.
const DEFINERS: &[&str] = &[];

/// Every broken rule as `table: what is wrong`, sorted; empty when the schema is sound.
///
/// # Errors
/// When the catalogue cannot be read.
pub async fn violations(conn: &mut AsyncPgConnection) -> diesel::QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        violation: String,
    }
    let globals: Vec<&str> = GLOBAL_TABLES.iter().map(|(name, _)| *name).collect();
    let policies =
        |setting| CLIENT_TABLES.iter().map(|it| client_policy(setting, it.1)).collect::<Vec<String>>();
    let rows: Vec<Row> = diesel::sql_query(QUESTIONS)
        .bind::<Array<Text>, _>(globals)
        .bind::<Text, _>(POLICY)
        .bind::<Array<Text>, _>(DEFINERS.to_vec())
        .bind::<Array<Text>, _>(CLIENT_TABLES.iter().map(|it| it.0).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(policies("app.client_scope"))
        .bind::<Array<Text>, _>(policies("app.client_writes"))
        .bind::<Array<Text>, _>(CLIENTS_UNWALLED.iter().map(|it| it.0).collect::<Vec<_>>())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.violation).collect())
}

/// $1 global tables, $2 the policy's text, $3 allowed definer functions, $4 tables with a second policy, $5 and $6 its
/// texts, $7 tables with a client's id and without that policy.
const QUESTIONS: &str = r#"
WITH relation AS (
  SELECT c.oid, c.relname::text AS name, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relowner
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
), every_table AS (
  SELECT * FROM relation WHERE relkind IN ('r', 'p')
), tenant_table AS (
  SELECT * FROM every_table WHERE name <> ALL ($1)
), tenant_column AS (
  SELECT t.oid, a.attnum, a.atttypid = 'uuid'::regtype AND a.attnotnull AS sound
  FROM every_table t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
), client_table AS (
  SELECT * FROM unnest($4, $5, $6) AS c (name, reads, writes)
), finding (name, what) AS (
  SELECT t.name, 'has no column tenant_id uuid NOT NULL' FROM tenant_table t
    WHERE NOT EXISTS (SELECT FROM tenant_column c WHERE c.oid = t.oid AND c.sound)
  UNION ALL
  SELECT t.name, 'has no primary key that starts with tenant_id (and is (tenant_id, id) if it has an id)'
    FROM tenant_table t WHERE NOT EXISTS (
      SELECT FROM pg_index i JOIN tenant_column c ON c.oid = t.oid AND c.attnum = i.indkey[0]
      WHERE i.indrelid = t.oid AND i.indisprimary AND NOT EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'id' AND NOT a.attisdropped
          AND (i.indnkeyatts <> 2 OR i.indkey[1] <> a.attnum)))
  UNION ALL
  SELECT t.name, 'row security is not enabled' FROM tenant_table t WHERE NOT t.relrowsecurity
  UNION ALL
  SELECT t.name, 'row security is not forced' FROM tenant_table t WHERE NOT t.relforcerowsecurity
  UNION ALL
  SELECT t.name, 'has ' || count(p.oid) || ' policies instead of ' || count(DISTINCT c.name) + 1 FROM tenant_table t
    LEFT JOIN client_table c ON c.name = t.name
    LEFT JOIN pg_policy p ON p.polrelid = t.oid GROUP BY t.name HAVING count(p.oid) <> count(DISTINCT c.name) + 1
  UNION ALL
  SELECT t.name, 'has a column client_id and no policy for it' FROM tenant_table t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'client_id' AND NOT a.attisdropped
    WHERE t.name <> ALL ($4) AND t.name <> ALL ($7)
  UNION ALL
  SELECT c.name, 'its policy client_scope is not the restrictive one for all commands and roles'
    FROM client_table c JOIN tenant_table t ON t.name = c.name WHERE NOT EXISTS (
      SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname = 'client_scope' AND p.polcmd = '*'
        AND NOT p.polpermissive AND p.polroles = '{0}' AND pg_get_expr(p.polqual, t.oid) = c.reads
        AND pg_get_expr(p.polwithcheck, t.oid) = c.writes)
  UNION ALL
  SELECT t.name, 'its policy ' || p.polname || ' is not the one for all commands and roles'
    FROM tenant_table t JOIN pg_policy p ON p.polrelid = t.oid
    WHERE NOT (t.name = ANY ($4) AND p.polname = 'client_scope') AND (p.polcmd <> '*' OR NOT p.polpermissive OR p.polroles <> '{0}'
       OR pg_get_expr(p.polqual, t.oid) IS DISTINCT FROM $2
       OR pg_get_expr(p.polwithcheck, t.oid) IS DISTINCT FROM $2)
  UNION ALL
  SELECT t.name, 'unique index ' || i.indexrelid::regclass || ' does not start with tenant_id'
    FROM tenant_table t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
    WHERE NOT EXISTS (SELECT FROM tenant_column c WHERE c.oid = t.oid AND c.attnum = i.indkey[0])
  UNION ALL
  SELECT t.name, 'foreign key ' || k.conname || ' does not start with tenant_id on both sides'
    FROM every_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
    JOIN every_table r ON r.oid = k.confrelid
    WHERE r.name <> ALL ($1) AND NOT (
      EXISTS (SELECT FROM tenant_column c WHERE c.oid = t.oid AND c.attnum = k.conkey[1])
      AND EXISTS (SELECT FROM tenant_column c WHERE c.oid = r.oid AND c.attnum = k.confkey[1]))
  UNION ALL
  SELECT t.name, 'has more than 32 columns' FROM every_table t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY t.name HAVING count(*) > 32
  UNION ALL
  SELECT t.name, 'index ' || i.indexrelid::regclass || ' is on an expression: use a stored generated column'
    FROM every_table t JOIN pg_index i ON i.indrelid = t.oid WHERE i.indexprs IS NOT NULL
  UNION ALL
  SELECT t.name, 'index ' || i.indexrelid::regclass || ' is on ' || a.attname || ' of a type whose operators row security keeps off it'
    FROM every_table t JOIN pg_index i ON i.indrelid = t.oid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
    WHERE a.atttypid <> ALL (ARRAY['text', 'varchar', 'uuid', 'bigint', 'integer', 'timestamp', 'timestamptz', 'date', 'boolean', 'bytea']::regtype[])
  UNION ALL
  SELECT t.name, 'column ' || a.attname || ' is an enum: use text with a CHECK' FROM every_table t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type y ON y.oid = a.atttypid WHERE y.typtype = 'e'
  UNION ALL
  SELECT v.name, 'is a view that is not security_invoker' FROM relation v
    WHERE v.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (v.reloptions), false)
  UNION ALL
  SELECT m.name, 'is a materialized view' FROM relation m WHERE m.relkind = 'm'
  UNION ALL
  SELECT f.proname, 'is a SECURITY DEFINER function that is not on the list, or has no pinned search_path'
    FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace AND f.prosecdef
    AND (f.proname::text <> ALL ($3)
         OR NOT EXISTS (SELECT FROM unnest(f.proconfig) c WHERE c LIKE 'search\_path=%'))
  UNION ALL
  SELECT g.name, 'is on the list of global tables and does not exist' FROM unnest($1) g (name)
    WHERE NOT EXISTS (SELECT FROM every_table t WHERE t.name = g.name)
  UNION ALL
  SELECT t.name, 'fairlead_app may ' || p.privilege FROM every_table t
    CROSS JOIN unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) p (privilege)
    WHERE has_table_privilege('fairlead_app', t.oid, p.privilege)
  UNION ALL
  SELECT t.name, 'fairlead_app may ' || p.privilege || ' what is only ever added to' FROM every_table t
    CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE']) p (privilege)
    WHERE t.name IN ('audit_log', 'activities', 'weekly_metric_revisions') AND has_table_privilege('fairlead_app', t.oid, p.privilege)
  UNION ALL
  SELECT t.name, 'fairlead_app may update the column ' || a.attname FROM every_table t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE t.name IN ('audit_log', 'activities', 'weekly_metric_revisions') AND has_column_privilege('fairlead_app', t.oid, a.attnum, 'UPDATE')
      AND NOT (t.name = 'activities' AND a.attname = 'retracted_at')
  UNION ALL
  SELECT t.name, 'everybody has rights on it' FROM relation t JOIN pg_class c ON c.oid = t.oid
    WHERE t.relkind IN ('r', 'p', 'v', 'S') AND EXISTS (SELECT FROM aclexplode(c.relacl) x WHERE x.grantee = 0)
  UNION ALL
  SELECT t.name, 'belongs to ' || t.relowner::regrole || ' instead of fairlead_owner' FROM relation t
    WHERE t.relkind IN ('r', 'p', 'v', 'm', 'S') AND t.relowner <> 'fairlead_owner'::regrole
  UNION ALL
  SELECT 'fairlead_app', 'is a superuser, has BYPASSRLS, or is a member of fairlead_owner' FROM pg_roles r
    WHERE r.rolname = 'fairlead_app'
    AND (r.rolsuper OR r.rolbypassrls OR pg_has_role('fairlead_app', 'fairlead_owner', 'member'))
)
SELECT name || ': ' || what AS violation FROM finding ORDER BY 1
"#;

-- Clients, what runs for them on which channel, and what each week brought in. Money is minor units of the client's
-- currency; a target ROAS is ten-thousandths.
SET LOCAL lock_timeout = '2s';

-- GLOBAL. A lookup shared by all organizations; nobody's data. Changed by migrations only.
CREATE TABLE channels (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    slug     text COLLATE "C" NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    icon_url text
);
GRANT SELECT ON channels TO fairlead_app;
INSERT INTO channels (id, name, slug) VALUES
    ('01953c1e-4a00-7000-9000-000000000001', 'Google Ads', 'google-ads'),
    ('01953c1e-4a00-7000-9000-000000000002', 'Meta Ads', 'meta-ads'),
    ('01953c1e-4a00-7000-9000-000000000003', 'Amazon Ads', 'amazon-ads'),
    ('01953c1e-4a00-7000-9000-000000000004', 'Microsoft Ads', 'microsoft-ads'),
    ('01953c1e-4a00-7000-9000-000000000005', 'LinkedIn Ads', 'linkedin-ads'),
    ('01953c1e-4a00-7000-9000-000000000006', 'TikTok Ads', 'tiktok-ads'),
    ('01953c1e-4a00-7000-9000-000000000007', 'Pinterest Ads', 'pinterest-ads'),
    ('01953c1e-4a00-7000-9000-000000000008', 'Reddit Ads', 'reddit-ads'),
    ('01953c1e-4a00-7000-9000-000000000009', 'The Trade Desk', 'the-trade-desk'),
    ('01953c1e-4a00-7000-9000-00000000000a', 'Criteo', 'criteo'),
    ('01953c1e-4a00-7000-9000-00000000000b', 'Walmart Connect', 'walmart-connect'),
    ('01953c1e-4a00-7000-9000-00000000000c', 'Instacart Ads', 'instacart-ads');

-- Puts a table whose rows belong to a client behind a second wall: a member who is limited to named clients meets
-- theirs only. The setting is put into the transaction where the member's rights are read; absent, the caller is
-- limited by nothing but the organization. Restrictive: it takes away from what tenant_isolation lets through.
CREATE FUNCTION protect_client_table(target regclass, client name) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format(
        'CREATE POLICY client_scope ON %s AS RESTRICTIVE FOR ALL '
        'USING ((SELECT nullif(current_setting(''app.client_scope'', true), '''')) IS NULL '
        'OR %I = ANY ((SELECT nullif(current_setting(''app.client_scope'', true), '''')::uuid[])::uuid[])) '
        'WITH CHECK ((SELECT nullif(current_setting(''app.client_writes'', true), '''')) IS NULL '
        'OR %I = ANY ((SELECT nullif(current_setting(''app.client_writes'', true), '''')::uuid[])::uuid[]))',
        target, client, client);
END $$;
REVOKE EXECUTE ON FUNCTION protect_client_table(regclass, name) FROM PUBLIC;

-- What is removed stays as a row, because figures as they were known then still count it.
CREATE TABLE clients (
    tenant_id  uuid NOT NULL REFERENCES tenants (tenant_id),
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    name_lower text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    is_active  boolean NOT NULL DEFAULT true,
    removed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX clients_name ON clients (tenant_id, name_lower) WHERE removed_at IS NULL;
SELECT protect_tenant_table('clients');
SELECT protect_client_table('clients', 'id');
GRANT SELECT, INSERT, UPDATE ON clients TO fairlead_app;

-- Each level carries its client, so that one comparison tells whose a row is; the keys through (client_id, id) keep a
-- row from lying below another client's.
CREATE TABLE client_channels (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    client_id   uuid NOT NULL,
    channel_id  uuid NOT NULL REFERENCES channels (id),
    -- How many days after its end a week's figures count as settled.
    settle_days bigint NOT NULL DEFAULT 14 CHECK (settle_days BETWEEN 0 AND 365),
    is_active   boolean NOT NULL DEFAULT true,
    removed_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id, id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);
CREATE UNIQUE INDEX client_channels_channel ON client_channels (tenant_id, client_id, channel_id) WHERE removed_at IS NULL;
SELECT protect_tenant_table('client_channels');
SELECT protect_client_table('client_channels', 'client_id');
GRANT SELECT, INSERT, UPDATE ON client_channels TO fairlead_app;

CREATE TABLE campaign_groups (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL,
    client_id         uuid NOT NULL,
    client_channel_id uuid NOT NULL,
    name              text NOT NULL CHECK (name <> ''),
    name_lower        text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    weekly_budget     bigint CHECK (weekly_budget > 0),
    is_active         boolean NOT NULL DEFAULT true,
    removed_at        timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id, id),
    FOREIGN KEY (tenant_id, client_id, client_channel_id) REFERENCES client_channels (tenant_id, client_id, id)
);
CREATE UNIQUE INDEX campaign_groups_name ON campaign_groups (tenant_id, client_channel_id, name_lower)
    WHERE removed_at IS NULL;
SELECT protect_tenant_table('campaign_groups');
SELECT protect_client_table('campaign_groups', 'client_id');
GRANT SELECT, INSERT, UPDATE ON campaign_groups TO fairlead_app;

CREATE TABLE campaigns (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL,
    client_id         uuid NOT NULL,
    campaign_group_id uuid NOT NULL,
    name              text NOT NULL CHECK (name <> ''),
    name_lower        text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    target_roas       bigint CHECK (target_roas > 0),
    external_id       text,
    is_active         boolean NOT NULL DEFAULT true,
    removed_at        timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id, id),
    FOREIGN KEY (tenant_id, client_id, campaign_group_id) REFERENCES campaign_groups (tenant_id, client_id, id)
);
CREATE UNIQUE INDEX campaigns_name ON campaigns (tenant_id, campaign_group_id, name_lower) WHERE removed_at IS NULL;
SELECT protect_tenant_table('campaigns');
SELECT protect_client_table('campaigns', 'client_id');
GRANT SELECT, INSERT, UPDATE ON campaigns TO fairlead_app;

-- Which clients a member is limited to. A limited member without a grant sees none: the limit is the membership's, so
-- that the last grant's end does not open the whole organization.
ALTER TABLE memberships ADD COLUMN client_limited boolean NOT NULL DEFAULT false;

CREATE TABLE client_grants (
    tenant_id  uuid NOT NULL,
    user_id    uuid NOT NULL,
    client_id  uuid NOT NULL,
    role       text NOT NULL CHECK (role IN ('viewer', 'manager')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id, client_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);
CREATE INDEX client_grants_client ON client_grants (tenant_id, client_id);
SELECT protect_tenant_table('client_grants');
GRANT SELECT, INSERT, UPDATE, DELETE ON client_grants TO fairlead_app;

CREATE TABLE imports (
    tenant_id  uuid NOT NULL REFERENCES tenants (tenant_id),
    id         uuid NOT NULL,
    status     text NOT NULL CHECK (status IN ('planned', 'applied', 'undone')),
    file_name  text,
    -- SHA-256 of the file's bytes.
    file_hash  bytea NOT NULL CHECK (octet_length(file_hash) = 32),
    plan_hash  bytea NOT NULL CHECK (octet_length(plan_hash) = 32),
    -- How the file was read: dialect, number and date format, columns.
    reading    jsonb NOT NULL,
    inserts    bigint NOT NULL,
    changes    bigint NOT NULL,
    same       bigint NOT NULL,
    rejects    bigint NOT NULL,
    -- Whose figures it is about; a member limited to named clients sees it only if all of them are theirs.
    client_ids uuid[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    undone_at  timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX imports_time ON imports (tenant_id, created_at, id);
SELECT protect_tenant_table('imports');
CREATE POLICY client_scope ON imports AS RESTRICTIVE FOR ALL
    USING ((SELECT nullif(current_setting('app.client_scope', true), '')) IS NULL
        OR client_ids <@ (SELECT nullif(current_setting('app.client_scope', true), '')::uuid[]))
    WITH CHECK ((SELECT nullif(current_setting('app.client_writes', true), '')) IS NULL
        OR client_ids <@ (SELECT nullif(current_setting('app.client_writes', true), '')::uuid[]));
GRANT SELECT, INSERT, UPDATE ON imports TO fairlead_app;

-- What a plan would write, and what was there when it was made. Rejected and unchanged rows are counted, not kept.
CREATE TABLE import_rows (
    tenant_id       uuid NOT NULL,
    import_id       uuid NOT NULL,
    row_number      bigint NOT NULL,
    client_id       uuid NOT NULL,
    entity_id       uuid NOT NULL,
    level           text NOT NULL CHECK (level IN ('client', 'client_channel', 'campaign_group', 'campaign')),
    week_start      date NOT NULL,
    ad_spend        bigint NOT NULL,
    sales           bigint NOT NULL,
    before_ad_spend bigint,
    before_sales    bigint,
    before_source   text,
    -- When the revision became known that applying it wrote; undoing checks that nothing came after.
    applied_at      timestamptz,
    PRIMARY KEY (tenant_id, import_id, row_number),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id),
    CHECK ((before_ad_spend IS NULL) = (before_sales IS NULL))
);
SELECT protect_tenant_table('import_rows');
SELECT protect_client_table('import_rows', 'client_id');
GRANT SELECT, INSERT, UPDATE ON import_rows TO fairlead_app;

-- A week's figures as known now: at a campaign, or higher up what is known only there. Figures taken away leave the
-- row, so that the next writing is later than all before it.
CREATE TABLE weekly_metrics (
    tenant_id         uuid NOT NULL,
    client_id         uuid NOT NULL,
    entity_id         uuid NOT NULL,
    level             text NOT NULL CHECK (level IN ('client', 'client_channel', 'campaign_group', 'campaign')),
    client_channel_id uuid GENERATED ALWAYS AS (CASE WHEN level = 'client_channel' THEN entity_id END) STORED,
    campaign_group_id uuid GENERATED ALWAYS AS (CASE WHEN level = 'campaign_group' THEN entity_id END) STORED,
    campaign_id       uuid GENERATED ALWAYS AS (CASE WHEN level = 'campaign' THEN entity_id END) STORED,
    week_start        date NOT NULL CHECK (extract(isodow FROM week_start) = 1),
    ad_spend          bigint CHECK (ad_spend >= 0),
    sales             bigint CHECK (sales >= 0),
    source            text NOT NULL CHECK (source IN ('manual', 'import')),
    recorded_at       timestamptz NOT NULL,
    recorded_by       text NOT NULL,
    PRIMARY KEY (tenant_id, entity_id, week_start),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
    FOREIGN KEY (tenant_id, client_id, client_channel_id) REFERENCES client_channels (tenant_id, client_id, id),
    FOREIGN KEY (tenant_id, client_id, campaign_group_id) REFERENCES campaign_groups (tenant_id, client_id, id),
    FOREIGN KEY (tenant_id, client_id, campaign_id) REFERENCES campaigns (tenant_id, client_id, id),
    CHECK (level <> 'client' OR entity_id = client_id),
    CHECK ((ad_spend IS NULL) = (sales IS NULL))
);
CREATE INDEX weekly_metrics_week ON weekly_metrics (tenant_id, week_start, entity_id);
SELECT protect_tenant_table('weekly_metrics');
SELECT protect_client_table('weekly_metrics', 'client_id');
GRANT SELECT, INSERT, UPDATE ON weekly_metrics TO fairlead_app;

-- Every writing of a week, the latest included. Only ever added to. Null figures: taken away.
CREATE TABLE weekly_metric_revisions (
    tenant_id   uuid NOT NULL,
    client_id   uuid NOT NULL,
    entity_id   uuid NOT NULL,
    week_start  date NOT NULL,
    recorded_at timestamptz NOT NULL,
    ad_spend    bigint,
    sales       bigint,
    source      text NOT NULL,
    recorded_by text NOT NULL,
    import_id   uuid,
    PRIMARY KEY (tenant_id, entity_id, week_start, recorded_at),
    FOREIGN KEY (tenant_id, entity_id, week_start) REFERENCES weekly_metrics (tenant_id, entity_id, week_start),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id),
    CHECK ((ad_spend IS NULL) = (sales IS NULL))
);
CREATE INDEX weekly_metric_revisions_time ON weekly_metric_revisions (tenant_id, recorded_at);
SELECT protect_tenant_table('weekly_metric_revisions');
SELECT protect_client_table('weekly_metric_revisions', 'client_id');
GRANT SELECT, INSERT ON weekly_metric_revisions TO fairlead_app;

-- The rules, what was derived by them, and how it came about. Points are thousandths of a point.
SET LOCAL lock_timeout = '2s';

CREATE TABLE scoring_configs (
    tenant_id    uuid NOT NULL REFERENCES tenants (tenant_id),
    id           uuid NOT NULL,
    type         text NOT NULL CHECK (type IN ('fit', 'engagement', 'combined')),
    version      integer NOT NULL CHECK (version > 0),
    -- SHA-256 of the canonical JSON: equal rules have equal hashes, whatever their version.
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    config       jsonb NOT NULL,
    status       text NOT NULL CHECK (status IN ('draft', 'active', 'superseded')),
    note         text,
    created_by   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    activated_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, type, version)
);
CREATE UNIQUE INDEX scoring_configs_one_active ON scoring_configs (tenant_id, type) WHERE status = 'active';
CREATE UNIQUE INDEX scoring_configs_one_draft ON scoring_configs (tenant_id, type) WHERE status = 'draft';
SELECT protect_tenant_table('scoring_configs');
GRANT SELECT, INSERT, UPDATE, DELETE ON scoring_configs TO fairlead_app;

-- A person's whole engagement under one configuration: one integer a channel, packed, whatever the length of the history.
CREATE TABLE engagement_states (
    tenant_id        uuid NOT NULL,
    config_hash      bytea NOT NULL CHECK (octet_length(config_hash) = 32),
    person_id        uuid NOT NULL,
    accumulators     bytea NOT NULL,
    activity_count   bigint NOT NULL,
    last_activity_at timestamptz,
    recorded_through timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, config_hash, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
SELECT protect_tenant_table('engagement_states');
GRANT SELECT, INSERT, UPDATE, DELETE ON engagement_states TO fairlead_app;

CREATE TABLE scoring_runs (
    tenant_id            uuid NOT NULL REFERENCES tenants (tenant_id),
    id                   uuid NOT NULL,
    job_id               uuid,
    trigger              text NOT NULL CHECK (trigger IN ('manual', 'schedule', 'sync', 'config')),
    status               text NOT NULL CHECK (status IN ('running', 'complete', 'failed', 'cancelled')),
    reason               text,
    -- SHA-256 over the three active configurations' hashes.
    config_hash          bytea CHECK (octet_length(config_hash) = 32),
    as_of                timestamptz NOT NULL,
    inputs_through       timestamptz,
    activities_read      bigint NOT NULL DEFAULT 0,
    people_scored        bigint NOT NULL DEFAULT 0,
    accounts_scored      bigint NOT NULL DEFAULT 0,
    opportunities_scored bigint NOT NULL DEFAULT 0,
    tier_changes         bigint NOT NULL DEFAULT 0,
    state_hash           bytea CHECK (octet_length(state_hash) = 32),
    started_at           timestamptz NOT NULL DEFAULT now(),
    finished_at          timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id)
);
CREATE INDEX scoring_runs_time ON scoring_runs (tenant_id, started_at, id);
SELECT protect_tenant_table('scoring_runs');
GRANT SELECT, INSERT, UPDATE ON scoring_runs TO fairlead_app;

-- The scores. entity_id is one of the three; the generated columns carry it to a foreign key of its own kind,
-- which keeps scores from outliving their entity and lets the planner page a join by index.
CREATE TABLE engagements (
    tenant_id          uuid NOT NULL,
    entity_type        text COLLATE "C" NOT NULL CHECK (entity_type IN ('account', 'person', 'opportunity')),
    entity_id          uuid NOT NULL,
    account_id         uuid GENERATED ALWAYS AS (CASE WHEN entity_type = 'account' THEN entity_id END) STORED,
    person_id          uuid GENERATED ALWAYS AS (CASE WHEN entity_type = 'person' THEN entity_id END) STORED,
    opportunity_id     uuid GENERATED ALWAYS AS (CASE WHEN entity_type = 'opportunity' THEN entity_id END) STORED,
    fit                bigint CHECK (fit BETWEEN 0 AND 100000),
    fit_low            bigint,
    fit_high           bigint,
    -- Share of the configured fit weight that is known, in thousandths.
    coverage           bigint CHECK (coverage BETWEEN 0 AND 1000),
    engagement         bigint CHECK (engagement BETWEEN 0 AND 100000),
    combined           bigint CHECK (combined BETWEEN 0 AND 100000),
    quadrant           text CHECK (quadrant IN ('fast-track', 'investigate', 'nurture', 'deprioritize')),
    tier               text COLLATE "C" CHECK (tier IN ('hot', 'warm', 'cool', 'cold')),
    since              timestamptz,
    next_transition_at timestamptz,
    last_activity_at   timestamptz,
    inputs_through     timestamptz,
    config_hash        bytea NOT NULL CHECK (octet_length(config_hash) = 32),
    scored_at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, entity_type, entity_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX engagements_combined ON engagements (tenant_id, entity_type, combined, entity_id);
CREATE INDEX engagements_tier ON engagements (tenant_id, entity_type, tier, combined, entity_id);
CREATE INDEX engagements_next ON engagements (tenant_id, next_transition_at) WHERE next_transition_at IS NOT NULL;
SELECT protect_tenant_table('engagements');
GRANT SELECT, INSERT, UPDATE, DELETE ON engagements TO fairlead_app;

CREATE TABLE tier_history (
    tenant_id     uuid NOT NULL REFERENCES tenants (tenant_id),
    entity_type   text COLLATE "C" NOT NULL CHECK (entity_type IN ('account', 'person', 'opportunity')),
    entity_id     uuid NOT NULL,
    -- When it happened in event time, not when a run noticed.
    changed_at    timestamptz NOT NULL,
    from_tier     text CHECK (from_tier IN ('hot', 'warm', 'cool', 'cold')),
    to_tier       text NOT NULL CHECK (to_tier IN ('hot', 'warm', 'cool', 'cold')),
    from_quadrant text CHECK (from_quadrant IN ('fast-track', 'investigate', 'nurture', 'deprioritize')),
    to_quadrant   text CHECK (to_quadrant IN ('fast-track', 'investigate', 'nurture', 'deprioritize')),
    fit           bigint,
    engagement    bigint,
    config_hash   bytea NOT NULL CHECK (octet_length(config_hash) = 32),
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, entity_type, entity_id, changed_at)
);
CREATE INDEX tier_history_time ON tier_history (tenant_id, changed_at);
SELECT protect_tenant_table('tier_history');
GRANT SELECT, INSERT, UPDATE, DELETE ON tier_history TO fairlead_app;

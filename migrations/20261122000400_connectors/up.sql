-- The outside world: how it is reached, how far it has been read, and what did not fit.
SET LOCAL lock_timeout = '2s';

CREATE TABLE connectors (
    tenant_id          uuid NOT NULL REFERENCES tenants (tenant_id),
    id                 uuid NOT NULL,
    type               text NOT NULL,
    name               text NOT NULL,
    status             text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'connected', 'auth_required', 'failed', 'disconnected')),
    settings           jsonb NOT NULL DEFAULT '{}',
    -- AES-256-GCM under the tenant's data key, bound to tenant, connector, column and version.
    sealed_credentials bytea,
    credentials_key_id uuid,
    credentials_version bigint NOT NULL DEFAULT 0,
    schedule           text,
    watermark          timestamptz,
    last_synced_at     timestamptz,
    last_error         text,
    created_by         uuid REFERENCES users (id),
    created_at         timestamptz NOT NULL DEFAULT now(),
    connected_at       timestamptz,
    updated_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, credentials_key_id) REFERENCES tenant_keys (tenant_id, id)
);
SELECT protect_tenant_table('connectors');
GRANT SELECT, INSERT, UPDATE ON connectors TO fairlead_app;

-- Authorisations begun and not yet completed: the state parameter by its hash, the PKCE verifier sealed.
CREATE TABLE oauth_states (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    connector_id    uuid NOT NULL,
    state_hash      bytea NOT NULL CHECK (octet_length(state_hash) = 32),
    sealed_verifier bytea NOT NULL,
    redirect_uri    text NOT NULL,
    created_by      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    consumed_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, state_hash),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id)
);
SELECT protect_tenant_table('oauth_states');
GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_states TO fairlead_app;

-- Per kind of record, and not per vendor's object: an object that lacks a field skips the mapping, and where two lead to one
-- target the first that has a value wins. So neither the object nor the target is part of what must be unique.
CREATE TABLE field_mappings (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    connector_id uuid NOT NULL,
    entity       text NOT NULL CHECK (entity IN ('account', 'person', 'opportunity', 'activity')),
    source_field text NOT NULL,
    target_field text NOT NULL,
    transform    jsonb NOT NULL DEFAULT '{"kind":"none"}',
    required     boolean NOT NULL DEFAULT false,
    position     integer NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, entity, position),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id)
);
SELECT protect_tenant_table('field_mappings');
GRANT SELECT, INSERT, UPDATE, DELETE ON field_mappings TO fairlead_app;

CREATE TABLE sync_runs (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    connector_id uuid NOT NULL,
    job_id       uuid,
    mode         text NOT NULL CHECK (mode IN ('full', 'incremental')),
    trigger      text NOT NULL CHECK (trigger IN ('manual', 'schedule')),
    status       text NOT NULL DEFAULT 'authenticating'
        CHECK (status IN ('authenticating', 'syncing', 'writing', 'finalizing',
                          'complete', 'partial', 'auth_required', 'failed', 'cancelled')),
    -- Why it is not complete, from the connector's closed list; never a vendor's text.
    reason       text,
    resume_at    timestamptz,
    started_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    watermark    timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id)
);
CREATE INDEX sync_runs_connector ON sync_runs (tenant_id, connector_id, started_at, id);
SELECT protect_tenant_table('sync_runs');
GRANT SELECT, INSERT, UPDATE ON sync_runs TO fairlead_app;

CREATE TABLE sync_run_counts (
    tenant_id   uuid NOT NULL,
    sync_run_id uuid NOT NULL,
    entity      text NOT NULL CHECK (entity IN ('account', 'person', 'opportunity', 'activity')),
    read        bigint NOT NULL DEFAULT 0,
    inserted    bigint NOT NULL DEFAULT 0,
    updated     bigint NOT NULL DEFAULT 0,
    unchanged   bigint NOT NULL DEFAULT 0,
    deleted     bigint NOT NULL DEFAULT 0,
    quarantined bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, sync_run_id, entity),
    FOREIGN KEY (tenant_id, sync_run_id) REFERENCES sync_runs (tenant_id, id)
);
SELECT protect_tenant_table('sync_run_counts');
GRANT SELECT, INSERT, UPDATE ON sync_run_counts TO fairlead_app;

-- How far each of the vendor's objects has been read; commits together with the page it follows.
CREATE TABLE sync_cursors (
    tenant_id    uuid NOT NULL,
    connector_id uuid NOT NULL,
    object       text NOT NULL,
    cursor       jsonb,
    watermark    timestamptz,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, connector_id, object),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id)
);
SELECT protect_tenant_table('sync_cursors');
GRANT SELECT, INSERT, UPDATE, DELETE ON sync_cursors TO fairlead_app;

CREATE TABLE quarantine (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    connector_id uuid NOT NULL,
    sync_run_id  uuid,
    entity       text NOT NULL CHECK (entity IN ('account', 'person', 'opportunity', 'activity')),
    external_id  text NOT NULL,
    reason       text NOT NULL,
    detail       text,
    raw          jsonb NOT NULL,
    status       text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'replayed', 'discarded')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    resolved_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id),
    FOREIGN KEY (tenant_id, sync_run_id) REFERENCES sync_runs (tenant_id, id)
);
-- Reading a bad record again is the same finding, not a second one.
CREATE UNIQUE INDEX quarantine_open ON quarantine (tenant_id, connector_id, entity, external_id) WHERE status = 'open';
CREATE INDEX quarantine_time ON quarantine (tenant_id, connector_id, created_at, id);
SELECT protect_tenant_table('quarantine');
GRANT SELECT, INSERT, UPDATE, DELETE ON quarantine TO fairlead_app;

-- Which of our entities a vendor's record is. Identity is decided here first, then by e-mail.
CREATE TABLE external_ids (
    tenant_id          uuid NOT NULL,
    connector_id       uuid NOT NULL,
    entity             text NOT NULL CHECK (entity IN ('account', 'person', 'opportunity')),
    external_id        text COLLATE "C" NOT NULL,
    entity_id          uuid NOT NULL,
    -- The record as last taken over: an equal hash means there is nothing to do.
    record_hash        bigint NOT NULL,
    source_modified_at timestamptz,
    deleted_at         timestamptz,
    raw                jsonb,
    PRIMARY KEY (tenant_id, connector_id, entity, external_id),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id)
);
CREATE INDEX external_ids_entity ON external_ids (tenant_id, entity_id);
SELECT protect_tenant_table('external_ids');
GRANT SELECT, INSERT, UPDATE, DELETE ON external_ids TO fairlead_app;

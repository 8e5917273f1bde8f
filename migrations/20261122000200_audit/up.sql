-- Who did what: one row for each mutation, written in its transaction.
SET LOCAL lock_timeout = '2s';

CREATE TABLE audit_log (
    tenant_id   uuid NOT NULL REFERENCES tenants (tenant_id),
    id          uuid NOT NULL,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'system')),
    actor_id    text NOT NULL,
    user_id     uuid,
    action      text NOT NULL,
    resource    text NOT NULL,
    resource_id text,
    outcome     text NOT NULL CHECK (outcome IN ('done', 'refused')),
    changes     jsonb NOT NULL DEFAULT '{}',
    metadata    jsonb NOT NULL DEFAULT '{}',
    request_id  text,
    address     text,
    user_agent  text,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_log_time ON audit_log (tenant_id, created_at, id);
CREATE INDEX audit_log_resource ON audit_log (tenant_id, resource, resource_id, created_at, id);
SELECT protect_tenant_table('audit_log');
-- No UPDATE and no DELETE: what is written stays.
GRANT SELECT, INSERT ON audit_log TO fairlead_app;

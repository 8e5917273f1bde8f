-- Long work: what it is (jobs, the tenant's) and when it may run (job_queue, global).
SET LOCAL lock_timeout = '2s';

CREATE TABLE jobs (
    tenant_id           uuid NOT NULL REFERENCES tenants (tenant_id),
    id                  uuid NOT NULL,
    parent_id           uuid,
    kind                text NOT NULL,
    workflow_id         text NOT NULL,
    -- Two triggers of the same work join: at most one unfinished job has a given key.
    dedupe_key          text,
    status              text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'running', 'complete', 'partial', 'auth_required', 'failed', 'cancelled', 'parked')),
    phase               text,
    input               jsonb NOT NULL DEFAULT '{}',
    -- The step machine's present state; commits together with what the step wrote.
    state               jsonb,
    outcome             jsonb,
    error_code          text,
    attempt             integer NOT NULL DEFAULT 0,
    progress_done       bigint NOT NULL DEFAULT 0,
    progress_total      bigint,
    created_by          text,
    created_at          timestamptz NOT NULL DEFAULT now(),
    started_at          timestamptz,
    finished_at         timestamptz,
    cancel_requested_at timestamptz,
    updated_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, workflow_id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES jobs (tenant_id, id)
);
CREATE UNIQUE INDEX jobs_one_unfinished ON jobs (tenant_id, dedupe_key) WHERE finished_at IS NULL;
CREATE INDEX jobs_time ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_kind ON jobs (tenant_id, kind, created_at, id);
SELECT protect_tenant_table('jobs');
GRANT SELECT, INSERT, UPDATE ON jobs TO fairlead_app;

-- GLOBAL. Workers claim across tenants, so the claim must see all of them. No payload: a claimed row says which
-- tenant to enter, and everything else is read there. fence grows with each claim and is checked by every write.
CREATE TABLE job_queue (
    job_id      uuid PRIMARY KEY,
    tenant_id   uuid NOT NULL,
    kind        text NOT NULL,
    run_after   timestamptz NOT NULL DEFAULT now(),
    attempt     integer NOT NULL DEFAULT 0,
    lease_owner uuid,
    lease_until timestamptz,
    fence       bigint NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX job_queue_due ON job_queue (run_after);
-- Fairness: the next job of each tenant is found without walking a neighbour's backlog.
CREATE INDEX job_queue_tenant ON job_queue (tenant_id, run_after, job_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON job_queue TO fairlead_app;

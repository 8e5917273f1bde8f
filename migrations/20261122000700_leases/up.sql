-- Who holds a lease is looked up for each claim and each renewal of a token.
SET LOCAL lock_timeout = '2s';

-- How busy each tenant is, without walking its backlog.
CREATE INDEX job_queue_leased ON job_queue (tenant_id) WHERE lease_owner IS NOT NULL;

-- One worker renews a connector's token while the others wait for its result. A lease and not a row lock, because the
-- vendor is called meanwhile and no transaction may be open then.
ALTER TABLE connectors ADD COLUMN renewal_owner uuid;
ALTER TABLE connectors ADD COLUMN renewal_until timestamptz;

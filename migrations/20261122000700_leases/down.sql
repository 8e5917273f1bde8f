SET LOCAL lock_timeout = '2s';
ALTER TABLE connectors DROP COLUMN renewal_until;
ALTER TABLE connectors DROP COLUMN renewal_owner;
DROP INDEX job_queue_leased;

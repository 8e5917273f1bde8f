-- What was changed: a marker for each transaction that changed something others may be looking at.
SET LOCAL lock_timeout = '2s';

-- GLOBAL. Gateways look over all tenants for what they were not told of; ids and names of topics only. A marker is written
-- in the transaction of its change, so a process that dies before it could tell anybody leaves it behind. Append-only, so
-- no two writers meet at a row; kept for minutes. UNLOGGED: after a crash of the database every listener connects anew and
-- looks at everything again, so nothing is lost with the rows, and a change costs no more log than before.
CREATE UNLOGGED TABLE changes (
    id         bigint NOT NULL,
    -- Whoever remembers the oldest transaction that was open at its last look finds all that ended since.
    xid        bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    tenant_id  uuid NOT NULL,
    topics     text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX changes_xid ON changes (xid);
GRANT SELECT, INSERT, DELETE ON changes TO fairlead_app;

-- Rights end also where no method was called: an operator's statement, another program. Whoever watches must not outlive them.
CREATE FUNCTION rights_changed() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.changes (id, tenant_id, topics)
    VALUES (hashtextextended(gen_random_uuid()::text, 0), coalesce(NEW.tenant_id, OLD.tenant_id), '{rights}');
    RETURN NULL;
END $$;
CREATE TRIGGER rights_changed AFTER UPDATE OF role, expires_at, revoked_at OR DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION rights_changed();
CREATE TRIGGER rights_changed AFTER UPDATE OF expires_at, revoked_at OR DELETE ON sessions
    FOR EACH ROW EXECUTE FUNCTION rights_changed();
CREATE TRIGGER rights_changed AFTER UPDATE OF role, status OR DELETE ON memberships
    FOR EACH ROW EXECUTE FUNCTION rights_changed();
CREATE TRIGGER rights_changed AFTER UPDATE OF status ON tenant_directory
    FOR EACH ROW EXECUTE FUNCTION rights_changed();

-- The check of an activity's references: the ids named, looked up one by one in their table's key (LATERAL, OFFSET 0), by
-- a plan made anew each time (EXECUTE). As a join over all people, planned while the tables were small, it took half a
-- minute once they were not.
SET LOCAL lock_timeout = '2s';

CREATE OR REPLACE FUNCTION refuse_dangling_activities() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    tenant uuid;
    named  uuid[];
    found  bigint;
BEGIN
    FOR tenant IN SELECT DISTINCT tenant_id FROM added LOOP
        SELECT array_agg(DISTINCT n.person_id) INTO named FROM added n WHERE n.tenant_id = tenant AND n.person_id IS NOT NULL;
        EXECUTE 'SELECT count(*) FROM unnest($2) n (id) CROSS JOIN LATERAL (SELECT FROM people e WHERE e.tenant_id = $1 AND e.id = n.id OFFSET 0) e' INTO found USING tenant, named;
        EXIT WHEN found <> coalesce(cardinality(named), 0);
        SELECT array_agg(DISTINCT n.account_id) INTO named FROM added n WHERE n.tenant_id = tenant AND n.account_id IS NOT NULL;
        EXECUTE 'SELECT count(*) FROM unnest($2) n (id) CROSS JOIN LATERAL (SELECT FROM accounts e WHERE e.tenant_id = $1 AND e.id = n.id OFFSET 0) e' INTO found USING tenant, named;
        EXIT WHEN found <> coalesce(cardinality(named), 0);
        SELECT array_agg(DISTINCT n.connector_id) INTO named FROM added n WHERE n.tenant_id = tenant AND n.connector_id IS NOT NULL;
        EXECUTE 'SELECT count(*) FROM unnest($2) n (id) CROSS JOIN LATERAL (SELECT FROM connectors e WHERE e.tenant_id = $1 AND e.id = n.id OFFSET 0) e' INTO found USING tenant, named;
        EXIT WHEN found <> coalesce(cardinality(named), 0);
    END LOOP;
    IF found <> coalesce(cardinality(named), 0) THEN
        RAISE foreign_key_violation
            USING MESSAGE = 'an activity refers to a row that does not exist', TABLE = 'activities', CONSTRAINT = 'activities_refer';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION refuse_dangling_activities() FROM PUBLIC;

SET LOCAL lock_timeout = '2s';

CREATE OR REPLACE FUNCTION place_activities() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    tenant     uuid;
    persons    uuid[];
    direct     uuid[];
    connectors uuid[];
    domains    text[];
    theirs     uuid[];
    found      bigint;
    missing    boolean := false;
BEGIN
    FOR tenant IN SELECT DISTINCT c.tenant_id FROM added c LOOP
        SELECT array_agg(DISTINCT n.person_id) FILTER (WHERE n.person_id IS NOT NULL),
               array_agg(DISTINCT n.account_id) FILTER (WHERE n.account_id IS NOT NULL),
               array_agg(DISTINCT n.connector_id) FILTER (WHERE n.connector_id IS NOT NULL)
        INTO persons, direct, connectors FROM added n WHERE n.tenant_id = tenant;
        EXECUTE 'SELECT count(*), array_agg(DISTINCT e.account_id), array_agg(DISTINCT e.work_domain) FILTER (WHERE e.account_id IS NULL) '
            'FROM unnest($2) n (id) CROSS JOIN LATERAL ( '
            '    SELECT e.account_id, e.work_domain FROM people e WHERE e.tenant_id = $1 AND e.id = n.id OFFSET 0) e'
        INTO found, theirs, domains USING tenant, persons;
        missing := missing OR found <> coalesce(cardinality(persons), 0);
        EXECUTE 'SELECT count(*) FROM unnest($2) n (id) CROSS JOIN LATERAL (SELECT FROM accounts e WHERE e.tenant_id = $1 AND e.id = n.id OFFSET 0) e' INTO found USING tenant, direct;
        missing := missing OR found <> coalesce(cardinality(direct), 0);
        EXECUTE 'SELECT count(*) FROM unnest($2) n (id) CROSS JOIN LATERAL (SELECT FROM connectors e WHERE e.tenant_id = $1 AND e.id = n.id OFFSET 0) e' INTO found USING tenant, connectors;
        missing := missing OR found <> coalesce(cardinality(connectors), 0);
        IF missing THEN
            RAISE foreign_key_violation
                USING MESSAGE = 'an activity refers to a row that does not exist', TABLE = 'activities', CONSTRAINT = 'activities_refer';
        END IF;
        direct := direct || theirs;
        IF cardinality(domains) > 0 THEN
            EXECUTE 'SELECT array_agg(DISTINCT d.id) FROM unnest($2) n (domain) CROSS JOIN LATERAL ( '
                '    SELECT d.id FROM accounts d WHERE d.tenant_id = $1 AND d.domain = n.domain OFFSET 0) d'
            INTO theirs USING tenant, domains;
            direct := direct || theirs;
        END IF;
        EXECUTE 'INSERT INTO touched_accounts (tenant_id, account_id) '
            'SELECT DISTINCT $1, n.id FROM unnest($2) n (id) WHERE n.id IS NOT NULL ORDER BY n.id ON CONFLICT DO NOTHING'
        USING tenant, direct;
    END LOOP;
    RETURN NULL;
END $$;

ALTER TABLE audit_log ADD FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
ALTER TABLE weekly_metrics RESET (fillfactor);

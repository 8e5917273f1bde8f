-- The accounts that a statement touches: every person, deal, domain and account named is looked up by its key (LATERAL,
-- OFFSET 0), in a plan made anew each time (EXECUTE). As one union over the tenant's tables, planned while their statistics
-- said that they were empty, it read all people for each page of activities and was half of a first sync.
SET LOCAL lock_timeout = '2s';

CREATE OR REPLACE FUNCTION touch_accounts() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    tenant  uuid;
    direct  uuid[];
    persons uuid[];
    deals   uuid[];
    domains text[];
    found   uuid[];
    theirs  text[];
BEGIN
    FOR tenant IN SELECT DISTINCT c.tenant_id FROM changed c LOOP
        direct := '{}'; persons := '{}'; deals := '{}'; domains := '{}';
        CASE TG_TABLE_NAME
            WHEN 'accounts' THEN
                SELECT array_agg(DISTINCT c.id) INTO direct FROM changed c WHERE c.tenant_id = tenant;
            WHEN 'people' THEN
                SELECT array_agg(DISTINCT c.account_id), array_agg(DISTINCT c.work_domain) FILTER (WHERE c.account_id IS NULL)
                INTO direct, domains FROM changed c WHERE c.tenant_id = tenant;
            WHEN 'opportunities' THEN
                SELECT array_agg(DISTINCT c.account_id) INTO direct FROM changed c WHERE c.tenant_id = tenant;
            WHEN 'opportunity_contacts' THEN
                SELECT array_agg(DISTINCT c.opportunity_id) INTO deals FROM changed c WHERE c.tenant_id = tenant;
            WHEN 'activities' THEN
                SELECT array_agg(DISTINCT c.account_id), array_agg(DISTINCT c.person_id)
                INTO direct, persons FROM changed c WHERE c.tenant_id = tenant;
            WHEN 'intent_roles' THEN
                SELECT array_agg(DISTINCT c.person_id), array_agg(DISTINCT c.work_domain)
                INTO persons, domains FROM changed c WHERE c.tenant_id = tenant;
        END CASE;
        IF cardinality(persons) > 0 THEN
            EXECUTE 'SELECT array_agg(DISTINCT p.account_id), array_agg(DISTINCT p.work_domain) FILTER (WHERE p.account_id IS NULL) '
                'FROM unnest($2) n (id) CROSS JOIN LATERAL ( '
                '    SELECT p.account_id, p.work_domain FROM people p WHERE p.tenant_id = $1 AND p.id = n.id OFFSET 0) p'
            INTO found, theirs USING tenant, persons;
            direct := direct || found;
            domains := domains || theirs;
        END IF;
        IF cardinality(deals) > 0 THEN
            EXECUTE 'SELECT array_agg(DISTINCT o.account_id) FROM unnest($2) n (id) CROSS JOIN LATERAL ( '
                '    SELECT o.account_id FROM opportunities o WHERE o.tenant_id = $1 AND o.id = n.id OFFSET 0) o'
            INTO found USING tenant, deals;
            direct := direct || found;
        END IF;
        IF cardinality(domains) > 0 THEN
            EXECUTE 'SELECT array_agg(DISTINCT d.id) FROM unnest($2) n (domain) CROSS JOIN LATERAL ( '
                '    SELECT d.id FROM accounts d WHERE d.tenant_id = $1 AND d.domain = n.domain OFFSET 0) d'
            INTO found USING tenant, domains;
            direct := direct || found;
        END IF;
        -- In order of ids, so that two writers wait for each other instead of in a circle.
        EXECUTE 'INSERT INTO touched_accounts (tenant_id, account_id) '
            'SELECT $1, a.id FROM (SELECT DISTINCT n.id FROM unnest($2) n (id)) n CROSS JOIN LATERAL ( '
            '    SELECT a.id FROM accounts a WHERE a.tenant_id = $1 AND a.id = n.id OFFSET 0) a '
            'ORDER BY a.id ON CONFLICT DO NOTHING'
        USING tenant, direct;
    END LOOP;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION touch_accounts() FROM PUBLIC;

-- New activities come by the thousand, so what they refer to is looked up once, to be there and to be touched.
CREATE FUNCTION place_activities() RETURNS trigger
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
REVOKE EXECUTE ON FUNCTION place_activities() FROM PUBLIC;

DROP TRIGGER touch_inserted ON activities;
DROP TRIGGER activities_refer ON activities;
DROP FUNCTION refuse_dangling_activities();
CREATE TRIGGER activities_refer AFTER INSERT ON activities
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION place_activities();

SET LOCAL lock_timeout = '2s';

CREATE FUNCTION refuse_dangling_activities() RETURNS trigger
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

DROP TRIGGER activities_refer ON activities;
DROP FUNCTION place_activities();
CREATE TRIGGER activities_refer AFTER INSERT ON activities
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_dangling_activities();
CREATE TRIGGER touch_inserted AFTER INSERT ON activities
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();

CREATE OR REPLACE FUNCTION touch_accounts() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    tenant  uuid;
    direct  uuid[];
    persons uuid[];
    deals   uuid[];
    domains text[];
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
        EXECUTE 'INSERT INTO touched_accounts (tenant_id, account_id) '
            'SELECT $1, a.id FROM accounts a WHERE a.tenant_id = $1 AND a.id IN ( '
            '    SELECT unnest($2) '
            '    UNION SELECT o.account_id FROM opportunities o WHERE o.tenant_id = $1 AND o.id = ANY ($4) '
            '    UNION SELECT p.account_id FROM people p WHERE p.tenant_id = $1 AND p.id = ANY ($3) '
            '    UNION SELECT d.id FROM people p JOIN accounts d ON d.tenant_id = p.tenant_id AND d.domain = p.work_domain '
            '        WHERE p.tenant_id = $1 AND p.id = ANY ($3) AND p.account_id IS NULL '
            '    UNION SELECT d.id FROM accounts d WHERE d.tenant_id = $1 AND d.domain = ANY ($5)) '
            'ORDER BY a.id ON CONFLICT DO NOTHING'
        USING tenant, direct, persons, deals, domains;
    END LOOP;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION touch_accounts() FROM PUBLIC;

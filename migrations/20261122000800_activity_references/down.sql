SET LOCAL lock_timeout = '2s';

CREATE OR REPLACE FUNCTION refuse_dangling_activities() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT tenant_id, person_id FROM added WHERE person_id IS NOT NULL) n
               WHERE NOT EXISTS (SELECT FROM people p WHERE p.tenant_id = n.tenant_id AND p.id = n.person_id))
       OR EXISTS (SELECT FROM (SELECT DISTINCT tenant_id, account_id FROM added WHERE account_id IS NOT NULL) n
               WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.tenant_id = n.tenant_id AND a.id = n.account_id))
       OR EXISTS (SELECT FROM (SELECT DISTINCT tenant_id, connector_id FROM added WHERE connector_id IS NOT NULL) n
               WHERE NOT EXISTS (SELECT FROM connectors c WHERE c.tenant_id = n.tenant_id AND c.id = n.connector_id))
    THEN
        RAISE foreign_key_violation
            USING MESSAGE = 'an activity refers to a row that does not exist', TABLE = 'activities', CONSTRAINT = 'activities_refer';
    END IF;
    RETURN NULL;
END $$;

-- Who takes part in a purchase, what speaks for it, and which accounts are to be looked at again.
-- Confidence and completeness are millionths: 0 to 1000000.
SET LOCAL lock_timeout = '2s';

CREATE TABLE role_templates (
    tenant_id    uuid NOT NULL REFERENCES tenants (tenant_id),
    id           uuid NOT NULL,
    name         text NOT NULL,
    -- Which groups it is for. '' is the default: for those without a tag, and for tags without a template of their own.
    solution_tag text COLLATE "C" NOT NULL DEFAULT '' CHECK (solution_tag ~ '^([a-z0-9][a-z0-9-]{0,59})?$'),
    -- [{role, weight, required, minimum}], as the crate of the rules writes it.
    roles        jsonb NOT NULL,
    version      integer NOT NULL DEFAULT 1 CHECK (version > 0),
    updated_by   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, solution_tag)
);
SELECT protect_tenant_table('role_templates');
GRANT SELECT, INSERT, UPDATE, DELETE ON role_templates TO fairlead_app;

-- What the tenant's confirmations taught, and what roles are called in its other systems. No row: nothing yet.
CREATE TABLE buying_group_settings (
    tenant_id     uuid NOT NULL REFERENCES tenants (tenant_id),
    -- [[stated, true]] in millionths, ascending.
    calibration   jsonb NOT NULL DEFAULT '[]',
    calibrated_at timestamptz,
    -- {contactRoles: [[name, role, confidence]]}: what replaces the built-in names of a source.
    role_names    jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id)
);
SELECT protect_tenant_table('buying_group_settings');
GRANT SELECT, INSERT, UPDATE ON buying_group_settings TO fairlead_app;

CREATE TABLE buying_groups (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    account_id      uuid NOT NULL,
    solution_tag    text COLLATE "C" NOT NULL DEFAULT '' CHECK (solution_tag ~ '^([a-z0-9][a-z0-9-]{0,59})?$'),
    status          text COLLATE "C" NOT NULL DEFAULT 'forming'
        CHECK (status IN ('forming', 'developing', 'established', 'complete')),
    member_count    bigint NOT NULL DEFAULT 0,
    -- The two readings: a member counts one, a member counts their confidence.
    by_count        bigint NOT NULL DEFAULT 0 CHECK (by_count BETWEEN 0 AND 1000000),
    by_confidence   bigint NOT NULL DEFAULT 0 CHECK (by_confidence BETWEEN 0 AND 1000000),
    required_filled bigint NOT NULL DEFAULT 0 CHECK (required_filled BETWEEN 0 AND 1000000),
    missing         text[] NOT NULL DEFAULT '{}',
    -- Who made it; null for the sync that found its first members.
    created_by      text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    -- When anything of the group changed last, its members included.
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account_id, solution_tag),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX buying_groups_status ON buying_groups (tenant_id, status, account_id);
SELECT protect_tenant_table('buying_groups');
GRANT SELECT, INSERT, UPDATE, DELETE ON buying_groups TO fairlead_app;

CREATE TABLE buying_group_members (
    tenant_id           uuid NOT NULL,
    group_id            uuid NOT NULL,
    person_id           uuid NOT NULL,
    role                text NOT NULL CHECK (role IN ('champion', 'economic_buyer', 'technical_evaluator', 'end_user',
                            'legal_procurement', 'coach', 'blocker', 'unknown')),
    -- As shown: corrected by what confirmations taught; 1 when a person confirmed the role.
    confidence          bigint NOT NULL CHECK (confidence BETWEEN 0 AND 1000000),
    -- What speaks loudest for the role; null when nothing does.
    source              text CHECK (source IN ('confirmed', 'sf_contact_role', 'title_parse', 'delivrai', 'engagement_pattern')),
    -- What the evidence says by itself, also beside a confirmation.
    detected_role       text NOT NULL CHECK (detected_role IN ('champion', 'economic_buyer', 'technical_evaluator',
                            'end_user', 'legal_procurement', 'coach', 'blocker', 'unknown')),
    detected_confidence bigint NOT NULL CHECK (detected_confidence BETWEEN 0 AND 1000000),
    -- How they came in: named in a purchase by a source, added by a person, or accepted as a candidate.
    origin              text NOT NULL CHECK (origin IN ('detected', 'added', 'accepted')),
    is_discovered       boolean NOT NULL DEFAULT false,
    -- Of an accepted candidate: where they were found.
    discovered_from     text CHECK (discovered_from IN ('active_person', 'account_domain', 'discovered_email')),
    added_by            text,
    added_at            timestamptz NOT NULL DEFAULT now(),
    confirmed_by        text,
    confirmed_at        timestamptz,
    -- The evidence as it stood when the role was confirmed, without earlier confirmations: what calibration looks at.
    confirmed_from      jsonb,
    PRIMARY KEY (tenant_id, group_id, person_id),
    CHECK (is_discovered = (discovered_from IS NOT NULL)),
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL) = (confirmed_from IS NULL)),
    CHECK ((source IS NOT DISTINCT FROM 'confirmed') = (confirmed_at IS NOT NULL)),
    CHECK (confirmed_at IS NULL OR (confidence = 1000000 AND role <> 'unknown')),
    FOREIGN KEY (tenant_id, group_id) REFERENCES buying_groups (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX buying_group_members_person ON buying_group_members (tenant_id, person_id);
CREATE INDEX buying_group_members_confirmed ON buying_group_members (tenant_id, confirmed_at) WHERE confirmed_at IS NOT NULL;
SELECT protect_tenant_table('buying_group_members');
GRANT SELECT, INSERT, UPDATE, DELETE ON buying_group_members TO fairlead_app;

-- What speaks for which role of a member, as of the last look. The same in all of a person's groups.
CREATE TABLE role_evidence (
    tenant_id  uuid NOT NULL,
    person_id  uuid NOT NULL,
    source     text NOT NULL CHECK (source IN ('sf_contact_role', 'title_parse', 'delivrai', 'engagement_pattern')),
    role       text NOT NULL CHECK (role IN ('champion', 'economic_buyer', 'technical_evaluator', 'end_user',
                   'legal_procurement', 'coach', 'blocker')),
    -- The rule or the record it came from.
    rule       text NOT NULL,
    confidence bigint NOT NULL CHECK (confidence BETWEEN 0 AND 1000000),
    PRIMARY KEY (tenant_id, person_id, source, role, rule),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
SELECT protect_tenant_table('role_evidence');
GRANT SELECT, INSERT, UPDATE, DELETE ON role_evidence TO fairlead_app;

-- Whom a person took out of a group or did not want in it: nobody brings them back but a person.
CREATE TABLE dismissed_candidates (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    group_id     uuid NOT NULL,
    person_id    uuid,
    email        text COLLATE "C" CHECK (email = lower(email)),
    reason       text,
    dismissed_by text NOT NULL,
    dismissed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, group_id, person_id),
    UNIQUE (tenant_id, group_id, email),
    CHECK ((person_id IS NULL) <> (email IS NULL)),
    FOREIGN KEY (tenant_id, group_id) REFERENCES buying_groups (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX dismissed_candidates_person ON dismissed_candidates (tenant_id, person_id) WHERE person_id IS NOT NULL;
SELECT protect_tenant_table('dismissed_candidates');
GRANT SELECT, INSERT, UPDATE, DELETE ON dismissed_candidates TO fairlead_app;

-- The part that an intent vendor thinks somebody plays, in the vendor's words. About a person, or about an address that
-- is nobody's yet: it finds its person when there is one.
CREATE TABLE intent_roles (
    tenant_id    uuid NOT NULL,
    connector_id uuid NOT NULL,
    external_id  text COLLATE "C" NOT NULL,
    person_id    uuid,
    email        text COLLATE "C" CHECK (email = lower(email)),
    -- Of the address, unless it is a free-mail one: ties it to the account that shares it.
    work_domain  text COLLATE "C",
    role         text NOT NULL,
    observed_at  timestamptz NOT NULL,
    modified_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connector_id, external_id),
    CHECK (person_id IS NOT NULL OR email IS NOT NULL),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX intent_roles_person ON intent_roles (tenant_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX intent_roles_email ON intent_roles (tenant_id, email) WHERE email IS NOT NULL;
CREATE INDEX intent_roles_work_domain ON intent_roles (tenant_id, work_domain) WHERE work_domain IS NOT NULL;
SELECT protect_tenant_table('intent_roles');
GRANT SELECT, INSERT, UPDATE, DELETE ON intent_roles TO fairlead_app;

-- Accounts of which a fact has changed since their groups were looked at.
CREATE TABLE touched_accounts (
    tenant_id  uuid NOT NULL,
    account_id uuid NOT NULL,
    touched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE
);
SELECT protect_tenant_table('touched_accounts');
-- Update only to lock what is being taken off the list.
GRANT SELECT, INSERT, UPDATE, DELETE ON touched_accounts TO fairlead_app;

-- Written by whatever changes a fact, in its own transaction: a sync's page, a call, an operator. One statement for a whole
-- statement's rows, as refuse_dangling_activities does and for the same reason planned anew each time. In order of ids, so
-- that two writers wait for each other instead of in a circle.
CREATE FUNCTION touch_accounts() RETURNS trigger
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

CREATE TRIGGER touch_inserted AFTER INSERT ON accounts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_updated AFTER UPDATE ON accounts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_inserted AFTER INSERT ON people
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_updated AFTER UPDATE ON people
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
-- Who moves to another account leaves one behind.
CREATE TRIGGER touch_left AFTER UPDATE ON people
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_inserted AFTER INSERT ON opportunities
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_updated AFTER UPDATE ON opportunities
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_left AFTER UPDATE ON opportunities
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_inserted AFTER INSERT ON opportunity_contacts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_updated AFTER UPDATE ON opportunity_contacts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_left AFTER DELETE ON opportunity_contacts
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_inserted AFTER INSERT ON activities
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_updated AFTER UPDATE ON activities
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_inserted AFTER INSERT ON intent_roles
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_updated AFTER UPDATE ON intent_roles
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();
CREATE TRIGGER touch_left AFTER DELETE ON intent_roles
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_accounts();

-- Accounts that were here before this migration have groups coming, too.
DO $$
DECLARE
    tenant uuid;
BEGIN
    FOR tenant IN SELECT d.tenant_id FROM tenant_directory d LOOP
        PERFORM set_config('app.tenant_id', tenant::text, true);
        INSERT INTO touched_accounts (tenant_id, account_id)
            SELECT a.tenant_id, a.id FROM accounts a WHERE a.tenant_id = tenant AND a.deleted_at IS NULL;
    END LOOP;
    PERFORM set_config('app.tenant_id', '', true);
END $$;

-- What the CRM says: the entities, and the log of what people did.
SET LOCAL lock_timeout = '2s';

CREATE TABLE accounts (
    tenant_id          uuid NOT NULL REFERENCES tenants (tenant_id),
    id                 uuid NOT NULL,
    name               text NOT NULL,
    -- Searched and sorted by: under row security lower(name) and LIKE would keep the index out of use.
    name_lower         text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    domain             text COLLATE "C",
    industry           text,
    employee_count     bigint,
    annual_revenue     bigint,
    currency           text CHECK (currency ~ '^[A-Z]{3}$'),
    country            text,
    owner_email        text,
    -- The surviving account of a merge, always one hop; clearing it undoes the merge.
    merged_into        uuid,
    attributes         jsonb NOT NULL DEFAULT '{}',
    source_modified_at timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK (merged_into <> id),
    FOREIGN KEY (tenant_id, merged_into) REFERENCES accounts (tenant_id, id)
);
CREATE INDEX accounts_merged_into ON accounts (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX accounts_name ON accounts (tenant_id, name_lower, id);
CREATE INDEX accounts_domain ON accounts (tenant_id, domain);
CREATE INDEX accounts_updated ON accounts (tenant_id, updated_at, id);
SELECT protect_tenant_table('accounts');
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts TO fairlead_app;

-- Firmographics as they were: what fit reads when it is asked about the past.
CREATE TABLE account_versions (
    tenant_id      uuid NOT NULL,
    account_id     uuid NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    industry       text,
    employee_count bigint,
    annual_revenue bigint,
    currency       text,
    attributes     jsonb NOT NULL DEFAULT '{}',
    deleted        boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, account_id, recorded_at),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id) ON DELETE CASCADE
);
SELECT protect_tenant_table('account_versions');
GRANT SELECT, INSERT, DELETE ON account_versions TO fairlead_app;

CREATE TABLE people (
    tenant_id          uuid NOT NULL REFERENCES tenants (tenant_id),
    id                 uuid NOT NULL,
    email              text COLLATE "C" CHECK (email = lower(email)),
    -- The e-mail's domain unless it is a free-mail one; ties people to accounts that share it.
    work_domain        text COLLATE "C",
    first_name         text,
    last_name          text,
    name_lower         text COLLATE "C" NOT NULL
        GENERATED ALWAYS AS (lower(coalesce(last_name, '') || ' ' || coalesce(first_name, ''))) STORED,
    title              text,
    seniority          text,
    phone              text,
    account_id         uuid,
    lead_status        text,
    is_lead            boolean NOT NULL DEFAULT false,
    opted_out          boolean NOT NULL DEFAULT false,
    -- The surviving person of a merge or a lead conversion, always one hop. Activities keep the person they were
    -- recorded for, so that clearing this undoes the merge.
    merged_into        uuid,
    attributes         jsonb NOT NULL DEFAULT '{}',
    source_modified_at timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK (merged_into <> id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_into) REFERENCES people (tenant_id, id)
);
CREATE INDEX people_name ON people (tenant_id, name_lower, id);
CREATE INDEX people_email ON people (tenant_id, email);
CREATE INDEX people_account ON people (tenant_id, account_id);
CREATE INDEX people_work_domain ON people (tenant_id, work_domain);
CREATE INDEX people_merged_into ON people (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX people_updated ON people (tenant_id, updated_at, id);
SELECT protect_tenant_table('people');
GRANT SELECT, INSERT, UPDATE, DELETE ON people TO fairlead_app;

CREATE TABLE opportunities (
    tenant_id          uuid NOT NULL REFERENCES tenants (tenant_id),
    id                 uuid NOT NULL,
    name               text NOT NULL,
    name_lower         text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
    account_id         uuid,
    stage              text NOT NULL,
    stage_entered_at   timestamptz,
    amount             bigint,
    currency           text CHECK (currency ~ '^[A-Z]{3}$'),
    close_date         date,
    is_closed          boolean NOT NULL DEFAULT false,
    is_won             boolean NOT NULL DEFAULT false,
    attributes         jsonb NOT NULL DEFAULT '{}',
    source_created_at  timestamptz,
    source_modified_at timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
);
CREATE INDEX opportunities_name ON opportunities (tenant_id, name_lower, id);
CREATE INDEX opportunities_account ON opportunities (tenant_id, account_id);
CREATE INDEX opportunities_close ON opportunities (tenant_id, close_date, id);
CREATE INDEX opportunities_updated ON opportunities (tenant_id, updated_at, id);
SELECT protect_tenant_table('opportunities');
GRANT SELECT, INSERT, UPDATE, DELETE ON opportunities TO fairlead_app;

CREATE TABLE opportunity_stages (
    tenant_id      uuid NOT NULL,
    opportunity_id uuid NOT NULL,
    entered_at     timestamptz NOT NULL,
    stage          text NOT NULL,
    -- Set where the vendor delivers each entry as a record of its own, which can be taken back by this.
    connector_id   uuid,
    external_id    text COLLATE "C",
    PRIMARY KEY (tenant_id, opportunity_id, entered_at, stage),
    FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX opportunity_stages_source ON opportunity_stages (tenant_id, connector_id, external_id)
    WHERE external_id IS NOT NULL;
SELECT protect_tenant_table('opportunity_stages');
GRANT SELECT, INSERT, UPDATE, DELETE ON opportunity_stages TO fairlead_app;

CREATE TABLE opportunity_contacts (
    tenant_id      uuid NOT NULL,
    opportunity_id uuid NOT NULL,
    person_id      uuid NOT NULL,
    role           text,
    is_primary     boolean NOT NULL DEFAULT false,
    connector_id   uuid,
    external_id    text COLLATE "C",
    PRIMARY KEY (tenant_id, opportunity_id, person_id),
    FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
);
CREATE INDEX opportunity_contacts_person ON opportunity_contacts (tenant_id, person_id);
CREATE INDEX opportunity_contacts_source ON opportunity_contacts (tenant_id, connector_id, external_id)
    WHERE external_id IS NOT NULL;
SELECT protect_tenant_table('opportunity_contacts');
GRANT SELECT, INSERT, UPDATE, DELETE ON opportunity_contacts TO fairlead_app;

-- A record named another that has not come yet: what to do when it comes. Vendors deliver objects in no useful order.
CREATE TABLE unresolved_references (
    tenant_id          uuid NOT NULL,
    connector_id       uuid NOT NULL,
    relation           text NOT NULL
        CHECK (relation IN ('account_merge', 'person_account', 'person_merge', 'opportunity_account', 'contact_role', 'stage')),
    -- Who refers: our id of the entity, or the external id of a record that is kept whole in payload.
    subject            text COLLATE "C" NOT NULL,
    target_entity      text NOT NULL CHECK (target_entity IN ('account', 'person', 'opportunity')),
    target_external_id text COLLATE "C" NOT NULL,
    payload            jsonb,
    created_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, connector_id, relation, subject),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES connectors (tenant_id, id)
);
CREATE INDEX unresolved_references_target
    ON unresolved_references (tenant_id, connector_id, target_entity, target_external_id);
SELECT protect_tenant_table('unresolved_references');
GRANT SELECT, INSERT, UPDATE, DELETE ON unresolved_references TO fairlead_app;

-- The big table. A fact is inserted once; it can be taken back (retracted_at) but not altered: the application's
-- role may update that one column. A record that changed at the vendor is the old fact retracted and a new one.
CREATE TABLE activities (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    person_id    uuid,
    account_id   uuid,
    connector_id uuid,
    external_id  text COLLATE "C",
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    retracted_at timestamptz,
    type         text COLLATE "C" NOT NULL,
    channel      text COLLATE "C" NOT NULL,
    subject      text,
    properties   jsonb,
    PRIMARY KEY (tenant_id, id),
    CHECK (person_id IS NOT NULL OR account_id IS NOT NULL),
    CHECK ((connector_id IS NULL) = (external_id IS NULL))
);
CREATE UNIQUE INDEX activities_source ON activities (tenant_id, connector_id, external_id) WHERE retracted_at IS NULL;
-- Everything the fold reads, so that it never visits the table.
CREATE INDEX activities_fold ON activities (tenant_id, person_id, occurred_at)
    INCLUDE (type, channel, recorded_at, retracted_at);
CREATE INDEX activities_account ON activities (tenant_id, account_id, occurred_at) WHERE account_id IS NOT NULL;
CREATE INDEX activities_time ON activities (tenant_id, occurred_at, id);
SELECT protect_tenant_table('activities');
GRANT SELECT, INSERT ON activities TO fairlead_app;
GRANT UPDATE (retracted_at) ON activities TO fairlead_app;

-- In place of foreign keys, which check and lock row by row and were half the cost of a bulk insert: one look for
-- a whole statement. Under row security it finds only the tenant's own rows, so a stranger's id is as good as none.
CREATE FUNCTION refuse_dangling_activities() RETURNS trigger
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
CREATE TRIGGER activities_refer AFTER INSERT ON activities
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_dangling_activities();

-- The other side: who has activities cannot be removed before them.
CREATE FUNCTION refuse_removal_with_activities() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (TG_TABLE_NAME = 'people' AND EXISTS (
            SELECT FROM removed r JOIN activities a ON a.tenant_id = r.tenant_id AND a.person_id = r.id))
       OR (TG_TABLE_NAME = 'accounts' AND EXISTS (
            SELECT FROM removed r JOIN activities a ON a.tenant_id = r.tenant_id AND a.account_id = r.id))
    THEN
        RAISE foreign_key_violation
            USING MESSAGE = 'activities refer to the row', TABLE = TG_TABLE_NAME, CONSTRAINT = 'activities_refer';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER referred_by_activities AFTER DELETE ON people
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal_with_activities();
CREATE TRIGGER referred_by_activities AFTER DELETE ON accounts
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal_with_activities();
REVOKE EXECUTE ON FUNCTION refuse_dangling_activities(), refuse_removal_with_activities() FROM PUBLIC;

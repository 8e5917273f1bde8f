-- Organizations, people, their rights and credentials.
SET LOCAL lock_timeout = '2s';

-- Puts one tenant table behind row security: every migration that adds a tenant table calls it.
-- The setting is read in a sub-select so that it is evaluated once a query, not once a row;
-- nullif, because after a transaction that set it locally the setting is '' and not null.
CREATE FUNCTION protect_tenant_table(target regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY tenant_isolation ON %s FOR ALL '
        'USING (tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::uuid)) '
        'WITH CHECK (tenant_id = (SELECT nullif(current_setting(''app.tenant_id'', true), '''')::uuid))',
        target);
END $$;
REVOKE EXECUTE ON FUNCTION protect_tenant_table(regclass) FROM PUBLIC;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fairlead_app;

-- GLOBAL. Sign-in finds an organization by its slug, or by the outside issuer's organization id, before any
-- tenant is known; both must be unique over all tenants. Nothing else about an organization is here.
-- The issuer is part of the id: two issuers may use the same one, and neither may enter the other's organization.
CREATE TABLE tenant_directory (
    tenant_id      uuid PRIMARY KEY,
    slug           text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    outside_issuer text,
    clerk_org_id   text,
    status         text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (outside_issuer, clerk_org_id),
    CHECK ((outside_issuer IS NULL) = (clerk_org_id IS NULL))
);
GRANT SELECT, INSERT, UPDATE ON tenant_directory TO fairlead_app;

-- GLOBAL. One human is one user over all organizations: a sign-in identity comes before the choice of a tenant.
CREATE TABLE users (
    id          uuid PRIMARY KEY,
    email       text NOT NULL,
    email_lower text COLLATE "C" GENERATED ALWAYS AS (lower(email)) STORED UNIQUE,
    name        text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON users TO fairlead_app;

-- GLOBAL. Which user an outside issuer's subject is; looked up before a tenant is known.
CREATE TABLE login_identities (
    issuer     text NOT NULL,
    subject    text NOT NULL,
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);
GRANT SELECT, INSERT ON login_identities TO fairlead_app;

-- GLOBAL. Which organizations a user may enter, before one is chosen. The role is in memberships, behind row security.
CREATE TABLE user_tenants (
    user_id   uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant_id uuid NOT NULL REFERENCES tenant_directory (tenant_id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, tenant_id)
);
GRANT SELECT, INSERT, DELETE ON user_tenants TO fairlead_app;

-- GLOBAL. To which tenant a presented credential's id belongs: the first look-up of each call, before row
-- security can apply. Ids only; hashes, roles and expiry are in the tenant's own tables.
CREATE TABLE credential_directory (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('api_key', 'session')),
    tenant_id  uuid NOT NULL REFERENCES tenant_directory (tenant_id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, DELETE ON credential_directory TO fairlead_app;

CREATE TABLE tenants (
    tenant_id  uuid PRIMARY KEY REFERENCES tenant_directory (tenant_id) ON DELETE CASCADE,
    name       text NOT NULL,
    currency   text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
    time_zone  text NOT NULL DEFAULT 'UTC',
    settings   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
SELECT protect_tenant_table('tenants');
GRANT SELECT, INSERT, UPDATE ON tenants TO fairlead_app;

-- The tenant's data key, wrapped by a key-encryption key that is named by id and lives outside the database.
CREATE TABLE tenant_keys (
    tenant_id   uuid NOT NULL REFERENCES tenants (tenant_id),
    id          uuid NOT NULL,
    kek_id      text NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    retired_at  timestamptz,
    PRIMARY KEY (tenant_id, id)
);
SELECT protect_tenant_table('tenant_keys');
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_keys TO fairlead_app;

CREATE TABLE memberships (
    tenant_id  uuid NOT NULL REFERENCES tenants (tenant_id),
    id         uuid NOT NULL,
    user_id    uuid NOT NULL REFERENCES users (id),
    role       text NOT NULL CHECK (role IN ('viewer', 'manager', 'admin')),
    status     text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, user_id)
);
SELECT protect_tenant_table('memberships');
GRANT SELECT, INSERT, UPDATE, DELETE ON memberships TO fairlead_app;

CREATE TABLE sessions (
    tenant_id   uuid NOT NULL REFERENCES tenants (tenant_id),
    id          uuid NOT NULL,
    user_id     uuid NOT NULL,
    auth_method text NOT NULL CHECK (auth_method IN ('admin', 'issuer', 'magic_link', 'sso')),
    address     text,
    user_agent  text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    -- Who loses the membership loses the sessions with it.
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id);
SELECT protect_tenant_table('sessions');
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO fairlead_app;

CREATE TABLE api_keys (
    tenant_id    uuid NOT NULL REFERENCES tenants (tenant_id),
    id           uuid NOT NULL,
    name         text NOT NULL,
    secret_hash  bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    role         text NOT NULL CHECK (role IN ('viewer', 'manager', 'admin')),
    scopes       text[] NOT NULL DEFAULT '{}',
    created_by   uuid REFERENCES users (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    rolled_from  uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, rolled_from) REFERENCES api_keys (tenant_id, id)
);
SELECT protect_tenant_table('api_keys');
GRANT SELECT, INSERT, UPDATE ON api_keys TO fairlead_app;

CREATE TABLE idempotency_keys (
    tenant_id   uuid NOT NULL REFERENCES tenants (tenant_id),
    principal   text NOT NULL,
    method      text NOT NULL,
    key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    params_hash bytea NOT NULL CHECK (octet_length(params_hash) = 32),
    reply       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, principal, method, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (tenant_id, expires_at);
SELECT protect_tenant_table('idempotency_keys');
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO fairlead_app;

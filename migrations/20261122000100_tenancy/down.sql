SET LOCAL lock_timeout = '2s';
DROP TABLE idempotency_keys, api_keys, sessions, memberships, tenant_keys, tenants,
    credential_directory, user_tenants, login_identities, users, tenant_directory;
DROP FUNCTION protect_tenant_table(regclass);

-- An organization and its members. Every text carries its canary.
INSERT INTO tenant_directory (tenant_id, slug) VALUES ($id(01), '$slug');
INSERT INTO tenants (tenant_id, name) VALUES ($id(01), 'Example $canary');
INSERT INTO users (id, email, name) VALUES
    ($id(11), 'ada.$canary@example.org', 'Ada Example $canary'),
    ($id(12), 'max.$canary@example.org', 'Max Example $canary'),
    ($id(13), 'lea.$canary@example.org', 'Lea Example $canary'),
    ($id(314), 'vera.$canary@example.org', 'Vera Example $canary'),
    ($id(315), 'mona.$canary@example.org', 'Mona Example $canary'),
    ($id(316), 'sue.$canary@example.org', 'Sue Example $canary');
INSERT INTO user_tenants (user_id, tenant_id)
    SELECT id, $id(01) FROM users WHERE id IN ($id(11), $id(12), $id(13), $id(314), $id(315), $id(316));
INSERT INTO memberships (tenant_id, id, user_id, role) VALUES
    ($id(01), $id(411), $id(11), 'admin'),
    ($id(01), $id(412), $id(12), 'viewer'),
    ($id(01), $id(413), $id(13), 'manager'),
    ($id(01), $id(414), $id(314), 'viewer'),
    ($id(01), $id(415), $id(315), 'manager'),
    ($id(01), $id(416), $id(316), 'admin');
INSERT INTO credential_directory (id, kind, tenant_id) VALUES
    ($id(14), 'session', $id(01)), ($id(15), 'session', $id(01)),
    ($id(21), 'api_key', $id(01)), ($id(22), 'api_key', $id(01));
INSERT INTO sessions (tenant_id, id, user_id, auth_method, expires_at) VALUES
    ($id(01), $id(14), $id(11), 'admin', now() + interval '1 hour'),
    ($id(01), $id(15), $id(13), 'admin', now() + interval '1 hour');
INSERT INTO api_keys (tenant_id, id, name, secret_hash, role, created_by, expires_at, last_used_at) VALUES
    ($id(01), $id(21), 'nightly export $canary', decode(repeat('21', 32), 'hex'), 'viewer', $id(11),
     now() + interval '300 days', now() - interval '7 minutes'),
    ($id(01), $id(22), 'retiring $canary', decode(repeat('22', 32), 'hex'), 'viewer', $id(11), NULL, NULL);

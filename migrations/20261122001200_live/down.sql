SET LOCAL lock_timeout = '2s';
DROP TRIGGER rights_changed ON tenant_directory;
DROP TRIGGER rights_changed ON memberships;
DROP TRIGGER rights_changed ON sessions;
DROP TRIGGER rights_changed ON api_keys;
DROP FUNCTION rights_changed();
DROP TABLE changes;

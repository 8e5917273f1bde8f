SET LOCAL lock_timeout = '2s';
DROP TRIGGER clients_changed ON client_grants;
DROP TRIGGER clients_changed ON memberships;

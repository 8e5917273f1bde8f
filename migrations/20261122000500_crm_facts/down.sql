SET LOCAL lock_timeout = '2s';
DROP TABLE activities, unresolved_references, opportunity_contacts, opportunity_stages, opportunities, people, account_versions, accounts;
DROP FUNCTION refuse_dangling_activities(), refuse_removal_with_activities();

//! The permission table against a second one, written out by hand from the rule that admins configure,
//! managers work and viewers look; and the membership rules over every small tenant.

use proptest::prelude::*;
use tenancy::{
    MembershipRefused, Operation, Principal, Role, RoleChange, UserId, change_role, may_grant, minimum_role,
    permits, remove_member,
};

use crate::support::{tenant, uuid};

/// If this no longer matches, you changed who may do what: change it here too, and say why in the commit.
const TABLE: &str = "
    read_records                ✓ ✓ ✓
    read_scores                 ✓ ✓ ✓
    read_metrics                ✓ ✓ ✓
    read_connectors             ✓ ✓ ✓
    read_scoring_config         ✓ ✓ ✓
    read_team                   ✓ ✓ ✓
    read_jobs                   ✓ ✓ ✓
    manage_own_sessions         ✓ ✓ ✓
    trigger_sync                ✓ ✓ –
    run_scoring                 ✓ ✓ –
    cancel_jobs                 ✓ ✓ –
    edit_field_mappings         ✓ ✓ –
    record_activities           ✓ ✓ –
    confirm_buying_group_roles  ✓ ✓ –
    enter_weekly_metrics        ✓ ✓ –
    assign_campaigns            ✓ ✓ –
    configure_scoring           ✓ – –
    manage_connectors           ✓ – –
    authorize_connectors        ✓ – –
    write_back                  ✓ – –
    edit_role_templates         ✓ – –
    invite_members              ✓ – –
    remove_members              ✓ – –
    change_roles                ✓ – –
    manage_api_keys             ✓ – –
    read_audit_log              ✓ – –
    edit_settings               ✓ – –
    manage_domains              ✓ – –
    manage_sso                  ✓ – –
    delete_data                 ✓ – –
";

#[test]
fn each_role_may_do_exactly_what_the_table_says() {
    let mark = |role, operation| if permits(role, operation) { "✓" } else { "–" };
    let actual: Vec<String> = Operation::ALL
        .iter()
        .map(|&operation| {
            let name = serde_json::to_value(operation).unwrap();
            let marks = [Role::Admin, Role::Manager, Role::Viewer].map(|role| mark(role, operation));
            format!("{} {}", name.as_str().unwrap(), marks.join(" "))
        })
        .collect();
    let expected: Vec<String> =
        TABLE.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(actual, expected);
}

#[test]
fn a_principal_is_held_to_its_role() {
    for role in Role::ALL {
        let caller = Principal::user(tenant(1), UserId(uuid(2)), None, role);
        for &operation in Operation::ALL {
            assert_eq!(caller.require(operation).is_ok(), role >= minimum_role(operation));
        }
    }
}

#[test]
fn nobody_grants_above_their_own_role() {
    for caller in Role::ALL {
        for granted in Role::ALL {
            assert_eq!(may_grant(caller, granted).is_ok(), granted <= caller, "{caller} grants {granted}");
        }
    }
}

#[test]
fn only_an_admin_changes_or_removes_members() {
    for caller in [Role::Viewer, Role::Manager] {
        for current in Role::ALL {
            assert_eq!(remove_member(caller, current, 5), Err(MembershipRefused::NotPermitted));
            for wanted in Role::ALL {
                assert_eq!(change_role(caller, current, wanted, 5), Err(MembershipRefused::NotPermitted));
            }
        }
    }
}

#[test]
fn the_last_admin_can_be_neither_removed_nor_demoted() {
    for wanted in [Role::Viewer, Role::Manager] {
        assert_eq!(change_role(Role::Admin, Role::Admin, wanted, 1), Err(MembershipRefused::LastAdmin));
        assert!(change_role(Role::Admin, Role::Admin, wanted, 2).is_ok());
    }
    assert_eq!(remove_member(Role::Admin, Role::Admin, 1), Err(MembershipRefused::LastAdmin));
    assert_eq!(remove_member(Role::Admin, Role::Admin, 0), Err(MembershipRefused::LastAdmin));
    assert_eq!(remove_member(Role::Admin, Role::Admin, 2), Ok(()));
}

#[test]
fn the_last_admin_may_be_confirmed_in_their_role() {
    assert_eq!(change_role(Role::Admin, Role::Admin, Role::Admin, 1), Ok(RoleChange::Unchanged));
}

proptest! {
    /// However a tenant's members change each other, if it had an admin it keeps one.
    #[test]
    fn a_tenant_never_loses_its_last_admin(
        mut members in prop::collection::vec(role(), 1..6),
        steps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::option::of(role())), 0..40),
    ) {
        members[0] = Role::Admin;
        for (caller, member, wanted) in steps {
            let (caller, member) = (members[caller.index(members.len())], member.index(members.len()));
            let admins = u32::try_from(members.iter().filter(|role| **role == Role::Admin).count()).unwrap();
            match wanted {
                Some(wanted) => {
                    if let Ok(RoleChange::Changed { to, .. }) = change_role(caller, members[member], wanted, admins) {
                        members[member] = to;
                    }
                }
                None => {
                    if remove_member(caller, members[member], admins).is_ok() {
                        members.remove(member);
                    }
                }
            }
            prop_assert!(members.contains(&Role::Admin));
        }
    }
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(&Role::ALL[..])
}

//! The tables as diesel's query builder knows them. Kept by hand beside `migrations/`; a test compares it with the
//! catalogue of a migrated database and names what differs.

diesel::table! {
    account_versions (tenant_id, account_id, recorded_at) {
        tenant_id -> Uuid,
        account_id -> Uuid,
        recorded_at -> Timestamptz,
        industry -> Nullable<Text>,
        employee_count -> Nullable<BigInt>,
        annual_revenue -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        attributes -> Jsonb,
        deleted -> Bool,
    }
}

diesel::table! {
    accounts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        name_lower -> Text,
        domain -> Nullable<Text>,
        industry -> Nullable<Text>,
        employee_count -> Nullable<BigInt>,
        annual_revenue -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        country -> Nullable<Text>,
        owner_email -> Nullable<Text>,
        merged_into -> Nullable<Uuid>,
        attributes -> Jsonb,
        source_modified_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    activities (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        person_id -> Nullable<Uuid>,
        account_id -> Nullable<Uuid>,
        connector_id -> Nullable<Uuid>,
        external_id -> Nullable<Text>,
        occurred_at -> Timestamptz,
        recorded_at -> Timestamptz,
        retracted_at -> Nullable<Timestamptz>,
        #[sql_name = "type"]
        type_ -> Text,
        channel -> Text,
        subject -> Nullable<Text>,
        properties -> Nullable<Jsonb>,
    }
}

diesel::table! {
    api_keys (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        secret_hash -> Bytea,
        role -> Text,
        scopes -> Array<Text>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        rolled_from -> Nullable<Uuid>,
    }
}

diesel::table! {
    audit_log (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        seq -> BigInt,
        actor_kind -> Text,
        actor_id -> Text,
        user_id -> Nullable<Uuid>,
        action -> Text,
        resource -> Text,
        resource_id -> Nullable<Text>,
        outcome -> Text,
        changes -> Jsonb,
        metadata -> Jsonb,
        request_id -> Nullable<Text>,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    buying_group_members (tenant_id, group_id, person_id) {
        tenant_id -> Uuid,
        group_id -> Uuid,
        person_id -> Uuid,
        role -> Text,
        confidence -> BigInt,
        source -> Nullable<Text>,
        detected_role -> Text,
        detected_confidence -> BigInt,
        origin -> Text,
        is_discovered -> Bool,
        discovered_from -> Nullable<Text>,
        added_by -> Nullable<Text>,
        added_at -> Timestamptz,
        confirmed_by -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamptz>,
        confirmed_from -> Nullable<Jsonb>,
    }
}

diesel::table! {
    buying_group_settings (tenant_id) {
        tenant_id -> Uuid,
        calibration -> Jsonb,
        calibrated_at -> Nullable<Timestamptz>,
        role_names -> Jsonb,
    }
}

diesel::table! {
    buying_groups (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        account_id -> Uuid,
        solution_tag -> Text,
        status -> Text,
        member_count -> BigInt,
        by_count -> BigInt,
        by_confidence -> BigInt,
        required_filled -> BigInt,
        missing -> Array<Text>,
        created_by -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    campaign_groups (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        client_id -> Uuid,
        client_channel_id -> Uuid,
        name -> Text,
        name_lower -> Text,
        weekly_budget -> Nullable<BigInt>,
        is_active -> Bool,
        removed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    campaigns (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        client_id -> Uuid,
        campaign_group_id -> Uuid,
        name -> Text,
        name_lower -> Text,
        target_roas -> Nullable<BigInt>,
        external_id -> Nullable<Text>,
        is_active -> Bool,
        removed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    changes (id) {
        id -> BigInt,
        xid -> BigInt,
        tenant_id -> Uuid,
        topics -> Array<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    channels (id) {
        id -> Uuid,
        name -> Text,
        slug -> Text,
        icon_url -> Nullable<Text>,
    }
}

diesel::table! {
    client_channels (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        client_id -> Uuid,
        channel_id -> Uuid,
        settle_days -> BigInt,
        is_active -> Bool,
        removed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    client_grants (tenant_id, user_id, client_id) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        client_id -> Uuid,
        role -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    clients (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        name_lower -> Text,
        currency -> Text,
        is_active -> Bool,
        removed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    connectors (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        #[sql_name = "type"]
        type_ -> Text,
        name -> Text,
        status -> Text,
        settings -> Jsonb,
        sealed_credentials -> Nullable<Bytea>,
        credentials_key_id -> Nullable<Uuid>,
        credentials_version -> BigInt,
        schedule -> Nullable<Text>,
        watermark -> Nullable<Timestamptz>,
        last_synced_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        connected_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
        renewal_owner -> Nullable<Uuid>,
        renewal_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    credential_directory (id) {
        id -> Uuid,
        kind -> Text,
        tenant_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    dismissed_candidates (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        group_id -> Uuid,
        person_id -> Nullable<Uuid>,
        email -> Nullable<Text>,
        reason -> Nullable<Text>,
        dismissed_by -> Text,
        dismissed_at -> Timestamptz,
    }
}

diesel::table! {
    engagement_states (tenant_id, config_hash, person_id) {
        tenant_id -> Uuid,
        config_hash -> Bytea,
        person_id -> Uuid,
        accumulators -> Bytea,
        activity_count -> BigInt,
        last_activity_at -> Nullable<Timestamptz>,
        recorded_through -> Timestamptz,
    }
}

diesel::table! {
    engagements (tenant_id, entity_type, entity_id) {
        tenant_id -> Uuid,
        entity_type -> Text,
        entity_id -> Uuid,
        account_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        opportunity_id -> Nullable<Uuid>,
        fit -> Nullable<BigInt>,
        fit_low -> Nullable<BigInt>,
        fit_high -> Nullable<BigInt>,
        coverage -> Nullable<BigInt>,
        engagement -> Nullable<BigInt>,
        combined -> Nullable<BigInt>,
        quadrant -> Nullable<Text>,
        tier -> Nullable<Text>,
        since -> Nullable<Timestamptz>,
        next_transition_at -> Nullable<Timestamptz>,
        last_activity_at -> Nullable<Timestamptz>,
        inputs_through -> Nullable<Timestamptz>,
        config_hash -> Bytea,
        scored_at -> Timestamptz,
    }
}

diesel::table! {
    external_ids (tenant_id, connector_id, entity, external_id) {
        tenant_id -> Uuid,
        connector_id -> Uuid,
        entity -> Text,
        external_id -> Text,
        entity_id -> Uuid,
        record_hash -> BigInt,
        source_modified_at -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
        raw -> Nullable<Jsonb>,
    }
}

diesel::table! {
    field_mappings (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        connector_id -> Uuid,
        entity -> Text,
        source_field -> Text,
        target_field -> Text,
        transform -> Jsonb,
        required -> Bool,
        position -> Integer,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    idempotency_keys (tenant_id, principal, method, key) {
        tenant_id -> Uuid,
        principal -> Text,
        method -> Text,
        key -> Text,
        params_hash -> Bytea,
        reply -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    import_rows (tenant_id, import_id, row_number) {
        tenant_id -> Uuid,
        import_id -> Uuid,
        row_number -> BigInt,
        client_id -> Uuid,
        entity_id -> Uuid,
        level -> Text,
        week_start -> Date,
        ad_spend -> BigInt,
        sales -> BigInt,
        before_ad_spend -> Nullable<BigInt>,
        before_sales -> Nullable<BigInt>,
        before_source -> Nullable<Text>,
        applied_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    imports (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        status -> Text,
        file_name -> Nullable<Text>,
        file_hash -> Bytea,
        plan_hash -> Bytea,
        reading -> Jsonb,
        inserts -> BigInt,
        changes -> BigInt,
        same -> BigInt,
        rejects -> BigInt,
        client_ids -> Array<Uuid>,
        created_by -> Text,
        created_at -> Timestamptz,
        applied_at -> Nullable<Timestamptz>,
        undone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    intent_roles (tenant_id, connector_id, external_id) {
        tenant_id -> Uuid,
        connector_id -> Uuid,
        external_id -> Text,
        person_id -> Nullable<Uuid>,
        email -> Nullable<Text>,
        work_domain -> Nullable<Text>,
        role -> Text,
        observed_at -> Timestamptz,
        modified_at -> Timestamptz,
    }
}

diesel::table! {
    job_queue (job_id) {
        job_id -> Uuid,
        tenant_id -> Uuid,
        kind -> Text,
        run_after -> Timestamptz,
        attempt -> Integer,
        lease_owner -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        fence -> BigInt,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    jobs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        parent_id -> Nullable<Uuid>,
        kind -> Text,
        workflow_id -> Text,
        dedupe_key -> Nullable<Text>,
        status -> Text,
        phase -> Nullable<Text>,
        input -> Jsonb,
        state -> Nullable<Jsonb>,
        outcome -> Nullable<Jsonb>,
        error_code -> Nullable<Text>,
        attempt -> Integer,
        progress_done -> BigInt,
        progress_total -> Nullable<BigInt>,
        created_by -> Nullable<Text>,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        cancel_requested_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    login_identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    memberships (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        role -> Text,
        status -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        client_limited -> Bool,
    }
}

diesel::table! {
    oauth_states (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        connector_id -> Uuid,
        state_hash -> Bytea,
        sealed_verifier -> Bytea,
        redirect_uri -> Text,
        created_by -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        consumed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    opportunities (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        name_lower -> Text,
        account_id -> Nullable<Uuid>,
        stage -> Text,
        stage_entered_at -> Nullable<Timestamptz>,
        amount -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        close_date -> Nullable<Date>,
        is_closed -> Bool,
        is_won -> Bool,
        attributes -> Jsonb,
        source_created_at -> Nullable<Timestamptz>,
        source_modified_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    opportunity_contacts (tenant_id, opportunity_id, person_id) {
        tenant_id -> Uuid,
        opportunity_id -> Uuid,
        person_id -> Uuid,
        role -> Nullable<Text>,
        is_primary -> Bool,
        connector_id -> Nullable<Uuid>,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    opportunity_stages (tenant_id, opportunity_id, entered_at, stage) {
        tenant_id -> Uuid,
        opportunity_id -> Uuid,
        entered_at -> Timestamptz,
        stage -> Text,
        connector_id -> Nullable<Uuid>,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    people (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        email -> Nullable<Text>,
        work_domain -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        name_lower -> Text,
        title -> Nullable<Text>,
        seniority -> Nullable<Text>,
        phone -> Nullable<Text>,
        account_id -> Nullable<Uuid>,
        lead_status -> Nullable<Text>,
        is_lead -> Bool,
        opted_out -> Bool,
        merged_into -> Nullable<Uuid>,
        attributes -> Jsonb,
        source_modified_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    quarantine (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        connector_id -> Uuid,
        sync_run_id -> Nullable<Uuid>,
        entity -> Text,
        external_id -> Text,
        reason -> Text,
        detail -> Nullable<Text>,
        raw -> Jsonb,
        status -> Text,
        created_at -> Timestamptz,
        resolved_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    role_evidence (tenant_id, person_id, source, role, rule) {
        tenant_id -> Uuid,
        person_id -> Uuid,
        source -> Text,
        role -> Text,
        rule -> Text,
        confidence -> BigInt,
    }
}

diesel::table! {
    role_templates (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        solution_tag -> Text,
        roles -> Jsonb,
        version -> Integer,
        updated_by -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    scoring_configs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        #[sql_name = "type"]
        type_ -> Text,
        version -> Integer,
        hash -> Bytea,
        config -> Jsonb,
        status -> Text,
        note -> Nullable<Text>,
        created_by -> Nullable<Text>,
        created_at -> Timestamptz,
        activated_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    scoring_runs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        job_id -> Nullable<Uuid>,
        trigger -> Text,
        status -> Text,
        reason -> Nullable<Text>,
        config_hash -> Nullable<Bytea>,
        as_of -> Timestamptz,
        inputs_through -> Nullable<Timestamptz>,
        activities_read -> BigInt,
        people_scored -> BigInt,
        accounts_scored -> BigInt,
        opportunities_scored -> BigInt,
        tier_changes -> BigInt,
        state_hash -> Nullable<Bytea>,
        started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sessions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        auth_method -> Text,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sync_cursors (tenant_id, connector_id, object) {
        tenant_id -> Uuid,
        connector_id -> Uuid,
        object -> Text,
        cursor -> Nullable<Jsonb>,
        watermark -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    sync_run_counts (tenant_id, sync_run_id, entity) {
        tenant_id -> Uuid,
        sync_run_id -> Uuid,
        entity -> Text,
        read -> BigInt,
        inserted -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        deleted -> BigInt,
        quarantined -> BigInt,
    }
}

diesel::table! {
    sync_runs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        connector_id -> Uuid,
        job_id -> Nullable<Uuid>,
        mode -> Text,
        trigger -> Text,
        status -> Text,
        reason -> Nullable<Text>,
        resume_at -> Nullable<Timestamptz>,
        started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        watermark -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenant_directory (tenant_id) {
        tenant_id -> Uuid,
        slug -> Text,
        outside_issuer -> Nullable<Text>,
        clerk_org_id -> Nullable<Text>,
        status -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tenant_keys (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kek_id -> Text,
        wrapped_key -> Bytea,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tenants (tenant_id) {
        tenant_id -> Uuid,
        name -> Text,
        currency -> Text,
        time_zone -> Text,
        settings -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tier_history (tenant_id, entity_type, entity_id, changed_at) {
        tenant_id -> Uuid,
        entity_type -> Text,
        entity_id -> Uuid,
        changed_at -> Timestamptz,
        from_tier -> Nullable<Text>,
        to_tier -> Text,
        from_quadrant -> Nullable<Text>,
        to_quadrant -> Nullable<Text>,
        fit -> Nullable<BigInt>,
        engagement -> Nullable<BigInt>,
        config_hash -> Bytea,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    touched_accounts (tenant_id, account_id) {
        tenant_id -> Uuid,
        account_id -> Uuid,
        touched_at -> Timestamptz,
    }
}

diesel::table! {
    unresolved_references (tenant_id, connector_id, relation, subject) {
        tenant_id -> Uuid,
        connector_id -> Uuid,
        relation -> Text,
        subject -> Text,
        target_entity -> Text,
        target_external_id -> Text,
        payload -> Nullable<Jsonb>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    user_tenants (user_id, tenant_id) {
        user_id -> Uuid,
        tenant_id -> Uuid,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        email_lower -> Nullable<Text>,
        name -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    weekly_metric_revisions (tenant_id, entity_id, week_start, recorded_at) {
        tenant_id -> Uuid,
        client_id -> Uuid,
        entity_id -> Uuid,
        week_start -> Date,
        recorded_at -> Timestamptz,
        ad_spend -> Nullable<BigInt>,
        sales -> Nullable<BigInt>,
        source -> Text,
        recorded_by -> Text,
        import_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    weekly_metrics (tenant_id, entity_id, week_start) {
        tenant_id -> Uuid,
        client_id -> Uuid,
        entity_id -> Uuid,
        level -> Text,
        client_channel_id -> Nullable<Uuid>,
        campaign_group_id -> Nullable<Uuid>,
        campaign_id -> Nullable<Uuid>,
        week_start -> Date,
        ad_spend -> Nullable<BigInt>,
        sales -> Nullable<BigInt>,
        source -> Text,
        recorded_at -> Timestamptz,
        recorded_by -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    account_versions,
    accounts,
    activities,
    api_keys,
    audit_log,
    buying_group_members,
    buying_group_settings,
    buying_groups,
    changes,
    campaign_groups,
    campaigns,
    channels,
    client_channels,
    client_grants,
    clients,
    connectors,
    credential_directory,
    dismissed_candidates,
    engagement_states,
    engagements,
    external_ids,
    field_mappings,
    idempotency_keys,
    import_rows,
    imports,
    intent_roles,
    job_queue,
    jobs,
    login_identities,
    memberships,
    oauth_states,
    opportunities,
    opportunity_contacts,
    opportunity_stages,
    people,
    quarantine,
    role_evidence,
    role_templates,
    scoring_configs,
    scoring_runs,
    sessions,
    sync_cursors,
    sync_run_counts,
    sync_runs,
    tenant_directory,
    tenant_keys,
    tenants,
    tier_history,
    touched_accounts,
    unresolved_references,
    user_tenants,
    users,
    weekly_metric_revisions,
    weekly_metrics,
);

use super::*;

const KEY: &str = "a:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("fairlead-config-{}-{name}", std::process::id()));
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn load(name: &str, toml: &str) -> Result<Config, ConfigRefused> {
    let folder = folder(name);
    let file = folder.join("fairlead.toml");
    std::fs::write(&file, toml).unwrap();
    let overrides = Overrides { file: Some(file), data_dir: Some(folder.join("data")), ..Default::default() };
    Config::load(&overrides)
}

#[test]
fn every_complaint_names_its_setting() {
    let cases = [
        ("listen = \"nowhere\"", "listen"),
        ("listen = 7", "listen"),
        ("lissten = \"127.0.0.1:1\"", "lissten"),
        ("[limits]\nbody_bytes = 1", "limits.body_bytes"),
        ("[limits]\nbody_bytes = \"much\"", "limits.body_bytes"),
        ("[limits]\nbody_byte = 5000", "limits.body_byte"),
        ("[limits]\ndrain_seconds = 10000", "limits.drain_seconds"),
        ("allowed_origins = [\"https://app.example.com/\"]", "allowed_origins"),
        ("allowed_origins = [\"app.example.com\"]", "allowed_origins"),
        ("trusted_proxies = [\"10.0.0.0/40\"]", "trusted_proxies"),
        ("egress_allow = [\"localhost\"]", "egress_allow"),
        ("keys = \"a:123\"", "keys"),
        ("database_url = \"postgres://u:p@h/d\"", "keys"),
        ("database_url = \"mysql://u:hidden@h/d\"", "database_url"),
        ("database_owner_url = \"postgres://u:p@h/d\"", "database_url"),
        ("database_owner_url = \"mysql://u:hidden@h/d\"", "database_owner_url"),
        ("log = \"a=b=c\"", "log"),
        ("log_format = \"xml\"", "log_format"),
        ("public_url = \"ftp://x\"", "public_url"),
        ("token_issuer = \" \"", "token_issuer"),
        ("[[outside_issuers]]\nissuer = \"i\"", "outside_issuers.0.jwks_file"),
        ("[connectors]\nredirect_uris = [\"app\"]", "connectors.redirect_uris"),
        ("[connectors]\nredirect_uris = [\"https://app.example.com/#here\"]", "connectors.redirect_uris"),
        ("[connectors.salesforce]\nclient_secret = \"s\"", "connectors.salesforce.client_id"),
        ("[connectors.fax]\nclient_id = \"s\"", "connectors.fax"),
        ("[[outside_issuers]]\nissuer = \"i\"\njwks_file = \"/nowhere\"", "outside_issuers.0.jwks_file"),
        (
            "[[outside_issuers]]\nissuer = \"i\"\njwks_url = \"http://i.example/jwks\"",
            "outside_issuers.0.jwks_url",
        ),
        (
            "[[outside_issuers]]\nissuer = \"i\"\njwks_url = \"https://i.example/jwks\"",
            "outside_issuers.0.audience",
        ),
    ];
    for (number, (toml, setting)) in cases.into_iter().enumerate() {
        let refused = load(&format!("bad-{number}"), toml).map(|_| ()).expect_err(toml);
        assert_eq!(refused.setting, setting, "{toml}: {refused}");
        assert!(!refused.to_string().contains("hidden") && !refused.to_string().contains('\n'), "{refused}");
    }
}

#[test]
fn a_full_file_is_taken_over() {
    let toml = format!(
        "listen = \"0.0.0.0:80\"\npublic_url = \"https://api.example.com\"\ndatabase_url = \"postgres://u:p@h/d\"\n\
         keys = \"{KEY}\"\nallowed_origins = [\"https://app.example.com\"]\ntrusted_proxies = [\"10.0.0.0/8\"]\n\
         log_format = \"json\"\n[[outside_issuers]]\nissuer = \"https://clerk.example.com\"\n\
         jwks_url = \"https://clerk.example.com/.well-known/jwks.json\"\n\
         authorized_parties = [\"https://app.example.com\"]\ncreate_tenants = true\n[limits]\nbody_bytes = 5000\ncalls_per_second = 9000\n"
    );
    let config = load("full", &toml).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:80");
    assert_eq!((config.limits.body_bytes, config.limits.frame_bytes), (5000, 5000));
    assert_eq!(config.limits.calls_burst, 9000, "a burst below the rate would be the rate");
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(matches!(&config.outside_issuers[0].jwks, JwksSource::Url(_)));
    assert!(config.outside_issuers[0].create_tenants);
    assert_eq!(config.keys.ring().primary_id().as_str(), "a");
    assert!(!format!("{config:?}").contains("u:p@h"), "secrets do not show");
}

#[test]
fn who_works_on_the_database_alone_needs_no_other_setting() {
    let file = folder("alone").join("fairlead.toml");
    // No keys, no address to listen on that would do, and only the owner.
    std::fs::write(&file, "listen = \"nowhere\"\ndatabase_owner_url = \"postgres://o:p@h/d\"\n").unwrap();
    let overrides = Overrides { file: Some(file), ..Default::default() };
    let config = DatabaseConfig::load(&overrides).unwrap();
    assert!(matches!(config.database, Database::Given { url: None, owner_url: Some(_) }));
    let wrong = Overrides { database_url: Some("mysql://u:hidden@h/d".into()), ..overrides };
    let refused = DatabaseConfig::load(&wrong).map(|_| ()).unwrap_err();
    assert_eq!(refused.setting, "database_url");
}

#[test]
fn keys_are_made_once_for_this_user_only() {
    let folder = folder("keys").join("data");
    let overrides = Overrides { data_dir: Some(folder.clone()), ..Default::default() };
    Config::load(&overrides).unwrap();
    let first = std::fs::read_to_string(folder.join("keys")).unwrap();
    Config::load(&overrides).unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("keys")).unwrap(), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folder.join("keys")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(folder.join("keys"), "junk").unwrap();
    let refused = Config::load(&overrides).map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("damaged") && !refused.to_string().contains("junk"), "{refused}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let file = folder("blocked").join("occupied");
    std::fs::write(&file, "").unwrap();
    let overrides = Overrides { data_dir: Some(file.join("data")), ..Default::default() };
    let refused = Config::load(&overrides).map(|_| ()).unwrap_err();
    assert_eq!(refused.setting, "data_dir");
}

#[test]
fn the_example_file_states_the_defaults() {
    let example = load("example", include_str!("../../../../fairlead.example.toml")).unwrap();
    let default = load("default", "").unwrap();
    assert_eq!(format!("{:?}", example.limits), format!("{:?}", default.limits));
    assert_eq!((example.listen, example.log.filter), (default.listen, default.log.filter));
}

//! Who is not let in learns what is in the way.

use crate::{LoginRefused, MigrateError, log_in, migrate, testing::TestDatabase};

#[tokio::test]
async fn each_reason_not_to_be_let_in_has_its_own_words() {
    let database = TestDatabase::start().await;
    log_in(&database.app_url()).await.unwrap();
    let name = database.text("SELECT current_database()::text").await;
    let app = database.app_url();

    let missing = log_in(&app.replace("user=fairlead_app", "user=nobody_here")).await.unwrap_err();
    assert_eq!(missing, LoginRefused::NoSuchRole("nobody_here".into()));
    let missing = log_in(&app.replace(&name, "nothing_here")).await.unwrap_err();
    assert_eq!(missing, LoginRefused::NoSuchDatabase("nothing_here".into()));
    let role = format!("closed_{name}");
    database.execute(&format!("CREATE ROLE {role} NOLOGIN")).await;
    let closed = log_in(&app.replace("user=fairlead_app", &format!("user={role}"))).await.unwrap_err();
    database.execute(&format!("DROP ROLE {role}")).await;
    assert_eq!(closed, LoginRefused::NotAllowedIn(role));
    assert!(!missing.may_heal() && !closed.may_heal());

    let away = log_in("postgres://u:hidden@127.0.0.1:1/d").await.unwrap_err();
    assert_eq!(away, LoginRefused::Away("127.0.0.1:1".into()));
    assert!(away.may_heal());
    for text in ["postgres://", "nonsense"] {
        assert_eq!(log_in(text).await.unwrap_err(), LoginRefused::NotAnAddress, "{text}");
    }
    for refused in [missing, closed, away] {
        let line = refused.to_string();
        assert!(!line.contains('\n') && !line.contains("hidden") && !line.contains("os error"), "{line}");
    }
}

/// What a server with passwords says: the private one trusts whoever reaches its socket.
#[tokio::test]
async fn a_wrong_password_is_told_apart_from_a_server_that_is_away() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut startup = [0; 512];
            assert_ne!(socket.read(&mut startup).await.unwrap(), 0);
            // AuthenticationCleartextPassword, then whatever is sent is wrong.
            socket.write_all(b"R\0\0\0\x08\0\0\0\x03").await.unwrap();
            if socket.read(&mut startup).await.unwrap() > 0 {
                let fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0";
                let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
                socket.write_all(&[b"E", &length[..], fields].concat()).await.unwrap();
            }
        }
    });
    let wrong = log_in(&format!("postgres://app:wrong@127.0.0.1:{port}/d")).await.unwrap_err();
    let none = log_in(&format!("postgres://app@127.0.0.1:{port}/d")).await.unwrap_err();
    assert_eq!((wrong, none), (LoginRefused::Password("app".into()), LoginRefused::Password("app".into())));
    server.await.unwrap();
}

#[tokio::test]
async fn migrating_says_what_is_in_the_way_as_well() {
    let database = TestDatabase::start().await;
    let owner = database.owner_url().replace("user=fairlead_owner", "user=nobody_here");
    let refused = migrate(&owner).await.unwrap_err();
    assert!(matches!(refused, MigrateError::Login(LoginRefused::NoSuchRole(_))), "{refused}");
}

//! Databases for the contracts, and the values that they write.

use jiff::Timestamp;

use crate::{DatabaseUrl, Store, testing};

/// Writes in one transaction, and commits it.
macro_rules! commit {
    ($store:expr, $tx:ident => $body:expr) => {{
        let mut $tx = $store.begin().await.unwrap();
        let done = $body;
        $tx.commit().await.unwrap();
        done
    }};
}
pub(super) use commit;

/// Runs a contract on each engine; each time on an empty database of its own.
pub(super) async fn on_each_engine(contract: impl AsyncFn(Store)) {
    testing::on_each_engine(async |url| {
        let url = DatabaseUrl::parse(url, std::path::Path::new("/")).unwrap();
        contract(Store::open(&url).await.unwrap()).await;
    })
    .await;
}

/// Changes rows as no function of the store would.
pub(super) async fn rewrite(store: &Store, sql: &'static str) {
    sqlx::query(sql).execute(&store.pool).await.unwrap();
}

/// So many seconds after the moment at which every contract begins.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_478_400 + seconds).unwrap()
}

pub(super) fn text(text: &str) -> String {
    text.to_owned()
}

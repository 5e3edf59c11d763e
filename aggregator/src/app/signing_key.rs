//! The keys with which the server signs tokens and links. Each is created once per database, so that all
//! servers share it.

use super::App;
use hubward_domain::signed_token::Signer;
use hubward_store::StoreError;

impl App {
    /// The signing key with this name, created on first use.
    ///
    /// # Errors
    /// The database failed, or holds a key that is not 32 bytes in hexadecimal.
    pub(crate) async fn signing_key(&self, name: &str) -> Result<Signer, StoreError> {
        let fresh: [u8; 32] = self.random();
        let mut tx = self.store.begin().await?;
        let key = tx.setting(name, &hex::encode(fresh)).await?;
        tx.commit().await?;
        Signer::of_hex(&key).ok_or_else(|| {
            let cause = "it is not 32 bytes in hexadecimal";
            StoreError::damaged("settings", name, "value", cause)
        })
    }

    /// The key that signs links to reports.
    ///
    /// # Errors
    /// As [`App::signing_key`].
    pub(crate) async fn report_link_key(&self) -> Result<Signer, StoreError> {
        self.signing_key("report_link_key").await
    }
}

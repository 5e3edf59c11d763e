//! Security Hub's controls, as the catalog has them.

use crate::app::App;
use hubward_domain::control::CatalogControl;
use hubward_domain::guide::FieldKind;
use hubward_store::StoreError;

/// A control, and the address of its page in the guide; `None` if the guide has none.
pub(crate) struct KnownControl {
    pub control: CatalogControl,
    pub guide: Option<String>,
}

/// The whole catalog, by control.
///
/// # Errors
/// The database failed, or a row is damaged.
pub(crate) async fn controls(app: &App) -> Result<Vec<KnownControl>, StoreError> {
    let guide = app.guide();
    let public_url = app.config.server.public_url.trim_end_matches('/');
    Ok(app
        .store
        .controls()
        .await?
        .into_iter()
        .map(|control| KnownControl {
            guide: guide
                .entry(FieldKind::Control, &control.control_id)
                .map(|entry| format!("{public_url}/guide/{}", entry.key())),
            control,
        })
        .collect())
}

//! Security Hub's controls: which are off in the account and Region, and whether Config.1 looks at the recorder's
//! role.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::{
    ControlStatus, ParameterConfiguration, ParameterValue, UnprocessedErrorCode,
};
use hubward_protocol::Region;

use super::call::call;
use crate::observed::{Observation, ObservedControls, Operation};

const GET: Operation = Operation::new("securityhub:BatchGetSecurityControls");

/// The most ids of one call (botocore securityhub BatchGetSecurityControls).
const IDS_PER_CALL: usize = 100;

/// The parameter of Config.1 (Security Hub user guide, "Config.1").
const CHECKS_ROLE: &str = "includeConfigServiceLinkedRoleCheck";

pub(super) async fn observe(
    sdk: &SdkConfig,
    region: Region,
    ids: &[String],
) -> Observation<ObservedControls> {
    let client = Client::new(sdk);
    let mut observed = ObservedControls::default();
    for chunk in ids.chunks(IDS_PER_CALL) {
        let answer = call(GET, region, || {
            let request = client.batch_get_security_controls();
            let ids = Some(chunk.to_vec());
            request.set_security_control_ids(ids).send()
        })
        .await?;
        for control in answer.security_controls() {
            let Some(id) = control.security_control_id() else {
                continue;
            };
            if control.security_control_status() == Some(&ControlStatus::Disabled) {
                observed.off.push(id.to_owned());
            }
            if control.parameters().is_some_and(allows_any_role) {
                observed.any_role = true;
            }
        }
        // What Security Hub does not know here, it does not evaluate here.
        for control in answer.unprocessed_ids() {
            if control.error_code() == Some(&UnprocessedErrorCode::NotFound)
                && let Some(id) = control.security_control_id()
            {
                observed.off.push(id.to_owned());
            }
        }
    }
    Ok(observed)
}

/// Whether the parameter that switches the look at the role off is set. The default is to look.
fn allows_any_role(parameters: &HashMap<String, ParameterConfiguration>) -> bool {
    parameters
        .get(CHECKS_ROLE)
        .is_some_and(|parameter| matches!(parameter.value(), Some(ParameterValue::Boolean(false))))
}

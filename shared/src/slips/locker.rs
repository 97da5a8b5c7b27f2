//! Self-service lockers (自助取件柜): what a site's staff have laid into which compartment.

use serde::{Deserialize, Serialize};

use super::{rules::SlipStatus, token::SlipKind};
use crate::{ids::DeviceId, problem_types};

/// The highest number of a compartment.
pub const HIGHEST: i32 = 999;

problem_types! {
    /// What the slip is for does not lie in this locker.
    SLIP_NOT_IN_LOCKER = 409 "slip-not-in-locker",
        "不在本取件柜" / "It is not in this locker",
        "请到领取点的窗口，由工作人员办理。" / "Please go to a counter of the site.";
    /// Property and what does not lie ready is not laid into a locker.
    NOT_FOR_LOCKERS = 409 "not-for-lockers",
        "不能放入取件柜" / "It cannot be laid into a locker",
        "取件柜只放已备妥的证件；涉案财物须在窗口签名领取。" / "Lockers hold documents that are ready; property is signed for at a counter.";
    /// Something lies in the compartment.
    COMPARTMENT_TAKEN = 409 "compartment-taken",
        "格口已占用" / "The compartment is taken",
        "请换一个空格口。" / "Choose an empty compartment.";
}

/// `PUT /slips/{id}/compartment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompartmentRequest {
    /// The locker, which stands at the slip's site.
    pub locker_id: DeviceId,
    /// The number of the compartment, from 1 to [`HIGHEST`].
    #[cfg_attr(feature = "openapi", schema(example = 12))]
    pub number: i32,
}

/// Where in a locker something lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Compartment {
    /// The locker.
    pub locker_id: DeviceId,
    /// What the locker is called.
    #[cfg_attr(feature = "openapi", schema(example = "大厅东侧取件柜"))]
    pub locker: String,
    /// The number of the compartment.
    pub number: i32,
}

/// Whether something may be laid into a locker: a document that is ready. Property is signed for before a clerk.
pub const fn is_for_lockers(kind: SlipKind, status: SlipStatus) -> bool {
    matches!(kind, SlipKind::Document) && matches!(status, SlipStatus::Ready)
}

//! The offices of staff: what each is trusted with, proven by an extractor of its own.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use shared::{
    identity::rules::StaffRole,
    ids::{HallId, StaffId},
    problem,
};

use super::authenticate::{Staff, extracted_by, staff};
use crate::{platform::idempotency::Actor, problem::Failure};

/// A clerk of a hall.
#[derive(Clone, Debug)]
pub struct Clerk {
    /// The account.
    pub staff: StaffId,
    /// The clerk's hall.
    pub hall: HallId,
}

/// The manager of a hall.
#[derive(Clone, Debug)]
pub struct Director {
    /// The account.
    pub staff: StaffId,
    /// The manager's hall.
    pub hall: HallId,
}

/// A clerk or the manager of a hall.
#[derive(Clone, Debug)]
pub struct HallStaff {
    /// The account.
    pub staff: StaffId,
    /// Their hall.
    pub hall: HallId,
}

/// An auditor.
#[derive(Clone, Debug)]
pub struct Auditor {
    /// The account.
    pub staff: StaffId,
}

/// A member of staff who answers for the money.
#[derive(Clone, Debug)]
pub struct Finance {
    /// The account.
    pub staff: StaffId,
}

/// Whoever looks after the service itself (系统管理员).
#[derive(Clone, Debug)]
pub struct SystemAdmin {
    /// The account.
    pub staff: StaffId,
}

/// Whoever lets accounts begin (安全管理员).
#[derive(Clone, Debug)]
pub struct SecurityAdmin {
    /// The account.
    pub staff: StaffId,
}

/// One of the two administrators who keep the accounts.
#[derive(Clone, Copy, Debug)]
pub struct AccountKeeper;

/// A case officer.
#[derive(Clone, Debug)]
pub struct CaseOfficer {
    /// The account.
    pub staff: StaffId,
}

/// Lets those who hold an office act under their account.
macro_rules! acting {
    ($($office:ty),*) => {$(
        impl $office {
            /// The member of staff as the one who acts.
            pub const fn actor(&self) -> Actor {
                Actor {
                    kind: "staff",
                    id: self.staff.0,
                }
            }
        }
    )*};
}

acting!(
    HallStaff,
    Clerk,
    Director,
    Finance,
    CaseOfficer,
    SystemAdmin,
    SecurityAdmin
);

fn staff_with(request: &HttpRequest, role: StaffRole) -> Result<Staff, Failure> {
    let staff = staff(request)?;
    if staff.role == role {
        Ok(staff)
    } else {
        Err(Failure::from(&problem::FORBIDDEN))
    }
}

/// The member of staff as a clerk or manager of a hall, if that is what they are.
pub(super) fn hall_staff(staff: &Staff) -> Option<HallStaff> {
    let trusted = matches!(staff.role, StaffRole::Clerk | StaffRole::Manager);
    let hall = staff.hall.filter(|_| trusted)?;
    Some(HallStaff { staff: staff.id, hall })
}

extracted_by! {
    Clerk: |request| {
        let staff = staff_with(request, StaffRole::Clerk)?;
        let hall = staff.hall.ok_or_else(|| Failure::from(&problem::FORBIDDEN))?;
        Ok(Self { staff: staff.id, hall })
    };
    Director: |request| {
        let staff = staff_with(request, StaffRole::Manager)?;
        let hall = staff.hall.ok_or_else(|| Failure::from(&problem::FORBIDDEN))?;
        Ok(Self { staff: staff.id, hall })
    };
    HallStaff: |request| {
        hall_staff(&staff(request)?).ok_or_else(|| Failure::from(&problem::FORBIDDEN))
    };
    Finance: |request| Ok(Self { staff: staff_with(request, StaffRole::Finance)?.id });
    CaseOfficer: |request| Ok(Self { staff: staff_with(request, StaffRole::CaseOfficer)?.id });
    SystemAdmin: |request| Ok(Self { staff: staff_with(request, StaffRole::SystemAdmin)?.id });
    SecurityAdmin: |request| Ok(Self { staff: staff_with(request, StaffRole::SecurityAdmin)?.id });
    AccountKeeper: |request| match staff(request)?.role {
        StaffRole::SystemAdmin | StaffRole::SecurityAdmin => Ok(Self),
        _ => Err(Failure::from(&problem::FORBIDDEN)),
    };
    Auditor: |request| Ok(Self { staff: staff_with(request, StaffRole::Auditor)?.id });
}
